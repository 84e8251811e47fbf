//! `check --pull`: which images are meant, under which names in this account's registry, and the
//! proof.

use zeroize::Zeroizing;

use super::super::context::Context;
use super::super::image::{account, no_rule};
use crate::aws::{Kind, Network, Session, EXPLICIT_DENY};
use crate::check::{
    not_tried, statement_to_add, Criteria, Finding, ProvenPull, PullProof, PullTarget, Scan,
};
use crate::input::image_list::GivenImage;
use crate::model::count::count;
use crate::model::image::{ImageReference, RulesByHost};
use crate::model::rule::Rule;
use crate::output::failure::Failure;
use crate::output::pull::is_registry_host;

/// The action that a login at the account's registry needs.
const GET_TOKEN: &str = "ecr:GetAuthorizationToken";

/// The images to pull, with the login at this account's registry.
pub struct Pulls {
    images: Vec<GivenImage>,
    /// The `Authorization` header, or the fix if the caller may not get one.
    login: Result<Zeroizing<String>, String>,
    network: Network,
    tests_logins: bool,
}

impl Pulls {
    /// Logs in to ECR, asks who is calling, and says what the pulls do.
    ///
    /// # Errors
    /// As of GetAuthorizationToken, unless it is denied.
    pub async fn log_in(
        images: Vec<GivenImage>,
        network: Network,
        tests_logins: bool,
        session: &mut Session,
        context: &Context<'_>,
    ) -> Result<Self, Failure> {
        let (ecr, place) = (session.ecr(), session.ecr_service());
        let redactor = session.redactor().clone();
        let (login, identified) =
            tokio::join!(ecr.registry_login(&redactor), session.identify_caller());
        identified?;
        let what = "could not get a token for the Amazon ECR registry";
        let login = match login {
            Err(error) if error.kind == Kind::Denied => {
                let fix = error.into_failure(what, &place).into_fix();
                let explicit = fix.filter(|fix| fix == EXPLICIT_DENY);
                Err(explicit.unwrap_or_else(|| statement_to_add(&[GET_TOKEN], "*")))
            }
            login => Ok(login.map_err(|error| error.into_failure(what, &place))?),
        };
        if login.is_ok() {
            context.output.note(&format!(
                "Asking Amazon ECR for the manifest of {}; it caches what it pulls",
                count(images.len(), "image")
            ));
        }
        Ok(Self {
            images,
            login,
            network,
            tests_logins,
        })
    }

    /// Pulls the manifests, and adds the findings to those of the scan.
    ///
    /// # Errors
    /// Status 7 if ECR's registry is out of reach.
    pub async fn prove(
        self,
        scan: &mut Scan,
        criteria: &Criteria,
        session: &Session,
    ) -> Result<Vec<ProvenPull>, Failure> {
        let rules = scan.rules.as_deref().unwrap_or_default();
        let account = account(rules, session)?;
        let by_host = RulesByHost::new(rules);
        let targets = self.images.into_iter().map(|image| PullTarget {
            ecr_image: match (
                &self.login,
                name_in_registry(&image.reference, &by_host, &account, session),
            ) {
                (Err(fix), _) => {
                    let what = format!("the caller may not call {GET_TOKEN}");
                    Err(not_tried(
                        &image.text,
                        "pull-denied",
                        &what,
                        Some(fix.clone()),
                    ))
                }
                (Ok(_), Some(name)) => Ok(name),
                (Ok(_), None) if scan.rules.is_none() => Err(not_tried(
                    &image.text,
                    "pull-not-tried",
                    "the rules could not be read, so its name in this registry is unknown",
                    Some("give its name in this registry".to_owned()),
                )),
                (Ok(_), None) => Err(without_rule(&image, rules, &account, session)),
            },
            image: image.text,
        });
        let login = self.login.as_ref().map_or("", |login| login.as_str());
        let proof = PullProof {
            session,
            network: &self.network,
            account: &account,
            rules: scan.rules.as_deref(),
            templates: &scan.templates,
            criteria,
            found: &scan.findings,
            tests_logins: self.tests_logins,
        };
        let (pulls, findings) = proof.run(targets.collect(), login).await?;
        scan.findings.extend(findings);
        Ok(pulls)
    }
}

/// The name of an image in this account's registry; `None` without a rule for it.
fn name_in_registry(
    image: &ImageReference,
    rules: &RulesByHost<'_>,
    account: &str,
    session: &Session,
) -> Option<ImageReference> {
    if is_registry_host(image.domain(), account, session.region()) {
        return Some(image.clone());
    }
    let (name, _) = image.cached(rules, &session.registry_host(account))?;
    ImageReference::parse(&name).ok()
}

fn without_rule(image: &GivenImage, rules: &[Rule], account: &str, session: &Session) -> Finding {
    let fix = no_rule(&[image], 1, rules, account, session).into_fix();
    let what = format!("no rule in {} is for it", session.region());
    not_tried(&image.text, "pull-no-rule", &what, fix)
}
