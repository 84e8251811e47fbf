//! `update`: stores new credentials as a new version of a secret that exists.

use super::create::{ask_for_a_good_token, suspicions_of};
use super::find::{find, read as read_name};
use super::renew::{Renew, Seen};
use super::rule::{find_rule, Stage};
use super::verify::Login;
use super::{
    cancelled, open_session, refuse_what_cannot_be_written, rollback, why_not_ask, Context,
};
use crate::aws::{Kind, Session, Settings};
use crate::cli::{Global, UpdateArgs, Verify};
use crate::content::Content;
use crate::failure::Failure;
use crate::input::draft::{default_name, Draft};
use crate::input::person::Person;
use crate::name::Named;
use crate::output::{escaped, hide_content, Output};
use crate::renewal::username_of;
use crate::report::Verification;
use crate::secret::{registry_of, Secret};
use crate::status::Status;

/// What is asked for.
pub enum Wanted {
    Rollback { named: Named, yes: bool },
    Renewal { named: Named, draft: Box<Draft> },
}

/// Reads the options and the token. Before any thread exists, since a variable with the token is
/// taken out of the environment.
///
/// # Errors
/// Status 2, with everything that is wrong or missing.
pub fn read(args: UpdateArgs, global: &Global) -> Result<Wanted, Failure> {
    let named = match (&args.name, args.registry) {
        (Some(name), _) => read_name(name)?,
        (None, Some(upstream)) => {
            let name = default_name(upstream).map(|name| name.to_string());
            read_name(&name.unwrap_or_default())?
        }
        (None, None) => {
            return Err(Failure::usage("which secret is meant is missing")
                .fix("give its NAME, or --registry for the one with the default name; see them: ecr-ptc list"))
        }
    };
    if args.rollback {
        let others = [
            (args.username.is_some(), "--username"),
            (args.token.access_token_stdin, "--access-token-stdin"),
            (
                args.token.access_token_file.is_some(),
                "--access-token-file",
            ),
            (args.token.access_token_env.is_some(), "--access-token-env"),
            (
                args.token.from_docker_config.is_some(),
                "--from-docker-config",
            ),
            (args.expires_on.is_some(), "--expires-on"),
            (args.rule.is_some(), "--rule"),
        ];
        if let Some((_, other)) = others.iter().find(|(given, _)| *given) {
            return Err(
                Failure::usage(format!("--rollback and {other} exclude each other"))
                    .fix("the version before is made current as it is; leave one of them out"),
            );
        }
        let yes = args.yes;
        return Ok(Wanted::Rollback { named, yes });
    }
    let mut args = args;
    args.registry = args.registry.or_else(|| registry_of(named.name()));
    let mut args = args.into_create();
    if args.rule.prefix.is_some() {
        // Not every name that can be read can be used by a rule.
        args.name = Some(named.name().to_owned());
    }
    let draft = Draft::for_update(args, &named, global, why_not_ask(global))?;
    let draft = Box::new(draft);
    Ok(Wanted::Renewal { named, draft })
}

/// Looks at the secret, gathers the rest, shows what will be done, asks, and stores.
///
/// # Errors
/// The [`Failure`] to show; status 8 where the new version is stored and a later step failed.
pub async fn run(wanted: Wanted, context: &Context<'_>) -> Result<Status, Failure> {
    let (named, mut draft) = match wanted {
        Wanted::Rollback { named, yes } => return rollback::run(named, yes, context).await,
        Wanted::Renewal { named, draft } => (named, *draft),
    };
    let output = context.output;
    let settings = Settings::read(context.global).await?;
    let login = Login::prepare(&draft, &settings);
    let mut of_host = None;
    if why_not_ask(context.global).is_some() {
        of_host = login.agree_to_host(&draft, None, context).await?;
    }
    let session = open_session(settings, context).await?;
    let inventory = session.inventory();
    let rule = async {
        match &draft.rule {
            Some(prefix) => find_rule(prefix, &session).await,
            None => Ok(None),
        }
    };
    let (secret, rule) = tokio::join!(find(&named, &session, &inventory, context), rule);
    let (rule, secret) = (rule?, secret?);
    refuse_what_cannot_be_written(&secret, ("update", ""), &session, context)?;
    if let Some(rule) = &rule {
        draft.learn_from(rule);
    }
    let stored = read_value(&secret, &mut draft, &session).await?;
    if draft.username.is_none() {
        draft.username = stored.as_ref().and_then(username_of);
    }
    let person = why_not_ask(context.global)
        .is_none()
        .then(|| Person::meet(context.global, output));
    match &person {
        Some(person) => {
            person.ask_username(&mut draft).await?;
            person.ask_address_of(&mut draft).await?;
            of_host = login.agree_to_host(&draft, Some(person), context).await?;
            person.ask_expiry(&mut draft).await?;
        }
        None if draft.username.is_none() => {
            let name = escaped(&secret.name);
            return Err(
                Failure::usage(format!("{name} has no username that can be kept"))
                    .fix("give it: --username NAME"),
            );
        }
        // A rule may have told the registry since.
        None if of_host.is_none() => of_host = login.agree_to_host(&draft, None, context).await?,
        None => {}
    }
    // Whatever stands against the rule is told before the token is asked for.
    let stage = match draft.rule_request()? {
        Some(wanted) => Some(Stage::of(wanted, rule, &session, context)?),
        None => None,
    };
    for warning in &draft.warnings {
        output.warn(warning);
    }
    draft.warnings.extend(of_host);
    let verification = if draft.upstream.is_some() {
        try_them(&mut draft, person.as_ref(), &login, output).await?
    } else {
        if let Some(person) = &person {
            person.ask_token(&mut draft, output).await?;
        }
        untried(&mut draft, output)?
    };
    let mut renew = Renew::plan(
        &draft,
        verification,
        &secret,
        stored.as_ref(),
        &session,
        context,
    )?
    .with_rule(stage);
    let review = format!("\nThis will be done:\n{}\n", renew.review());
    match person {
        Some(person) if !draft.yes && !renew.is_empty() => {
            output.say(&review);
            if !person.agrees().await? {
                return Err(cancelled(Status::Cancelled));
            }
        }
        Some(_) if !renew.is_empty() => output.note(&review),
        _ => {}
    }
    let seen = Seen::of(&secret);
    renew.carry_out(&seen).await?;
    Ok(Status::Done)
}

/// Logs in with the new credentials; a person is asked again where the registry refuses them.
async fn try_them(
    draft: &mut Draft,
    person: Option<&Person>,
    login: &Login,
    output: &Output,
) -> Result<Verification, Failure> {
    let (tried, suspicions) = if let Some(person) = person {
        ask_for_a_good_token(person, draft, login, output).await?
    } else {
        let suspicions = suspicions_of(draft, output);
        (login.attempt(draft).await?, suspicions)
    };
    let mut warnings = suspicions;
    let verification = login.settle(tried, &mut warnings, output)?;
    draft.warnings.extend(warnings);
    Ok(verification)
}

/// Where the name does not tell the registry, nobody can be asked.
fn untried(draft: &mut Draft, output: &Output) -> Result<Verification, Failure> {
    let why = "the name of the secret does not tell the registry, and --registry is not given";
    match draft.verify {
        Verify::Never => Ok(Verification::skipped("not asked for: --verify never")),
        Verify::Auto => {
            let warning = format!("the credentials were not tried: {why}");
            output.warn(&warning);
            draft.warnings.push(warning);
            Ok(Verification::skipped(why))
        }
        Verify::Always => Err(Failure::usage("the credentials cannot be tried")
            .why(why)
            .fix("add --registry KIND")),
    }
}

/// The stored value; none where there is none, or this caller may not read it. From then on it is kept
/// out of whatever is shown.
async fn read_value(
    secret: &Secret,
    draft: &mut Draft,
    session: &Session,
) -> Result<Option<Content>, Failure> {
    match session.inventory().value(&secret.arn).await {
        Ok(stored) => {
            if let Some(content) = &stored {
                hide_content(content);
            }
            Ok(stored)
        }
        Err(error) if error.kind == Kind::Denied && draft.username.is_some() => {
            draft.warnings.push(
                "the stored value may not be read (secretsmanager:GetSecretValue), so a new version is \
                 stored without comparing, and other keys that it may have are not kept"
                    .to_owned(),
            );
            Ok(None)
        }
        Err(error) => {
            let what = format!(
                "could not read the value of {}, to keep its username",
                escaped(&secret.name)
            );
            let mut failure = error.into_failure(&what, session.place());
            if failure.status == Status::Denied {
                let more = "or give the username: --username NAME".to_owned();
                failure.fix = Some(match failure.fix {
                    Some(fix) => format!("{fix}\n{more}"),
                    None => more,
                });
            }
            Err(failure)
        }
    }
}
