"""What a sender says happened, held against what an event must have; the words of the Segment specification."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import orjson

from unequal import storage
from unequal.terms.placeholder_words import OTHER_THAN_FILLING, WORDS, placeholder_code

KINDS: Final = ("identify", "track", "page", "screen", "group", "alias")

_LONGEST_ID: Final = 255
_DEEPEST: Final = 100
"""Levels that are kept of an event that is nested too deeply to be written again."""
_LONGEST_KEPT: Final = 32_768
_FIRST_DAY: Final = datetime(1971, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere in the state
_A_DAY: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - naive UTC, as everywhere in the state
_THE_DAY_IN_UTC: Final = datetime(2000, 1, 1, tzinfo=UTC)
_OF_SENDING: Final = ("sentAt", "receivedAt", "writeKey")
"""What a second attempt to send the same event may say otherwise; a key is never kept."""

_Message = dict[str, Any]
_TO_BE_MERGED: Final = ("context", "integrations")
_OBJECTS: Final = ("context", "integrations", "properties", "traits")

# An id with another letter than fillings have can only be nobody's as a word, and longer than any of those it is somebody's.
_with_another_letter: Final = re.compile(OTHER_THAN_FILLING).search


class _Fault(Exception):  # noqa: N818 - never leaves this file
    """Why an event cannot be taken: a word, and what was seen."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Sent:
    """What came in one request, read but not yet checked.

    Args:
        messages: in their order; each should be an object with a `type`.
        around: `context` and `integrations` of the batch, which each of its events inherits.
        sent_at: when the batch says that it was sent, as text; None where it does not say.
    """

    messages: tuple[Any, ...]
    around: Mapping[str, Mapping[str, Any]]
    sent_at: Any = None


class _Times:
    """Reads times; texts that stand in many events of a batch are read once."""

    def __init__(self, received_at: datetime, ahead: timedelta) -> None:
        self.received_at = received_at
        self._latest = received_at + ahead
        self._known: dict[str, datetime] = {}

    def read(self, text: Any, field: str) -> datetime | None:
        if text is None or text == "":
            return None
        if not isinstance(text, str):
            raise _Fault("bad_time", f"{field} is no text")
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = _naive(text, field)
        return known

    def happened(self, original: datetime | None, sent_at: datetime | None) -> datetime:
        """When it happened by our clock: how long before it was sent is by the sender's, whatever that clock shows."""
        if original is None:
            return self.received_at
        try:
            at = original if sent_at is None else self.received_at - (sent_at - original)
        except OverflowError:
            raise _Fault("bad_time", "the times lie too far apart") from None
        if at > self._latest:
            raise _Fault("in_the_future", f"it would have happened at {at.isoformat()}Z")
        if at < _FIRST_DAY:
            raise _Fault("before_time", f"it would have happened at {at.isoformat()}Z")
        return at


def _naive(text: str, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        # The distance from a day in UTC is the same in every zone, and to work it out takes a tenth of what it takes to leave the zone out.
        return at if at.tzinfo is None else _A_DAY + (at - _THE_DAY_IN_UTC)
    except (ValueError, OverflowError):
        raise _Fault("bad_time", f"{field} is no ISO 8601 time: {text[:40]!r}") from None


def checked(sent: Sent, received_at: datetime, ahead: timedelta) -> list[storage.state.Incoming | storage.state.Refused]:
    """Each event of a request as it is taken, or why it cannot be; in their order.

    Args:
        sent: what came.
        received_at: by our clock, naive UTC.
        ahead: how far an event may lie ahead of it.
    """
    times = _Times(received_at, ahead)
    batch_sent_at = _unless_bad(times, sent.sent_at)
    return [_checked(message, at, sent.around, times, batch_sent_at) for at, message in enumerate(sent.messages)]


def _unless_bad(times: _Times, text: Any) -> datetime | None:
    try:
        return times.read(text, "sentAt")
    except _Fault:
        # One bad time of a batch would otherwise cost all of its events; without it their own clocks are believed.
        return None


def _checked(
    message: Any, at: int, around: Mapping[str, Mapping[str, Any]], times: _Times, batch_sent_at: datetime | None
) -> storage.state.Incoming | storage.state.Refused:
    if not isinstance(message, dict):
        return _refused(_Fault("not_an_object", "an event is a JSON object"), None, _as_far_as_can_be(message), times)
    own = message if message.keys().isdisjoint(_OF_SENDING) else {key: value for key, value in message.items() if key not in _OF_SENDING}
    payload, message_id = b"", None
    try:
        payload = _written(own)
        digest = _digest(payload)
        message_id = _id(message, "messageId") or _derived(message, digest, at, times.received_at)
        kind, name = _kind_and_name(message)
        user, anonymous, previous = _handles(message, kind)
        original = times.read(message.get("originalTimestamp") or message.get("timestamp"), "timestamp")
        sent_at = times.read(message.get("sentAt"), "sentAt") or batch_sent_at
        happened = times.happened(original, sent_at)
        whole = _written(_merged(own, around)) if around else payload
    except _Fault as fault:
        return _refused(fault, message_id, payload or _as_far_as_can_be(own), times)
    return storage.state.Incoming(message_id, kind, name, user, anonymous, previous, original, sent_at, times.received_at, happened,
                                  whole.decode(), digest)  # fmt: skip


def _refused(fault: _Fault, message_id: str | None, payload: bytes, times: _Times) -> storage.state.Refused:
    return storage.state.Refused(message_id, fault.reason, fault.detail, times.received_at, payload.decode(), _digest(payload))


def _kind_and_name(message: _Message) -> tuple[str, str | None]:
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        raise _Fault("unknown_type", f"type is {str(kind)[:40]!r}; it should be one of {', '.join(KINDS)}")
    for field in _OBJECTS:
        if (value := message.get(field)) is not None and not isinstance(value, dict):
            raise _Fault("bad_shape", f"{field} is no object")
    return kind, _NAMES[kind](message)


def _handles(message: _Message, kind: str) -> tuple[str | None, str | None, str | None]:
    """User, visitor and, of an alias, the visitor that the user was; ids that are nobody's are as good as none."""
    user, anonymous = _somebody(message, "userId"), _somebody(message, "anonymousId")
    if kind != "alias":
        if user is None and anonymous is None:
            raise _Fault("no_identifier", "it names neither a userId nor an anonymousId")
        return user, anonymous, None
    previous = _somebody(message, "previousId")
    if user is None or previous is None:
        raise _Fault("no_identifier", "an alias names a previousId and a userId")
    return user, anonymous, previous


def _somebody(message: _Message, field: str) -> str | None:
    value = _id(message, field)
    return value if value is not None and _is_somebody(value) else None


def _is_somebody(value: str) -> bool:
    """Whether an id is somebody's, and not what a program writes where there is nobody: null, undefined, 000000."""
    if _with_another_letter(value) is None:
        return not placeholder_code(value, _NOBODY)
    return len(value) > _LONGEST_WORD or value.strip().lower() not in _NOBODY


_NOBODY: Final = WORDS | {"[object object]", "true", "false"}
_LONGEST_WORD: Final = max(map(len, _NOBODY))


def _id(message: _Message, field: str) -> str | None:
    value = message.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        if not isinstance(value, int) or isinstance(value, bool):
            raise _Fault("bad_id", f"{field} is neither a text nor a whole number")
        value = str(value)
    if "\0" in value:
        raise _Fault("bad_id", f"{field} holds a NUL")
    if len(value) > _LONGEST_ID:
        raise _Fault("bad_id", f"{field} has {len(value)} letters, of at most {_LONGEST_ID}")
    return value


def _event_name(message: _Message) -> str:
    name = _text(message, "event")
    if name is None:
        raise _Fault("no_name", "a track names its event")
    return name


def _page_name(message: _Message) -> str | None:
    return _text(message, "name")


def _group_name(message: _Message) -> None:
    if _id(message, "groupId") is None:
        raise _Fault("no_group", "a group names its groupId")


def _no_name(_message: _Message) -> None:
    return None


_NAMES: Final[dict[str, Callable[[_Message], str | None]]] = {
    "track": _event_name, "page": _page_name, "screen": _page_name, "group": _group_name, "identify": _no_name, "alias": _no_name,
}  # fmt: skip


def _text(message: _Message, field: str) -> str | None:
    value = message.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_ID or "\0" in value:
        raise _Fault("bad_name", f"{field} is no text of at most {_LONGEST_ID} letters")
    return value


def _derived(message: _Message, digest: str, at: int, received_at: datetime) -> str:
    """An id for an event without one: the same for each attempt to send it, where it says when it happened.

    Without a time of its own it cannot be told from a second event, and two events are kept rather than one.
    """
    if message.get("originalTimestamp") or message.get("timestamp"):
        return f"derived-{digest}"
    return f"derived-{_digest(f'{digest} {received_at.isoformat()} {at}'.encode())}"


def _merged(own: _Message, around: Mapping[str, Mapping[str, Any]]) -> _Message:
    """An event with what its batch says for all: key by key, and what it says itself stands."""
    return {**own, **{field: {**around[field], **(own.get(field) or {})} for field in _TO_BE_MERGED if field in around}}


def _written(message: _Message) -> bytes:
    try:
        return orjson.dumps(message, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise _Fault("not_json", str(error)) from None


def _as_far_as_can_be(message: Any) -> bytes:
    # As JSON, like all that is kept: erasing looks in it for whom it names.
    kept = orjson.dumps(_shallow(message, _DEEPEST), option=orjson.OPT_SORT_KEYS)
    return kept[:_LONGEST_KEPT].decode(errors="ignore").encode()


def _shallow(value: Any, levels: int) -> Any:
    """A value without what lies deeper than some levels: what is nested a thousand deep cannot even be shown."""
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return "..."
    if isinstance(value, list):
        return [_shallow(item, levels - 1) for item in value]
    return {name: _shallow(item, levels - 1) for name, item in value.items()}


def _digest(payload: bytes) -> str:
    return blake2b(payload, digest_size=16).hexdigest()
