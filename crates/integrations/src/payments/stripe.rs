//! Stripe behind the payments' port: asks, and says what came of it. What is asked is in `stripe_requests`, what the
//! answers mean in `stripe_answers`, its books in `stripe_books`; amounts are converted in `stripe_amounts`, and
//! nothing of its notation leaves.
//!
//! Stripe forgets a key after a day, and answers a question that failed inside as it did before for as long. So what
//! may have been asked before is looked for among the payment's refunds first, by the key in its metadata, and only
//! what is certainly not there is asked for again.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::ids::OrganizationId;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundFailure;
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, Movements, MovementsAsk, News, PaymentAsk, Payments, RefundAsk};

use super::stripe_answers::{self as answers, Sought};
use super::stripe_books as books;
use super::stripe_requests::{self as requests, Reference};
use crate::sending::{Question, Reply, Sender, Silence};

/// Where Stripe is.
pub const ADDRESS: &str = "https://api.stripe.com";

/// How many pages of a payment's refunds are looked through: more refunds than any payment can have.
const MAX_PAGES: usize = 100;

const TOO_MANY: &str = "the payment has more refunds than can be looked through";

/// Stripe, with the key of one account of it.
pub struct Stripe {
    sender: Sender,
    secret_key: String,
    accounts: HashMap<OrganizationId, String>,
}

impl Stripe {
    /// Stripe at this address, asked with this secret key.
    ///
    /// # Errors
    /// The address is none, or would carry the key in the clear; the key is none of a server's.
    pub fn at(address: &str, secret_key: &str) -> Result<Self, String> {
        let is_secret = ["sk_", "rk_"]
            .iter()
            .any(|prefix| secret_key.starts_with(prefix));
        if !is_secret {
            return Err("a secret key of Stripe's begins with sk_ or rk_".to_owned());
        }
        Ok(Self {
            sender: Sender::to(address)?,
            secret_key: secret_key.to_owned(),
            accounts: HashMap::new(),
        })
    }

    /// Asks for this organization in the name of its connected account.
    #[must_use]
    pub fn with_account(mut self, organization: OrganizationId, account: &str) -> Self {
        self.accounts.insert(organization, account.to_owned());
        self
    }

    /// With another patience than usual.
    #[must_use]
    pub fn waiting(mut self, answer_timeout: Duration) -> Self {
        self.sender = self.sender.waiting(answer_timeout);
        self
    }

    async fn ask(
        &self,
        organization: &OrganizationId,
        question: Question,
    ) -> Result<Reply, Silence> {
        let account = self.accounts.get(organization).map(String::as_str);
        let question = requests::addressed(question, &self.secret_key, account);
        self.sender.ask(question).await
    }

    /// Looks for a refund that may have been made under this key.
    async fn find(&self, ask: &RefundAsk, of: Reference<'_>) -> Option<Answer<RefundFact>> {
        let mut after = None;
        for _ in 0..MAX_PAGES {
            let question = requests::refunds(of, after.as_deref());
            let reply = self.ask(&ask.organization_id, question).await;
            match answers::sought(reply, &ask.key) {
                Sought::Found(answer) => return Some(answer),
                Sought::Nowhere => return None,
                Sought::After(last) => after = Some(last),
            }
        }
        Some(Answer::NeedsALook(TOO_MANY.to_owned()))
    }

    /// How a payment stands that would not be taken or released: perhaps it is, already.
    async fn settled(&self, ask: &PaymentAsk, intent: &str) -> Answer<PaymentFact> {
        let reply = self
            .ask(&ask.organization_id, requests::payment(intent))
            .await;
        match answers::payment_status(reply, ask) {
            Answer::Done(facts) => match facts.into_iter().next() {
                Some(fact @ (PaymentFact::Captured { .. } | PaymentFact::Voided)) => {
                    Answer::Done(fact)
                }
                Some(PaymentFact::Expired) => Answer::Done(PaymentFact::Expired),
                _ => Answer::Refused("the payment cannot be taken or released now".to_owned()),
            },
            Answer::Refused(problem) => Answer::Refused(problem),
            Answer::NotNow(problem) | Answer::Unknown(problem) => Answer::Unknown(problem),
            Answer::NeedsALook(problem) => Answer::NeedsALook(problem),
        }
    }
}

#[async_trait]
impl Payments for Stripe {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        let Some(of) = Reference::of(&ask.payment_reference) else {
            return failed(
                RefundFailure::PaymentUnknown,
                no_payment(&ask.payment_reference),
            );
        };
        if ask.is_repeated
            && let Some(answer) = self.find(ask, of).await
        {
            return answer;
        }
        match requests::refund(ask, of) {
            Ok(question) => answers::refund(self.ask(&ask.organization_id, question).await),
            Err(problem) => failed(RefundFailure::AmountNotTaken, problem),
        }
    }

    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact> {
        let question = requests::refund_status(reference);
        answers::refund_status(self.ask(&ask.organization_id, question).await)
    }

    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        let intent = match intent(ask) {
            Ok(intent) => intent,
            Err(problem) => return Answer::Refused(problem),
        };
        let question = match requests::capture(ask, intent) {
            Ok(question) => question,
            Err(problem) => return Answer::Refused(problem),
        };
        match answers::payment(self.ask(&ask.organization_id, question).await) {
            Some(answer) => answer,
            None => self.settled(ask, intent).await,
        }
    }

    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        let intent = match intent(ask) {
            Ok(intent) => intent,
            Err(problem) => return Answer::Refused(problem),
        };
        let question = requests::void(ask, intent);
        match answers::payment(self.ask(&ask.organization_id, question).await) {
            Some(answer) => answer,
            None => self.settled(ask, intent).await,
        }
    }

    async fn payment_status(&self, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
        match intent(ask) {
            Ok(intent) => {
                let question = requests::payment(intent);
                answers::payment_status(self.ask(&ask.organization_id, question).await, ask)
            }
            Err(problem) => Answer::Refused(problem),
        }
    }

    async fn refunds_of(&self, ask: &PaymentAsk) -> Answer<Vec<News>> {
        let Some(of) = Reference::of(&ask.payment_reference) else {
            return Answer::Refused(no_payment(&ask.payment_reference));
        };
        let (mut all, mut after) = (Vec::new(), None);
        for _ in 0..MAX_PAGES {
            let question = requests::refunds(of, after.as_deref());
            let reply = self.ask(&ask.organization_id, question).await;
            let (page, next) = match answers::refunds_of(reply, ask) {
                Answer::Done(page) => page,
                other => return answers::without(other),
            };
            all.extend(page);
            after = next;
            if after.is_none() {
                // The oldest first, as they happened.
                all.reverse();
                return Answer::Done(all);
            }
        }
        Answer::NeedsALook(TOO_MANY.to_owned())
    }

    async fn movements(&self, ask: &MovementsAsk) -> Answer<Movements> {
        let question = requests::movements(ask.period, ask.after.as_deref());
        books::movements(self.ask(&ask.scope.organization_id, question).await)
    }
}

fn intent(ask: &PaymentAsk) -> Result<&str, String> {
    Reference::of(&ask.payment_reference)
        .and_then(Reference::intent)
        .ok_or_else(|| no_payment(&ask.payment_reference))
}

fn no_payment(reference: &str) -> String {
    format!("{reference:?} is no payment of Stripe's; one begins with pi_")
}

fn failed(failure: RefundFailure, problem: String) -> Answer<RefundFact> {
    Answer::Done(RefundFact::Failed {
        problem,
        failure: Some(failure),
    })
}
