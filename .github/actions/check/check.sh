#!/usr/bin/env bash
# Runs ecr-ptc check. Each input is an environment variable of its name. The findings become annotations
# and the summary of the job. The status is that of ecr-ptc: 9 for a finding that fails the job, 7 if a
# registry could not be reached.
set -euo pipefail

. "$(dirname -- "${BASH_SOURCE[0]}")/../commands.sh"
# The action's own copy, if the job has none.
. "$(dirname -- "${BASH_SOURCE[0]}")/../path.sh"

options=()
option() { # NAME VALUE
    if [ -n "$2" ]; then
        options+=("$1=$2")
    fi
}
option --region "${REGION-}"
option --verify "${VERIFY-}"
option --upstream-registry-url "${UPSTREAM_REGISTRY_URL-}"
option --expiring-within "${EXPIRING_WITHIN-}"
option --max-age "${MAX_AGE-}"
option --fail-on "${FAIL_ON-}"
options+=(--output=text --color=never --no-input)
if [ -n "${NAME-}" ]; then
    options+=(-- "$NAME")
fi

status=0
found=$(ecr-ptc check "${options[@]}") || status=$?
printf '%s\n' "$found"
resume_commands

# Escaped for the runner.
escaped() { # TEXT
    local text=${1//'%'/%25}
    text=${text//$'\r'/%0D}
    printf %s "${text//$'\n'/%0A}"
}
subject=
while IFS= read -r line; do
    case $line in
    '  error    '*) kind=error ;;
    '  warning  '*) kind=warning ;;
    '  note     '*) kind=notice ;;
    ' '*) continue ;;
    *)
        subject=$line
        continue
        ;;
    esac
    title=$(escaped "$subject")
    title=${title//:/%3A}
    printf '::%s title=%s::%s\n' "$kind" "${title//,/%2C}" "$(escaped "${line:11}")"
done <<<"$found"

if [ -n "${GITHUB_STEP_SUMMARY-}" ]; then
    {
        printf '## Amazon ECR pull through cache\n\n'
        if [ -n "$found" ]; then
            # Indented, so that it is not read as markup.
            printf '%s\n' "$found" | sed 's/^/    /'
        elif [ "$status" -eq 0 ]; then
            printf 'Nothing is wrong.\n'
        else
            printf 'The check could not be made: ecr-ptc ended with status %s.\n' "$status"
        fi
    } >>"$GITHUB_STEP_SUMMARY"
fi
exit "$status"
