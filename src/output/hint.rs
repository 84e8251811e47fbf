//! [`Hints`]: commands for people to copy, with the same Region and profile.

use super::is_at_a_terminal;
use super::shell::{option, quote, spaced_option};
use crate::model::registries::{LoginRegistry, ANY_AZURE_HOST};
use crate::model::secret::Secret;

const ALWAYS: &str = " --verify always";

/// A reminder for running `create` again.
pub const CREATE_AGAIN: &str = "(create: with --if-exists update)";

/// The fix if a replica's Region has a secret of the same name.
pub const OVERWRITE_REPLICA: &str =
    "if a secret with that name exists there, add --force-overwrite-replica-secret";

/// The Region and profile of the printed commands.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    region: Option<String>,
    profile: Option<String>,
}

impl Hints {
    pub fn new(region: Option<&str>, profile: Option<&str>) -> Self {
        Self {
            region: region.map(str::to_owned),
            profile: profile.map(str::to_owned),
        }
    }

    /// The same hints for another Region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self {
            region: Some(region.to_owned()),
            ..self.clone()
        }
    }

    /// Hints for a secret. A replica is changed in the Region of its primary.
    #[must_use]
    pub fn for_secret(&self, secret: &Secret) -> Self {
        match secret.replica_of() {
            Some(primary) => self.in_region(primary.as_str()),
            None => self.clone(),
        }
    }

    /// `--region` and `--profile`, each with a space before it.
    pub fn options(&self) -> String {
        let options = [("--region", &self.region), ("--profile", &self.profile)];
        let given = options
            .iter()
            .filter_map(|(name, value)| Some(spaced_option(name, value.as_deref()?)));
        given.collect()
    }

    /// `ecr-ptc` with these words, which must be quoted.
    pub fn command(&self, words: &str) -> String {
        format!("ecr-ptc {words}{}", self.options())
    }

    /// A note for an empty list; `fill` is the command that adds something, `list` the command that
    /// lists.
    pub fn nothing_there(&self, what: &str, fill: &str, list: &str) -> String {
        let elsewhere = self.in_region("REGION").command(list);
        format!("{what}\n  {fill}\n  or look in another Region: {elsewhere}")
    }

    pub fn show(&self, name: &str) -> String {
        self.command(&format!("show {}", quote(name)))
    }

    /// Shows a secret, with the causes of what could not be read.
    pub fn show_causes(&self, name: &str) -> String {
        self.command(&format!("show {} -v", quote(name)))
    }

    /// `more` are options with a space before each.
    pub fn check(&self, name: &str, more: &str) -> String {
        self.command(&format!("check {}{more}", quote(name)))
    }

    /// Proves that an image can be pulled.
    pub fn check_pull(&self, image: &str) -> String {
        self.command(&format!("check {}", option("--pull", image)))
    }

    /// `more` are options with a space before each.
    pub fn update(&self, name: &str, more: &str) -> String {
        self.command(&format!("update {}{more}", quote(name)))
    }

    /// Logs in with the stored credentials.
    pub fn check_login(&self, name: &str) -> String {
        self.check(name, ALWAYS)
    }

    /// Logs in with the stored credentials of an Azure registry whose host is unknown.
    pub fn check_login_at_azure(&self, name: &str) -> String {
        let host = spaced_option("--upstream-registry-url", ANY_AZURE_HOST);
        self.check(name, &format!("{ALWAYS}{host}"))
    }

    /// Stores and tests a new token; for a secret whose registry is unknown.
    pub fn login_of_kind(&self, name: &str) -> String {
        self.update(name, &format!(" --registry KIND{ALWAYS}"))
    }

    /// Fixes what can be fixed automatically.
    pub fn fix(&self, name: &str) -> String {
        self.check(name, " --fix")
    }

    /// The same, and records the expiry date the registry reports.
    pub fn fix_with_login(&self, name: &str) -> String {
        self.check(name, &format!(" --fix{ALWAYS}"))
    }

    /// Stores a new token: prompts for it at a terminal, else reads it from a pipe.
    pub fn store_token(&self, name: &str) -> String {
        let pipe = if is_at_a_terminal() {
            ""
        } else {
            " --access-token-stdin"
        };
        self.update(name, pipe)
    }

    /// Stores credentials, whatever the secret holds.
    pub fn replace(&self, name: &str, registry: Option<LoginRegistry>) -> String {
        self.create(name, registry, " --if-exists update")
    }

    pub fn record_expiry(&self, name: &str, date: &str) -> String {
        self.update(name, &format!(" --expires-on {date}"))
    }

    pub fn delete_at_once(&self, name: &str) -> String {
        self.delete(name, " --force-without-recovery")
    }

    /// Encrypts a secret with the default key, using the AWS CLI.
    pub fn use_default_key(&self, name: &str) -> String {
        format!(
            "aws secretsmanager update-secret --secret-id {} --kms-key-id \
             alias/aws/secretsmanager{}",
            quote(name),
            self.options()
        )
    }

    /// Sets a tag of a secret, using the AWS CLI.
    pub fn set_tag(&self, name: &str, key: &str, value: &str) -> String {
        format!(
            "aws secretsmanager tag-resource --secret-id {} --tags Key={key},Value={value}{}",
            quote(name),
            self.options()
        )
    }

    /// Gives a repository creation template a role, by the AWS CLI.
    pub fn template_role(&self, prefix: &str) -> String {
        self.update_template(prefix, "--custom-role-arn ROLE_ARN")
    }

    /// Has a repository creation template make tags mutable, by the AWS CLI.
    pub fn template_mutable(&self, prefix: &str) -> String {
        self.update_template(prefix, "--image-tag-mutability MUTABLE")
    }

    /// Prints the rules as code, with repository creation templates to start from.
    pub fn rule_code(&self) -> String {
        self.command("rule list --print terraform")
    }

    fn update_template(&self, prefix: &str, change: &str) -> String {
        format!(
            "aws ecr update-repository-creation-template --prefix {} {change}{}",
            quote(prefix),
            self.options()
        )
    }

    /// Writes the stored token to a pipe.
    pub fn stored_token(&self, name: &str) -> String {
        format!(
            "aws secretsmanager get-secret-value --secret-id {}{} --query SecretString --output \
             text | jq -j .accessToken",
            quote(name),
            self.options()
        )
    }

    /// `more` are options with a space before each.
    pub fn delete(&self, name: &str, more: &str) -> String {
        self.command(&format!("delete {}{more}", quote(name)))
    }

    pub fn restore(&self, name: &str) -> String {
        self.command(&format!("restore {}", quote(name)))
    }

    /// Stores credentials under this name.
    pub fn create(&self, name: &str, registry: Option<LoginRegistry>, more: &str) -> String {
        let registry = registry.map(|upstream| format!(" --registry {}", upstream.kind));
        let registry = registry.unwrap_or_default();
        let name = option("--name", name);
        self.command(&format!("create{registry} {name}{more}"))
    }
}
