# Sourced: puts where find.sh leaves ecr-ptc at the end of PATH. On Windows a path with a colon would be two.
built=${RUNNER_TEMP-}/ecr-ptc/bin
if command -v cygpath >/dev/null; then
    built=$(cygpath -u "$built")
fi
PATH=$PATH:$built
