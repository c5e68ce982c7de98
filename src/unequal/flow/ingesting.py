"""Events in: a request's bytes to events that are durable, counted once for ever, and answered one by one."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from unequal import config, storage
from unequal.flow import suppressing
from unequal.flow.event_checks import KINDS, Sent, checked
from unequal.flow.opening import OpenProject
from unequal.terms.errors import LiveError

__all__ = ["KINDS", "Sent", "ingest", "read", "senders", "write_keys"]

_KB: Final = 1024


def read(body: bytes, project: config.Project, kind: str | None = None) -> Sent:
    """A request's body, as events that are not checked yet.

    Args:
        body: JSON.
        project: whose `live.event_limits` hold.
        kind: of the one event that it is; None for a batch.

    Raises:
        LiveError: LIV001, it is no JSON, or holds half a letter (a lone surrogate); LIV002, it is larger than the limits;
            LIV003, it is neither an event nor a batch. Of such a request nothing is taken.
    """
    limits = project.live.event_limits
    most = limits.batch_kb if kind is None else limits.event_kb
    if len(body) > most * _KB:
        raise _too_large("the batch" if kind is None else "the event", f"{len(body):,} bytes", f"{most} KB")
    given = _parsed(body)
    if kind is not None:
        return Sent(({**given, "type": kind},), {})
    messages = given.get("batch")
    if not isinstance(messages, list):
        raise LiveError("LIV003", "a batch has no list of events", seen=f"batch is {type(messages).__name__}", do='send {"batch": [...]}')
    if len(messages) > limits.batch_events:
        raise _too_large("the batch", f"{len(messages):,} events", f"{limits.batch_events:,} events")
    around = {field: value for field in ("context", "integrations") if isinstance(value := given.get(field), dict) and value}
    _weighed(messages, around, len(body), limits.event_kb * _KB, limits.batch_kb * _KB)
    return Sent(tuple(messages), around, given.get("sentAt"))


def ingest(
    live: storage.state.LiveState, project: config.Project, source: str, sent: Sent, received_at: datetime, effects: Any = None
) -> Future[list[storage.state.Taken]]:
    """Take the events of a request, each once for ever.

    Args:
        live: the state.
        project: whose `live.sources` name the sender.
        source: who sent it, as `write_keys` told by its key.
        sent: what `read` made of it.
        received_at: by our clock, naive UTC.
        effects: what else is done for new events in the same transaction: called with the connection and the list of
            `storage.state.Happening`.

    Returns:
        What became of each event, in their order, once it is durable. A StorageError (STO106) where the database does not
        take it: the sender should send it again, and nothing is counted twice.
    """
    ahead = timedelta(hours=project.live.event_limits.ahead_hours)
    sender, events, erased = _sender(project, source), checked(sent, received_at, ahead), live.events.suppressed()
    if not erased.digests:
        return live.events.take(sender, events, effects)
    return suppressing.take(live, sender, events, erased, effects)


def senders(project: config.Project) -> list[storage.state.Sender]:
    """Every source of events as the state knows it: for `live.events.declare`, when serving begins."""
    return [_sender(project, source) for source in project.live.sources]


def write_keys(opened: OpenProject) -> Callable[[str], str | None]:
    """Who sends, by the write key that came with a request: a function that gives the source's name, or None.

    Keys are compared by their digests, in a time that does not tell how much of a guess was right.

    Raises:
        ConfigError: CFG009, a reference to a key leads nowhere.
        LiveError: LIV004, two sources have the same key.
    """
    known: dict[bytes, str] = {}
    for name, source in opened.config.live.sources.items():
        where = opened.loaded.where("live", "sources", name, "write_key")
        key = config.addresses.follow(source.write_key, opened.environment, opened.folder, where=where).get_secret_value()
        before = known.setdefault(_digest(key), name)
        if before != name:
            raise LiveError("LIV004", "two sources of events have the same write key", where=where, seen=f"{before}, {name}",
                            do="give each a key of its own: by its key we know who sends")  # fmt: skip

    def source_of(key: str) -> str | None:
        given = _digest(key)
        return next((name for digest, name in known.items() if hmac.compare_digest(digest, given)), None)

    return source_of


def _digest(key: str) -> bytes:
    return sha256(key.encode("utf-8", "surrogatepass")).digest()


def _sender(project: config.Project, source: str) -> storage.state.Sender:
    settings = project.live.sources.get(source)
    if settings is None:
        raise LiveError("LIV005", "no source of events has that name", seen=source[:80],
                        do=f"name one of live.sources: {', '.join(project.live.sources) or 'there is none yet'}")  # fmt: skip
    return storage.state.Sender(source, settings.verified, settings.user_id.source if settings.user_id else None)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise LiveError("LIV001", "the request is no JSON", seen=str(error), do="send one JSON object in UTF-8") from None
    if not isinstance(given, dict):
        raise LiveError("LIV003", "the request is no JSON object", seen=type(given).__name__, do="send one event, or a batch of them")
    return given


def _weighed(messages: list[Any], around: Mapping[str, Any], size: int, event: int, batch: int) -> None:
    """Each event with what it inherits is small enough, and what all inherit does not swell the batch beyond its limit."""
    inherited = _size(around) if around else 0
    if inherited * len(messages) > batch:
        raise _too_large("what the batch says for all", f"{inherited:,} bytes for each of {len(messages):,} events", f"{batch // _KB} KB")
    if size + inherited <= event or _heaviest(messages) + inherited <= event:
        return
    for at, message in enumerate(messages):
        if (own := _size(message) + inherited) > event:
            raise _too_large(f"event {at + 1} of the batch", f"{own:,} bytes", f"{event // _KB} KB")


def _heaviest(messages: list[Any]) -> float:
    """Bytes of the largest, where all can be written."""
    try:
        return max(map(len, map(orjson.dumps, messages)), default=0)
    except TypeError:
        return math.inf


def _size(message: Any) -> int:
    try:
        return len(orjson.dumps(message))
    except TypeError:  # too deep to be written: quarantined by itself, and as its batch is small enough it is not large
        return 0


def _too_large(what: str, seen: str, most: str) -> LiveError:
    return LiveError("LIV002", f"{what} is too large", seen=f"{seen}; at most {most}", do="send less at once; nothing of it was taken")
