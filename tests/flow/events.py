"""Projects that take events, requests as libraries send them, and a state to take them into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from unequal import config, storage
from unequal.flow.ingesting import ingest, read, senders

NOON = datetime(2026, 1, 5, 12)

PROJECT = config.Project.model_validate(
    {
        "project": "hill-bakery", "reporting_currency": "EUR", "time_zone": "UTC",
        "sources": {"crm": {"read": "crm.csv", "records": {"id": "no", "attributes": {"email": "mail"}}}},
        "live": {"sources": {
            "shop": {"write_key": "env:SHOP", "verified": True, "user_id": {"source": "crm"}, "events": {"order": "Order Completed"}},
            "site": {"write_key": "env:SITE", "user_id": {"source": "crm"}, "pages": "visit"},
            "app": {"write_key": "env:APP", "verified": True}}},
    }
)  # fmt: skip


def written(at: datetime) -> str:
    """A time as libraries write it."""
    return at.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")


def track(message_id: str, *, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """An order by the user 1, unless told otherwise."""
    return {"type": "track", "event": "Order Completed", "userId": "1", "messageId": message_id, "timestamp": written(at), **more}


def identify(message_id: str, user: str, visitor: str, **more: Any) -> dict[str, Any]:
    """A visitor who is said to be a user."""
    return {"type": "identify", "userId": user, "anonymousId": visitor, "messageId": message_id, "timestamp": written(NOON), **more}


def send(
    live: storage.state.LiveState, messages: list[Any], *, source: str = "shop", at: datetime = NOON + timedelta(seconds=1),
    around: Mapping[str, Any] | None = None, project: config.Project = PROJECT, effects: Any = None,
) -> list[storage.state.Taken]:  # fmt: skip
    """A batch, from its bytes on; sent when it is received unless `around` says otherwise."""
    body = orjson.dumps({"batch": messages, "sentAt": written(at), **(around or {})})
    return ingest(live, project, source, read(body, project), at, effects).result(60)


def told(taken: list[storage.state.Taken]) -> list[str]:
    """What became of each, in one word."""
    return [one.reason if one.status == "quarantined" else one.status for one in taken]


@contextmanager
def opened(url: str) -> Iterator[storage.state.LiveState]:
    """A state that takes events of PROJECT."""
    with storage.state.open_live(url) as live:
        live.events.declare(senders(PROJECT))
        yield live
