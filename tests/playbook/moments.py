"""Meridian at the moment of contact: policies of the playbook approved, customers found by what they are, time told by the test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

import orjson
import yaml

from unequal import flow
from unequal.flow import shared_addresses
from unequal.flow.live import Asked, Live
from unequal.treatments.holdout import arm_of
from unequal.treatments.playbook import Play, plays

NOON = datetime(2026, 3, 2, 17)
"""A Monday after Meridian's last day: noon in New York."""
_WHOSE = {"web": "web_users", "desk": "shop_customers", "social": "profiles"}


def needs_of(names: tuple[str, ...]) -> dict[str, Any]:
    """What some plays need of `live`, together; and whose the senders' user ids are, which only the project knows."""
    found: dict[str, Any] = {}
    for name in names:
        _lay(found, plays()[name].needs)
    for source, one in found.get("sources", {}).items():
        one["user_id"] = {"source": _WHOSE[source]}
    return found


def _lay(into: dict[str, Any], needs: Mapping[str, Any]) -> None:
    for name, value in needs.items():
        if isinstance(value, Mapping) and isinstance(into.get(name), dict):
            _lay(into[name], value)
        else:
            into.setdefault(name, json.loads(json.dumps(value)))


def some(count: int, people: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    """So many of them."""
    found = list(islice(people, count))
    assert len(found) == count
    return found


class Scene:
    """A live Meridian with a clock that the test moves.

    Args:
        folder: a copy of Meridian, run.
        names: of the plays that act.
    """

    def __init__(self, folder: Path, *names: str, **more: Any) -> None:
        config = folder / "unequal.yaml"
        without, _, _ = config.read_text().partition("\nlive:")
        config.write_text(f"{without}\n{yaml.safe_dump({'live': {**needs_of(names), **more}}, sort_keys=False)}")
        self.folder, self.now, self._numbers = folder, NOON, count(1)
        self.live = Live(flow.open_project(folder, {}), clock=lambda: self.now)
        for name in names:
            self.approve(plays()[name])

    def reopen(self) -> None:
        """The server stops, and begins anew on what is durable."""
        self.live.close()
        self.live = Live(flow.open_project(self.folder, {}), clock=lambda: self.now)

    def close(self) -> None:
        """The server stops."""
        self.live.close()

    def approve(self, play: Play) -> None:
        """Let a play act, as its author and another person would."""
        draft = self.live.policies.submit(play.text, author="mia")
        self.live.policies.preview(draft["name"], draft["version"])
        self.live.policies.approve(draft["name"], draft["version"], by="finn")

    def customers(self, source: str, *policies: str, address_is_shared: bool = False, **wanted: Any) -> Iterator[tuple[str, str]]:
        """Customers with a record of a source, and that record's id: those whom the lot lets the policies act on, and who are what is wanted."""
        columns = self.live.profiles.columns
        for customer_id in sorted(one.decode() for one in self.live.profiles.held.laid.ids):
            row = self.live.profiles.known(customer_id)
            if any(row[columns[name]] != value for name, value in wanted.items()):
                continue
            if address_is_shared is not shared_addresses.is_shared(self.live, customer_id, "email"):
                continue
            if any(self.is_held_out(policy, customer_id) for policy in policies):
                continue
            record = next(
                (one["record_id"] for one in self.live.profiles.held.told_of(customer_id)["records"] if one["source"] == source), None
            )
            if record is not None:
                yield customer_id, record

    def one(self, source: str, *policies: str, **wanted: Any) -> tuple[str, str]:
        """The first of them."""
        return next(self.customers(source, *policies, **wanted))

    def told(self, customer_id: str, column: str) -> Any:
        """What the profile tells of a customer."""
        return self.live.profiles.known(customer_id)[self.live.profiles.columns[column]]

    def household(self, customer_id: str) -> list[str]:
        """Who else lives with a customer."""
        return [one["member"] for one in self.live.profiles.held.told_of(customer_id).get("home", ()) if one["member"] != customer_id]

    def is_held_out(self, policy: str, customer_id: str) -> bool:
        """Whether the lot holds a customer out."""
        of_it = self.live.policies.active().policies.named(policy)
        return bool(of_it.holdout) and arm_of(policy, customer_id, of_it.holdout) == "held_out"

    def sends(self, source: str, user: str, event: str, *, at: datetime | None = None, **properties: Any) -> None:
        """An event as a library of Segment sends it, over the wire's own shape."""
        happened = (at or self.now).replace(tzinfo=UTC).isoformat()
        message = {
            "type": "track",
            "userId": user,
            "event": event,
            "properties": properties,
            "messageId": f"m{next(self._numbers)}",
            "timestamp": happened,
        }
        self.posts(source, message)

    def posts(self, source: str, message: Mapping[str, Any]) -> None:
        """One message, as it comes over the wire."""
        (taken,) = self.live.ingest(source, orjson.dumps({"batch": [message]}), None, self.now)
        assert taken.status == "taken", taken

    def consents(self, customer_id: str, purpose: str = "marketing", status: str = "granted") -> None:
        """A customer says yes to a purpose, or no."""
        assert self.live.consent(customer_id, purpose=purpose, channel=None, status=status, at=self.now, evidence="asked on the website")

    def passes(self, **much: int) -> list[dict[str, Any]]:
        """Time passes, timers fire; the messages that were delivered by then, and not before."""
        before = len(self.delivered())
        self.now += timedelta(**much)
        self.live.tick()
        return self.delivered()[before:]

    def delivered(self) -> list[dict[str, Any]]:
        """Every message that left, by when it was decided."""
        folder = self.folder / ".unequal" / "delivered"
        found = [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]
        return sorted(found, key=lambda one: (one["at"], one["decision_id"]))

    def asks(self, customer_id: str, channel: str, moment: str | None = None, **said: Any) -> dict[str, Any]:
        """A channel asks what to do, and the decision is made again to see that it is the same."""
        told = self.live.decide(Asked(channel, customer_id, context={**({"moment": moment} if moment else {}), **said}))
        assert self.live.explain(told["decision_id"])["replayed"]
        return told

    def fell(self, told: Mapping[str, Any], policy: str) -> str | None:
        """Why a policy fell in a decision."""
        return next(one["fell"] for one in self.live.explain(told["decision_id"])["candidates"] if one["policy"] == policy)
