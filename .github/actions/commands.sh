# Sourced: stops the runner from reading commands in the output, until resume_commands or the end of the
# script. The output goes to one stream, since the runner reads two in any order.
exec 2>&1
# A variable of the job with this name would be exported.
unset stop
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$stop"
resume_commands() {
    trap - EXIT
    printf '::%s::\n' "$stop"
}
trap resume_commands EXIT
