#!/usr/bin/env bash
# What the action does: the inputs are in the environment, each under its name. The token goes to ecr-ptc
# on standard input, so that it is in no argument, no file and no environment but this script's own.
# Nothing of what follows is traced or exported, whatever the job's SHELLOPTS say.
{ set +ax; } 2>/dev/null
set -euo pipefail

# No longer a variable of the environment. One of the job by these names would export what they get here.
unset token mask
token=${TOKEN-}
unset TOKEN

# Whatever prints it from here on, the log shows stars. In the runner's own escapes.
if [ -n "$token" ]; then
    mask=${token//'%'/%25}
    mask=${mask//$'\r'/%0D}
    mask=${mask//$'\n'/%0A}
    printf '::add-mask::%s\n' "$mask"
fi

. "$(dirname -- "${BASH_SOURCE[0]}")/../commands.sh"
# Where the action puts it, if the job has none.
. "$(dirname -- "${BASH_SOURCE[0]}")/../path.sh"

# Each value in the word of its option, so that one may begin with a hyphen.
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

# printf is the shell's own, so no process has the token among its arguments.
arn=$(printf %s "$token" | ecr-ptc create "${options[@]}" --access-token-stdin --no-input)
printf 'arn=%s\n' "$arn" >>"$GITHUB_OUTPUT"
printf '%s\n' "$arn"
