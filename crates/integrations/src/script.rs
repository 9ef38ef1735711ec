//! How the sandbox is told to misbehave: by the amounts and weights a person types, or by a script from a test.
//!
//! By hand, the last two digits decide, the first time a key is seen. Of an amount they are minor units: a refund of
//! 10.13 EUR ends in 13, and so does one of 1,013 JPY.
//!
//! | ends in | a refund | a capture or a release | the weight in grams of a label |
//! |---|---|---|---|
//! | 13 | refused | refused | not sold |
//! | 14 | done, but the answer is lost | done, but the answer is lost | sold, but the answer is lost |
//! | 15 | pending; succeeds once its status is asked | | |
//! | 16 | succeeds, and fails later | | sold, but never voided |
//! | 17 | answered two seconds late | answered two seconds late | answered two seconds late |
//! | 18 | lost on the way; asked again it is done | lost on the way | lost on the way |
//! | 19 | succeeds, and the news of it comes twice | | |
//!
//! Asking how a payment stands follows the amount too, until the sandbox knows the payment: 13 was declined, 15 is not
//! decided yet, 14 and 18 are lost the first time.
//!
//! A lost answer is unknown at once: nobody waits for a time-out. From a test, [`crate::Sandbox::misbehave`] says what
//! happens to the next call of a kind, whatever its numbers; where a misbehaviour means nothing to a call it is done
//! plainly. A key that was answered for good keeps its outcome: of it only the answer can be lost or late.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::ports::Answer;

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Nothing is done, and no answer comes.
    TimeOutBeforeDoing,
    /// It is done, and no answer comes.
    TimeOutAfterDoing,
    /// It is refused for good.
    Refuse,
    /// It is done, and the answer comes so much later.
    AnswerLate(Duration),
    /// A refund is taken on and finished once its status is asked; a status that is asked stays pending, and a payment
    /// that is asked about is not decided yet.
    Pending,
    /// A refund succeeds and fails afterwards, which [`crate::Sandbox::news`] tells.
    FailLater,
    /// A refund succeeds, which [`crate::Sandbox::news`] tells once more.
    AnswerTwice,
}

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// Asking for a refund.
    Refund,
    /// Asking what became of a refund.
    RefundStatus,
    /// Taking an authorised payment.
    Capture,
    /// Releasing an authorised payment.
    Release,
    /// Asking how a payment stands.
    PaymentStatus,
    /// Buying a label.
    BuyLabel,
    /// Looking for a label.
    FindLabel,
    /// Voiding a label.
    VoidLabel,
    /// Asking what shipping costs.
    AskRates,
    /// Telling the shop.
    TellShop,
    /// Sending an e-mail.
    SendLetter,
    /// Asking for a rate of exchange.
    QuoteRate,
}

/// How late an answer is by convention.
const LATE: Duration = Duration::from_secs(2);

/// What the next calls are to do, in memory only: a script belongs to the test that wrote it.
#[derive(Debug, Default)]
pub(crate) struct Script(Mutex<HashMap<Call, VecDeque<Misbehaviour>>>);

impl Script {
    pub(crate) fn add(&self, call: Call, misbehaviour: Misbehaviour) {
        self.lock().entry(call).or_default().push_back(misbehaviour);
    }

    pub(crate) fn next(&self, call: Call) -> Option<Misbehaviour> {
        self.lock().get_mut(&call)?.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Call, VecDeque<Misbehaviour>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What happens to a new key: what the script says, or what the last two digits say unless it was lost once.
pub(crate) fn plan(
    scripted: Option<Misbehaviour>,
    lost: &HashSet<String>,
    key: &str,
    number: i64,
) -> Option<Misbehaviour> {
    let by_ending = || match number.rem_euclid(100) {
        13 => Some(Misbehaviour::Refuse),
        14 => Some(Misbehaviour::TimeOutAfterDoing),
        15 => Some(Misbehaviour::Pending),
        16 => Some(Misbehaviour::FailLater),
        17 => Some(Misbehaviour::AnswerLate(LATE)),
        18 => Some(Misbehaviour::TimeOutBeforeDoing),
        19 => Some(Misbehaviour::AnswerTwice),
        _ => None,
    };
    match scripted {
        Some(misbehaviour) => Some(misbehaviour),
        None if lost.contains(key) => None,
        None => by_ending(),
    }
}

/// Hands an answer over, late or not at all where that was planned.
pub(crate) async fn deliver<T>(how: Option<Misbehaviour>, answer: Answer<T>) -> Answer<T> {
    match how {
        Some(Misbehaviour::TimeOutBeforeDoing | Misbehaviour::TimeOutAfterDoing) => no_answer(),
        Some(Misbehaviour::AnswerLate(by)) => {
            tokio::time::sleep(by).await;
            answer
        }
        Some(
            Misbehaviour::Refuse
            | Misbehaviour::Pending
            | Misbehaviour::FailLater
            | Misbehaviour::AnswerTwice,
        )
        | None => answer,
    }
}

/// What a lost answer looks like to who waits for it.
pub(crate) fn no_answer<T>() -> Answer<T> {
    Answer::Unknown("the sandbox did not answer in time".to_owned())
}
