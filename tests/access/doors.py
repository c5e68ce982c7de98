"""A gate over a fresh state, with somebody of every role and a key of every kind; and a moment of contact that shows every field."""

# ruff: noqa: ARG002 - the verbs have the arguments that LiveVerbs gives them

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from unequal.access import Caller, Gate, fields, permissions, verbs
from unequal.access.accounts import FIELD_SCOPES
from unequal.access.limits import Limits, Rate
from unequal.config.moments import AgentPage
from unequal.flow.people import People
from unequal.flow.profiles import nobody
from unequal.storage.state import open_access
from unequal.terms.errors import UnequalError

NOON = datetime(2026, 3, 2, 12)
WIDE = Limits(account=Rate(10_000, 10_000), address=Rate(10_000, 10_000))


class Clock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def ticks(self) -> float:
        return (self.at - NOON).total_seconds()

    def later(self, **more: float) -> None:
        self.at += timedelta(**more)


def gate(folder: Path, clock: Clock | None = None, *, url: str | None = None, limits: Limits = WIDE, **more: Any) -> Gate:
    """A gate of a state of its own."""
    clock = clock or Clock()
    members = People(open_access(url or f"sqlite:///{folder / 'state.db'}"), clock)
    return Gate(members, limits=limits, ticks=clock.ticks, **more)


def filled(document: str) -> dict[str, Any]:
    """A document that has every field of its kind, each with a value that says which it is; and one that is in no list."""
    made: dict[str, Any] = {"shoe_size": f"canary {document} shoe_size"}
    for path in fields.FIELDS[document]:
        *above, last = path.split(".")
        place = made
        for part in above:
            place = place.setdefault(part, {})
        place["anything" if last == "*" else last] = f"canary {document} {path}"
    return made


@dataclass
class SmallWorld:
    """A moment of contact that knows one customer, one decision and one policy, and keeps what it is told."""

    told: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def policies(self) -> SmallWorld:
        return self

    @property
    def agents(self) -> SmallWorld:
        return self

    @property
    def hosts(self) -> SmallWorld:
        return self

    @property
    def page(self) -> AgentPage:
        return AgentPage(embed_in=("https://crm.example.com",))

    def sheet(self, customer_id: str, *, channel: str | None, agent: str) -> verbs.Document | None:
        told = {"channel": channel or "phone", "channels": ["phone", "email"], "currency": "USD", "time_zone": "UTC", "goodwill": None}
        return {"customer": filled("customer"), "decision": filled("decision"), **told} if customer_id == "c_1" else None

    def give_goodwill(self, decision_id: str, **given: Any) -> bool:
        self.told.append(("goodwill", given))
        return decision_id == "d_1"

    def measured(self, *, since: datetime, until: datetime) -> list[verbs.Document]:
        return []

    def ingest(self, source: str, body: bytes, kind: str | None, received_at: datetime) -> list[Any]:
        try:
            sent = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise UnequalError("LIV001", "the request is no JSON") from None
        if not isinstance(sent, dict) or (kind is None and not isinstance(sent.get("batch"), list)):
            raise UnequalError("LIV003", "neither an event nor a batch")
        messages = sent["batch"] if kind is None else [{**sent, "type": kind}]
        self.told.append((source, messages))
        return [
            Kept(str(message.get("messageId")), "taken") if isinstance(message, dict) else Kept(None, "quarantined") for message in messages
        ]

    def quarantined(self, *, source: str | None, reason: str | None, after: int, limit: int) -> list[verbs.Document]:
        return [filled("quarantined")]

    def profile(self, customer_id: str) -> verbs.Document | None:
        return filled("customer") if customer_id == "c_1" else None

    def portal(self, customer_id: str) -> list[verbs.Document] | None:
        return [filled("organisation")] if customer_id == "c_1" else None

    def lookup(self, kind: str, value: str) -> list[str]:
        return {"one": ["c_1"], "two": ["c_1", "c_2"]}.get(value, [])

    def decide_soon(self, asking: verbs.Asking, told: Callable[[dict[str, Any]], dict[str, Any]]) -> Future[dict[str, Any]]:
        self.told.append(("decide", asking))
        answer: Future[dict[str, Any]] = Future()
        if asking.customer_id == "c_1" or asking.value == "one":
            answer.set_result(told(filled("decision")))
        else:
            answer.set_exception(nobody(str(asking.customer_id)))
        return answer

    def route_soon(self, asking: verbs.RouteAsking, told: Callable[[dict[str, Any]], dict[str, Any]]) -> Future[dict[str, Any]]:
        self.told.append(("route", asking))
        answer: Future[dict[str, Any]] = Future()
        answer.set_result(told(filled("route")))
        return answer

    def explain(self, decision_id: str) -> verbs.Document | None:
        return filled("explanation") if decision_id == "d_1" else None

    def record_outcome(self, decision_id: str, **given: Any) -> bool:
        self.told.append(("outcome", given))
        return decision_id == "d_1"

    def consent(self, customer_id: str, **given: Any) -> bool:
        self.told.append(("consent", given))
        return customer_id == "c_1"

    def prefer(self, customer_id: str, **given: Any) -> bool:
        self.told.append(("prefer", given))
        return customer_id == "c_1"

    def answer(self, customer_id: str, **given: Any) -> bool:
        self.told.append(("answer", given))
        return customer_id == "c_1"

    def listed(self) -> list[verbs.Document]:
        return [filled("policy")]

    def versions(self, name: str) -> list[verbs.Document]:
        return [filled("policy")] if name == "p" else []

    def submit(self, text: str, *, author: str) -> verbs.Document:
        return filled("policy")

    def preview(self, name: str, version: int) -> verbs.Document | None:
        return filled("policy") if name == "p" else None

    def approve(self, name: str, version: int, *, by: str) -> verbs.Document | None:
        return filled("policy") if name == "p" else None

    revert = approve

    def retire(self, name: str, *, by: str) -> verbs.Document:
        return filled("policy")

    def tasks(self, *, after: str | None, **asked: Any) -> list[verbs.Document] | None:
        self.told.append(("tasks", asked))
        return [filled("host_task")] if after is None else None

    def finish(self, task_id: str, **given: Any) -> bool:
        self.told.append(("finish", given))
        return task_id == "t_1"

    def plan(self, *, by_stake: bool) -> verbs.Document:
        return {"made": [filled("host_task")], "deserving": 3, "resting": 1, "without_room": 1, "dropped": 0}

    def tick(self, now: datetime) -> int:
        self.told.append(("tick", now))
        return 0


@dataclass(frozen=True)
class Kept:
    """What became of one event."""

    message_id: str | None
    status: str
    reason: str = ""
    detail: str = ""


CALLERS: dict[str, Caller] = {
    **{role: Caller(f"person:{role}", frozenset({role}), subject=role) for role in permissions.ROLES},
    "ingest": Caller("key:i", frozenset({"ingest"}), source="shop"),
    "service": Caller("key:s", frozenset({"service"}), permissions.SCOPES | FIELD_SCOPES),
    "service without scopes": Caller("key:n", frozenset({"service"})),
    "anonymous": Caller("anonymous"),
}
"""Somebody of every kind."""
