"""The same work in a minimal script: with_boto3.py create|list|check."""

import json
import os
import sys

import boto3

PREFIX = "ecr-pullthroughcache/"


def create(client):
    value = json.dumps({"username": "me", "accessToken": sys.stdin.read()})
    print(client.create_secret(Name=os.environ["NAME"], SecretString=value)["ARN"])


def secrets(client):
    pages = client.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [PREFIX]}])
    return [secret for page in pages for secret in page["SecretList"]]


def show(client):
    for secret in secrets(client):
        print(secret["Name"], secret["LastChangedDate"])


def check(client):
    arns = [secret["ARN"] for secret in secrets(client)]
    for start in range(0, len(arns), 20):
        for value in client.batch_get_secret_value(SecretIdList=arns[start : start + 20])["SecretValues"]:
            members = json.loads(value["SecretString"])
            if set(members) != {"username", "accessToken"}:
                print(value["Name"])


{"create": create, "list": show, "check": check}[sys.argv[1]](boto3.client("secretsmanager"))
