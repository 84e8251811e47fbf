"""Gives moto's Secrets Manager what it lacks of secrets that are not their account's alone: managed external secrets,
and replicas in other accounts. A secret keeps the `Type` or the `CrossAccountPrimaryARN` with which it is created, and
tells it, as botocore's model of the service has it in CreateSecret, DescribeSecret and ListSecrets.
"""

from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse


def install():
    create, told = SecretsManagerResponse.create_secret, FakeSecret.to_dict

    def create_with_type(response):
        answer = create(response)
        secrets = secretsmanager_backends[response.current_account][response.region].secrets
        secret = secrets[response._get_param("Name")]
        secret.external_type = response._get_param("Type")
        secret.cross_account_primary = response._get_param("CrossAccountPrimaryARN")
        return answer

    def told_with_type(secret):
        kind = getattr(secret, "external_type", None)
        role = f"arn:aws:iam::{secret.account_id}:role/rotation"
        more = {"Type": kind, "ExternalSecretRotationRoleArn": role} if kind else {}
        primary = getattr(secret, "cross_account_primary", None)
        if primary:
            more["CrossAccountPrimary"] = {"PrimarySecretARN": primary, "ReplicationStatus": "InSync"}
        return {**told(secret), **more}

    SecretsManagerResponse.create_secret, FakeSecret.to_dict = create_with_type, told_with_type
