//! [`PullProof`]: images asked for at Amazon ECR as proof that they can be pulled, and what its
//! answers mean.

use std::collections::HashMap;

use futures_util::{stream, StreamExt};
use serde::Serialize;
use serde_json::json;

use super::finding::{Finding, Level};
use super::inspected::{Criteria, Inspected};
use super::login_check::{credential_of, LoginCheck};
use crate::aws::{denied_action, Network, Session, EXPLICIT_DENY};
use crate::model::creation_template::CreationTemplate;
use crate::model::image::{rule_of, ImageReference};
use crate::model::name::ROOT;
use crate::model::rule::{CredentialArn, Rule};
use crate::output::failure::Failure;
use crate::output::status::Status;
use crate::output::{escaped, CHECK_MARK};
use crate::registry::{Manifest, ManifestFault, ManifestRequest, Refusal};

/// Manifests that ECR is asked for at the same time.
const PULLS_IN_FLIGHT: usize = 4;

/// The actions that a pull through a rule needs on the repository.
const PULL_ACTIONS: [&str; 4] = [
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "ecr:CreateRepository",
    "ecr:BatchImportUpstreamImage",
];

/// An image whose pull is to be proven.
pub struct PullTarget {
    /// As it was given.
    pub image: String,
    /// Its name in this account's registry, or the finding that says why it has none.
    pub ecr_image: Result<ImageReference, Finding>,
}

/// Whether an image can be pulled. Its JSON members are a contract: only ever added to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvenPull {
    image: String,
    ecr_image: Option<String>,
    /// The prefix of the rule; `None` if the image is in this registry without one.
    rule: Option<String>,
    verdict: PullVerdict,
    /// Why the pull failed.
    reason: Option<String>,
    digest: Option<String>,
    platforms: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum PullVerdict {
    Succeeded,
    Failed,
}

impl ProvenPull {
    /// For people; `None` if the pull failed, which a finding says.
    pub fn to_text(&self) -> Option<String> {
        if self.verdict == PullVerdict::Failed {
            return None;
        }
        let image = escaped(&self.image);
        let first = match &self.rule {
            Some(rule) => format!(
                "{CHECK_MARK}{image} can be pulled through {}",
                escaped(rule)
            ),
            None => format!("{CHECK_MARK}{image} can be pulled from this registry"),
        };
        let platforms = (!self.platforms.is_empty()).then(|| self.platforms.join(", "));
        let more = [self.digest.clone(), platforms].into_iter().flatten();
        let lines: Vec<String> = std::iter::once(first).chain(more).collect();
        Some(lines.join("\n  "))
    }
}

/// What a pull is judged by.
pub struct PullProof<'a> {
    pub session: &'a Session,
    pub network: &'a Network,
    pub account: &'a str,
    /// All rules of the Region; `None` if they could not be listed.
    pub rules: Option<&'a [Rule]>,
    pub templates: &'a [CreationTemplate],
    pub criteria: &'a Criteria,
    /// What was found before. A login that was tested already is not tested again.
    pub found: &'a [Finding],
    /// Whether stored credentials may be tested at their registry.
    pub tests_logins: bool,
}

/// What a registry says about the stored credentials of a rule.
#[derive(Clone)]
enum StoredLogin {
    Accepted,
    Rejected(Finding),
    /// Why they could not be tested.
    Untested(String),
}

impl PullProof<'_> {
    /// Asks ECR for the manifest of each image, which makes it cache them, and explains each error.
    /// `login` is the `Authorization` header for ECR's registry.
    ///
    /// # Errors
    /// Status 7 if ECR's registry is out of reach, 4 if something else answers in its place.
    pub async fn run(
        &self,
        targets: Vec<PullTarget>,
        login: &str,
    ) -> Result<(Vec<ProvenPull>, Vec<Finding>), Failure> {
        let request = ManifestRequest {
            network: self.network,
            login,
            time_out: self.session.registry_time_out(),
        };
        let answers = stream::iter(targets).map(async |target| {
            let answer = match &target.ecr_image {
                Ok(image) => Some(request.send(image).await),
                Err(_) => None,
            };
            (target, answer)
        });
        let mut answers = std::pin::pin!(answers.buffered(PULLS_IN_FLIGHT));
        let (mut pulls, mut findings) = (Vec::new(), Vec::new());
        let mut logins = HashMap::new();
        while let Some((target, answer)) = answers.next().await {
            let PullTarget { image, ecr_image } = target;
            let (name, rule, result) = match (ecr_image, answer) {
                (Ok(ecr_image), Some(answer)) => {
                    let pull = Pull {
                        image: escaped(&image),
                        rule: rule_of(ecr_image.path(), self.rules.unwrap_or_default()),
                        ecr_image,
                    };
                    let rule = pull.rule.map(|rule| rule.ecr_repository_prefix.clone());
                    let result = match answer {
                        Ok(manifest) => Ok(manifest),
                        Err(ManifestFault::NoAnswer { status, why, fix }) => {
                            return Err(no_answer(&pull, status, why, fix, self.session));
                        }
                        Err(ManifestFault::Refused(refusal)) => {
                            Err(self.explain(&pull, &refusal, &mut logins).await)
                        }
                    };
                    (Some(pull.ecr_image.to_string()), rule, result)
                }
                (Err(finding), _) => (None, None, Err(finding)),
                (Ok(_), None) => return Err(Failure::bug("PullProof::run: no answer")),
            };
            let (verdict, reason, manifest) = match result {
                Ok(manifest) => (PullVerdict::Succeeded, None, Some(manifest)),
                Err(finding) => {
                    let reason = finding.message.clone();
                    findings.push(finding);
                    (PullVerdict::Failed, Some(reason), None)
                }
            };
            let Manifest { digest, platforms } = manifest.unwrap_or_default();
            pulls.push(ProvenPull {
                image,
                ecr_image: name,
                rule,
                verdict,
                reason,
                digest,
                platforms,
            });
        }
        Ok((pulls, findings))
    }

    /// The finding for an error of ECR's. If that blames the upstream login, the stored credentials
    /// are tested.
    async fn explain(
        &self,
        pull: &Pull<'_>,
        refusal: &Refusal,
        logins: &mut HashMap<String, StoredLogin>,
    ) -> Finding {
        let of_rule = match pull.rule {
            Some(rule) if is_upstream_login(refusal) => rule,
            _ => return self.meaning(pull, refusal),
        };
        if let Some(finding) = self.library_missing(pull, refusal) {
            return finding;
        }
        let source = pull.source(of_rule);
        let Some(arn) = &of_rule.credential_arn else {
            let means = format!("{source} does not exist, or cannot be pulled without a login");
            let finding = pull.finding("pull-wrong-path", &means, refusal);
            let fix = match &of_rule.custom_role_arn {
                Some(role) => {
                    format!("check the name, and that {} may pull it", escaped(role))
                }
                None => "check the name, upper and lower case, and the tag".to_owned(),
            };
            return finding.fix(fix);
        };
        let name = of_rule.secret().unwrap_or_default();
        let login = match logins.get(arn.as_str()) {
            Some(known) => known.clone(),
            None => self.test_login(of_rule).await,
        };
        logins.insert(arn.as_str().to_owned(), login.clone());
        match login {
            StoredLogin::Rejected(login) => {
                let means = format!("the token is bad: {}", login.message);
                let finding = pull.finding("pull-login-rejected", &means, refusal);
                let finding = finding.of_secret(name);
                Finding {
                    fix: login.fix,
                    ..finding
                }
            }
            StoredLogin::Accepted => {
                let means = format!(
                    "the path is wrong, or the account may not pull it: the registry accepts the \
                     credentials in {}, but not for {source}",
                    escaped(name)
                );
                pull.finding("pull-wrong-path", &means, refusal)
                    .fix(format!(
                        "check that {source} exists, and that the account of the credentials may \
                         pull it"
                    ))
            }
            StoredLogin::Untested(why) => {
                let means = format!("the token is bad, or {source} does not exist; {why}");
                let finding = pull.finding("pull-upstream-denied", &means, refusal);
                finding.fix(format!(
                    "test the token: {}\nif the registry accepts it, check the path: {source}",
                    self.criteria.hints.check_login(name)
                ))
            }
        }
    }

    /// Logs in at the registry of a rule with its stored credentials, unless that was done already.
    async fn test_login(&self, rule: &Rule) -> StoredLogin {
        let untested =
            |why: String| StoredLogin::Untested(format!("the credentials were not tested: {why}"));
        let known = self.found.iter().find(|finding| {
            finding.secret.as_deref() == rule.secret()
                && matches!(finding.code, "login-refused" | "login-not-tried")
        });
        if let Some(known) = known {
            return StoredLogin::of(Some(known.clone()));
        }
        if !self.tests_logins {
            return untested("that was not asked for".to_owned());
        }
        let Some(arn) = rule.credential_arn.as_ref().and_then(CredentialArn::secret) else {
            return untested("the rule refers to no secret".to_owned());
        };
        let secrets = self.session.secrets();
        let (secret, value) = match tokio::join!(secrets.describe(arn.as_str()), secrets.value(arn))
        {
            (Ok(Some(secret)), Ok(Some(value))) => (secret, value),
            (Err(error), _) | (_, Err(error)) => return untested(error.summary()),
            _ => return untested("the secret does not exist, or is empty".to_owned()),
        };
        let Some(credential) = credential_of(&value) else {
            return untested("the secret has no usable credentials".to_owned());
        };
        let check = LoginCheck {
            network: self.network.clone(),
            given: None,
            is_for_one: true,
        };
        let inspected = Inspected::new(&secret, self.rules, self.criteria);
        StoredLogin::of(check.log_in(&inspected, &credential).await)
    }

    /// The finding for an error that is not about the upstream login.
    fn meaning(&self, pull: &Pull<'_>, refusal: &Refusal) -> Finding {
        let hints = &self.criteria.hints;
        if let Some(action) = denied_action(&refusal.message) {
            let means = format!("the caller may not call {action}");
            let finding = pull.finding("pull-denied", &means, refusal);
            return finding.fix(if refusal.message.contains("explicit deny") {
                EXPLICIT_DENY.to_owned()
            } else {
                self.statement(pull, &[action])
            });
        }
        if pull.rule.is_none() && self.rules.is_some() {
            return match &*refusal.code {
                "NAME_UNKNOWN" => pull
                    .finding(
                        "pull-no-rule",
                        "no rule has its prefix, and there is no such repository",
                        refusal,
                    )
                    .fix(format!("see the rules: {}", hints.command("rule list"))),
                "MANIFEST_UNKNOWN" => {
                    let means = "the repository has no such image, and no rule has its prefix";
                    pull.finding("pull-not-found", means, refusal)
                        .fix(format!("see the rules: {}", hints.command("rule list")))
                }
                _ => self.denied_or_failed(pull, refusal),
            };
        }
        let template = CreationTemplate::for_path(pull.ecr_image.path(), self.templates)
            .filter(|_| refusal.status == 404)
            .and_then(|template| Some((template, template.lacks_role_for()?)));
        if let Some((template, what)) = template {
            let means = format!(
                "the repository creation template {} sets {what} and has no role, so ECR cannot \
                 create the repository",
                escaped(&template.prefix)
            );
            let finding = pull.finding("pull-template", &means, refusal);
            let fix = hints.template_role(&template.prefix);
            return finding.fix(format!("give it a role: {fix}"));
        }
        let source = pull.rule.map(|rule| pull.source(rule));
        let source = source.unwrap_or_else(|| "the upstream image".to_owned());
        if is_upstream_login(refusal) {
            let means = "the token is bad, or the path is wrong; the rules could not be read";
            let finding = pull.finding("pull-upstream-denied", means, refusal);
            let check = hints.command("check");
            return finding.fix(format!(
                "with permission to list rules and read secrets: {check}"
            ));
        }
        if refusal.code == "NAME_UNKNOWN" {
            let means = "the caller may not create the repository";
            let finding = pull.finding("pull-create-denied", means, refusal);
            return finding.fix(self.statement(pull, &["ecr:CreateRepository"]));
        }
        if let Some(finding) = self.library_missing(pull, refusal) {
            return finding;
        }
        if refusal.code == "MANIFEST_UNKNOWN" {
            let means =
                format!("{source} does not exist, or the caller may not import it from upstream");
            let by_tag = "\nECR may not fetch a digest that it has not cached: pull the image by \
                          its tag first";
            let by_tag = if pull.ecr_image.has_digest() {
                by_tag
            } else {
                ""
            };
            let finding = pull.finding("pull-not-found", &means, refusal);
            return finding.fix(format!(
                "check that {source} exists{by_tag}\nif it does, {}",
                self.statement(pull, &["ecr:BatchImportUpstreamImage"])
            ));
        }
        self.denied_or_failed(pull, refusal)
    }

    fn denied_or_failed(&self, pull: &Pull<'_>, refusal: &Refusal) -> Finding {
        if matches!(refusal.status, 401 | 403) {
            let finding = pull.finding("pull-denied", "the caller may not pull it", refusal);
            return finding.fix(self.statement(pull, &PULL_ACTIONS));
        }
        let finding = pull.finding("pull-failed", "ECR returned an error", refusal);
        let rules = self.criteria.hints.command("rule list");
        finding.fix(format!("see what ECR reports about the rules: {rules}"))
    }

    /// The finding for an official image of Docker Hub without `library/` before its name.
    fn library_missing(&self, pull: &Pull<'_>, refusal: &Refusal) -> Option<Finding> {
        let rule = pull.rule?;
        let path = pull.rest(rule);
        let is_hub = rule
            .any_upstream()
            .is_some_and(|upstream| upstream.kind == "docker-hub");
        if !is_hub || rule.upstream_prefix() != ROOT || path.contains('/') {
            return None;
        }
        let name = pull.ecr_image.to_string();
        let start = pull.ecr_image.domain().len() + 1 + pull.ecr_image.path().len() - path.len();
        let right = format!("{}library/{}", &name[..start], &name[start..]);
        let means = "the path needs library/, as all official images of Docker Hub";
        let finding = pull.finding("pull-library-missing", means, refusal);
        let again = self.criteria.hints.check_pull(&right);
        Some(finding.fix(format!("pull it as {right}; to check that: {again}")))
    }

    /// That these actions are to be allowed, with the statement to copy.
    fn statement(&self, pull: &Pull<'_>, actions: &[&str]) -> String {
        let region = self.session.region();
        let repositories = match pull.rule.map(|rule| &*rule.ecr_repository_prefix) {
            Some(prefix) if prefix != ROOT => format!("{}/*", prefix.trim_end_matches('/')),
            _ => pull.ecr_image.path().to_owned(),
        };
        let (partition, account) = (region.partition().id, self.account);
        let resource = format!("arn:{partition}:ecr:{region}:{account}:repository/{repositories}");
        statement_to_add(actions, &resource)
    }
}

/// The fix if the caller may not do this.
pub fn statement_to_add(actions: &[&str], resource: &str) -> String {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
    format!("add this statement to the policy of the caller:\n{statement}")
}

impl StoredLogin {
    fn of(finding: Option<Finding>) -> Self {
        match finding {
            None => Self::Accepted,
            Some(finding) if finding.level == Level::Error => Self::Rejected(finding),
            Some(finding) => Self::Untested(finding.message),
        }
    }
}

/// One pull, and the rule that ECR uses for it.
struct Pull<'r> {
    /// As it was given, safe to show.
    image: String,
    ecr_image: ImageReference,
    rule: Option<&'r Rule>,
}

impl Pull<'_> {
    fn finding(&self, code: &'static str, means: &str, refusal: &Refusal) -> Finding {
        let Refusal {
            status,
            code: error,
            words,
            ..
        } = refusal;
        let parts = [error, words].into_iter().filter(|part| !part.is_empty());
        let answer: Vec<String> = std::iter::once(status.to_string())
            .chain(parts.cloned())
            .collect();
        let message = format!(
            "{} cannot be pulled: {means}; ECR returned {}",
            self.image,
            answer.join(" ")
        );
        Finding {
            rule: self.rule.map(|rule| rule.ecr_repository_prefix.clone()),
            ..Finding::new(Level::Error, code, message)
        }
    }

    /// The path upstream, without the part that the rule adds.
    fn rest(&self, rule: &Rule) -> &str {
        let path = self.ecr_image.path();
        let prefix = rule.ecr_repository_prefix.trim_end_matches('/');
        let rest = path.strip_prefix(prefix);
        rest.and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
    }

    /// The name of the image upstream.
    fn source(&self, rule: &Rule) -> String {
        let before = if self.ecr_image.has_digest() {
            '@'
        } else {
            ':'
        };
        let (source, version) = (rule.source(), self.ecr_image.version());
        escaped(&format!("{source}/{}{before}{version}", self.rest(rule)))
    }
}

/// That an image is not asked for. `what` follows the image.
pub fn not_tried(image: &str, code: &'static str, what: &str, fix: Option<String>) -> Finding {
    let message = format!("{} cannot be pulled: {what}", escaped(image));
    Finding {
        fix,
        ..Finding::new(Level::Error, code, message)
    }
}

/// Whether ECR blames the login at the upstream registry, as it also does for a wrong path.
fn is_upstream_login(refusal: &Refusal) -> bool {
    let words = refusal.words.to_ascii_lowercase();
    matches!(refusal.status, 401 | 403 | 404) && words.contains("upstream registry")
}

/// The failure if ECR's registry did not respond.
fn no_answer(
    pull: &Pull<'_>,
    status: Status,
    why: String,
    fix: Option<&str>,
    session: &Session,
) -> Failure {
    let (code, usual) = match status {
        Status::Temporary => (
            "unreachable",
            format!(
                "try again, and check the network and the proxy (HTTPS_PROXY); a network with \
                 endpoints alone needs com.amazonaws.{}.ecr.dkr",
                session.region()
            ),
        ),
        _ => (
            "not-aws",
            "check HTTPS_PROXY and NO_PROXY, and what responds for that host".to_owned(),
        ),
    };
    let message = format!("could not pull {} through Amazon ECR", pull.image);
    let fix = fix.map_or(usual, str::to_owned);
    Failure::new(status, code, message).why(why).fix(fix)
}
