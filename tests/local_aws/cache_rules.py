"""Gives moto's ECR the pull through cache rules that it lacks, and two operations on creation templates.

What is taken and what is answered follows botocore's model of ECR, which is AWS's own; what no model
says (what a rule may point at, what is looked into and when) follows the ECR user guide:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html

Nothing goes to an upstream registry: a secret that ECR could read and that has both values is valid.
"""

import json
import re
from datetime import datetime, timezone

import botocore.session
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.models import ecr_backends
from moto.ecr.responses import ECRResponse
from moto.secretsmanager.models import secretsmanager_backends

MODEL = botocore.session.Session().get_service_model("ecr")

# Not adjustable: https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
MOST_RULES = 50

# The host of each upstream registry, and whether it requires a login.
UPSTREAMS = {
    "ecr": (r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?", False),
    "ecr-public": (r"public\.ecr\.aws", False),
    "quay": (r"quay\.io", False),
    "k8s": (r"registry\.k8s\.io", False),
    "docker-hub": (r"registry-1\.docker\.io", True),
    "github-container-registry": (r"ghcr\.io", True),
    "azure-container-registry": (r"[a-zA-Z0-9-]+\.azurecr\.io", True),
    "gitlab-container-registry": (r"registry\.gitlab\.com", True),
    "chainguard": (r"cgr\.dev", True),
}


class Refusal(ServiceException):
    """An error response. Defined here, since moto uses the module's name."""


def install():
    """Adds the operations to moto's ECR. moto still handles resets and accounts."""
    for operation in [create, describe, update, validate, delete, create_template, describe_templates]:
        setattr(ECRResponse, operation.moto_name, operation)


def operation(name, store="cache_rules"):
    def decorate(function):
        def answer(response):
            given = json.loads(response.body or "{}")
            check(given, MODEL.operation_model(name).input_shape)
            account = response.current_account
            if given.get("registryId", account) != account:
                refuse("InvalidParameter", "The registry does not belong to the caller's account.")
            # In the backend, so moto's reset clears it.
            stored = vars(ecr_backends[account][response.region]).setdefault(store, {})
            return ActionResult(function(stored, given, account, response.region))

        answer.moto_name = re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
        return answer

    return decorate


@operation("CreatePullThroughCacheRule")
def create(rules, given, account, region):
    prefix = given["ecrRepositoryPrefix"].rstrip("/")
    url = given["upstreamRegistryUrl"]
    kind = given.get("upstreamRegistry") or next((k for k, (u, _) in UPSTREAMS.items() if re.fullmatch(u, url)), None)
    if kind is None or not re.fullmatch(UPSTREAMS[kind][0], url):
        refuse("UnsupportedUpstreamRegistry", "The specified upstream registry isn't supported.")
    if prefix == "ROOT" and given.get("upstreamRepositoryPrefix", "ROOT") != "ROOT":
        refuse("InvalidParameter", "The upstream repository prefix requires another repository prefix than ROOT.")
    arn = given.get("credentialArn")
    if UPSTREAMS[kind][1] and not arn:
        refuse(
            "UnsupportedUpstreamRegistry",
            "The specified upstream registry requires authentication. Specify a valid Secrets Manager ARN.",
        )
    if arn:
        secret_of(arn, account, region)
    if prefix in rules:
        refuse(
            "PullThroughCacheRuleAlreadyExists",
            f"A pull through cache rule with the repository prefix '{prefix}' already exists "
            f"in the registry with id '{account}'.",
        )
    if len(rules) >= MOST_RULES:
        refuse("LimitExceeded", "The pull through cache rule quota of the registry has been exceeded.")
    now = datetime.now(timezone.utc)
    rules[prefix] = {
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": url,
        "createdAt": now,
        "updatedAt": now,
        "registryId": account,
        "upstreamRegistry": kind,
        "upstreamRepositoryPrefix": given.get("upstreamRepositoryPrefix", "ROOT"),
        **{name: given[name] for name in ("credentialArn", "customRoleArn") if name in given},
    }
    return members(rules[prefix], "CreatePullThroughCacheRule")


@operation("DescribePullThroughCacheRules")
def describe(rules, given, account, _region):
    wanted = given.get("ecrRepositoryPrefixes")
    found = [rule_of(rules, prefix, account) for prefix in wanted] if wanted else list(rules.values())
    return page("pullThroughCacheRules", found, given)


@operation("UpdatePullThroughCacheRule")
def update(rules, given, account, region):
    rule = rule_of(rules, given["ecrRepositoryPrefix"], account)
    if "credentialArn" not in given and "customRoleArn" not in given:
        refuse("InvalidParameter", "Specify a credential ARN or a custom role ARN.")
    if "credentialArn" in given:
        if not UPSTREAMS[rule["upstreamRegistry"]][1]:
            refuse("InvalidParameter", "The upstream registry of the rule takes no credentials.")
        secret_of(given["credentialArn"], account, region)
    rule.update({name: given[name] for name in ("credentialArn", "customRoleArn") if name in given})
    rule["updatedAt"] = datetime.now(timezone.utc)
    return members(rule, "UpdatePullThroughCacheRule")


@operation("ValidatePullThroughCacheRule")
def validate(rules, given, account, region):
    rule = rule_of(rules, given["ecrRepositoryPrefix"], account)
    if "credentialArn" not in rule:
        refuse("Validation", "The pull through cache rule has no credentials to validate.")
    failure = fault_of(rule["credentialArn"], account, region)
    verdict = {"isValid": failure is None, **({"failure": failure} if failure else {})}
    return members({**rule, **verdict}, "ValidatePullThroughCacheRule")


@operation("DeletePullThroughCacheRule")
def delete(rules, given, account, _region):
    rule = rule_of(rules, given["ecrRepositoryPrefix"], account)
    del rules[rule["ecrRepositoryPrefix"]]
    return members(rule, "DeletePullThroughCacheRule")


@operation("CreateRepositoryCreationTemplate", "creation_templates")
def create_template(templates, given, account, _region):
    prefix = given["prefix"].rstrip("/")
    if prefix in templates:
        refuse("TemplateAlreadyExists", f"A creation template with the prefix '{prefix}' already exists.")
    now = datetime.now(timezone.utc)
    usual = {"encryptionConfiguration": {"encryptionType": "AES256"}, "imageTagMutability": "MUTABLE"}
    templates[prefix] = {**usual, **given, "prefix": prefix, "createdAt": now, "updatedAt": now}
    return {"registryId": account, "repositoryCreationTemplate": templates[prefix]}


@operation("DescribeRepositoryCreationTemplates", "creation_templates")
def describe_templates(templates, given, account, _region):
    return {"registryId": account, **page("repositoryCreationTemplates", list(templates.values()), given)}


def page(name, found, given):
    """One page of a list."""
    start = int(given.get("nextToken", 0))
    end = start + given.get("maxResults", 100)
    more = {"nextToken": str(end)} if end < len(found) else {}
    return {name: found[start:end], **more}


def members(rule, name):
    """The members of a rule that an operation returns."""
    return {key: rule[key] for key in MODEL.operation_model(name).output_shape.members if key in rule}


def rule_of(rules, prefix, account):
    prefix = prefix.rstrip("/")
    if prefix not in rules:
        refuse(
            "PullThroughCacheRuleNotFound",
            f"The pull through cache rule with the repository prefix '{prefix}' does not exist "
            f"in the registry with id '{account}'.",
        )
    return rules[prefix]


def secret_of(arn, account, region):
    """The secret with exactly this ARN, in the same account and Region, not deleted."""
    secrets = dict.values(secretsmanager_backends[account][region].secrets)
    found = next((secret for secret in secrets if secret.arn == arn and not secret.is_deleted()), None)
    if found is None:
        refuse("SecretNotFound", f"The secret with the ARN '{arn}' was not found.")
    return found


def fault_of(arn, account, region):
    """Why ECR cannot log in with a secret, in our words; None if it can."""
    try:
        secret = secret_of(arn, account, region)
    except Refusal as error:
        return error.message
    # A replica has the default key of its Region.
    key = getattr(secret, "kms_key_id", None)
    if key and not key.endswith("alias/aws/secretsmanager"):
        return "The value of the secret was unable to be decrypted."
    version = secret.versions.get(secret.default_version_id) or {}
    try:
        value = json.loads(version.get("secret_string") or "")
    except ValueError:
        return "The value of the secret is not valid JSON."
    if not isinstance(value, dict) or not all(value.get(key) for key in ("username", "accessToken")):
        return "The secret must have the keys username and accessToken."
    return None


def check(given, shape):
    """Validates a request against the model first, as the service does."""
    if not isinstance(given, dict):
        raise Refusal("SerializationException", "The request is not an object.")
    for name in shape.required_members:
        if name not in given:
            fails(name, "must not be null")
    for name, value in given.items():
        # The service ignores unknown members; here they are a mistake of the test.
        if name not in shape.members:
            raise Refusal("SerializationException", f"'{name}' is no member of {shape.name}.")
        check_value(name, value, shape.members[name])


def check_value(name, value, shape):
    if shape.type_name == "structure":
        return check(value, shape)
    kinds = {"string": str, "integer": int, "list": list}
    if not isinstance(value, kinds[shape.type_name]):
        raise Refusal("SerializationException", f"'{name}' is of another type.")
    size = value if shape.type_name == "integer" else len(value)
    bounds = shape.metadata
    if size < bounds.get("min", size):
        fails(name, f"must have length greater than or equal to {bounds['min']}")
    if size > bounds.get("max", size):
        fails(name, f"must have length less than or equal to {bounds['max']}")
    if "enum" in bounds and value not in bounds["enum"]:
        fails(name, f"must satisfy enum value set: [{', '.join(bounds['enum'])}]")
    if "pattern" in bounds and not re.fullmatch(bounds["pattern"], value):
        fails(name, f"must satisfy regular expression '{bounds['pattern']}'")
    if shape.type_name == "list":
        for each in value:
            check_value(name, each, shape.member)


def fails(name, constraint):
    refuse("InvalidParameter", f"Invalid parameter at '{name}' failed to satisfy constraint: '{constraint}'")


def refuse(error, message):
    raise Refusal(f"{error}Exception", message)
