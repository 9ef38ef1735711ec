//! Days in the list's address. They are days where the person is, as the preferences say; a filter, and so a view and
//! its count, holds instants, which mean the same to everyone. `docs/decisions/0004-days-of-a-filter.md` says why.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Which end of a span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its first day is in.
    First,
    /// Its last day is in: what it stands for is the beginning of the next.
    Last,
}

impl End {
    /// The instant that a day of the address stands for; an instant stands for itself.
    pub fn instant(self, text: &str, zone: &TimeZone) -> Option<Timestamp> {
        match text.parse::<Date>() {
            // An instant is a date to a reader that asks for no more.
            Ok(day) if !text.contains('T') => self.of_day(day, zone),
            _ => text.parse().ok(),
        }
    }

    /// The day that an instant stands for here; the instant where it is none, so that nobody sees another list.
    pub fn text(self, at: Timestamp, zone: &TimeZone) -> String {
        let day = self.day(at, zone);
        if self.of_day(day, zone) == Some(at) {
            day.to_string()
        } else {
            at.to_string()
        }
    }

    /// The day here that an instant lies in.
    pub fn day(self, at: Timestamp, zone: &TimeZone) -> Date {
        let at = match self {
            Self::First => at,
            // The end itself is out.
            Self::Last => at
                .saturating_sub(SignedDuration::from_secs(1))
                .unwrap_or(at),
        };
        at.to_zoned(zone.clone()).date()
    }

    fn of_day(self, day: Date, zone: &TimeZone) -> Option<Timestamp> {
        let day = match self {
            Self::First => day,
            Self::Last => day.tomorrow().ok()?,
        };
        Some(day.to_zoned(zone.clone()).ok()?.timestamp())
    }
}
