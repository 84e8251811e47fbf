//! [`Date`] and [`Time`], both in UTC: as AWS tells them, and as the tag for a token's end has them.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Serialize, Serializer};

const SECONDS_PER_DAY: i64 = 86_400;

/// A day of the Gregorian calendar, from 0001-01-01 to 9999-12-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i64,
}

/// Why a text is not a [`Date`].
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    #[error("a date is written like 2027-01-31")]
    Form,
    #[error("there is no such day in the calendar")]
    NoSuchDay,
}

impl Date {
    /// Reads `YYYY-MM-DD`, with all ten characters and nothing else.
    ///
    /// # Errors
    /// A [`DateFault`]; it does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, DateFault> {
        let bytes = text.as_bytes();
        let fits = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !fits {
            return Err(DateFault::Form);
        }
        let number = |from: usize, to: usize| {
            bytes[from..to]
                .iter()
                .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
        };
        let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
        if year == 0 || !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
            return Err(DateFault::NoSuchDay);
        }
        let whole_years = year - 1;
        let before = 365 * whole_years
            + leap_days_through(whole_years)
            + (1..month).map(|month| days_in(year, month)).sum::<i64>();
        Ok(Self {
            days: before + day - 1 - DAYS_BEFORE_1970,
        })
    }

    /// Today by the system's clock.
    pub fn today() -> Self {
        Time::now().date()
    }

    /// How many days it is from this day to another; negative where the other is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        other.days - self.days
    }
}

/// From 0001-01-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_162;

/// From 1970-01-01 to 9999-12-31.
const DAYS_TO_THE_LAST: i64 = 2_932_896;

/// How many of the years 1 to `year` are leap years.
fn leap_days_through(year: i64) -> i64 {
    year / 4 - year / 100 + year / 400
}

fn is_leap(year: i64) -> bool {
    leap_days_through(year) > leap_days_through(year - 1)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.days + DAYS_BEFORE_1970;
        // A little low at first, so that only few years have to be counted.
        let mut year = (left / 366).max(0);
        left -= 365 * year + leap_days_through(year);
        year += 1;
        while left >= 365 + i64::from(is_leap(year)) {
            left -= 365 + i64::from(is_leap(year));
            year += 1;
        }
        let mut month = 1;
        while month < 12 && left >= days_in(year, month) {
            left -= days_in(year, month);
            month += 1;
        }
        write!(f, "{year:04}-{month:02}-{:02}", left + 1)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A moment, in whole seconds since 1970-01-01T00:00:00Z, from 0001-01-01T00:00:00Z to
/// 9999-12-31T23:59:59Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(i64);

impl Time {
    /// So many seconds after 1970-01-01T00:00:00Z, or before it; what is further off than there are
    /// dates is the first moment or the last, so that nobody's number takes long or overflows.
    pub fn at(seconds: i64) -> Self {
        let first = -DAYS_BEFORE_1970 * SECONDS_PER_DAY;
        let last = (DAYS_TO_THE_LAST + 1) * SECONDS_PER_DAY - 1;
        Self(seconds.clamp(first, last))
    }

    /// Now by the system's clock.
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self::at(since.map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        }))
    }

    pub fn date(self) -> Date {
        Date {
            days: self.0.div_euclid(SECONDS_PER_DAY),
        }
    }
}

/// ISO 8601, such as `2027-01-31T12:00:00Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute) = (second / 3_600, second / 60 % 60);
        write!(
            f,
            "{}T{hour:02}:{minute:02}:{:02}Z",
            self.date(),
            second % 60
        )
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A number of days in words: `1 day`, `3 days`.
pub fn in_days(days: i64) -> String {
    let plural = if days == 1 { "" } else { "s" };
    format!("{days} day{plural}")
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
        assert_eq!(date("1970-01-01").days, 0);
        assert_eq!(date("2000-03-01").days, 11_017);
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
        ] {
            assert_eq!(Date::parse(text), Err(DateFault::NoSuchDay), "{text}");
        }
        for text in [
            "",
            "2027-1-31",
            "2027-01-31 ",
            "27-01-31",
            "2027/01/31",
            "2027-01-3١",
            "+027-01-31",
            "20270131",
        ] {
            assert_eq!(Date::parse(text), Err(DateFault::Form), "{text}");
        }
    }

    #[test]
    fn times_are_told_in_utc() {
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
        fn each_day_reads_back_as_itself(days in -DAYS_BEFORE_1970..2_932_897_i64) {
            let day = Date { days };
            prop_assert_eq!(Date::parse(&day.to_string()), Ok(day));
        }

        #[test]
        fn each_day_has_one_successor(days in -DAYS_BEFORE_1970..2_932_896_i64) {
            let (day, next) = (Date { days }, Date { days: days + 1 });
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
