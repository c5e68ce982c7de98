"""Routes over HTTP, beside an empty endpoint of the same framework: one worker each, asked in turns by a crowd in another process.

    python benchmarks/live/routing.py [--customers 20000] [--folder DIR] [--connections 64] [--rounds 5] [--seconds 4] [--database URL]

The company is that of `serving.py`, with its policies. Each contact is of another customer, who is named by his id, and is told queue, priority, skills,
patience and tier, with the reasons in dollars. It prints requests per second, their ratio round by round, and the 99th percentile of the time to an answer.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import random
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

import orjson
from serving import EMPTY, SERVE, Round, asked, cpu, free_port, served

import company
from unequal import flow
from unequal.flow.profiles import Profiles

LIMIT = 0.5
PATH = "/v1/route"
SCOPES = ("contacts.route", "fields.contact", "fields.worth")


def bodies(ids: list[str]) -> list[bytes]:
    """A contact of each customer, as a contact centre sends it."""
    skills = itertools.cycle(["billing", "delivery", None])
    return [
        orjson.dumps({"channel": "web", "customer_id": one, "skill": skill, "waited_seconds": 20})
        for one, skill in zip(ids, skills, strict=False)
    ]


def measured(folder: Path, key: str, given: argparse.Namespace) -> None:
    environment = company.environment(given.database)
    with Profiles.open(flow.open_project(folder, environment)) as profiles:
        ids = profiles.customers()
    random.Random(time.time_ns()).shuffle(ids)
    ports = {"route": free_port(), "empty": free_port()}
    empty_server = (EMPTY % ports["empty"]).replace("/v1/decide", PATH)
    commands = {"route": ["-c", SERVE, "-C", str(folder), "serve", "--port", str(ports["route"])], "empty": ["-c", empty_server]}
    with served(commands["route"], ports["route"], environment) as ours, served(commands["empty"], ports["empty"], {}) as empty:
        processes, rounds = {"route": ours, "empty": empty}, {"route": list[Round](), "empty": list[Round]()}
        spent = {name: list[float]() for name in processes}
        sent = bodies(ids)
        for number in range(given.rounds + 1):
            for name, process in processes.items():
                before = cpu(process)
                one = asked(ports[name], sent, given.seconds, given.connections, key, PATH)
                # The first of each only warms up.
                if number:
                    rounds[name].append(one)
                    spent[name].append((cpu(process) - before) / one.requests * 1e6)
    rates = {name: [one.requests / one.seconds for one in several] for name, several in rounds.items()}
    for name, several in rounds.items():
        waits = sorted(wait for one in several for wait in one.waits)
        print(
            f"{name:<7} {statistics.median(rates[name]):7.0f} requests/s   p50 {waits[len(waits) // 2] * 1e3:6.1f} ms   "
            f"p99 {waits[int(len(waits) * 0.99)] * 1e3:6.1f} ms   {statistics.median(spent[name]):5.0f} µs of processor time each"
        )
    ratio = statistics.median(ours / theirs for ours, theirs in zip(rates["route"], rates["empty"], strict=True))
    print(f"route / empty: {ratio:.1%} ({'reaches' if ratio >= LIMIT else 'MISSES'} {LIMIT:.0%})")


def key_for(folder: Path, database: str | None) -> str:
    """A key that may ask for routes."""
    with closing(flow.people.open_people(flow.open_project(folder, company.environment(database)))) as people:
        return people.add_key("bench", "service", by="bench", days=30, scopes=SCOPES)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--policies", type=int, default=20)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--database", help="an empty PostgreSQL database; SQLite by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made) / "company"
        if not (folder / "unequal.yaml").is_file():
            company.write(folder, given.customers, state=given.database)
            company.run(folder, given.policies, state=given.database)
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
        measured(folder, key_for(folder, given.database), given)


if __name__ == "__main__":
    main()
