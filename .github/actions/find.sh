#!/usr/bin/env bash
# Finds ecr-ptc for an action: the job's own, or the release of the action's version, if its attestation
# shows that the release workflow built it from that tag. Otherwise it is built from the source beside the
# action. Leaves it in RUNNER_TEMP/ecr-ptc/bin.
set -euo pipefail

into=$RUNNER_TEMP/ecr-ptc/bin
source=$(dirname -- "${BASH_SOURCE[0]}")/../..
# On Windows, tar takes a path with a colon for a host.
if command -v cygpath >/dev/null; then
    into=$(cygpath -u "$into")
    source=$(cygpath -u "$source")
fi
if command -v ecr-ptc >/dev/null || [ -x "$into/ecr-ptc" ] || [ -x "$into/ecr-ptc.exe" ]; then
    exit 0
fi
. "$(dirname -- "${BASH_SOURCE[0]}")/commands.sh"

case ${RUNNER_OS-}-${RUNNER_ARCH-} in
Linux-X64) target=x86_64-unknown-linux-musl.tar.gz ;;
Linux-ARM64) target=aarch64-unknown-linux-musl.tar.gz ;;
macOS-X64) target=x86_64-apple-darwin.tar.gz ;;
macOS-ARM64) target=aarch64-apple-darwin.tar.gz ;;
Windows-X64) target=x86_64-pc-windows-msvc.zip ;;
Windows-ARM64) target=aarch64-pc-windows-msvc.zip ;;
*) target= ;;
esac

# Only a version has a release; for a commit or branch, the program is built.
if [[ ${ACTION_REF-} == v[0-9]* && -n $target ]] && command -v gh >/dev/null; then
    archive=ecr-ptc-${ACTION_REF#v}-$target
    temp=$(mktemp -d)
    trap 'rm -rf "$temp"; resume_commands' EXIT
    if gh release download "$ACTION_REF" --repo "$ACTION_REPOSITORY" --pattern "$archive" --dir "$temp"; then
        # A program that this repository did not build ends the job.
        gh attestation verify "$temp/$archive" --repo "$ACTION_REPOSITORY" --source-ref "refs/tags/$ACTION_REF" \
            --signer-workflow "$ACTION_REPOSITORY/.github/workflows/release.yml"
        mkdir -p "$into"
        if [[ $archive == *.zip ]]; then
            unzip -q "$temp/$archive" -d "$temp"
        else
            tar -xzf "$temp/$archive" -C "$temp"
        fi
        cp "$temp"/*/ecr-ptc* "$into/" 2>/dev/null || true
        if [ -e "$into/ecr-ptc" ] || [ -e "$into/ecr-ptc.exe" ]; then
            exit 0
        fi
    fi
fi
# The build runs code of many crates; none of them gets the job's token.
unset GH_TOKEN
cargo install --locked --path "$source" --root "${into%/bin}"
