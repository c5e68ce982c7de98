"""Routes for events, as Segment's specification has them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unequal.api import shapes
from unequal.api.bodies import LONGEST_BATCH, LONGEST_EVENT
from unequal.api.routing import Act, Call, route


def _one(kind: str) -> Callable[[Act], Act]:
    """A route that takes one event of a kind."""
    return route("POST", f"/v1/{kind}", "events.write", body=shapes.Event, query=shapes.SourceNamed, answer=shapes.EventsTaken,
                 is_event=True, limit=LONGEST_EVENT)  # fmt: skip


@_one("identify")
def identify(call: Call) -> Any:
    """Who somebody is."""
    return _take(call, "identify")


@_one("track")
def track(call: Call) -> Any:
    """What somebody did."""
    return _take(call, "track")


@_one("page")
def page(call: Call) -> Any:
    """Which page somebody saw."""
    return _take(call, "page")


@_one("screen")
def screen(call: Call) -> Any:
    """Which screen somebody saw."""
    return _take(call, "screen")


@_one("group")
def group(call: Call) -> Any:
    """Which group somebody belongs to."""
    return _take(call, "group")


@_one("alias")
def alias(call: Call) -> Any:
    """Under which name somebody went before."""
    return _take(call, "alias")


@route("POST", "/v1/batch", "events.write", body=shapes.Batch, query=shapes.SourceNamed, answer=shapes.EventsTaken,
       is_event=True, limit=LONGEST_BATCH)  # fmt: skip
def batch(call: Call) -> Any:
    """Up to 2,500 events of any kind, each of 32 KB at most."""
    return _take(call, None)


@route("GET", "/v1/events/quarantined", "events.quarantined", query=shapes.QuarantinePage, answer=shapes.Quarantined)
def quarantined(call: Call) -> Any:
    """Events that were not taken in, and why."""
    asked = call.query
    found = call.desk.quarantined(
        call.caller, source=asked.source, quarantined_for=asked.quarantined_for, after=asked.after, limit=asked.limit,
        purpose=asked.purpose, reason=asked.reason,
    )  # fmt: skip
    return {"events": found}


def _take(call: Call, kind: str | None) -> dict[str, Any]:
    taken = call.desk.ingest(call.caller, call.query.source, call.raw, kind, call.server.now())
    told = [{"messageId": one.message_id, "status": one.status, "reason": one.reason, "detail": one.detail} for one in taken]
    return {"success": True, "events": told}
