# Sourced: adds the directory of find.sh's ecr-ptc to the end of PATH. On Windows a colon would split it.
built=${RUNNER_TEMP-}/ecr-ptc/bin
if command -v cygpath >/dev/null; then
    built=$(cygpath -u "$built")
fi
PATH=$PATH:$built
