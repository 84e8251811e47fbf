"""Gives moto's Secrets Manager what it lacks of managed external secrets: a secret keeps the `Type` with which it is
created, and tells it as botocore's model of the service has it.
"""

from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse


def install():
    create, told = SecretsManagerResponse.create_secret, FakeSecret.to_dict

    def create_with_type(response):
        answer = create(response)
        secrets = secretsmanager_backends[response.current_account][response.region].secrets
        secrets[response._get_param("Name")].external_type = response._get_param("Type")
        return answer

    def told_with_type(secret):
        return {**told(secret), **more_of(secret)}

    SecretsManagerResponse.create_secret, FakeSecret.to_dict = create_with_type, told_with_type


def more_of(secret):
    """The additional members of such a secret."""
    if not (kind := getattr(secret, "external_type", None)):
        return {}
    return {
        "Type": kind,
        "ExternalSecretRotationRoleArn": f"arn:aws:iam::{secret.account_id}:role/rotation",
        "ExternalSecretRotationMetadata": [{"Key": "groupId", "Value": "17"}],
    }
