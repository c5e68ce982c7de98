"""From an event to its effect: how long until the next decision and the profile know what a customer has just done.

    python benchmarks/live/visible.py [--customers 20000] [--folder DIR] [--probes 400] [--share 0.33] [--database URL]

A company is made with 200 policies of five clauses, and one more that acts on whoever has ordered within a day and wins against all others. While
`unequal serve` is kept busy by another process, with decisions and with batches of a hundred events, somebody who has not ordered lately does: his event
is sent alone, and at once his profile is asked for again and again until its version has risen. When the event is acknowledged a decision is
asked for, and asked again until it is the one that his order brings. Both are timed from before the event is sent until the answer is read.

How many decisions and how many events a second the server can take is measured first, each alone, by connections that ask again as soon as they are
answered. Then both are asked for at once and steadily, each at half of the given share of that.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import os
import platform
import random
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml
from serving import POLICIES, SERVE, free_port, served

import company
from unequal import flow
from unequal.flow.profiles import Profiles

LIMIT_MS = 100.0
EVENTS = 100
DECIDING, SENDING = 32, 4
PROBE = {
    "policy": "probe", "issue": "growth", "group": "probe", "action": "offer", "objective": "grow", "channels": {"web": {"text": "Thank you."}},
    "eligible": "count(order, 1 days) >= 1", "effect": {"uplift": "0.9", "margin": "1000000.00"}, "cost": "0.01", "holdout": "0.000001",
}  # fmt: skip
"""What an order brings: so much that no other policy wins against it."""


class Wire:
    """A connection that stays open, one request after the other."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key
        self.ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: str, body: Any = None) -> Any:
        """Ask, and give back what a good answer holds.

        Args:
            request: method and path.
            body: what is sent as JSON, if anything.
        """
        if self.ends is None:
            self.ends = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.ends
        written = b"" if body is None else orjson.dumps(body)
        head = f"{request} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(written)}\r\n\r\n".encode() + written)
        answer = await reader.readuntil(b"\r\n\r\n")
        told = await reader.readexactly(int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]))
        if b" 200 " not in answer[:16]:
            raise RuntimeError(f"{request}: {answer!r} {told!r}")
        return orjson.loads(told)

    def close(self) -> None:
        if self.ends is not None:
            self.ends[1].close()


class Company(NamedTuple):
    """Who is asked for and who has events, with the keys of either."""

    ids: Sequence[str]
    users: Sequence[str]
    key: str
    event_key: str


class Pace(NamedTuple):
    """Decisions and events a second."""

    decisions: float
    events: float


ALL_THAT_CAN_BE = Pace(0, 0)


def track(user: str) -> dict[str, Any]:
    """An order that was completed just now, as a shop's server tells of it."""
    return {
        "type": "track", "userId": user, "messageId": str(uuid.uuid4()), "event": "Order Completed",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"), "context": {"ip": "203.0.113.7", "locale": "de-DE"},
        "properties": {"order_id": str(uuid.uuid4()), "total": "27.50", "currency": "USD", "products": [{"sku": "45790-32", "quantity": 2}]},
    }  # fmt: skip


def page(user: str) -> dict[str, Any]:
    return {**track(user), "type": "page", "name": "Pricing"}


async def _kept_busy(port: int, of: Company, seconds: float, pace: Pace, connections: tuple[int, int]) -> Pace:
    """Decisions and batches, each over some connections, at a pace or (0) as fast as they are answered; how many there were a second."""
    ids, users = itertools.cycle(of.ids), itertools.cycle(of.users)
    counts = [0, 0]
    begun = time.perf_counter()

    async def decided(wire: Wire) -> None:
        await wire.ask("POST /v1/decide", {"channel": "web", "customer_id": next(ids)})
        counts[0] += 1

    async def sent(wire: Wire) -> None:
        await wire.ask("POST /v1/batch", {"batch": [page(next(users)) for _ in range(EVENTS)]})
        counts[1] += EVENTS

    async def again_and_again(what: Callable[[Wire], Awaitable[None]], key: str, every: float, first: float) -> None:
        wire, due = Wire(port, key), begun + first
        while (now := time.perf_counter()) < begun + seconds:
            if due > now:
                await asyncio.sleep(due - now)
            await what(wire)
            # Who is late asks at once, but does not make up for what he has missed.
            due = max(due + every, time.perf_counter()) if every else 0.0
        wire.close()

    def gaps(several: int, wanted: float) -> list[tuple[float, float]]:
        every = several / wanted if wanted else 0.0
        return [(every, every * place / several) for place in range(several)]

    deciding, sending = gaps(connections[0], pace.decisions), gaps(connections[1], pace.events / EVENTS)
    await asyncio.gather(
        *(again_and_again(decided, of.key, *gap) for gap in deciding), *(again_and_again(sent, of.event_key, *gap) for gap in sending)
    )
    took = time.perf_counter() - begun
    return Pace(counts[0] / took, counts[1] / took)


def _busy_process(told: multiprocessing.connection.Connection, *work: Any) -> None:
    told.send(asyncio.run(_kept_busy(*work)))


class Busy:
    """The same from a process of its own."""

    def __init__(
        self, port: int, of: Company, seconds: float, pace: Pace = ALL_THAT_CAN_BE, connections: tuple[int, int] = (DECIDING, SENDING)
    ) -> None:
        self.told, theirs = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.get_context("fork").Process(
            target=_busy_process, args=(theirs, port, of, seconds, pace, connections)
        )
        self.process.start()
        theirs.close()

    def result(self) -> Pace:
        """Wait for its end."""
        try:
            return self.told.recv()  # type: ignore[no-any-return]
        finally:
            self.process.join()


async def _probed(port: int, of: Company, whom: Sequence[tuple[str, str]], every: float) -> tuple[list[float], list[float], int]:
    """Milliseconds until each event was seen in the profile and in a decision; and how often the first decision after it did not know."""
    sends, looks, asks = Wire(port, of.event_key), Wire(port, of.key), Wire(port, of.key)
    profile_waits, decision_waits, unknown = list[float](), list[float](), 0
    for customer, user in whom:
        before = (await looks.ask(f"GET /v1/customers/{customer}"))["version"]
        event, begun = track(user), time.perf_counter()

        async def looked(customer: str = customer, before: int = before, begun: float = begun) -> float:
            while (await looks.ask(f"GET /v1/customers/{customer}"))["version"] == before:
                pass
            return (time.perf_counter() - begun) * 1e3

        async def asked(customer: str = customer, event: Any = event, begun: float = begun) -> tuple[float, int]:
            answer = await sends.ask("POST /v1/track", event)
            assert answer["events"][0]["status"] == "taken", answer
            for times in itertools.count():
                decision = await asks.ask("POST /v1/decide", {"channel": "web", "customer_id": customer})
                if (decision["treatment"] or {}).get("policy") == "probe":
                    return (time.perf_counter() - begun) * 1e3, times
                if times > 50:
                    raise RuntimeError(f"{customer} is never treated: {decision}")
            raise AssertionError

        seen, (decided, times) = await asyncio.gather(looked(), asked())
        profile_waits.append(seen)
        decision_waits.append(decided)
        unknown += times > 0
        await asyncio.sleep(max(0.0, begun + every - time.perf_counter()))
    for wire in (sends, looks, asks):
        wire.close()
    return profile_waits, decision_waits, unknown


def open_company(folder: Path, given: argparse.Namespace) -> tuple[str, str]:
    """Make the company where there is none, with the policy of the probe; its keys: for decisions, and for events."""
    if not (folder / "key").is_file():
        company.write(folder, given.customers, state=given.database)
        (folder / "key").write_text(company.run(folder, POLICIES, state=given.database), encoding="ascii")
    project = flow.open_project(folder, company.environment(given.database))
    if not (folder / "event_key").is_file():
        with flow.live.open_live(project) as live:
            draft = live.policies.submit(yaml.safe_dump(PROBE), author="mia")
            live.policies.preview(draft["name"], draft["version"])
            live.policies.approve(draft["name"], draft["version"], by="finn")
        with closing(flow.people.open_people(project)) as people:
            _, key = people.add_key("probe", "ingest", by="bench", days=30, source="shop")
        (folder / "event_key").write_text(key, encoding="ascii")
    return (folder / "key").read_text(encoding="ascii"), (folder / "event_key").read_text(encoding="ascii")


async def _users(port: int, key: str, ids: Iterable[str], wanted: int, *, untouched: bool = False) -> list[tuple[str, str]]:
    """Customers with the number under which the shop knows each; untouched: only those to whom nothing has ever happened, for their limits are free."""
    wire, found = Wire(port, key), list[tuple[str, str]]()
    for one in ids:
        profile = await wire.ask(f"GET /v1/customers/{one}")
        if not untouched or profile["version"] == 0:
            found.append((one, next(record for record in profile["records"] if record.startswith("crm:")).removeprefix("crm:")))
        if len(found) == wanted:
            break
    wire.close()
    return found


def measured(folder: Path, keys: tuple[str, str], given: argparse.Namespace) -> None:
    environment = company.environment(given.database)
    with Profiles.open(flow.open_project(folder, environment)) as profiles:
        ids = profiles.customers()
    random.Random(time.time_ns()).shuffle(ids)
    port = free_port()
    with served(["-c", SERVE, "-C", str(folder), "serve", "--port", str(port)], port, environment):
        probed = asyncio.run(_users(port, keys[0], ids, given.probes, untouched=True))
        rest = sorted(set(ids) - {one for one, _ in probed})
        random.shuffle(rest)
        of = Company(rest, [user for _, user in asyncio.run(_users(port, keys[0], rest, 2_000))], *keys)
        Busy(port, of, 3).result()  # warms up
        decisions = Busy(port, of, given.seconds, connections=(DECIDING, 0)).result().decisions
        events = Busy(port, of, given.seconds, connections=(0, SENDING)).result().events
        pace = Pace(decisions * given.share / 2, events * given.share / 2)
        every = 1 / given.probes_per_second
        busy = Busy(port, of, given.probes * every + 2, pace)
        time.sleep(1)
        profile_waits, decision_waits, unknown = asyncio.run(_probed(port, of, probed, every))
        was = busy.result()
    print(f"at most  {decisions:7.0f} decisions/s or {events:7.0f} events/s")
    print(
        f"beside   {was.decisions:7.0f} decisions/s and {was.events:6.0f} events/s ({pace.decisions:.0f} and {pace.events:.0f} were asked for)"
    )
    for name, waits in (("decision", sorted(decision_waits)), ("profile", sorted(profile_waits))):
        last = waits[int(len(waits) * 0.99)]
        print(
            f"{name:<9} {len(waits)} events   p50 {waits[len(waits) // 2]:6.1f} ms   p99 {last:6.1f} ms   most {waits[-1]:6.1f} ms   "
            f"({'within' if last <= LIMIT_MS else 'MISSES'} {LIMIT_MS:.0f} ms)"
        )
    print(f"the first decision after an event was acknowledged did not know of it: {unknown} of {len(decision_waits)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--probes", type=int, default=400)
    parser.add_argument("--probes-per-second", type=float, default=10)
    parser.add_argument("--share", type=float, default=1 / 3)
    parser.add_argument("--seconds", type=float, default=6, help="for which it is measured how much the server can take")
    parser.add_argument("--database", help="an empty PostgreSQL database; SQLite by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made) / "company"
        keys = open_company(folder, given)
        print(
            f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
            f"load {os.getloadavg()[0]:.1f}"
        )
        measured(folder, keys, given)


if __name__ == "__main__":
    main()
