//! Offers to pull an image through the rule, as proof that pulls work.

use super::Store;
use crate::check::{Criteria, ProvenPull, Scan};
use crate::commands::check::Pulls;
use crate::input::image_list::GivenImage;
use crate::model::date::Date;
use crate::model::image::{ImageReference, RulesByHost};
use crate::model::registries::PLACEHOLDER;
use crate::model::rule::Rule;
use crate::output::failure::Failure;
use crate::output::report::StoredSecret;
use crate::output::status::Status;
use crate::output::{escaped, paint, Color};

impl Store<'_> {
    /// Offers to pull an image through a rule that ECR validated, if a person can be asked. The
    /// work is done and reported by then, so a pull that fails is a warning.
    pub async fn offer_pull(mut self, stored: &StoredSecret) -> Result<Status, Failure> {
        let context = self.context;
        let rule = stored.rule.as_ref().map(|result| &result.rule);
        let rule = rule.filter(|rule| rule.is_valid == Some(true));
        let (Some(rule), Some(arn)) = (rule.map(|details| &details.rule), &stored.arn) else {
            return Ok(Status::Done);
        };
        if self.input.yes || !context.can_ask() {
            return Ok(Status::Done);
        }
        let (name, prefix) = (escaped(&stored.name), escaped(&rule.ecr_repository_prefix));
        let state = format!("{name} is stored and rule {prefix} uses it");
        context.progress.note_found(state);
        let host = self.session.registry_host(arn.account());
        let asked = self.ask_for_an_image(rule, host).await;
        let asked = asked.map_err(|failure| match failure.status() {
            Status::Canceled => {
                let hints = context.global.hints();
                context.progress.interrupted(Status::Canceled, &hints)
            }
            _ => failure.then_why("the secret and the rule are stored"),
        })?;
        let Some(image) = asked else {
            return Ok(Status::Done);
        };
        let name = image.reference.to_string();
        let said = match self.pull(image, rule).await {
            Ok(proven) => proven.iter().filter_map(ProvenPull::to_text).collect(),
            Err(failure) => {
                let again = self.session.hints().check_pull(&name);
                let again = format!("the secret and the rule are stored; pull it again: {again}");
                let label = paint(Color::Yellow, "warning:");
                format!("{label} {}", failure.or_fix(&again).in_one_line())
            }
        };
        context.output.say(&said);
        Ok(Status::Done)
    }

    /// Asks whether to pull an image, and which. `None` means none.
    async fn ask_for_an_image(
        &self,
        rule: &Rule,
        host: String,
    ) -> Result<Option<GivenImage>, Failure> {
        let prompter = self.context.prompter();
        self.context.output.say(
            "\nA pull proves that the rule works. ECR caches the image in a repository that it \
             creates",
        );
        let question = "Pull an image now to prove it?";
        if !prompter.confirm(question, false).await? {
            return Ok(None);
        }
        let example = rule.as_wanted().map(|wanted| wanted.example_image());
        let example = example.filter(|example| *example != PLACEHOLDER);
        let rule = rule.clone();
        let parse = move |text: &str| through(&rule, text, &host);
        prompter.ask_image(example, parse).await
    }

    /// Pulls an image as `check` does.
    async fn pull(&mut self, image: GivenImage, rule: &Rule) -> Result<Vec<ProvenPull>, Failure> {
        let (network, tests_logins) = (self.network.clone(), self.login.is_wanted());
        let session = &mut self.session;
        let pulls = Pulls::log_in(vec![image], network, tests_logins, session, self.context);
        let pulls = pulls.await?;
        let session = &self.session;
        let mut scan = Scan::of_rules(session).await;
        scan.rules.get_or_insert_with(|| vec![rule.clone()]);
        let criteria = Criteria {
            today: Date::today(),
            max_age: None,
            expiring_within: 0,
            region: session.region().to_string(),
            hints: session.hints(),
        };
        let proven = pulls.prove(&mut scan, &criteria, session).await?;
        let Some(finding) = scan.findings.pop() else {
            return Ok(proven);
        };
        let failure = Failure::new(Status::Problems, finding.code, finding.message);
        Err(match finding.fix {
            Some(fix) => failure.fix(fix),
            None => failure,
        })
    }
}

/// An image by its name in the registry at `host`, through this rule. The registry that the rule
/// pulls from can be left out of the text.
fn through(rule: &Rule, text: &str, host: &str) -> Result<GivenImage, String> {
    let rules = RulesByHost::new(std::slice::from_ref(rule));
    let through_rule = |name: &str| {
        let image = ImageReference::parse(name).map_err(|fault| fault.to_string())?;
        if image.domain() == host {
            return Ok::<_, String>(Some(image));
        }
        let cached = image.cached(&rules, host);
        Ok(cached.and_then(|(name, _)| ImageReference::parse(&name).ok()))
    };
    let reference = match through_rule(text)? {
        Some(image) => Some(image),
        None => through_rule(&format!("{}/{text}", rule.source()))?,
    };
    let prefix = &rule.ecr_repository_prefix;
    Ok(GivenImage {
        text: text.to_owned(),
        before: String::new(),
        reference: reference.ok_or_else(|| format!("rule {prefix} does not pull it"))?,
    })
}
