//! Explains an [`Outcome`] with a failed step, or an interruption: what was done, what was not,
//! why, and how to finish.

use super::apply::{Known, Outcome, Progress};
use super::step::{Effect, Step, StepError};
use crate::aws::{AwsError, Kind, Session};
use crate::model::rule::RuleRequest;
use crate::model::secret::{EXPIRY_TAG, UNKNOWN_EXPIRY};
use crate::output::escaped;
use crate::output::failure::Failure;
use crate::output::hint::{Hints, CREATE_AGAIN, OVERWRITE_REPLICA};
use crate::output::status::Status;

impl Outcome {
    /// The outcome if every step is done, else a failure: status 8 if something was written.
    /// `finish` is the command that finishes the work on a secret.
    pub fn complete(mut self, aws: &Session, finish: Option<&str>) -> Result<Self, Failure> {
        let Some((step, error)) = self.failed.take() else {
            return Ok(self);
        };
        let hints = &aws.hints();
        let is_partial = self.is_stored || self.is_changed;
        let is_invalid = matches!(error, StepError::RuleInvalid(_));
        let failure = self.explain(&step, error, aws, hints);
        let finish = finish.filter(|_| is_partial).map(str::to_owned);
        let finish = match step.rule() {
            Some(rule) => {
                let name = &self.subject.name;
                Some(match step {
                    Step::UpdateRule(_) => hints.rule_switch(rule, name),
                    _ => hints.rule_set(rule, name),
                })
            }
            None if !is_partial => None,
            None => self.finish_date(&step, hints).or(finish),
        };
        let failure = match finish {
            Some(command) => failure.then_fix(&format!("finish it with: {command}")),
            None => failure,
        };
        if !is_partial && !is_invalid {
            return Err(failure);
        }
        // ECR's error code says more than "partial".
        let code = (!step.is_of_rule()).then_some("partial");
        let failure = match &self.subject.arn {
            Some(arn) if self.is_stored && is_invalid => {
                failure.then_why(&format!("the secret is {arn}"))
            }
            Some(arn) if self.is_stored => failure.first_why(&format!("the secret is {arn}")),
            _ => failure,
        };
        Err(failure.partial(code, self.subject.arn, self.steps))
    }

    /// The commands that finish the work if only the expiry date and a rule are missing. They need
    /// no token.
    fn finish_date(&self, step: &Step, hints: &Hints) -> Option<String> {
        let Step::TagResource(tags) = step else {
            return None;
        };
        let [tag] = tags.as_slice() else { return None };
        if tag.key() != EXPIRY_TAG || !self.not_tried.iter().all(Step::is_of_rule) {
            return None;
        }
        let name = &self.subject.name;
        let update = if tag.value() == UNKNOWN_EXPIRY {
            hints.set_tag(name, EXPIRY_TAG, UNKNOWN_EXPIRY)
        } else {
            hints.record_expiry(name, tag.value())
        };
        let rule = self.not_tried.iter().find_map(Step::rule);
        let rule = rule.map(|rule| format!("\nand: {}", hints.rule_set(rule, name)));
        Some(update + &rule.unwrap_or_default())
    }

    /// Adds what was done before, by other plans of the same run.
    pub fn follows(&mut self, earlier: &[Self], progress: &Progress) {
        self.is_changed |= earlier.iter().any(|outcome| outcome.is_changed);
        self.accomplished = Some(progress.done()).filter(|done| !done.is_empty());
        let steps = earlier.iter().flat_map(|outcome| &outcome.steps);
        self.steps = steps.chain(&self.steps).cloned().collect();
    }

    /// Whether CreateSecret failed with an error of this kind.
    pub fn is_not_created(&self, kind: Kind) -> bool {
        match &self.failed {
            Some((Step::CreateSecret(_), StepError::Aws(error))) => error.kind == kind,
            _ => false,
        }
    }

    fn explain(&self, step: &Step, error: StepError, aws: &Session, hints: &Hints) -> Failure {
        let name = escaped(&self.subject.name);
        let done = self.accomplished.as_ref();
        let lead = done.map_or_else(String::new, |done| format!("{done}, but "));
        match error {
            StepError::Aws(error) => {
                let what = format!("{lead}could not {}", step.purpose(&name, aws.region()));
                self.explain_aws(step, error, &what, aws, hints)
            }
            StepError::Replicas(failed) => {
                let what = format!("{lead}could not replicate the secret");
                Failure::new(Status::Partial, "partial", what)
                    .why(failed.join("\n"))
                    .fix(OVERWRITE_REPLICA)
            }
            StepError::NoSecret => Failure::bug(step.word()),
            StepError::RuleInvalid(reason) => {
                let rule = step.rule();
                let prefix = rule.map_or("", |rule| rule.prefix.as_str());
                let what = format!("{lead}ECR reports that rule {prefix} is invalid");
                let failure = Failure::new(Status::Partial, "rule-invalid", what);
                let fix = rule.map_or_else(String::new, |rule| {
                    self.fix_of_invalid(rule, reason.is_some(), hints)
                });
                let why = reason.map_or("ECR gave no reason".to_owned(), |reason| {
                    format!("ECR: {}", escaped(&reason))
                });
                failure.why(why).fix(fix)
            }
        }
    }

    /// The failure of a call, with whether it was done anyway, or how to find out.
    fn explain_aws(
        &self,
        step: &Step,
        error: AwsError,
        what: &str,
        aws: &Session,
        hints: &Hints,
    ) -> Failure {
        let is_of_rule = step.is_of_rule();
        let service = if is_of_rule {
            aws.ecr_service()
        } else {
            aws.service().clone()
        };
        let service = match &self.subject.arn {
            Some(_) => service.of_secret(&self.subject.name),
            None => service,
        };
        let stores = step.effect() == Some(Effect::Stored);
        let (done, verb) = if stores {
            ("stored", "store it")
        } else {
            ("done", "do it")
        };
        let (was_looked_at, may_be_done) = (error.was_looked_at(), error.may_have_worked());
        let failure = error.into_failure(what, &service);
        if was_looked_at && failure.status() != Status::Temporary {
            // The answer did not come from AWS.
            return failure.then_why(&format!("another call shows that it was not {done}"));
        }
        if was_looked_at {
            return failure
                .then_why(&format!("AWS did not {verb}, as another call shows"))
                .first_fix("try again in a minute");
        }
        if !may_be_done || step.effect().is_none() {
            return failure;
        }
        let look = if is_of_rule {
            hints.command("rule list")
        } else {
            hints.show(&self.subject.name)
        };
        let look = format!("see whether it was {done}: {look}");
        let fix = if stores && !self.is_issued {
            format!("{look}\nor run the same command again; it writes nothing twice {CREATE_AGAIN}")
        } else {
            look
        };
        failure
            .then_why(&format!(
                "it is unknown whether it was {done}: looking it up failed too"
            ))
            .first_fix(&fix)
    }

    /// What to do about an invalid rule. Our guesses are for a rule for which ECR gave no reason.
    fn fix_of_invalid(&self, rule: &RuleRequest, is_reason_known: bool, hints: &Hints) -> String {
        let Some(upstream) = rule.upstream.with_login() else {
            return String::new();
        };
        let replace = hints.replace(&self.subject.name, Some(upstream));
        if is_reason_known {
            return format!(
                "correct what ECR names; if it rejects the credentials, store new ones: {replace}"
            );
        }
        format!(
        "likely causes: the token expired, was revoked, or may not pull; the username does not \
         belong to the token;\n\
         the value is not {{\"username\":…,\"accessToken\":…}}; the key is not \
         aws/secretsmanager;\n\
         the resource policy denies ECR's role. You need {}, and {}.\n\
         Store new credentials: {replace}",
            upstream.login.username, upstream.login.token,
        )
    }
}

impl Progress {
    /// Adds what happened to credentials that a credential command issued, unless they are stored.
    pub fn explain_loss(&self, failure: Failure) -> Failure {
        const AGAIN: &str = "run it again to issue and store new credentials; if issuing these \
                             revoked the stored token, pulls of images that are not cached fail \
                             until then";
        let (why, when) = match (self.issued(), self.stored()) {
            (Known::No, _) | (_, Known::Yes) => return failure,
            (Known::Maybe, _) => ("any new credentials it issued are lost", ""),
            (Known::Yes, Known::Maybe) => (
                "new credentials were issued but may not be stored",
                "if they are not stored, ",
            ),
            (Known::Yes, Known::No) => ("new credentials were issued but not stored", ""),
        };
        failure.then_why(why).or_fix(&format!("{when}{AGAIN}"))
    }

    /// The failure after a signal: what was done, and what may have been done.
    pub fn interrupted(&self, status: Status, hints: &Hints) -> Failure {
        let (done, under_way) = (self.done(), self.under_way());
        let effect = under_way.as_ref().and_then(|call| call.effect.as_ref());
        let (Some(call), true) = (&under_way, effect.is_some() || !done.is_empty()) else {
            return match done.as_str() {
                "" if self.issued() == Known::Maybe => {
                    Failure::canceled(status).why("the credential command was interrupted")
                }
                "" => Failure::canceled(status),
                done => Failure::new(status, "canceled", format!("canceled; {done}")),
            };
        };
        let hints = hints.in_region(call.region.as_str());
        let name = escaped(&call.subject.name);
        let possible = effect.map(|effect| effect.possible(&name));
        if !done.is_empty() {
            let why = possible.unwrap_or_else(|| "ECR has not validated the rule yet".to_owned());
            let failure = Failure::new(status, "canceled", format!("canceled; {done}")).why(why);
            let failure = match &call.subject.arn {
                Some(arn) => failure.first_why(&format!("the secret is {arn}")),
                None => failure,
            };
            return failure.fix(if self.issued() == Known::Yes {
                format!("see what is done: {}", hints.show(&call.subject.name))
            } else {
                format!("run the same command again {CREATE_AGAIN}; it writes nothing twice")
            });
        }
        let (service, look) = match effect {
            Some(Effect::Rule(..)) => ("ECR", hints.command("rule list")),
            _ => ("AWS", hints.show(&call.subject.name)),
        };
        let possible = possible.unwrap_or_default();
        let message = format!("canceled while {service} was answering; {possible}");
        Failure::new(status, "canceled", message).fix(format!("see whether it was: {look}"))
    }
}
