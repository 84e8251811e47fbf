"""Runs a command with a local AWS beside it, after installing that AWS the first time.

    tests/local-aws COMMAND [ARGUMENT...]
    tests/local-aws --serve
    tests/local-aws --check

The local AWS is moto, in a virtual environment of its own below Cargo's target directory. This file
makes the environment and uses only the standard library; server.py, beside it, does the rest.

Standard output belongs to COMMAND: whatever this has to say goes to standard error.
"""

import contextlib
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import sysconfig

HERE = pathlib.Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
SERVER = HERE / "server.py"

USAGE = """\
usage: tests/local-aws COMMAND [ARGUMENT...]
       tests/local-aws --serve
       tests/local-aws --check

Starts a local AWS on a free port of 127.0.0.1, runs COMMAND with the AWS_* variables that lead to it,
and returns COMMAND's status. With --serve: prints the address and serves until standard input ends.
With --check: holds what we added to it, and what the program knows, against AWS's own models.
"""

# As with `env` and `docker run`: the wrapper failed, not the command.
FAILED = 125


def main(arguments):
    # Ctrl-C during the installation ends it without a traceback.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if arguments in (["-h"], ["--help"]):
        sys.stdout.write(USAGE)
        return 0
    if not arguments or (arguments[0].startswith("-") and arguments not in (["--serve"], ["--check"])):
        sys.stderr.write(USAGE)
        return 2
    if sys.version_info < (3, 10):
        return fail(
            "this is Python %d.%d (%s), and moto needs 3.10 or later\n"
            "Install a later Python and put it first in PATH." % (*sys.version_info[:2], sys.executable)
        )
    try:
        python = environment(REQUIREMENTS, "local-aws", "the local AWS (moto)")
    except OSError as error:
        return fail(f"cannot make the virtual environment: {error}")
    if python is None:
        return FAILED
    # -I ignores the caller's PYTHONPATH and user packages.
    command = [str(python), "-I", str(SERVER), *arguments]
    if os.name == "posix":
        # Replaces this process, so a signal reaches the server.
        os.execv(python, command)
    # Windows has no exec. Ctrl-C reaches the child too, and this process waits for its status.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call(command)


def environment(requirements, name, what):
    """The Python of the virtual environment, which is created if needed; None if that failed."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or HERE.parent.parent / "target")
    home = target.absolute() / name
    # The environment depends on the requirements and on the Python.
    of_this_python = f"{sys.version} {sysconfig.get_platform()}".encode()
    key = hashlib.sha256(requirements.read_bytes() + of_this_python).hexdigest()[:16]
    directory = home / key
    python = directory / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # Written last, so an interrupted installation is repeated.
    finished = directory / "finished"

    def ready():
        # The environment's Python may have been uninstalled.
        return finished.exists() and python.exists()

    if ready():
        return python
    home.mkdir(parents=True, exist_ok=True)
    with lock(home / "lock") as held:
        # Another run may have created it meanwhile.
        if ready() or install(directory, python, finished, held, requirements, what):
            return python
    return None


def install(directory, python, finished, held, requirements, what):
    """Creates the virtual environment. Returns whether that worked."""
    try:
        import ensurepip  # noqa: F401 - Debian and Ubuntu leave it out of their python3 package
        import venv
    except ImportError as error:
        fail(
            f"Python has no module {error.name}, which makes virtual environments\n"
            "Install it (on Debian and Ubuntu: apt install python3-venv) and run this again."
        )
        return False

    say(f"installing {what}; this happens once")
    shutil.rmtree(directory, ignore_errors=True)
    try:
        venv.create(directory, symlinks=os.name != "nt", with_pip=True)
    except subprocess.CalledProcessError as error:
        output = (error.output or b"").decode(errors="replace")
        fail(f"cannot make a virtual environment in {directory}\n{output}")
        return False

    # --no-deps: the requirements pin every package.
    pip = [str(python), "-I", "-m", "pip", "install", "--quiet", "--no-input", "--no-user", "--no-deps"]
    pip += ["--disable-pip-version-check", "--requirement", str(requirements)]
    done = subprocess.run(
        pip,
        # Standard input belongs to the command: it may contain a token.
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # If this process is killed, pip keeps the lock while it writes.
        pass_fds=[held.fileno()] if os.name == "posix" else (),
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        fail(
            f"pip could not install {requirements.name} (status {done.returncode}; its words are above)\n"
            "Check that pip can reach its package index (network, proxy, pip configuration) and run this again."
        )
        return False
    finished.touch()
    return True


@contextlib.contextmanager
def lock(path):
    """Holds a lock that the system releases if the process dies."""
    with open(path, "a+b") as file:
        if os.name == "nt":
            import msvcrt
            import time

            file.seek(0)
            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except OSError:
                    time.sleep(0.2)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        # Closing the file releases the lock.
        yield file


def say(message):
    print(f"local-aws: {message}", file=sys.stderr, flush=True)


def fail(message):
    say(message)
    return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
