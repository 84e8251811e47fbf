//! [`Review`]: what a person says yes to, in rows.

use super::{PendingRule, Plan};
use crate::aws::Target;
use crate::model::rule::RuleRequest;
use crate::output::escaped;

/// Rows of a label and a text.
#[derive(Debug, Default)]
pub struct Review(Vec<(&'static str, String)>);

impl Review {
    pub fn row(&mut self, label: &'static str, text: &str) {
        self.0.push((label, escaped(text)));
    }

    /// Adds a row where there is something to say.
    pub fn optional(&mut self, label: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.row(label, text);
        }
    }

    pub fn rule(&mut self, rule: &RuleRequest) {
        self.row("rule", &format!("{} ({})", rule.prefix, rule.url));
    }

    pub fn pending_rule(&mut self, rule: Option<&PendingRule>) {
        if let Some(rule) = rule {
            self.rule(&rule.wanted);
        }
    }

    fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let rows = self.0.iter();
        rows.map(|(label, text)| format!("  {label:<12} {text}"))
    }
}

impl Plan {
    /// The review, without a line end: where it will be done, what, and by which calls.
    pub fn review(&self, target: &Target) -> String {
        let mut place = Review::default();
        if let Some(caller) = &target.caller {
            place.row("account", &format!("{} ({})", caller.account, caller.arn));
        }
        let region = target.region.as_ref().map(ToString::to_string);
        place.row("region", region.as_deref().unwrap_or("not set"));
        place.optional("profile", target.profile.as_deref());
        place.optional("endpoint", target.endpoint.as_deref());
        let mut calls = Review::default();
        let words: Vec<&str> = self.steps.iter().map(super::step::Step::word).collect();
        calls.row("AWS calls", &words.join(", then "));
        let all = place.lines().chain(self.review.lines());
        all.chain(calls.lines()).collect::<Vec<_>>().join("\n")
    }
}
