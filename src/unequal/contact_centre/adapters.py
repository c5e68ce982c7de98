"""What contact-centre systems send of a contact, as a question where it goes; and the answer in their own words.

Two shapes are known: `tasks`, of systems that route tasks by attributes and a priority; and `tickets`, of help desks that give tickets a priority, a group
and tags. docs/how-to/route-contacts.md has both, field by field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from unequal import config
from unequal.terms.errors import ContactCentreError

_MOST_SECONDS: Final = 86_400
_LONGEST: Final = 200
_DEEPEST: Final = 100
"""What is sent back is nested deeper than what was sent, and JSON is not written at any depth."""
_PLAIN_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
_PRIORITY: Final = {"urgent": "urgent", "high": "high", "low": "low"}
Sent = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Adapter:
    """A shape of webhook.

    Args:
        asked: of what was sent and the moment (naive UTC), what is asked: arguments of a route's question.
        told: of what was sent and the route, the answer.
    """

    asked: Callable[[Sent, datetime], dict[str, Any]]
    told: Callable[[Sent, Sent], dict[str, Any]]


def _task(sent: Sent, _at: datetime) -> dict[str, Any]:
    given = _attributes(sent)
    return {
        "channel": _text(given.get("channel")) or _text(sent.get("task_channel")) or "phone", **_whose(given, "from"),
        "skill": _text(given.get("skill")), "language": _text(given.get("language")), "waited_seconds": _seconds(sent.get("age")),
        "tried_self_service": given.get("tried_self_service") is True, "context": _floors(given.get("floors")),
    }  # fmt: skip


def _task_told(sent: Sent, routed: Sent) -> dict[str, Any]:
    # What is left of the wait target is no `timeout`: a task is cancelled when that is over.
    names = ("queue", "level", "skills", "guard_at", "answer_in_seconds", "offer", "customer_id", "tier")
    ours = {name: routed[name] for name in names if name in routed}
    return {"priority": routed.get("priority"), "attributes": {**_attributes(sent), "unequal": ours}}


def _attributes(sent: Sent) -> dict[str, Any]:
    """A task's attributes: an object, or the text of one."""
    given = sent.get("attributes", {})
    if isinstance(given, str):
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError:
            given = None
    if not isinstance(given, dict):
        raise _unread("attributes", "send an object, or the text of one in JSON")
    if _depth(given) > _DEEPEST:
        raise _unread("attributes", f"nest it at most {_DEEPEST} deep")
    return given


def _depth(value: Any) -> int:
    """How deep a value of JSON is nested, looked at no further than matters."""
    inner, depth = [value], 0
    while inner and depth <= _DEEPEST:
        held = [one.values() if isinstance(one, dict) else one for one in inner if isinstance(one, dict | list)]
        inner, depth = [one for some in held for one in some], depth + 1
    return depth


def _ticket(sent: Sent, at: datetime) -> dict[str, Any]:
    ticket = _of_ticket(sent)
    requester, via = ticket.get("requester"), ticket.get("via")
    given = dict(requester) if isinstance(requester, dict) else {}
    return {
        "channel": (_text(via.get("channel")) if isinstance(via, dict) else None) or "email",
        **_whose({"customer_id": given.get("external_id"), **given}, "phone"), "skill": _text(ticket.get("type")),
        "language": _text(given.get("locale")), "waited_seconds": _since(ticket.get("created_at"), at), "context": _floors(ticket.get("tags")),
    }  # fmt: skip


def _ticket_told(sent: Sent, routed: Sent) -> dict[str, Any]:
    ticket = _of_ticket(sent)
    ticket_id, skills = ticket.get("id"), routed.get("skills")
    tags = _words(ticket.get("tags"))
    tags += [f"skill_{skill}" for skill in skills] if isinstance(skills, list) else []
    return {
        "ticket": {
            "id": ticket_id if isinstance(ticket_id, int | str) else None, "priority": _PRIORITY.get(str(routed.get("level")), "normal"),
            "group": routed.get("queue"), "tags": list(dict.fromkeys(tags)),
        }
    }  # fmt: skip


def _of_ticket(sent: Sent) -> dict[str, Any]:
    ticket = sent.get("ticket")
    if not isinstance(ticket, dict):
        raise _unread("ticket", "send an object that is called ticket")
    return ticket


def _whose(given: Sent, phone: str) -> dict[str, Any]:
    """By what a customer is named: his id, else his e-mail address, else his number; by nothing where none is told."""
    if customer_id := _text(given.get("customer_id")):
        return {"customer_id": customer_id}
    for kind, name in (("email", "email"), ("phone", phone)):
        if value := _text(given.get(name)):
            return {"kind": kind, "value": value}
    return {}


def _floors(words: Any) -> dict[str, Any]:
    told = _words(words)
    return {name: True for name in config.policies.FLOOR_CLASSES if name in told}


def _words(value: Any) -> list[str]:
    """Words as they are told: a list of texts, or one text in which they stand between blanks or commas."""
    if isinstance(value, str):
        return value.replace(",", " ").split()
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable() else None


def _seconds(value: Any) -> int:
    """Whole seconds of a number, or of the text of one; none where it is no number."""
    if isinstance(value, str):
        value = float(value) if _PLAIN_NUMBER.fullmatch(value) else 0
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
    return int(min(max(value, 0), _MOST_SECONDS)) if is_number else 0


def _since(value: Any, at: datetime) -> int:
    """Seconds since a moment that is told with its zone; none where it cannot be read."""
    try:
        begun = datetime.fromisoformat(value) if isinstance(value, str) else None
        if begun is None or begun.tzinfo is None:
            return 0
        return _seconds(int((at - begun.astimezone(UTC).replace(tzinfo=None)).total_seconds()))
    except (ValueError, OverflowError):
        return 0


def _unread(where: str, do: str) -> ContactCentreError:
    return ContactCentreError("CTC033", "a webhook cannot be read", where=where, do=do)


ADAPTERS: Final[Mapping[str, Adapter]] = {"tasks": Adapter(_task, _task_told), "tickets": Adapter(_ticket, _ticket_told)}
"""Shapes of webhooks, by the last part of their address."""
