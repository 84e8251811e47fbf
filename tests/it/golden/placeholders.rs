//! Placeholders in golden files for what differs from run to run.

use std::collections::HashMap;
use std::time::SystemTime;

use crate::support::Account;

const DAY: u64 = 24 * 60 * 60;

/// How many days from today the dates are that scenes have in them; others stay as they are.
const AHEAD: [i64; 6] = [-10, 0, 10, 30, 90, 500];

/// The text before an example date, which stays as it is.
const EXAMPLE: [&str; 2] = ["such as ", "like "];

/// The day it is, counted from 1970 on. Whoever compares dates looks before and after.
pub fn today() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs() / DAY).unwrap()
}

/// The date of a day.
pub fn date(day: i64) -> String {
    // As in <https://howardhinnant.github.io/date_algorithms.html>: years begin in March.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (late, month) = if month < 10 {
        (0, month + 3)
    } else {
        (1, month - 9)
    };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + late)
}

/// Replaces each value by its placeholder.
pub struct Placeholders {
    fixed: [(String, &'static str); 2],
    dates: HashMap<String, String>,
    /// Each value that was met, and how many there are of each kind.
    met: HashMap<String, String>,
    counts: HashMap<&'static str, usize>,
}

impl Placeholders {
    pub fn new(account: &Account, home: &str, today: i64) -> Self {
        let name = |ahead: i64| match ahead {
            0 => "[TODAY]".to_owned(),
            _ => format!("[TODAY{ahead:+}]"),
        };
        Self {
            fixed: [
                (home.to_owned(), "[HOME]"),
                (account.id.clone(), "[ACCOUNT]"),
            ],
            dates: AHEAD
                .iter()
                .map(|ahead| (date(today + ahead), name(*ahead)))
                .collect(),
            met: HashMap::new(),
            counts: HashMap::new(),
        }
    }

    pub fn replace(&mut self, text: &str) -> String {
        let mut replaced = String::new();
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some((length, name)) = self.found(&replaced, rest) {
                replaced += &name;
                rest = &rest[length..];
            } else {
                replaced.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        replaced
    }

    /// What stands at the start of `rest` and has a placeholder: its length, and that.
    fn found(&mut self, before: &str, rest: &str) -> Option<(usize, String)> {
        let is_ours = ["127.0.0.1:", "localhost:"]
            .iter()
            .any(|host| before.ends_with(host));
        // Ports that the system chooses have five digits; those that a scene names have fewer.
        if is_ours && is_like(rest, "00000") {
            return Some(self.numbered("PORT", &rest[..5]));
        }
        if before.ends_with("]T") && is_like(rest, "00:00:00") {
            return Some((8, "[TIME]".to_owned()));
        }
        if is_like(rest, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") && !rest.starts_with("11112222") {
            let kind = if before.ends_with("key/") {
                "KEY"
            } else {
                "VERSION"
            };
            return Some(self.numbered(kind, &rest[..36]));
        }
        if rest.starts_with('-') && is_in_an_arn(before) && is_like(&rest[1..], "aaaaaa") {
            let ends = rest[7..].chars().next();
            if !ends.is_some_and(|c| c.is_alphanumeric() || "-/_+=.@".contains(c)) {
                let (_, name) = self.numbered("ARN-SUFFIX", &rest[1..7]);
                return Some((7, format!("-{name}")));
            }
        }
        if is_like(rest, "0000-00-00") && !EXAMPLE.iter().any(|words| before.ends_with(words)) {
            return Some((10, self.dates.get(&rest[..10])?.clone()));
        }
        let mut fixed = self.fixed.iter();
        let (value, name) = fixed.find(|(value, _)| rest.starts_with(value))?;
        Some((value.len(), (*name).to_owned()))
    }

    fn numbered(&mut self, kind: &'static str, value: &str) -> (usize, String) {
        let counts = &mut self.counts;
        let name = self.met.entry(value.to_owned()).or_insert_with(|| {
            let count = counts.entry(kind).or_default();
            *count += 1;
            format!("[{kind}-{count}]")
        });
        (value.len(), name.clone())
    }
}

/// Whether a text begins as the pattern says: `0` is a digit, `x` one in base sixteen, `a` a letter
/// or a digit.
pub fn is_like(text: &str, pattern: &str) -> bool {
    let fits = |(byte, as_in): (u8, u8)| match as_in {
        b'0' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_hexdigit(),
        b'a' => byte.is_ascii_alphanumeric(),
        _ => byte == as_in,
    };
    text.len() >= pattern.len() && text.bytes().zip(pattern.bytes()).all(fits)
}

/// Whether the name in the ARN of a secret stands at the end of this.
fn is_in_an_arn(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || "\"'(),".contains(c));
    let mut words = word.into_iter();
    words.next().is_some_and(|word| {
        word.starts_with("arn:") && word.contains(":secretsmanager:") && word.contains(":secret:")
    })
}

#[test]
fn placeholders_replace_only_what_differs() {
    assert_eq!(
        (date(0), date(-1)),
        ("1970-01-01".into(), "1969-12-31".into())
    );
    assert_eq!(
        (date(11_016), date(20_782)),
        ("2000-02-29".into(), "2026-11-25".into())
    );
    let account = Account::new();
    let arn = format!(
        "arn:aws:secretsmanager:us-east-1:{}:secret:a-public",
        account.id
    );
    let text = format!(
        "{arn}-AbCdEf, {arn}-??????, a-public, {}T01:02:03Z {} 2099-01-01 \
         http://127.0.0.1:40081/ localhost:81",
        date(20_782),
        date(20_812)
    );
    let replaced = Placeholders::new(&account, "/home/me", 20_782).replace(&text);
    let arn = "arn:aws:secretsmanager:us-east-1:[ACCOUNT]:secret:a-public";
    assert_eq!(
        replaced,
        format!(
            "{arn}-[ARN-SUFFIX-1], {arn}-??????, a-public, [TODAY]T[TIME]Z [TODAY+30] 2099-01-01 \
             http://127.0.0.1:[PORT-1]/ localhost:81"
        )
    );
}
