//! [`Date`] and [`Time`], both in UTC.

use std::fmt;

use crate::model::count::count;
use crate::model::invalid::Invalid;
use serde::{Serialize, Serializer};
use time::format_description::parse_borrowed;
use time::{OffsetDateTime, PrimitiveDateTime, UtcDateTime};

/// A day of the Gregorian calendar, from 0001-01-01 to 9999-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(time::Date);

impl Date {
    /// Parses `YYYY-MM-DD`, exactly ten characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let format = parse_borrowed::<2>("[year]-[month]-[day]").ok();
        let date = format.and_then(|format| time::Date::parse(text, &format).ok());
        // The library accepts a sign before the year.
        let date = date.filter(|date| date.year() > 0 && text.len() == 10);
        date.map(Self)
            .ok_or_else(|| Invalid::new("a date is a calendar day such as 2027-01-31"))
    }

    /// Today by the system's clock.
    pub fn today() -> Self {
        Time::now().date()
    }

    /// The number of days from this date to another; negative if the other is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        (other.0 - self.0).whole_days()
    }

    /// The date this many days later, at most 9999-12-31.
    pub fn after(self, days: i64) -> Self {
        let later = self.0.checked_add(time::Duration::days(days));
        Self(later.unwrap_or(time::Date::MAX))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A moment, in whole seconds, from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(UtcDateTime);

impl Time {
    /// 0001-01-01T00:00:00Z, in seconds since 1970.
    const FIRST: i64 = -62_135_596_800;
    /// 9999-12-31T23:59:59Z, in seconds since 1970.
    const LAST: i64 = 253_402_300_799;

    /// The time this many seconds after 1970-01-01T00:00:00Z, limited to the range of [`Time`].
    pub fn at(seconds: i64) -> Self {
        let moment = UtcDateTime::from_unix_timestamp(seconds.clamp(Self::FIRST, Self::LAST));
        Self(moment.unwrap_or(UtcDateTime::UNIX_EPOCH))
    }

    /// Now by the system's clock.
    pub fn now() -> Self {
        Self::at(UtcDateTime::now().unix_timestamp())
    }

    /// Parses `2027-01-31 00:00:00 UTC`, or with an offset such as `+0100` instead of `UTC`.
    pub fn parse(text: &str) -> Option<Self> {
        const MOMENT: &str = "[year]-[month]-[day] [hour]:[minute]:[second]";
        let moment = if let Some(utc) = text.strip_suffix(" UTC") {
            let format = parse_borrowed::<2>(MOMENT).ok()?;
            PrimitiveDateTime::parse(utc, &format).ok()?.assume_utc()
        } else {
            let format = format!("{MOMENT} [offset_hour sign:mandatory][offset_minute]");
            let format = parse_borrowed::<2>(&format).ok()?;
            OffsetDateTime::parse(text, &format).ok()?
        };
        Some(Self::at(moment.unix_timestamp()))
    }

    pub fn date(self) -> Date {
        Date(self.0.date())
    }
}

/// ISO 8601, such as `2027-01-31T12:00:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.0.as_hms();
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}Z", self.date())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A time, with how many days ago it was.
pub fn ago(time: Time) -> String {
    match time.date().days_until(Time::now().date()) {
        0 => format!("{time} (today)"),
        days => format!("{time} ({} ago)", in_days(days)),
    }
}

/// A number of days in words: `1 day`, `3 days`.
pub fn in_days(days: i64) -> String {
    count(days, "day")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn dates_at_their_bounds() {
        assert_eq!(date("1970-01-01").days_until(date("2000-03-01")), 11_017);
        assert_eq!(date("2024-02-29").days_until(date("2025-02-28")), 365);
        assert_eq!(date("2027-01-31").days_until(date("2027-01-30")), -1);
        for text in ["0001-01-01", "9999-12-31", "2000-02-29", "1969-12-31"] {
            assert_eq!(date(text).to_string(), text);
        }
        for text in [
            "2027-02-29",
            "1900-02-29",
            "2027-13-01",
            "2027-00-01",
            "2027-04-31",
            "2027-01-00",
            "0000-01-01",
            "",
            "2027-1-31",
            "2027-01-31 ",
            "27-01-31",
            "2027/01/31",
            "2027-01-3١",
            "+027-01-31",
            "20270131",
            "+2027-01-31",
            "-001-01-01",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_with_its_zone_is_read() {
        let time = |text: &str| Time::parse(text).map(|time| time.to_string());
        for (text, utc) in [
            ("2027-01-31 00:00:00 UTC", "2027-01-31T00:00:00Z"),
            ("2027-01-31 00:30:00 +0100", "2027-01-30T23:30:00Z"),
            ("2027-01-31 23:30:59 -0530", "2027-02-01T05:00:59Z"),
        ] {
            assert_eq!(time(text).as_deref(), Some(utc), "{text}");
        }
        for text in [
            "",
            "2027-01-31",
            "2027-01-31 00:00:00",
            "2027-01-31 00:00 UTC",
            "2027-01-31 24:00:00 UTC",
            "2027-02-30 00:00:00 UTC",
            "2027-01-31 00:00:00 CET",
            "2027-01-31 00:00:00 +01:00",
            "2027-01-31 00:00:00 +9900",
            "2027-01-31 00:00:00 +0\u{e9}0",
            "2027-01-31T00:00:00Z",
            "2027-01-31 00:00:00 UTC x",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_utc() {
        assert_eq!(Time::at(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Time::at(1_798_761_599).to_string(), "2026-12-31T23:59:59Z");
        assert_eq!(Time::at(-1).to_string(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn the_ends_of_an_integer_are_the_first_moment_and_the_last() {
        for seconds in [i64::MIN, i64::MIN + 1, -62_135_596_801, -62_135_596_800] {
            assert_eq!(Time::at(seconds).to_string(), "0001-01-01T00:00:00Z");
        }
        for seconds in [i64::MAX, 253_402_300_800, 253_402_300_799] {
            assert_eq!(Time::at(seconds).to_string(), "9999-12-31T23:59:59Z");
        }
        let (first, last) = (Time::at(i64::MIN).date(), Time::at(i64::MAX).date());
        assert_eq!((first, last), (date("0001-01-01"), date("9999-12-31")));
        assert_eq!(first.days_until(last), 3_652_058);
    }

    proptest! {
        #[test]
        fn any_number_of_seconds_is_a_moment_with_a_date(seconds: i64) {
            let time = Time::at(seconds);
            let text = time.to_string();
            prop_assert_eq!(Date::parse(&text[..10]), Ok(time.date()));
            prop_assert_eq!(text.len(), 20);
        }

        #[test]
        fn each_day_reads_back_as_itself_and_has_one_successor(day in -719_162..2_932_896_i64) {
            let on = |day: i64| Time::at(day * 86_400).date();
            let (day, next) = (on(day), on(day + 1));
            prop_assert_eq!(Date::parse(&day.to_string()), Ok(day));
            prop_assert!(day.to_string() < next.to_string());
            prop_assert_eq!(day.days_until(next), 1);
        }

        #[test]
        fn any_text_is_a_date_as_it_is_written_or_a_fault(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}|.{0,12}") {
            if let Ok(date) = Date::parse(&text) {
                prop_assert_eq!(date.to_string(), text);
            }
        }
    }
}
