#!/usr/bin/env bash
# Runs ecr-ptc create. Each input is an environment variable of its name. The token goes to ecr-ptc on
# standard input, so it is in no argument, no file and no other process's environment.
# Nothing is traced or exported, whatever SHELLOPTS says.
{ set +ax; } 2>/dev/null
set -euo pipefail

# Removed from the environment. Variables of the job with these names would be exported.
unset token mask
token=${TOKEN-}
unset TOKEN

# The log masks it from here on. Escaped for the runner.
if [ -n "$token" ]; then
    mask=${token//'%'/%25}
    mask=${mask//$'\r'/%0D}
    mask=${mask//$'\n'/%0A}
    printf '::add-mask::%s\n' "$mask"
fi

. "$(dirname -- "${BASH_SOURCE[0]}")/../commands.sh"
# The action's own copy, if the job has none.
. "$(dirname -- "${BASH_SOURCE[0]}")/../path.sh"

# Each value in the word of its option, since it may begin with a hyphen.
options=(--registry="${REGISTRY-}" --username="${USERNAME-}" --output=text)
option() { # NAME VALUE
    if [ -n "$2" ]; then
        options+=("$1=$2")
    fi
}
option --region "${REGION-}"
option --name "${NAME-}"
option --rule "${RULE-}"
option --upstream-registry-url "${UPSTREAM_REGISTRY_URL-}"
option --expires-on "${EXPIRES_ON-}"
option --verify "${VERIFY-}"
option --if-exists "${IF_EXISTS-}"

# printf is a shell builtin, so the token is in no process's arguments.
arn=$(printf %s "$token" | ecr-ptc create "${options[@]}" --access-token-stdin --no-input)
printf 'arn=%s\n' "$arn" >>"$GITHUB_OUTPUT"
printf '%s\n' "$arn"
