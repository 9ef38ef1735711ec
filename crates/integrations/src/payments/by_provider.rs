//! The payments' port of a desk where payments of several providers are at home: each is asked about its own.

use std::sync::Arc;

use async_trait::async_trait;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, Movements, MovementsAsk, News, PaymentAsk, Payments, RefundAsk};

/// Providers by the name that a payment gives as its `provider`.
pub struct ByProvider(Vec<(&'static str, Arc<dyn Payments>)>);

impl ByProvider {
    /// These and no others.
    pub fn of(providers: Vec<(&'static str, Arc<dyn Payments>)>) -> Self {
        Self(providers)
    }

    /// The provider of this name. While it is not connected nothing is asked, and connecting it helps. A payment that names
    /// none is the only one's there is; of several nobody guesses whose money it is.
    fn named<T>(&self, name: &str) -> Result<&dyn Payments, Answer<T>> {
        let found = match (name, self.0.as_slice()) {
            ("", [only]) => Some(only),
            ("", _) => None,
            _ => self.0.iter().find(|(known, _)| *known == name),
        };
        found.map(|(_, provider)| &**provider).ok_or_else(|| {
            Answer::NotNow(format!(
                "the payment provider \"{name}\" is not connected; bordereau.toml tells how to connect one"
            ))
        })
    }
}

#[async_trait]
impl Payments for ByProvider {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        match self.named(&ask.provider) {
            Ok(provider) => provider.refund(ask).await,
            Err(answer) => answer,
        }
    }

    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact> {
        match self.named(&ask.provider) {
            Ok(provider) => provider.refund_status(ask, reference).await,
            Err(answer) => answer,
        }
    }

    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        match self.named(&ask.provider) {
            Ok(provider) => provider.capture(ask).await,
            Err(answer) => answer,
        }
    }

    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        match self.named(&ask.provider) {
            Ok(provider) => provider.void(ask).await,
            Err(answer) => answer,
        }
    }

    async fn payment_status(&self, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
        match self.named(&ask.provider) {
            Ok(provider) => provider.payment_status(ask).await,
            Err(answer) => answer,
        }
    }

    async fn refunds_of(&self, ask: &PaymentAsk) -> Answer<Vec<News>> {
        match self.named(&ask.provider) {
            Ok(provider) => provider.refunds_of(ask).await,
            Err(answer) => answer,
        }
    }

    /// One provider's books after the other's: where a page begins names whose it is.
    async fn movements(&self, ask: &MovementsAsk) -> Answer<Movements> {
        let (name, after) = match ask.after.as_deref().map(|after| after.split_once(' ')) {
            None => (self.0.first().map_or("", |(name, _)| *name), None),
            Some(Some((name, after))) => (name, Some(after).filter(|after| !after.is_empty())),
            Some(None) => return Answer::Refused("there is no such page".to_owned()),
        };
        let provider = match self.named(name) {
            Ok(provider) => provider,
            Err(answer) => return answer,
        };
        let asked = MovementsAsk {
            after: after.map(str::to_owned),
            ..ask.clone()
        };
        match provider.movements(&asked).await {
            Answer::Done(page) => {
                let of_next = || {
                    let mut names = self.0.iter().map(|(name, _)| *name);
                    names.by_ref().find(|known| *known == name);
                    names.next().map(|next| format!("{next} "))
                };
                let next = page.next.map(|next| format!("{name} {next}"));
                Answer::Done(Movements {
                    next: next.or_else(of_next),
                    ..page
                })
            }
            other => other,
        }
    }
}
