//! What the sandbox's provider says by itself of the refunds in its books.

use std::collections::HashSet;

use domain::refund_settle::RefundFact;

use super::ledger::Ledger;
use super::record::{Entry, News, SandboxRefund, Standing};

impl Ledger {
    /// What the desk has not heard yet.
    pub(crate) fn unheard(&self) -> Vec<News> {
        self.refunds
            .iter()
            .filter_map(SandboxRefund::news)
            .collect()
    }

    pub(crate) fn is_unheard(&self, key: &str) -> bool {
        let found = self.by_key.get(key).map(|index| &self.refunds[*index]);
        found.is_some_and(|refund| refund.to_come.is_some())
    }

    /// The news of these refunds. A failure is so from the moment it is told: the amount is free again before the desk
    /// can ask for it again.
    pub(crate) fn tell(&self, keys: &HashSet<String>) -> (Vec<Entry>, Vec<News>) {
        let (mut entries, mut told) = (Vec::new(), Vec::new());
        for news in self
            .unheard()
            .into_iter()
            .filter(|news| keys.contains(&news.key))
        {
            let stands = self
                .by_key
                .get(&news.key)
                .map(|index| &self.refunds[*index]);
            let succeeded = stands.is_some_and(|refund| refund.standing == Standing::Succeeded);
            if let (RefundFact::Failed { problem, .. }, true) = (&news.fact, succeeded) {
                entries.push(Entry::RefundChanged {
                    key: news.key.clone(),
                    to: Standing::Failed {
                        problem: problem.clone(),
                    },
                    changed_at: None,
                });
            }
            told.push(news);
        }
        (entries, told)
    }
}
