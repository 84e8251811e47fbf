"""Gives moto's Secrets Manager what it lacks of secrets that are not their account's alone: managed external secrets,
and replicas in other accounts. A secret keeps the `Type` or the `CrossAccountPrimaryARN` with which it is created, and
the replica that AssociateCrossAccountReplica names, and tells it as botocore's model of the service has it.
"""

import json

from moto.core.exceptions import ServiceException
from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse


class Refusal(ServiceException):
    """An error answer."""


def install():
    create, told = SecretsManagerResponse.create_secret, FakeSecret.to_dict
    policy = SecretsManagerResponse.get_resource_policy

    def secrets_of(response):
        return secretsmanager_backends[response.current_account][response.region].secrets

    def create_with_type(response):
        answer = create(response)
        secret = secrets_of(response)[response._get_param("Name")]
        secret.external_type = response._get_param("Type")
        secret.cross_account_primary = response._get_param("CrossAccountPrimaryARN")
        return answer

    def associate(response):
        replica, name = response._get_param("CrossAccountReplicaARN"), response._get_param("SecretId")
        if name not in secrets_of(response):
            raise Refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        secret = secrets_of(response)[name]
        secret.cross_account_replica = {"ReplicaSecretARN": replica, "ReplicationStatus": "Pending"}
        return json.dumps({"ARN": secret.arn, "CrossAccountReplicaARN": replica, "ReplicationStatus": "Pending"})

    def policy_with_name(response):
        # The one that can be written is told where no other is asked for.
        return json.dumps({**json.loads(policy(response)), "PolicyName": "default"})

    def told_with_type(secret):
        return {**told(secret), **more_of(secret)}

    SecretsManagerResponse.create_secret, FakeSecret.to_dict = create_with_type, told_with_type
    SecretsManagerResponse.associate_cross_account_replica = associate
    SecretsManagerResponse.get_resource_policy = policy_with_name


def more_of(secret):
    """What such a secret tells more than others."""
    more = {}
    if kind := getattr(secret, "external_type", None):
        more["Type"] = kind
        more["ExternalSecretRotationRoleArn"] = f"arn:aws:iam::{secret.account_id}:role/rotation"
        more["ExternalSecretRotationMetadata"] = [{"Key": "groupId", "Value": "17"}]
    if primary := getattr(secret, "cross_account_primary", None):
        more["CrossAccountPrimary"] = {"PrimarySecretARN": primary, "ReplicationStatus": "InSync"}
    if replica := getattr(secret, "cross_account_replica", None):
        more["CrossAccountReplicas"] = [replica]
    return more
