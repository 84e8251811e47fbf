//! `rule delete`: takes a rule away.

use serde::Serialize;

use crate::aws::Settings;
use crate::command::{cancelled, open_session, Context};
use crate::failure::Failure;
use crate::input::person::Person;
use crate::name::RepositoryPrefix;
use crate::output::escaped;
use crate::rule::Rule;
use crate::status::Status;

/// Its JSON members are a contract: only ever added to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deleted {
    schema_version: u8,
    action: &'static str,
    #[serde(flatten)]
    rule: Rule,
}

pub async fn run(
    prefix: &RepositoryPrefix,
    asks: bool,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let output = context.output;
    let session = open_session(Settings::read(context.global).await?, context).await?;
    let (place, ecr) = (session.place_of_ecr(), session.ecr());
    let region = session.region();
    let found = ecr.find(prefix.as_str()).await.map_err(|error| {
        let what = format!("could not see whether there is a rule {prefix}");
        error.into_failure(&what, &place)
    })?;
    let Some(rule) = found else {
        let message = format!("there is no rule {prefix} in {region}");
        return Err(
            Failure::new(Status::SecretState, "rule-not-found", message).fix(format!(
                "see which there are: ecr-ptc rule list --region {region}"
            )),
        );
    };
    if asks {
        let secret = rule.secret().unwrap_or("no secret");
        output.say(&escaped(&format!(
            "The rule {prefix} in {region}: {}, with {secret}.",
            rule.upstream_registry_url
        )));
        output.say("Images that are cached stay; no further ones will come.");
        let person = Person::meet(context.global, output);
        if !person.confirms("Delete it?").await? {
            return Err(cancelled(Status::Cancelled));
        }
    }
    context.progress.touches_rule(prefix.as_str());
    ecr.delete(prefix.as_str()).await.map_err(|error| {
        let what = format!("could not delete the rule {prefix} in {region}");
        error.into_failure(&what, &place)
    })?;
    let report = Deleted {
        schema_version: 1,
        action: "deleted",
        rule,
    };
    output.result(None, &report).map_err(|error| {
        let message = format!("standard output cannot be written: {error}");
        Failure::new(Status::Failed, "output", message).why("the rule is deleted all the same")
    })?;
    output.note(&format!(
        "The rule {prefix} in {region} is deleted; images that are cached stay."
    ));
    Ok(())
}
