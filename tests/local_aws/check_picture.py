"""Compares what the program knows of ECR's rules and of Secrets Manager with botocore's models, which are AWS's own.

server.py runs it:

    tests/local-aws --check

A member of a request, an answer or a structure is known where the Rust item (a function or a type) that makes the
call, or that names the structure, names the member. A value of an enumeration and an error are known where any line of
the source names them. What is not known stands in UNKNOWN with the reason: whatever is neither fails, and so does what
is in UNKNOWN and known, or no longer in the models.
"""

import pathlib
import re

import botocore.session

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent / "src"

# The files that call each service, and the operations that matter here.
SERVICES = {"ecr": ("aws/ecr.rs", r".*PullThroughCacheRules?"), "secretsmanager": ("aws/secrets_manager/*.rs", r".*")}

UNKNOWN = {
    # Requests.
    "the account is the caller's own": """
        DeletePullThroughCacheRule.request.registryId DescribePullThroughCacheRules.request.registryId
        UpdatePullThroughCacheRule.request.registryId ValidatePullThroughCacheRule.request.registryId""",
    "the service's own page is large enough": """
        DescribePullThroughCacheRules.request.maxResults BatchGetSecretValue.request.MaxResults
        ListSecretVersionIds.request.MaxResults""",
    "a list is sorted where it is shown": "ListSecrets.request.SortOrder ListSecrets.request.SortBy",
    "secrets are found by the beginning of their names, or by their ARNs": """
        BatchGetSecretValue.request.Filters FilterNameStringType=tag-key FilterNameStringType=tag-value
        FilterNameStringType=primary-region FilterNameStringType=owning-service""",
    "ECR reads only what has the key aws/secretsmanager, which is the default": """
        CreateSecret.request.KmsKeyId UpdateSecret.request.KmsKeyId ReplicaRegionType.KmsKeyId""",
    "ECR reads only text": """
        CreateSecret.request.SecretBinary UpdateSecret.request.SecretBinary""",
    "ECR cannot read a managed external secret, so none is made": """
        CreateSecret.request.Type UpdateSecret.request.Type RotateSecret.request.ExternalSecretRotationMetadata
        RotateSecret.request.ExternalSecretRotationRoleArn""",
    "the SDK has no members for replicas in other accounts": """
        CreateSecret.request.CrossAccountPrimaryARN AssociateCrossAccountReplica DisassociateCrossAccountReplica
        DescribeSecret.answer.CrossAccountPrimary DescribeSecret.answer.CrossAccountReplicas""",
    "the current version is what ECR reads, and what is read and written": """
        GetSecretValue.request.VersionId GetSecretValue.request.VersionStage PutSecretValue.request.VersionStages""",
    "the SDK's paginators follow it": """
        DescribePullThroughCacheRules.answer.nextToken BatchGetSecretValue.answer.NextToken
        ListSecretVersionIds.answer.NextToken ListSecrets.answer.NextToken""",
    "a tag is written anew, and never removed": "UntagResource",
    "versions without a label are nothing to go back to": "ListSecretVersionIds.request.IncludeDeprecated",
    "a rotation function's, which this is not": "PutSecretValue.request.RotationToken",
    "a new value is PutSecretValue's": "UpdateSecret.request.ClientRequestToken UpdateSecret.request.SecretString",
    "the one that can be written, and that denies or allows ECR, is `default`": """
        GetResourcePolicy.request.PolicyName GetResourcePolicy.answer.PolicyName
        PutResourcePolicy.request.PolicyName PutResourcePolicy.answer.PolicyName""",
    # Answers.
    "the SDK's paginators follow it": """
        DescribePullThroughCacheRules.answer.nextToken BatchGetSecretValue.answer.NextToken
        ListSecretVersionIds.answer.NextToken ListSecrets.answer.NextToken""",
    "known from the request, or from what was looked at before": """
        CreatePullThroughCacheRule.answer.createdAt DeletePullThroughCacheRule.answer.upstreamRegistryUrl
        DeletePullThroughCacheRule.answer.createdAt DeletePullThroughCacheRule.answer.registryId
        DeletePullThroughCacheRule.answer.credentialArn DeletePullThroughCacheRule.answer.customRoleArn
        DeletePullThroughCacheRule.answer.upstreamRepositoryPrefix UpdatePullThroughCacheRule.answer.registryId
        UpdatePullThroughCacheRule.answer.updatedAt UpdatePullThroughCacheRule.answer.upstreamRepositoryPrefix
        ValidatePullThroughCacheRule.answer.registryId ValidatePullThroughCacheRule.answer.upstreamRegistryUrl
        ValidatePullThroughCacheRule.answer.credentialArn ValidatePullThroughCacheRule.answer.customRoleArn
        ValidatePullThroughCacheRule.answer.upstreamRepositoryPrefix
        SecretValueEntry.Name DeleteSecret.answer.Name GetSecretValue.answer.Name GetResourcePolicy.answer.Name
        ListSecretVersionIds.answer.Name PutResourcePolicy.answer.Name PutSecretValue.answer.Name
        PutSecretValue.answer.VersionStages RestoreSecret.answer.Name RotateSecret.answer.Name
        UpdateSecret.answer.Name UpdateSecretVersionStage.answer.Name""",
    "a value is read for what ECR would read; its versions are DescribeSecret's to tell": """
        SecretValueEntry.VersionId SecretValueEntry.VersionStages SecretValueEntry.CreatedDate
        GetSecretValue.answer.VersionStages GetSecretValue.answer.CreatedDate
        SecretVersionsListEntry.VersionStages""",
    "no use for it": """
        ReplicationStatusType.LastAccessedDate SecretVersionsListEntry.LastAccessedDate
        SecretVersionsListEntry.KmsKeyIds RemoveRegionsFromReplication.answer.ReplicationStatus
        RotateSecret.answer.VersionId UpdateSecret.answer.VersionId""",
    # Errors: each is told with the service's own words, as any that comes later would be.
    "the service's words say what is wrong": """
        InvalidParameterException ValidationException InvalidNextTokenException PreconditionNotMetException""",
    # Operations.
    "aws has it, for a need that ECR does not have": """
        CancelRotateSecret DeleteResourcePolicy GetRandomPassword StopReplicationToReplica""",
    "the SDK has none of it yet, and only `default` concerns ECR": "ListResourcePolicies",
    "PutResourcePolicy says the same, and needs no permission more": "ValidateResourcePolicy",
}

HEAD = re.compile(r"( *)(?:pub(?:\([a-z]+\))? )?(?:async )?(?:fn|struct|enum) ")


def main():
    everywhere = "\n".join(path.read_text("utf-8") for path in sorted(SOURCE.rglob("*.rs")))
    strange = {}
    for service, (pattern, wanted) in SERVICES.items():
        model = botocore.session.Session().get_service_model(service)
        items = [item for path in sorted(SOURCE.glob(pattern)) for item in items_of(path.read_text("utf-8"))]
        for name in model.operation_names:
            if re.fullmatch(wanted, name):
                strange.update(unknown_of(model.operation_model(name), items, everywhere))
    listed = [name for names in UNKNOWN.values() for name in names.split()]
    told = [f"{name}: {what}, which src does not name" for name, what in strange.items() if name not in listed]
    told += [f"{name}: known by now, or gone from the model, or listed twice" for name in surplus(listed, strange)]
    assert not told, "UNKNOWN and the models differ:\n" + "\n".join(told)
    print(f"{len(listed)} things of the services are not known, each for a reason", flush=True)


def surplus(listed, strange):
    return [name for number, name in enumerate(listed) if name not in strange or name in listed[:number]]


def items_of(text):
    """The functions and types of a Rust file as rustfmt writes them, with what stands above them; not its tests."""
    items, above, item, end = [], [], [], None
    for line in text.split("#[cfg(test)]\nmod tests")[0].splitlines():
        head = HEAD.match(line)
        if end is None and head:
            item, above, end = [*above, line], [], head[1] + "}"
        elif end is not None:
            item.append(line)
        else:
            above = [*above, line] if line.lstrip().startswith(("///", "#[")) else []
        # A head that is whole on its line, or the brace that closes it.
        if end is not None and (line == end or (head and line.endswith((";", "}")))):
            items.append("\n".join(item))
            end = None
    return items


def unknown_of(operation, items, everywhere):
    name, found = operation.name, {}
    call = f".{snake(name)}()"
    if not any(call in item for item in items):
        return {name: "an operation"}
    words = (call, f"{name}Output", f"{name}FluentBuilder", f"/// {name}: ")
    own = [item for item in items if any(word in item for word in words)]
    sides = {"request": (operation.input_shape, sets), "answer": (operation.output_shape, names)}
    shapes = {}
    for direction, (shape, knows) in sides.items():
        for member, of in shape.members.items() if shape else ():
            if not any(knows(item, member) for item in own):
                found[f"{name}.{direction}.{member}"] = "a member"
            else:
                collect(of, shapes)
    for shape in shapes.values():
        if shape.type_name == "structure":
            of_shape = [item for item in items if re.search(rf"\b{shape.name}\b", item)] or own
            for member in shape.members:
                if not any(names(item, member) for item in of_shape):
                    found[f"{shape.name}.{member}"] = "a member"
        for value in shape.metadata.get("enum", []):
            variant = "".join(part[:1].upper() + part[1:] for part in re.split(r"[-_]", value))
            if not re.search(rf"\b(?:{re.escape(value)}|{variant})\b", everywhere):
                found[f"{shape.name}={value}"] = "a value"
    for error in operation.error_shapes:
        if f'"{error.name}"' not in everywhere:
            found[error.name] = "an error"
    return found


def collect(shape, shapes):
    """This shape and those in it, by their names."""
    if shape.name in shapes:
        return
    shapes[shape.name] = shape
    members = {
        "structure": lambda: shape.members.values(),
        "list": lambda: [shape.member],
        "map": lambda: [shape.key, shape.value],
    }
    for member in members.get(shape.type_name, list)():
        collect(member, shapes)


def sets(item, member):
    """Whether Rust code puts a member into a request: by a setter, or the paginator does."""
    return re.search(rf"\.(?:set_)?{snake(member)}\(", item) or (snake(member) == "next_token" and "into_paginator" in item)


def names(item, member):
    """Whether Rust code names a member: as a field, by a method, or by its name on the wire."""
    return re.search(rf"\b(?:set_)?{snake(member)}\b|\"{member}\"", item)


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
