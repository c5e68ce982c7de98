"""What an event says of the moment: properties of the event under the names that the project gives them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

Said = Mapping[str, str | Decimal | bool | date]
_BEFORE: Final = 18
_AFTER: Final = 40
"""Digits before the point and after it: a longer number is no amount and no count, and 1e999999999 would take a billion of them to write."""


def context_of(payload: str, named: Mapping[str, str], types: Mapping[str, str]) -> Said:
    """What an event says, by the names of `live.context`.

    Args:
        payload: the event, as it is kept.
        named: of each name the property that says it, with dots into a property of a property.
        types: of each name text, decimal, boolean or date.

    Returns:
        What it says and is of its type; a number is taken digit for digit as it was sent, also where it was sent as text.
    """
    if not named:
        return {}
    event = orjson.loads(payload)
    found = {}
    for name, path in named.items():
        value = valued(_property(event.get("properties"), path), types.get(name, ""))
        if value is not None:
            found[name] = value
    return found


def _property(properties: Any, path: str) -> Any:
    if isinstance(properties, dict) and path in properties:
        return properties[path]
    found = properties
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def valued(value: Any, stored: str) -> str | Decimal | bool | date | None:
    """A value of JSON as the type that is declared for it; None where it is none of that type, which rules take for unknown."""
    match stored:
        case "boolean":
            return value if isinstance(value, bool) else None
        case "decimal":
            return _number(value)
        case "date":
            return _day(value)
        case _:
            return value if isinstance(value, str) and value else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value if _is_short(value) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    with suppress(InvalidOperation):
        number = Decimal(str(value))
        return number if _is_short(number) else None
    return None


def _is_short(number: Decimal) -> bool:
    return number.is_finite() and number.adjusted() < _BEFORE and int(number.as_tuple().exponent) >= -_AFTER


def _day(value: Any) -> date | None:
    """A day, also of a time: the day that is written, for a day with a zone of its own is the customer's."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        with suppress(ValueError):
            return date.fromisoformat(value[:10])
    return None
