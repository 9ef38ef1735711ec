//! Amounts, numbers and times as a person reads them. Every page gets its values from here, written already.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::money::{Money, decimal_text};
use engine::people::Units;
use icu_calendar::Iso;
use icu_datetime::DateTimeFormatter;
use icu_datetime::fieldsets::{MD, T, YMD, YMDT};
use icu_datetime::input::{Date, DateTime, Time};
use icu_datetime::options::TimePrecision;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use crate::texts::LANGUAGES;

/// The formatters of one language.
struct Formatters {
    decimal: DecimalFormatter,
    moment: DateTimeFormatter<YMDT>,
    day: DateTimeFormatter<MD>,
    day_of_year: DateTimeFormatter<YMD>,
    time: DateTimeFormatter<T>,
}

static FORMATTERS: LazyLock<BTreeMap<&'static str, Formatters>> = LazyLock::new(|| {
    let formatters = |language: &'static str| {
        let locale: Locale = language.parse().expect("the languages are tags");
        let found = "the data of every language is compiled in";
        let formatters = Formatters {
            decimal: DecimalFormatter::try_new((&locale).into(), Default::default()).expect(found),
            moment: DateTimeFormatter::try_new(
                (&locale).into(),
                YMDT::medium().with_time_precision(TimePrecision::Minute),
            )
            .expect(found),
            day: DateTimeFormatter::try_new((&locale).into(), MD::medium()).expect(found),
            day_of_year: DateTimeFormatter::try_new((&locale).into(), YMD::medium()).expect(found),
            time: DateTimeFormatter::try_new((&locale).into(), T::hm()).expect(found),
        };
        (language, formatters)
    };
    LANGUAGES.into_iter().map(formatters).collect()
});

/// How one person reads.
#[derive(Clone, Debug)]
pub(crate) struct Formats {
    pub language: &'static str,
    /// Where their days begin.
    pub zone: TimeZone,
}

impl Formats {
    /// Times are told in this zone of the IANA database, or in UTC.
    pub fn new(language: &'static str, zone: Option<&str>) -> Self {
        let zone = zone
            .and_then(|name| TimeZone::get(name).ok())
            .unwrap_or(TimeZone::UTC);
        Self { language, zone }
    }

    fn formatters(&self) -> &'static Formatters {
        &FORMATTERS[self.language]
    }

    /// `1,234.50 EUR`; the code says which of many dollars it is.
    pub fn money(&self, money: Money) -> String {
        let decimal = self.decimal(&decimal_text(money.minor, money.currency));
        // A minus as wide as a digit, where a hyphen is easily overlooked; and a space that does not break, so that an
        // amount stays on one line.
        format!(
            "{}\u{a0}{}",
            decimal.replace('-', "\u{2212}"),
            money.currency
        )
    }

    /// A decimal number, as a program writes it, as a person does.
    pub fn decimal(&self, text: &str) -> String {
        match text.parse::<Decimal>() {
            Ok(decimal) => self.formatters().decimal.format(&decimal).to_string(),
            Err(_) => text.to_owned(),
        }
    }

    /// A count.
    pub fn count(&self, count: u64) -> String {
        self.decimal(&count.to_string())
    }

    /// A weight; nothing where it is unknown.
    pub fn weight(&self, grams: u32, units: Units) -> String {
        // An ounce is 28.35 g; tenths of one are told.
        let tenth_ounces = u64::from(grams) * 1_000 / 2_835;
        let grams = u64::from(grams);
        match units {
            _ if grams == 0 => String::new(),
            Units::Metric if grams < 1_000 => format!("{}\u{a0}g", self.count(grams)),
            Units::Metric => {
                let kilograms = format!("{}.{:03}", grams / 1_000, grams % 1_000);
                format!("{}\u{a0}kg", self.decimal(&kilograms))
            }
            Units::Imperial => {
                let ounces = format!("{}.{}", tenth_ounces / 10, tenth_ounces % 10);
                format!("{}\u{a0}oz", self.decimal(&ounces))
            }
        }
    }

    /// A day or an instant of the list's address; what is neither stays as it was typed.
    pub fn day_or_moment(&self, text: &str) -> String {
        if text.contains('T') {
            return text.parse().map_or(text.to_owned(), |at| self.moment(at));
        }
        let day = text.parse::<civil::Date>().ok().and_then(|day| {
            let (month, of_month) = (u8::try_from(day.month()), u8::try_from(day.day()));
            Date::try_new_iso(i32::from(day.year()), month.ok()?, of_month.ok()?).ok()
        });
        let formatter = &self.formatters().day_of_year;
        day.map_or(text.to_owned(), |day| formatter.format(&day).to_string())
    }

    /// Day and time.
    pub fn moment(&self, at: Timestamp) -> String {
        match self.parts(at) {
            Some(parts) => self.formatters().moment.format(&parts).to_string(),
            None => at.to_string(),
        }
    }

    /// The day, with its year where that is not the present one, and the time: for the two lines of a narrow column.
    pub fn day_and_time(&self, at: Timestamp, now: Timestamp) -> (String, String) {
        let Some(parts) = self.parts(at) else {
            return (at.to_string(), String::new());
        };
        let formatters = self.formatters();
        let year = |at: Timestamp| at.to_zoned(self.zone.clone()).year();
        let day = if year(at) == year(now) {
            formatters.day.format(&parts).to_string()
        } else {
            formatters.day_of_year.format(&parts).to_string()
        };
        (day, formatters.time.format(&parts).to_string())
    }

    /// The day on which something happened, where the reader is.
    pub fn date(&self, at: Timestamp) -> civil::Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// When a day begins where the reader is; nothing beyond what time can tell.
    pub fn midnight(&self, date: civil::Date) -> Option<Timestamp> {
        let begins = date.to_zoned(self.zone.clone()).ok()?;
        Some(begins.timestamp())
    }

    /// A day without its year, for one that is near.
    pub fn day(&self, date: civil::Date) -> String {
        let (month, day) = (u8::try_from(date.month()), u8::try_from(date.day()));
        let (Ok(month), Ok(day)) = (month, day) else {
            return date.to_string();
        };
        match Date::try_new_iso(i32::from(date.year()), month, day) {
            Ok(iso) => self.formatters().day.format(&iso).to_string(),
            Err(_) => date.to_string(),
        }
    }

    fn parts(&self, at: Timestamp) -> Option<DateTime<Iso>> {
        let zoned = at.to_zoned(self.zone.clone());
        let (month, day) = (
            u8::try_from(zoned.month()).ok()?,
            u8::try_from(zoned.day()).ok()?,
        );
        let date = Date::try_new_iso(i32::from(zoned.year()), month, day).ok()?;
        let clock = |part: i8| u8::try_from(part).ok();
        let time = Time::try_new(
            clock(zoned.hour())?,
            clock(zoned.minute())?,
            clock(zoned.second())?,
            0,
        );
        Some(DateTime {
            date,
            time: time.ok()?,
        })
    }
}
