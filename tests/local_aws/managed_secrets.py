"""Gives moto's Secrets Manager the managed external secrets that it lacks: a secret keeps the `Type` with which it
is created, and tells it, as botocore's model of the service has it in CreateSecret, DescribeSecret and ListSecrets.
"""

from moto.secretsmanager.models import FakeSecret, secretsmanager_backends
from moto.secretsmanager.responses import SecretsManagerResponse


def install():
    create, told = SecretsManagerResponse.create_secret, FakeSecret.to_dict

    def create_with_type(response):
        answer = create(response)
        kind = response._get_param("Type")
        if kind:
            secrets = secretsmanager_backends[response.current_account][response.region].secrets
            secrets[response._get_param("Name")].external_type = kind
        return answer

    def told_with_type(secret):
        kind = getattr(secret, "external_type", None)
        role = f"arn:aws:iam::{secret.account_id}:role/rotation"
        more = {"Type": kind, "ExternalSecretRotationRoleArn": role} if kind else {}
        return {**told(secret), **more}

    SecretsManagerResponse.create_secret, FakeSecret.to_dict = create_with_type, told_with_type
