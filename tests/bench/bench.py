#!/usr/bin/env python3
"""Measures `ecr-ptc` beside what people use without it, all in one run, taking turns: see README.md here.

    cargo build --release && python3 tests/bench/bench.py [--runs N] [--secrets N[,N…]] [--beside PROGRAM]

Needs curl 7.75 or later, openssl and GNU time (apt-get install curl openssl time), and installs the AWS CLI and boto3 under
target/bench; the floor is built under target/floor. Prints Markdown: medians, and their ratios to the first line of each table.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
import venv

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")).resolve()
PROGRAM = TARGET / "release" / "ecr-ptc"
PROGRAMS = {"**ecr-ptc**": PROGRAM}
WORK = TARGET / "bench"
SYSTEM_BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
TIME = "/usr/bin/time"
FLOOR = TARGET / "floor" / "release" / "floor"
TOKEN = b"not-a-real-token-but-of-a-usual-size"
TOKEN_FILE = WORK / "token"
# The system's are read from where its variables say, as a bundle is from where the AWS CLI's say.
TRUST = {
    "one CA": {"AWS_CA_BUNDLE": str(WORK / "ca.pem")},
    "the system's CAs": {"SSL_CERT_FILE": str(WORK / "all.pem")},
    "the system's CAs, in a directory too": {"SSL_CERT_FILE": str(WORK / "all.pem"), "SSL_CERT_DIR": "/etc/ssl/certs"},
}
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(WORK),
    "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "ECR_PTC_VERIFY": "never",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--secrets", default="10,100,1000", help="how many secrets to list and check")
    parser.add_argument("--beside", type=pathlib.Path, help="another build of ecr-ptc, measured beside this one")
    options = parser.parse_args()
    if options.beside:
        PROGRAMS["the other build"] = options.beside.resolve()
    python = prepare()
    print(f"Program: {PROGRAM.stat().st_size / 1e6:.1f} MB.\n")
    offline(options.runs)
    with Server([sys.executable, str(HERE / "responder.py"), *map(str, certificate())]) as url:
        for title, trust in TRUST.items():
            create(f"create over TLS, trusting {title}", url, trust, python, options.runs)
        for milliseconds in [0, 20, 100]:
            far(url, milliseconds, max(options.runs // 4, 3))
    with Server([sys.executable, str(TOP / "tests" / "local_aws" / "run.py"), "--serve"]) as url:
        create("create at the local AWS", url, {}, python, options.runs)
        for number in map(int, options.secrets.split(",")):
            many(url, python, number)


def prepare():
    for program, package in [("curl", "curl"), ("openssl", "openssl"), (TIME, "time")]:
        if not shutil.which(program):
            sys.exit(f"{program} is missing: apt-get install {package}")
    if not PROGRAM.exists():
        sys.exit("the program is missing: cargo build --release")
    floor = ["cargo", "build", "--quiet", "--release", "--target-dir", str(TARGET / "floor")]
    subprocess.run([*floor, "--manifest-path", str(HERE / "floor" / "Cargo.toml")], check=True)
    python = WORK / "bin" / "python"
    requirements = HERE / "requirements.txt"
    done = WORK / "requirements.txt"
    if not done.exists() or done.read_bytes() != requirements.read_bytes():
        venv.create(WORK, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", "-r", requirements], check=True)
        shutil.copy(requirements, done)
    return python


def certificate():
    """A certificate for localhost, its key, and the CA that signed it: for this run alone."""
    ca, key, leaf = WORK / "ca.pem", WORK / "key.pem", WORK / "leaf.pem"
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    quiet = {"check": True, "stderr": subprocess.DEVNULL, "cwd": WORK}
    request = ["openssl", "req", *new_key]
    subprocess.run([*request, "-x509", "-days", "2", "-subj", "/CN=bench CA", "-keyout", "ca.key", "-out", ca], **quiet)
    subprocess.run([*request, "-subj", "/CN=localhost", "-keyout", key, "-out", "leaf.csr"], **quiet)
    hosts = ["localhost", "secretsmanager.us-east-1.amazonaws.com", "registry-1.docker.io", "auth.docker.io"]
    names = ",".join(f"DNS:{host}" for host in hosts)
    (WORK / "leaf.ext").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
    sign = ["openssl", "x509", "-req", "-in", "leaf.csr", "-CA", ca, "-CAkey", "ca.key", "-CAcreateserial"]
    subprocess.run([*sign, "-days", "2", "-extfile", "leaf.ext", "-out", leaf], **quiet)
    system = SYSTEM_BUNDLE.read_text() if SYSTEM_BUNDLE.exists() else ""
    (WORK / "all.pem").write_text(system + ca.read_text())
    TOKEN_FILE.write_bytes(TOKEN)
    TOKEN_FILE.chmod(0o600)
    return leaf, key


class Server:
    """A server that prints its address and ends when its standard input does."""

    def __init__(self, command):
        self.command = command

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self.process.stdout.readline().strip()

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()


def run(command, environment, stdin=b""):
    """Runs a command. Returns wall and CPU time in milliseconds, and standard error."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], env={**ENVIRONMENT, **environment}, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    try:
        process.stdin.write(stdin)
        process.stdin.close()
    except BrokenPipeError:  # Not every program reads it.
        pass
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command}: {said.decode(errors='replace')}")
    return wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, said.decode(errors="replace")


def memory(command, environment, stdin=b""):
    """Peak memory in MiB, by GNU time, since a child inherits the peak of its parent."""
    _, _, said = run([TIME, "-f", "%M", *command], environment, stdin)
    return int(said.split()[-1]) / 1024


def table(title, contestants, runs):
    """Runs each contestant once in each round."""
    taken = {name: [] for name in contestants}
    for index in range(runs + 1):
        for name, contestant in contestants.items():
            measured = run(*contestant())[:2]
            if index > 0:  # The first fills the caches.
                taken[name].append(measured)
    medians = {
        name: [*map(statistics.median, zip(*rows)), memory(*contestants[name]())] for name, rows in taken.items()
    }
    first = next(iter(medians.values()))
    print(f"### {title}\n\n| | wall | CPU | memory | wall, ratio | CPU, ratio |\n| --- | --- | --- | --- | --- | --- |")
    for name, (wall, cpu, peak) in medians.items():
        print(f"| {name} | {wall:.1f} ms | {cpu:.1f} ms | {peak:.1f} MiB | {wall / first[0]:.2f} | {cpu / max(first[1], 0.01):.2f} |")
    print(flush=True)


def offline(runs):
    dry = ["create", "--registry", "docker-hub", "-u", "me", "--access-token-stdin", "--dry-run"]
    words = {"--version": ["--version"], "--help": ["--help"], "completions bash": ["completions", "bash"], "create --dry-run": dry}
    contestants = {"an empty process (`true`)": lambda: (["true"], {})}
    for name, command in words.items():
        for title, program in PROGRAMS.items():
            title = f"{title} `{name}`"
            contestants[title] = lambda program=program, command=command: ([program, *command], {}, TOKEN)
    table("Without AWS", contestants, runs)


def create(title, url, trust, python, runs):
    names = (f"ecr-pullthroughcache/bench_{time.time_ns()}" for _ in iter(int, 1))
    at = {"AWS_ENDPOINT_URL": url, **trust}
    value = json.dumps({"username": "me", "accessToken": TOKEN.decode()})

    def with_floor():
        return [FLOOR, next(names), TOKEN_FILE], at

    def with_curl():
        body = json.dumps({"Name": next(names), "ClientRequestToken": f"{time.time_ns():032}", "SecretString": value})
        head = ["-H", "Content-Type: application/x-amz-json-1.1", "-H", "X-Amz-Target: secretsmanager.CreateSecret"]
        sign = ["--aws-sigv4", "aws:amz:us-east-1:secretsmanager", "--user", "AKIAEXAMPLE:example"]
        cacert = ["--cacert", next(iter(trust.values()))] if trust else []
        return ["curl", "-sS", "--fail", *sign, *head, *cacert, "--data-binary", "@-", url], {}, body.encode()

    def with_ecr_ptc(program):
        words = ["create", "--registry", "docker-hub", "-u", "me", "--access-token-file", TOKEN_FILE, "--name", next(names)]
        return [program, *words], at

    def with_aws():
        words = ["secretsmanager", "create-secret", "--name", next(names), "--secret-string", "file:///dev/stdin"]
        return [python, WORK / "bin" / "aws", *words], at, value.encode()

    def with_boto3():
        return [python, HERE / "with_boto3.py", "create"], {**at, "NAME": next(names)}, TOKEN

    builds = {name: lambda program=program: with_ecr_ptc(program) for name, program in PROGRAMS.items()}
    floor = {"the floor": with_floor} if url.startswith("https") else {}
    table(title[0].upper() + title[1:], {**floor, **builds, "curl --aws-sigv4": with_curl}, runs)
    if "SSL_CERT_FILE" not in trust:
        in_python = {"boto3": with_boto3, "aws secretsmanager create-secret": with_aws}
        table(f"The same, beside Python ({title})", {**builds, **in_python}, max(runs // 8, 3))


def far(url, milliseconds, runs):
    """Runs create with a delay to AWS and to the registry."""
    port = url.rsplit(":", 1)[1]
    with Server([sys.executable, str(HERE / "slow.py"), port, str(milliseconds)]) as proxy:
        at = {**TRUST["one CA"], "HTTPS_PROXY": proxy}
        words = ["create", "--registry", "docker-hub", "-u", "me", "--access-token-file", TOKEN_FILE]
        contestants = {}
        for verify, what in [("never", "create"), ("always", "verified create")]:
            for name, program in PROGRAMS.items():
                command = [program, *words, "--verify", verify]
                contestants[f"{name}, {what}"] = lambda command=command: (command, at)
        table(f"With a round trip of {milliseconds} ms", contestants, runs)


def many(url, python, number):
    """Lists and checks this many secrets in an empty account."""
    urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/reset", method="POST")).close()
    for index in range(number):
        body = {"Name": f"ecr-pullthroughcache/{index:06}", "SecretString": json.dumps({"username": "me", "accessToken": "x"})}
        head = {"X-Amz-Target": "secretsmanager.CreateSecret", "Content-Type": "application/x-amz-json-1.1"}
        head["Authorization"] = "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0"
        urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), head)).close()
    at = {"AWS_ENDPOINT_URL": url}
    runs = 5 if number <= 100 else 1
    for command in ["list", "check"]:
        contestants = {f"boto3, as `{command}` does": lambda: ([python, HERE / "with_boto3.py", command], at)}
        for name, program in PROGRAMS.items():
            contestants[f"{name} {command}"] = lambda program=program: ([program, command], at)
        table(f"{command} of {number} secrets, at the local AWS", contestants, runs)


if __name__ == "__main__":
    main()
