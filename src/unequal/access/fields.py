"""Who may see which field: every field that leaves belongs to a class, and a class is shown to roles for purposes.

A field that stands in no list is masked for everybody, so that a new one is seen by nobody until somebody has thought about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

PURPOSES: Final[Mapping[str, str]] = {
    "service": "serve the customer who is here",
    "marketing": "offer the customer something",
    "analysis": "understand the base",
    "stewardship": "settle who is who",
    "privacy": "answer the customer's own request about his data",
}

REASON_NEEDED: Final = frozenset({"stewardship", "privacy"})
"""Purposes that show personal fields to people only with a reason, which the audit keeps."""

_ANY: Final = frozenset(PURPOSES)
_DESK: Final = frozenset({"service", "marketing"})
_SERVICE: Final = frozenset({"service"})
_READERS: Final = dict.fromkeys(("viewer", "analyst", "policy_author", "steward", "privacy_officer"), _ANY)

READERS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "reference": {**_READERS, "administrator": _ANY, "agent": _DESK},
    "personal": {"steward": frozenset({"stewardship"}), "privacy_officer": frozenset({"privacy"}), "agent": _SERVICE},
    "worth": dict.fromkeys(("viewer", "analyst", "policy_author", "steward"), _ANY),
    "band": dict.fromkeys(("viewer", "analyst", "policy_author", "steward"), _ANY),
    "contact": {**_READERS, "agent": _DESK},
    "dealings": {**_READERS, "agent": _SERVICE},
    "household": {"analyst": _ANY, "policy_author": _ANY, "steward": frozenset({"stewardship"}), "privacy_officer": frozenset({"privacy"})},
    "raw": {"steward": frozenset({"stewardship"}), "privacy_officer": frozenset({"privacy"})},
    "ours": {**_READERS, "administrator": _ANY},
}
"""Class of fields -> role -> the purposes for which it is shown. A service key sees a class by its scope `fields.CLASS`, `reference` always."""

CLASSES: Final[Mapping[str, str]] = {
    "reference": "ids, dates and codes that tell nothing of the person",
    "personal": "what identifies or describes the person: name, addresses, phone, birth date",
    "worth": "profit, lifetime value and what they are made of, expected dollars of a treatment",
    "band": "the band's name and whether it is stable",
    "contact": "how the customer may be addressed, by whom, and what to say: preferences, consents, contacts, treatment, question, greeting, tier, host's task",
    "dealings": "cases, events, orders and spend, contract terms, authorisations",
    "household": "who else belongs to the household, and what they are worth",
    "raw": "what somebody sent, as he sent it",
    "ours": "what the company means to do: policies and their figures",
}

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "customer": {
        "customer_id": "reference", "asked_id": "reference", "kind": "reference", "version": "reference", "as_of": "reference",
        "records": "reference", "attributes.country": "reference", "attributes.*": "personal", "contact_points.*": "personal",
        "worth.*": "worth", "band.*": "band", "household.*": "household",
        "preferences.*": "contact", "consents.*": "contact", "contacts.*": "contact", "entitlements.*": "contact",
        "cases.*": "dealings", "events.*": "dealings", "orders.*": "dealings", "spend.*": "dealings", "contracts.*": "dealings", "authorisations.*": "dealings",
    },
    "organisation": {
        "customer_id": "reference", **dict.fromkeys(("may", "contracts.*", "spend.*"), "dealings"),
    },
    "found": {"customer_ids": "reference", "candidates": "reference"},
    "decision": {
        "decision_id": "reference", "customer_id": "reference", "channel": "reference", "at": "reference",
        "treatment.policy": "reference", "treatment.version": "reference", "treatment.*": "contact",
        "facts.*": "contact", "outcomes.*": "contact", "question.*": "contact", "greeting.*": "contact", "tier": "contact", "why.*": "contact", "in_review": "contact",
        "dollars": "worth", "lever": "worth", "lever_price": "worth", "propensity": "worth", "reasons.*": "worth", "assumed": "worth",
    },
    "route": {
        **dict.fromkeys(("customer_id", "channel", "at", "queue", "priority", "level", "skills", "language", "patience_seconds", "waited_seconds", "answer_in_seconds",
                         "guard_at", "offer.*"), "reference"),
        **dict.fromkeys(("host", "perks", "tier", "floors"), "contact"), "tier_name": "band",
        **dict.fromkeys(("contribution_12m", "value_expected", "reasons"), "worth"),
    },
    "explanation": {
        "decision_id": "reference", "customer_id": "reference", "channel": "reference", "at": "reference", "versions.*": "reference",
        "replayed": "reference", "winner.*": "worth", "candidates.*": "worth", "outcomes.*": "contact", "inputs.*": "household",
    },
    "host_task": {
        **dict.fromkeys(("task_id", "customer_id", "due_on", "created_at", "status"), "reference"), "stake": "worth",
        **dict.fromkeys(("host", "reason", "outcome", "outcome_at", "author"), "contact"),
    },
    "quarantined": {
        "quarantined_id": "reference", "source": "reference", "message_id": "reference", "received_at": "reference", "reason": "reference",
        "detail": "raw", "payload": "raw",
    },
    "policy": {
        "name": "reference", "version": "reference", "status": "reference", "author": "reference", "created_at": "reference",
        "approved_by": "reference", "approved_at": "reference", "text": "ours", "preview.*": "ours", "figures.*": "ours",
    },
}  # fmt: skip
"""Kind of document -> path of a field -> its class; `.*` is the field and all beneath it, and a list is as its members."""

IDENTIFIERS: Final[Mapping[str, str]] = {"customer_id": "reference"}
"""Kinds of identifiers that are no personal field; every other kind is one."""


@cache
def class_of(document: str, path: str) -> str | None:
    """The class of a field, by its own line or the nearest line above that covers it; None: no line, so it is masked.

    >>> class_of("customer", "attributes.country"), class_of("customer", "attributes.email"), class_of("customer", "shoe_size")
    ('reference', 'personal', None)
    """
    lines = FIELDS[document]
    if path in lines:
        return lines[path]
    parts = path.split(".")
    covering = (".".join([*parts[:length], "*"]) for length in range(len(parts), 0, -1))
    return next((lines[line] for line in covering if line in lines), None)


@cache
def sees(field_class: str, roles: frozenset[str], scopes: frozenset[str], purpose: str) -> bool:
    """Whether a class of fields is shown to roles, or to a service key, for a purpose.

    >>> sees("worth", frozenset({"agent"}), frozenset(), "service"), sees("worth", frozenset({"analyst"}), frozenset(), "analysis")
    (False, True)
    """
    if "service" in roles:
        return field_class == "reference" or f"fields.{field_class}" in scopes
    readers = READERS[field_class]
    return any(purpose in readers.get(role, ()) for role in roles)


@cache
def seen_classes(roles: frozenset[str], scopes: frozenset[str], purpose: str) -> frozenset[str]:
    """Every class of fields that is shown."""
    return frozenset(name for name in CLASSES if sees(name, roles, scopes, purpose))


def masked(document: str, value: Mapping[str, Any], shown: frozenset[str]) -> dict[str, Any]:
    """A document without the fields that are not shown; a section of which nothing is left is left out too."""
    kept, _ = _kept(document, value, shown, "")
    return dict(kept)


def hidden_classes(document: str, value: Mapping[str, Any], shown: frozenset[str]) -> list[str]:
    """The classes whose fields `masked` takes out, sorted; fields that stand in no list are `unlisted`."""
    return sorted(_kept(document, value, shown, "")[1])


def _kept(document: str, value: Mapping[str, Any], shown: frozenset[str], above: str) -> tuple[dict[str, Any], set[str]]:
    kept: dict[str, Any] = {}
    hidden: set[str] = set()
    for name, item in value.items():
        path = f"{above}{name}"
        if _has_own_lines(document, path) and isinstance(item, Mapping):
            part, gone = _kept(document, item, shown, f"{path}.")
            hidden |= gone
            if part:
                kept[name] = part
            continue
        field_class = class_of(document, path)
        if field_class in shown:
            kept[name] = item
        else:
            hidden.add(field_class or "unlisted")
    return kept, hidden


@cache
def _has_own_lines(document: str, path: str) -> bool:
    """Whether lines differ beneath a field, so that it is gone through name by name."""
    return any(line.startswith(f"{path}.") and not line.endswith(".*") for line in FIELDS[document])


def refused_filters(names: Iterable[str], shown: frozenset[str], document: str = "customer") -> list[str]:
    """Which of the identifiers or fields that somebody wants to filter or sort by are masked for him: the answer would tell their values."""
    return [name for name in names if (IDENTIFIERS.get(name) or class_of(document, name) or "personal") not in shown]
