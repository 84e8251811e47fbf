"""Checks the local AWS's pull through cache rules against botocore's model of ECR, which is AWS's own.

server.py runs it beside a server of its own:

    tests/local-aws --check
"""

import json

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

OPERATIONS = {"Create": "", "Describe": "s", "Update": "", "Validate": "", "Delete": ""}
NAME = "ecr-pullthroughcache/hub"
GOOD = '{"username":"me","accessToken":"not-real"}'

# The JSON type of a member.
FORMS = {"string": str, "boolean": bool, "timestamp": (int, float), "list": list, "structure": dict}


def main(url):
    session = botocore.session.Session()
    # Requests that botocore would reject must reach the server.
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})

    def client(service):
        return session.create_client(service, "us-east-1", endpoint_url=url, config=config)

    ecr, secrets = client("ecr"), client("secretsmanager")
    model = ecr.meta.service_model
    answers = []

    def judge(operation_model, response_dict, **_):
        assert response_dict["status_code"] < 500, response_dict["body"]
        body = json.loads(response_dict["body"])
        if response_dict["status_code"] == 200:
            conforms(body, operation_model.output_shape, operation_model.name)
        else:
            code = body["__type"].rsplit("#", 1)[-1]
            known = [shape.name for shape in operation_model.error_shapes]
            assert code in known, f"{operation_model.name}: {code} is none of {known}"
            # moto writes "Message" too, as some other services do.
            body.pop("Message", None)
            shape = model.shape_for(code)
            del body["__type"]
            assert body["message"], f"{code} without a message"
            conforms(body, shape, code)
        answers.append(operation_model.name)

    ecr.meta.events.register("before-parse.ecr", judge)

    def call(verb, error=None, **given):
        name = f"{verb}PullThroughCacheRule{OPERATIONS[verb]}"
        try:
            answer = ecr._make_api_call(name, given)
        except ClientError as refusal:
            code = refusal.response["Error"]["Code"]
            assert error is not None and code == f"{error}Exception", f"{name} {given}: {refusal}"
            return None
        assert error is None, f"{name} {given}: {error} did not come, but {answer}"
        return answer

    arn = secrets.create_secret(Name=NAME, SecretString=GOOD)["ARN"]
    hub = {"upstreamRegistry": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": arn}

    # Prefixes and ARNs by their patterns.
    for prefix in ["a", "a" * 31, "a___b", "a..b", "A", "-a", "a//b", "a-/b", "Root", ""]:
        call("Create", "InvalidParameter", ecrRepositoryPrefix=prefix, **hub)
    for bad in [arn.replace(NAME, "elsewhere/hub"), arn.replace("arn:aws", "arn"), arn + "é", arn[:40]]:
        call("Create", "InvalidParameter", ecrRepositoryPrefix="hub", **{**hub, "credentialArn": bad})
    call("Create", "InvalidParameter", **hub)
    call("Create", "InvalidParameter", ecrRepositoryPrefix="hub", upstreamRegistry="docker", upstreamRegistryUrl="x")

    # The secret of a rule, and what it must be.
    no_secret = {key: value for key, value in hub.items() if key != "credentialArn"}
    call("Create", "UnsupportedUpstreamRegistry", ecrRepositoryPrefix="hub", **no_secret)
    call("Create", "UnsupportedUpstreamRegistry", ecrRepositoryPrefix="hub", **{**hub, "upstreamRegistryUrl": "ghcr.io"})
    call("Create", "UnsupportedUpstreamRegistry", ecrRepositoryPrefix="hub", upstreamRegistryUrl="registry.example.com")
    call("Create", "SecretNotFound", ecrRepositoryPrefix="hub", **{**hub, "credentialArn": arn[:-6] + "zzzzzz"})

    # A rule is created, changed and deleted.
    created = call("Create", ecrRepositoryPrefix="hub", **hub)
    assert created["credentialArn"] == arn and created["registryId"] == "123456789012", created
    call("Create", "PullThroughCacheRuleAlreadyExists", ecrRepositoryPrefix="hub/", **hub)
    assert call("Validate", ecrRepositoryPrefix="hub")["isValid"] is True
    for value in ["not JSON", "{}", '{"username":"me"}', '{"username":"me","accessToken":""}', "[]"]:
        bad = secrets.create_secret(Name=f"ecr-pullthroughcache/bad{len(answers)}", SecretString=value)["ARN"]
        assert call("Update", ecrRepositoryPrefix="hub", credentialArn=bad)["credentialArn"] == bad
        verdict = call("Validate", ecrRepositoryPrefix="hub")
        assert verdict["isValid"] is False and verdict["failure"], verdict
    call("Update", "SecretNotFound", ecrRepositoryPrefix="hub", credentialArn=arn[:-6] + "zzzzzz")
    call("Update", "InvalidParameter", ecrRepositoryPrefix="hub")
    secrets.delete_secret(SecretId=bad)
    assert call("Validate", ecrRepositoryPrefix="hub")["isValid"] is False
    call("Create", "SecretNotFound", ecrRepositoryPrefix="other", **{**hub, "credentialArn": bad})

    # A rule without a login.
    public = call("Create", ecrRepositoryPrefix="ROOT", upstreamRegistryUrl="public.ecr.aws")
    assert "credentialArn" not in public, public
    call("Validate", "Validation", ecrRepositoryPrefix="ROOT")
    call("Update", "InvalidParameter", ecrRepositoryPrefix="ROOT", credentialArn=arn)
    part = call("Create", ecrRepositoryPrefix="team", upstreamRegistryUrl="quay.io", upstreamRepositoryPrefix="x/y")
    assert part["upstreamRepositoryPrefix"] == "x/y" and public["upstreamRepositoryPrefix"] == "ROOT", part
    call("Create", "InvalidParameter", ecrRepositoryPrefix="t1", upstreamRegistryUrl="quay.io", upstreamRepositoryPrefix="X")
    call("Delete", ecrRepositoryPrefix="team")
    kinds = [rule["upstreamRegistry"] for rule in call("Describe")["pullThroughCacheRules"]]
    assert kinds == ["docker-hub", "ecr-public"], kinds

    # Pages, and missing rules.
    first = call("Describe", maxResults=1)
    rest = call("Describe", maxResults=1, nextToken=first["nextToken"])
    assert len(rest["pullThroughCacheRules"]) == 1 and "nextToken" not in rest, rest
    call("Describe", "InvalidParameter", maxResults=1001)
    call("Describe", "PullThroughCacheRuleNotFound", ecrRepositoryPrefixes=["none"])
    for verb in ["Validate", "Delete"]:
        call(verb, "PullThroughCacheRuleNotFound", ecrRepositoryPrefix="none")
    call("Update", "PullThroughCacheRuleNotFound", ecrRepositoryPrefix="none", credentialArn=arn)

    # At most fifty rules.
    for number in range(48):
        call("Create", ecrRepositoryPrefix=f"p{number:02}", upstreamRegistryUrl="quay.io")
    call("Create", "LimitExceeded", ecrRepositoryPrefix="p50", upstreamRegistryUrl="quay.io")
    call("Delete", ecrRepositoryPrefix="p47")
    call("Create", ecrRepositoryPrefix="p50", upstreamRegistryUrl="quay.io")
    # Creation templates are created and listed.
    cache = {"prefix": "hub", "appliedFor": ["PULL_THROUGH_CACHE"], "resourceTags": [{"Key": "a", "Value": "b"}]}
    ecr._make_api_call("CreateRepositoryCreationTemplate", cache)
    told = ecr._make_api_call("DescribeRepositoryCreationTemplates", {})["repositoryCreationTemplates"]
    assert [template["prefix"] for template in told] == ["hub"], told

    assert {name.split("Pull")[0] for name in answers if "Pull" in name} == set(OPERATIONS), answers
    print(f"{len(answers)} answers agree with the model", flush=True)


def conforms(value, shape, where):
    """Whether JSON has exactly the members and types of a shape."""
    assert isinstance(value, FORMS[shape.type_name]), f"{where}: {value!r} is no {shape.type_name}"
    if shape.type_name == "structure":
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{where} has {unknown}"
        missing = set(shape.required_members) - set(value)
        assert not missing, f"{where} lacks {missing}"
        for name, member in value.items():
            conforms(member, shape.members[name], f"{where}.{name}")
    if shape.type_name == "list":
        for member in value:
            conforms(member, shape.member, f"{where}[]")
    assert value in shape.metadata.get("enum", [value]), f"{where}: {value!r}"
