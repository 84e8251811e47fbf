"""Checks what managed_secrets.py adds to moto against botocore's model of Secrets Manager, which is AWS's own.

server.py runs it beside a server of its own:

    tests/local-aws --check
"""

import json

import botocore.session
from check_cache_rules import conforms

NAME = "ecr-pullthroughcache/external"

# moto's responses differ from the model in places: only our additions are checked.
ADDED = {"Type", "ExternalSecretRotationRoleArn", "ExternalSecretRotationMetadata"}


def main(url):
    # botocore validates the requests.
    client = botocore.session.Session().create_client("secretsmanager", "us-east-1", endpoint_url=url)
    seen = set()

    def judge(operation_model, response_dict, **_):
        assert response_dict["status_code"] == 200, response_dict["body"]
        held(json.loads(response_dict["body"]), operation_model.output_shape, operation_model.name, seen)

    client.meta.events.register("before-parse.secretsmanager", judge)
    client.create_secret(Name=NAME, SecretString='{"token":"x"}', Type="GitLabAccessToken")
    client.describe_secret(SecretId=NAME)
    assert "Type" in client.list_secrets(Filters=[{"Key": "name", "Values": [NAME]}])["SecretList"][0]
    missing = ADDED - seen
    assert not missing, f"no answer had {missing}"
    print(f"{len(seen)} members of managed secrets agree with the model", flush=True)


def held(body, shape, where, seen):
    for name in ADDED.intersection(body):
        conforms(body[name], shape.members[name], f"{where}.{name}")
        seen.add(name)
    for entry in body.get("SecretList", []):
        held(entry, shape.members["SecretList"].member, f"{where}[]", seen)
