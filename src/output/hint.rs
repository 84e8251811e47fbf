//! [`Hints`]: commands for people to copy, with the same Region and profile.

use super::shell::{option, quote, PIPED_TOKEN};
use super::{escaped, is_at_a_terminal};
use crate::model::name::PREFIX;
use crate::model::registries::{account_of_ecr, LoginRegistry, Registry, ANY_AZURE_HOST};
use crate::model::rule::{Rule, RuleRequest};
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
            .filter_map(|(name, value)| Some(option(name, value.as_deref()?)));
        given.flat_map(|option| [" ".to_owned(), option]).collect()
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
        let host = option("--upstream-registry-url", ANY_AZURE_HOST);
        self.check(name, &format!("{ALWAYS} {host}"))
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

    pub fn rule_delete(&self, prefix: &str) -> String {
        self.command(&format!("rule delete {}", quote(prefix)))
    }

    /// Creates a rule or switches it to the secret with this name, if it has a login.
    pub fn rule_set(&self, rule: &RuleRequest, secret: &str) -> String {
        let RuleRequest {
            prefix,
            upstream,
            url,
            upstream_prefix,
            role,
        } = rule;
        let mut words = registry(Some(upstream), upstream.kind, url.as_str());
        let part = upstream_prefix
            .as_ref()
            .filter(|part| part.path().is_some());
        words.extend(part.map(|part| spaced("--upstream-repository-prefix", part.as_str())));
        words.extend(
            role.iter()
                .map(|role| spaced("--custom-role-arn", role.as_str())),
        );
        let secret = rule.has_login().then_some(secret);
        self.rule_set_words(prefix.as_str(), secret, &words)
    }

    /// The same for a switch that was confirmed, so it works in a pipe too.
    pub fn rule_switch(&self, rule: &RuleRequest, secret: &str) -> String {
        self.rule_set(rule, secret) + " --yes"
    }

    /// Creates the usual rule of a registry without login.
    pub fn open_rule(&self, upstream: &Registry) -> String {
        let prefix = upstream.rule_prefix;
        self.new_rule(prefix, upstream, upstream.shown_host(), None)
    }

    /// Creates a rule for a registry at this host, with the secret with this name.
    pub fn new_rule(
        &self,
        prefix: &str,
        upstream: &Registry,
        host: &str,
        secret: Option<&str>,
    ) -> String {
        let words = registry(Some(upstream), upstream.kind, host);
        self.rule_set_words(prefix, secret, &words)
    }

    /// Switches an existing rule to the secret with this name.
    pub fn rule_repoint(&self, rule: &Rule, secret: &str) -> String {
        self.rule_set_words(
            &rule.ecr_repository_prefix,
            Some(secret),
            &registry_of(rule),
        )
    }

    /// Gives a rule the role that it needs to pull from another account's Amazon ECR. `None` if it
    /// needs none.
    pub fn rule_role(&self, rule: &Rule, account: &str) -> Option<String> {
        let missing = role_for(rule.upstream_registry_url.as_str(), account)?;
        let part = rule.upstream_repository_prefix.as_deref();
        let part = part.map(|part| spaced("--upstream-repository-prefix", part));
        let words = format!(
            "{}{} {missing}",
            registry_of(rule),
            part.unwrap_or_default()
        );
        Some(self.rule_set_words(&rule.ecr_repository_prefix, None, &words))
    }

    /// Switches a rule back to the secret it uses now; works in a pipe too.
    pub fn rule_switch_back(&self, rule: &Rule, secret: &str) -> String {
        let more = format!("{} --yes", registry_of(rule));
        self.rule_set_words(&rule.ecr_repository_prefix, Some(secret), &more)
    }

    fn rule_set_words(&self, prefix: &str, secret: Option<&str>, more: &str) -> String {
        let secret = secret.map(|name| spaced("--secret", name));
        let (prefix, secret) = (quote(prefix), secret.unwrap_or_default());
        self.command(&format!("rule set {prefix}{secret}{more}"))
    }

    /// Creates a rule for a registry with a customer host, with the secret with this name.
    pub fn rule_set_at_home(&self, prefix: &str, upstream: &Registry, secret: &str) -> String {
        self.new_rule(prefix, upstream, ANY_AZURE_HOST, Some(secret))
    }

    /// A warning that a rule uses a deleted secret with the same name.
    pub fn repoint_warning(&self, rule: &Rule, secret: &str) -> String {
        format!(
            "rule {} uses a deleted secret with the same name; switch it to this one: {}",
            escaped(&rule.ecr_repository_prefix),
            self.rule_repoint(rule, secret)
        )
    }

    /// Creates a secret for a rule and switches the rule to it.
    pub fn create_for_rule(&self, rule: &Rule) -> String {
        let name = rule.secret().filter(|name| name.starts_with(PREFIX));
        let name = name.map(|name| format!(" {}", option("--name", name)));
        let name = name.unwrap_or_default();
        let prefix = option("--rule", &rule.ecr_repository_prefix);
        self.command(&format!("create{}{name} {prefix}", registry_of(rule)))
    }
}

/// Builds a command that stores credentials. It never contains a token.
pub struct StoreCommand {
    words: String,
    /// The pipe before the command.
    pipe: String,
}

impl StoreCommand {
    /// `words` are the subcommand and its argument, quoted.
    pub fn new(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            pipe: String::new(),
        }
    }

    pub fn option(mut self, name: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value {
            self.words.push_str(&spaced(name, &value.to_string()));
        }
        self
    }

    /// Adds an option whose value must be in the same word.
    pub fn joined(mut self, name: &str, value: &str) -> Self {
        self.words.extend([" ", name, "=", &quote(value)]);
        self
    }

    pub fn flag(mut self, name: &str, is_given: bool) -> Self {
        if is_given {
            self.words.extend([" ", name]);
        }
        self
    }

    /// Pipes the token in from the variable TOKEN.
    pub fn with_piped_token(mut self) -> Self {
        self.pipe = format!("{PIPED_TOKEN} ");
        self.flag("--access-token-stdin", true)
    }

    /// Pipes in the token stored in the secret with this name.
    pub fn with_stored_token(mut self, name: &str, hints: &Hints) -> Self {
        self.pipe = format!("{} | ", hints.stored_token(name));
        self.flag("--access-token-stdin", true)
    }

    pub fn to_string(&self, hints: &Hints) -> String {
        format!("{}{}", self.pipe, hints.command(&self.words))
    }
}

/// The role option that a rule of this account needs to pull from another account's Amazon ECR.
/// `None` if it needs none.
pub fn role_for(host: &str, account: &str) -> Option<String> {
    account_of_ecr(host).filter(|other| *other != account)?;
    Some(format!(
        "--custom-role-arn arn:aws:iam::{account}:role/NAME"
    ))
}

/// `--registry`, and the host if each customer has its own; with a space before each.
fn registry(upstream: Option<&Registry>, kind: &str, url: &str) -> String {
    let mut words = spaced("--registry", kind);
    if upstream.is_some_and(|upstream| upstream.fixed_host().is_none()) {
        words.push_str(&spaced("--upstream-registry-url", url));
    }
    words
}

fn registry_of(rule: &Rule) -> String {
    let upstream = rule.any_upstream();
    let kind = upstream.map_or(rule.upstream_registry.as_str(), |upstream| upstream.kind);
    registry(upstream, kind, rule.upstream_registry_url.as_str())
}

/// An option with a space before it.
fn spaced(name: &str, value: &str) -> String {
    format!(" {}", option(name, value))
}
