"""Decisions over HTTP, beside an empty endpoint of the same framework: one worker each, asked in turns by a crowd in another process.

    python benchmarks/live/serving.py [--customers 100000] [--folder DIR] [--connections 64] [--rounds 5] [--seconds 4] [--database URL]

The company is made first, with 200 policies of five clauses that act on it (a while of a large one; a folder is made once and used again).
Each decision is of another customer, reserves his contact with its limits, and is on disk when it is answered. It prints requests per second,
their ratio round by round, the 99th percentile of the time to an answer, and the processor time of the server for each request.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import os
import platform
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

import company
from unequal import flow
from unequal.flow.profiles import Profiles

POLICIES = 200
LIMIT = 0.5
EMPTY = """
import uvicorn
from fastapi import FastAPI

app = FastAPI()

@app.post("/v1/decide")
async def decide() -> dict[str, str]:
    return {}

uvicorn.run(app, port=%d, log_level="warning", access_log=False, server_header=False)
"""
SERVE = "from unequal.cli import main; main()"


class Round(NamedTuple):
    """What a round came to: requests, seconds, seconds to each answer, and those that were given a treatment."""

    requests: int
    seconds: float
    waits: list[float]
    treated: int


async def _one(port: int, bodies: Iterator[bytes], until: float, waits: list[float], key: str, path: str) -> int:
    """One connection, kept open, asked again and again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: "
    treated = 0
    while time.perf_counter() < until:
        body = next(bodies)
        begun = time.perf_counter()
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        told = await reader.readexactly(length)
        waits.append(time.perf_counter() - begun)
        if b" 200 " not in answer[:16]:
            raise RuntimeError(f"{answer!r} {told!r}")
        treated += b'"treatment":{' in told
    writer.close()
    return treated


async def _crowd(port: int, sent: Sequence[bytes], seconds: float, connections: int, key: str, path: str) -> Round:
    bodies = itertools.cycle(sent)
    waits: list[float] = []
    begun = time.perf_counter()
    treated = await asyncio.gather(*(_one(port, bodies, begun + seconds, waits, key, path) for _ in range(connections)))
    return Round(len(waits), time.perf_counter() - begun, waits, sum(treated))


def _ask(told: multiprocessing.connection.Connection, *crowd: Any) -> None:
    told.send(asyncio.run(_crowd(*crowd)))


def asked(port: int, sent: Sequence[bytes], seconds: float, connections: int, key: str, path: str = "/v1/decide") -> Round:
    """A round of requests with these bodies, from a process of its own."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_ask, args=(theirs, port, sent, seconds, connections, key, path))
    process.start()
    theirs.close()
    try:
        return ours.recv()  # type: ignore[no-any-return]
    finally:
        process.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def served(command: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server, once it answers."""
    process = subprocess.Popen([sys.executable, *command], env={**os.environ, **environment})
    try:
        for _ in range(600):
            try:
                with socket.create_connection(("127.0.0.1", port), 1):
                    break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("the server does not start") from None
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(folder: Path, key: str, given: argparse.Namespace) -> None:
    environment = company.environment(given.database)
    with Profiles.open(flow.open_project(folder, environment)) as profiles:
        ids = profiles.customers()
    random.Random(time.time_ns()).shuffle(ids)
    ports = {"decide": free_port(), "empty": free_port()}
    commands = {
        "decide": ["-c", SERVE, "-C", str(folder), "serve", "--port", str(ports["decide"])], "empty": ["-c", EMPTY % ports["empty"]],
    }  # fmt: skip
    with served(commands["decide"], ports["decide"], environment) as ours, served(commands["empty"], ports["empty"], {}) as empty:
        processes, rounds = {"decide": ours, "empty": empty}, {"decide": list[Round](), "empty": list[Round]()}
        spent = {name: list[float]() for name in processes}
        at_once = int(given.seconds * 8_000)
        for number in range(given.rounds + 1):
            for name, process in processes.items():
                places = range(number * at_once, (number + 1) * at_once)
                some = [orjson.dumps({"channel": "web", "customer_id": ids[place % len(ids)]}) for place in places]
                before = cpu(process)
                one = asked(ports[name], some, given.seconds, given.connections, key)
                # The first of each only warms up.
                if number:
                    rounds[name].append(one)
                    spent[name].append((cpu(process) - before) / one.requests * 1e6)
    rates = {name: [one.requests / one.seconds for one in several] for name, several in rounds.items()}
    for name, several in rounds.items():
        waits = sorted(wait for one in several for wait in one.waits)
        treated = sum(one.treated for one in several) / len(waits)
        print(
            f"{name:<7} {statistics.median(rates[name]):7.0f} requests/s   p50 {waits[len(waits) // 2] * 1e3:6.1f} ms   "
            f"p99 {waits[int(len(waits) * 0.99)] * 1e3:6.1f} ms   {statistics.median(spent[name]):5.0f} µs of processor time each"
            + (f"   {treated:.0%} with a treatment" if name == "decide" else "")
        )
    ratio = statistics.median(ours / theirs for ours, theirs in zip(rates["decide"], rates["empty"], strict=True))
    print(f"decide / empty: {ratio:.1%} ({'reaches' if ratio >= LIMIT else 'MISSES'} {LIMIT:.0%})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--database", help="an empty PostgreSQL database; SQLite by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made) / "company"
        if not (folder / "key").is_file():
            company.write(folder, given.customers, state=given.database)
            (folder / "key").write_text(company.run(folder, POLICIES, state=given.database), encoding="ascii")
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
        measured(folder, (folder / "key").read_text(encoding="ascii"), given)


if __name__ == "__main__":
    main()
