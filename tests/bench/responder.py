"""Answers over TLS as an empty account of AWS does, and as a token endpoint, so that what is measured is the client.

    python3 tests/bench/responder.py CERTIFICATE KEY

Prints its address, and serves until standard input ends.
"""

import json
import socket
import ssl
import sys
import threading


# A registry's challenge, and its token endpoint.
CHALLENGE = (
    b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n"
    b'WWW-Authenticate: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"\r\n\r\n'
)


def answer_to(path, request):
    """An empty AWS account in which CreateSecret works. A request without a body gets a token."""
    if path == b"/v2/":
        return CHALLENGE
    if not request:
        return b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"token":"x"}'
    asked, status, members = json.loads(request), b"200 OK", {"pullThroughCacheRules": []}
    if "SecretId" in asked:
        status, members = b"400 Bad Request", {"__type": "ResourceNotFoundException"}
    elif name := asked.get("Name"):
        members = {
            "ARN": f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf",
            "Name": name,
            "VersionId": "00000000-0000-4000-8000-000000000000",
        }
    body = json.dumps(members).encode()
    return (
        b"HTTP/1.1 " + status + b"\r\nx-amzn-RequestId: 00000000-0000-4000-8000-000000000001\r\n"
        b"Content-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
    ) + body


def main(certificate, key):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    threading.Thread(target=serve, args=(listener, context), daemon=True).start()
    print(f"https://localhost:{listener.getsockname()[1]}", flush=True)
    sys.stdin.buffer.read()


def serve(listener, context):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection, context), daemon=True).start()


def answer(connection, context):
    """Answers the requests of one connection until the client closes it."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    try:
        with context.wrap_socket(connection, server_side=True) as stream, stream.makefile("rb") as requests:
            while head := read_head(requests):
                path, length = head
                stream.sendall(answer_to(path, requests.read(length)))
    except OSError:
        pass


def read_head(requests):
    """The path of the next request and the length of its body in bytes; None at the end."""
    line, length = requests.readline(), 0
    for header in iter(requests.readline, b"\r\n"):
        if not header:
            return None
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return line.split(b" ")[1], length


if __name__ == "__main__":
    main(*sys.argv[1:])
