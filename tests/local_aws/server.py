"""Serves moto from a thread of this process while a command runs, or until standard input ends.

run.py starts this in the virtual environment that has moto. There is no server process, so none can be
left running, however this one ends.
"""

import http.client
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading

HOST = "127.0.0.1"

# Python's -I leaves this folder out of the path.
sys.dont_write_bytecode = True
sys.path.append(os.path.dirname(os.path.abspath(__file__)))


def main(arguments):
    # Until the command runs, Ctrl-C ends this without a traceback.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Before moto is loaded: it reads these variables too.
    scrub_environment()
    url = start()
    if arguments == ["--serve"]:
        return serve(url)
    if arguments == ["--check"]:
        import check_cache_rules
        import check_managed_secrets

        check_cache_rules.main(url)
        check_managed_secrets.main(url)
        return 0
    os.environ["AWS_ENDPOINT_URL"] = url
    return run(arguments)


def scrub_environment():
    """Removes every AWS setting of the caller, and sets dummy credentials."""
    for name in [name for name in os.environ if name.upper().startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        AWS_REGION="us-east-1",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID="local-aws",
        AWS_SECRET_ACCESS_KEY="local-aws",
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    )
    # A token typed to try the program is sent to no registry, unless the caller asks for it.
    if not os.environ.get("ECR_PTC_VERIFY"):
        os.environ["ECR_PTC_VERIFY"] = "never"
    # The caller's proxy cannot reach loopback.
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if direct.strip() != "*":
        direct = ",".join(filter(None, [direct, HOST, "localhost"]))
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = direct


def start():
    """Starts moto on a free port, waits until it answers, and returns its address."""
    from moto import backends
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    import cache_rules
    import managed_secrets

    cache_rules.install()
    managed_secrets.install()
    # moto would read these files with every request, a quarter of its time.
    modules = set(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    # The terminal belongs to the command: log no requests and no errors of moto.
    logging.disable()
    server = make_server(
        HOST,
        0,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
    connection.request("GET", "/moto-api/data.json")
    connection.getresponse().read()
    connection.close()
    return f"http://{HOST}:{server.port}"


def serve(url):
    """Serves until standard input ends, also because the program that started this was killed."""
    print(url, flush=True)
    # Standard input may have been closed from the start.
    if sys.stdin is not None:
        while sys.stdin.buffer.read1():
            pass
    return 0


def run(command):
    """Runs the command in the foreground, in this process group, and returns its status as a shell would."""
    child = None
    early = []

    def forward(number, _frame):
        if child is None:
            early.append(number)
        else:
            child.send_signal(number)

    # The terminal sends these to the command too, which decides. They get a handler, because
    # the command would inherit an ignored signal. A signal ignored by the caller stays ignored.
    handle({"SIGINT", "SIGQUIT"}, lambda _number, _frame: None)
    # These are sent to one process.
    handle({"SIGTERM", "SIGHUP"}, forward)

    program = command[0]
    if os.name == "nt":
        # Otherwise Windows finds only programs that end in .exe.
        program = shutil.which(program) or program
    try:
        child = subprocess.Popen([program, *command[1:]])
    except OSError as error:
        print(f"local-aws: cannot run {command[0]}: {error.strerror}", file=sys.stderr, flush=True)
        return 127 if isinstance(error, FileNotFoundError) else 126
    for number in early:
        child.send_signal(number)
    status = child.wait()
    return status if status >= 0 else 128 - status


def handle(names, handler):
    for name in names:
        # Windows has only two of them.
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    # sys.exit would unload modules while moto's thread still runs.
    os._exit(status)
