//! Finding the secret that a person names.

use super::{aws_options, Context};
use crate::aws::{Inventory, Session};
use crate::failure::Failure;
use crate::name::{Named, PREFIX};
use crate::output::escaped;
use crate::secret::Secret;
use crate::shell::quote;
use crate::status::Status;
use crate::token_kind::TokenKind;

/// Reads a NAME of the command line, before anything is sent.
///
/// # Errors
/// Status 2 where it can be no secret's name.
pub fn read(name: &str) -> Result<Named, Failure> {
    if TokenKind::is_in_the_wrong_place(name) {
        return Err(
            Failure::usage("NAME looks like an access token, so it is not repeated here")
                .why("other users can see it in the process list, and the shell keeps it in its history")
                .fix("give the name of the secret; if it was a real token, revoke it at the registry"),
        );
    }
    Named::parse(name)
        .map_err(|fault| Failure::usage(format!("NAME: {fault}")).fix("see: ecr-ptc list"))
}

/// Looks up a secret by DescribeSecret.
///
/// # Errors
/// Status 3 where there is no such secret, with the nearest name where the caller may list.
pub async fn find(
    named: &Named,
    session: &Session,
    inventory: &Inventory,
    context: &Context<'_>,
) -> Result<Secret, Failure> {
    let region = session.region();
    if let Some(other) = named.region().filter(|other| *other != region.as_str()) {
        let message = format!(
            "the ARN is of a secret in {}, and this is {region}",
            escaped(other)
        );
        return Err(Failure::usage(message).fix(format!("add --region {}", quote(other))));
    }
    let name = escaped(named.name());
    match inventory.describe(named.id()).await {
        // Secrets Manager may take a name for a part of an ARN, and find another secret.
        Ok(Some(secret)) if named.region().is_some() || secret.name == named.name() => Ok(secret),
        Err(error) => {
            Err(error.into_failure(&format!("could not look at {name}"), session.place()))
        }
        Ok(_) => {
            let message = format!("there is no secret {name} in {region}");
            let failure = Failure::new(Status::SecretState, "secret-not-found", message);
            Err(match nearest(named.name(), inventory).await {
                Nearest::NotAllowed => failure.fix("see the names that there are, where you may: ecr-ptc list"),
                Nearest::None => failure.why(format!("there is none under {PREFIX} at all")).fix(format!(
                    "look in the Region of the rule: --region; or make it: ecr-ptc create --name {}",
                    quote(named.name())
                )),
                Nearest::Is(other) if other == named.name() => {
                    let options = aws_options(context.global, Some(region));
                    let mut failure = failure;
                    failure.message = format!("there is no secret with that ARN in {region}");
                    failure
                        .why(format!("{name} has another one: it was deleted and made again since"))
                        .fix(format!("name it without its ARN: ecr-ptc show {}{options}", quote(&other)))
                }
                Nearest::Is(other) => {
                    let options = aws_options(context.global, Some(region));
                    let name = quote(&other);
                    failure.fix(format!(
                        "the nearest name is {name}: ecr-ptc show {name}{options}\nsee them all: ecr-ptc list{options}"
                    ))
                }
            })
        }
    }
}

enum Nearest {
    Is(String),
    None,
    NotAllowed,
}

async fn nearest(name: &str, inventory: &Inventory) -> Nearest {
    let Ok(secrets) = inventory.all().await else {
        return Nearest::NotAllowed;
    };
    let distance = |secret: &Secret| strsim::damerau_levenshtein(name, &secret.name);
    match secrets.into_iter().min_by_key(distance) {
        Some(secret) => Nearest::Is(secret.name),
        None => Nearest::None,
    }
}
