//! How an [`Outcome`] is told where a step failed: what is done, what is not and why, and how to
//! finish. And what an interruption leaves.

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
    /// The outcome, where every step is done. `finish` is the command that finishes what is left of
    /// a secret, where running it again does that; a rule is finished by `rule set`.
    ///
    /// # Errors
    /// The failure of the step that failed: status 8 where something is done already.
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
        // A word of ECR's tells more than that the work is not whole.
        let code = (!step.is_of_rule()).then_some("partial");
        let failure = match &self.subject.arn {
            Some(arn) if self.is_stored => failure.first_why(&format!("the secret is {arn}")),
            _ => failure,
        };
        Err(failure.partial(code, self.subject.arn, self.steps))
    }

    /// The commands that finish the work where only the expiry date and a rule are missing: the
    /// credentials are stored, and no token is needed again.
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

    /// Whether the first call found that the secret exists, or is scheduled for deletion.
    pub fn is_refused_as_existing(&self) -> bool {
        self.is_refused_as(Kind::Exists) || self.is_refused_as(Kind::PendingDeletion)
    }

    pub fn is_refused_as_pending(&self) -> bool {
        self.is_refused_as(Kind::PendingDeletion)
    }

    fn is_refused_as(&self, kind: Kind) -> bool {
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
            StepError::RuleInvalid(words) => {
                let rule = step.rule();
                let prefix = rule.map_or("", |rule| rule.prefix.as_str());
                let words = escaped(&words);
                let what = format!("{lead}ECR says that the rule {prefix} is invalid");
                Failure::new(Status::Partial, "rule-invalid", what)
                    .why(format!("ECR says: {words}"))
                    .fix(rule.map_or_else(String::new, |rule| self.likely_causes(rule, hints)))
            }
        }
    }

    /// The failure of a call: whether it is done all the same, as far as that can be known, and how
    /// to see.
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
            ("stored", "stored it")
        } else {
            ("done", "done it")
        };
        let (was_looked_at, may_be_done) = (error.was_looked_at(), error.may_have_worked());
        let failure = error.into_failure(what, &service);
        if was_looked_at && failure.status() != Status::Temporary {
            // What answered was not AWS, so that only the way there can be fixed.
            return failure.then_why(&format!("it is not {done}, as another call shows"));
        }
        if was_looked_at {
            return failure
                .then_why(&format!("AWS was asked again, and has not {verb}"))
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
        let look = format!("see whether it is: {look}");
        let fix = if stores && !self.is_issued {
            format!(
                "{look}\nor store it again: what is the same already is not written twice \
                {CREATE_AGAIN}"
            )
        } else {
            look
        };
        failure
            .then_why(&format!(
                "it is not known whether it is {done}: AWS does not answer that either"
            ))
            .first_fix(&fix)
    }

    fn likely_causes(&self, rule: &RuleRequest, hints: &Hints) -> String {
        let Some(upstream) = rule.upstream.with_login() else {
            return String::new();
        };
        let name = &self.subject.name;
        format!(
        "the likely causes: the token has expired, was revoked or may not pull; the username is \
         not the token's;\n\
         the value of the secret is not {{\"username\":…,\"accessToken\":…}}; its key is not \
         aws/secretsmanager;\n\
         its resource policy denies ECR's role. Needed are {}, and {}.\n\
         Store new credentials: {}",
        upstream.login.username,
        upstream.login.token,
        hints.replace(name, Some(upstream))
    )
    }
}

impl Progress {
    /// Adds what became of credentials that a credential command issued, unless they are stored.
    pub fn explain_loss(&self, failure: Failure) -> Failure {
        const AGAIN: &str = "run it again to issue and store other credentials; until then pulls \
                             may fail for images that ECR has not cached, if issuing these revoked \
                             the stored token";
        let (why, when) = match (self.issued(), self.stored()) {
            (Known::No, _) | (_, Known::Yes) => return failure,
            (Known::Maybe, _) => ("if it issued new credentials, they are lost", ""),
            (Known::Yes, Known::Maybe) => (
                "new credentials were issued, and may not be stored",
                "if they are not stored, ",
            ),
            (Known::Yes, Known::No) => ("new credentials were issued but not stored", ""),
        };
        failure.then_why(why).or_fix(&format!("{when}{AGAIN}"))
    }

    /// How a run is told that a signal ended: what it has done, and what it may have done. `hints`
    /// are by the options alone.
    pub fn interrupted(&self, status: Status, hints: &Hints) -> Failure {
        let (done, under_way) = (self.done(), self.under_way());
        let effect = under_way.as_ref().and_then(|call| call.effect.as_ref());
        let (Some(call), true) = (&under_way, effect.is_some() || !done.is_empty()) else {
            return match done.as_str() {
                "" if self.issued() == Known::Maybe => {
                    Failure::cancelled(status).why("the credential command was interrupted")
                }
                "" => Failure::cancelled(status),
                done => Failure::new(status, "cancelled", format!("cancelled; {done}")),
            };
        };
        let hints = hints.in_region(call.region.as_str());
        let name = escaped(&call.subject.name);
        let possible = effect.map(|effect| effect.possible(&name));
        if !done.is_empty() {
            let why = possible.unwrap_or_else(|| "ECR has not validated the rule yet".to_owned());
            let failure = Failure::new(status, "cancelled", format!("cancelled; {done}")).why(why);
            let failure = match &call.subject.arn {
                Some(arn) => failure.first_why(&format!("the secret is {arn}")),
                None => failure,
            };
            return failure.fix(if self.issued() == Known::Yes {
                format!("see what is done: {}", hints.show(&call.subject.name))
            } else {
                format!(
                    "run the same command again {CREATE_AGAIN}; what is there already is not \
                     written twice"
                )
            });
        }
        let (service, look) = match effect {
            Some(Effect::Rule(..)) => ("ECR", hints.command("rule list")),
            _ => ("AWS", hints.show(&call.subject.name)),
        };
        let possible = possible.unwrap_or_default();
        let message = format!("cancelled while {service} was answering; {possible}");
        Failure::new(status, "cancelled", message).fix(format!("see whether it was: {look}"))
    }
}
