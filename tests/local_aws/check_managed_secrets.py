"""Checks what managed_secrets.py adds to moto against botocore's model of Secrets Manager, which is AWS's own.

server.py runs it beside a server of its own:

    tests/local-aws --check
"""

import json

import botocore.session
from check_cache_rules import conforms

NAMES = ["ecr-pullthroughcache/external", "ecr-pullthroughcache/replica", "ecr-pullthroughcache/primary"]
ELSEWHERE = "arn:aws:secretsmanager:us-east-1:444455556666:secret:ecr-pullthroughcache/primary-AbCdEf"

# moto's answers have more and less than the model in places: only what we add is held against it.
ADDED = {
    "Type",
    "ExternalSecretRotationRoleArn",
    "ExternalSecretRotationMetadata",
    "CrossAccountPrimary",
    "CrossAccountReplicas",
    "CrossAccountReplicaARN",
    "ReplicationStatus",
    "PolicyName",
}


def main(url):
    # botocore itself refuses requests that are not as the model has them.
    client = botocore.session.Session().create_client("secretsmanager", "us-east-1", endpoint_url=url)
    seen = set()

    def judge(operation_model, response_dict, **_):
        assert response_dict["status_code"] == 200, response_dict["body"]
        held(json.loads(response_dict["body"]), operation_model.output_shape, operation_model.name, seen)

    client.meta.events.register("before-parse.secretsmanager", judge)
    external, replica, primary = NAMES
    client.create_secret(Name=external, SecretString='{"token":"x"}', Type="GitLabAccessToken")
    client.create_secret(Name=replica, SecretString="{}", KmsKeyId="alias/mine", CrossAccountPrimaryARN=ELSEWHERE)
    client.create_secret(Name=primary, SecretString="{}")
    client.associate_cross_account_replica(SecretId=primary, CrossAccountReplicaARN=ELSEWHERE)
    for name in NAMES:
        client.describe_secret(SecretId=name)
        client.get_resource_policy(SecretId=name)
    assert "Type" in client.list_secrets(Filters=[{"Key": "name", "Values": [external]}])["SecretList"][0]
    missing = ADDED - seen
    assert not missing, f"no answer had {missing}"
    print(f"{len(seen)} members of managed secrets are as the model has them", flush=True)


def held(body, shape, where, seen):
    for name in ADDED.intersection(body):
        # ListSecrets does not tell replicas, and moto has one form for both.
        if name in shape.members:
            conforms(body[name], shape.members[name], f"{where}.{name}")
            seen.add(name)
    for entry in body.get("SecretList", []):
        held(entry, shape.members["SecretList"].member, f"{where}[]", seen)
