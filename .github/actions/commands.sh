# Sourced: what is printed from here on gives the runner no command, until resume_commands or the end of
# the script. It goes to one stream, since the runner reads two in any order.
exec 2>&1
# One of the job by this name would be exported, to programs that could end it.
unset stop
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$stop"
resume_commands() {
    trap - EXIT
    printf '::%s::\n' "$stop"
}
trap resume_commands EXIT
