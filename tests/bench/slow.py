"""A proxy that makes every host far away: what is sent arrives half a round trip later, and so does the answer.

    python3 tests/bench/slow.py PORT MILLISECONDS

Every host that is asked for is the server on that port of this machine. A connection takes a round trip of its own,
as TCP does; asking the proxy itself takes none. Prints its address, and serves until standard input ends.
"""

import asyncio
import sys


async def main(port, milliseconds):
    half = float(milliseconds) / 2_000

    async def serve(reader, writer):
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", int(port))
            await asyncio.gather(carry(reader, far_writer, half, 2 * half), carry(far_reader, writer, half, 0))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)


async def carry(reader, writer, delay, connecting):
    """Writes each piece it reads after a delay; the first also waits for the connection."""
    clock = asyncio.get_running_loop()
    open_at = clock.time() + connecting
    while data := await reader.read(65_536):
        due = max(clock.time(), open_at) + delay
        clock.call_at(due, writer.write, data)
    await asyncio.sleep(delay)
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
