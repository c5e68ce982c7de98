"""What a decision was made from, as text and back: digit for digit, so that it can be made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson

from unequal.treatments import Rules, shapes

_MOMENT: Final = datetime.fromisoformat
_READ: Final[Mapping[str, Callable[[str], object]]] = {"decimal": Decimal, "date": date.fromisoformat, "timestamp": datetime.fromisoformat}
"""Of types of columns that JSON has no kind for, how they are read; those of other types stand as they are."""


def text_of(moment: shapes.Moment, rules: Rules) -> str:
    """All of a moment that `choose` looks at by these rules, as JSON; columns of the profile that are null are left out.

    Amounts stand as text, and days and instants as ISO writes them: the rules that the decision names say of which type each column is.
    """
    profile, standing = moment.profile, moment.standing
    row, happened = profile.row, profile.happened.moments
    return orjson.dumps(
        {
            "customer_id": profile.customer_id,
            "version": profile.version,
            "channel": moment.channel,
            "purpose": moment.purpose,
            "at": moment.at,
            "context": moment.context,
            "row": {name: row[at] for name, at in rules.reads.items() if row[at] is not None},
            "happened": {event: happened[event] for event in rules.events if event in happened},
            "contacts": [(one.channel, one.purpose, one.policy, one.at) for one in standing.contacts],
            "consents": [(one.purpose, one.channel, one.status, one.at) for one in standing.consents],
            "preferences": [(one.name, one.channel, one.value, one.at) for one in standing.preferences],
            "asked": [(one.question, one.at, one.answer) for one in standing.asked],
            "arms": standing.arms,
            "spent": standing.spent,
            "tier": None if standing.tier is None else (standing.tier.tier, standing.tier.since),
        },
        default=_text,
    ).decode()


def _text(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a decision is made from no {type(value).__name__}")


def moment_of(text: str, rules: Rules) -> shapes.Moment:
    """The moment that a text tells of.

    Args:
        text: of `text_of`.
        rules: that the choice was made by; made ready for the columns of its time.
    """
    told: dict[str, Any] = orjson.loads(text)
    columns = {name: at for name, at in rules.places.items() if at < rules.width}
    row: list[object] = [None] * rules.width
    for name, value in told["row"].items():
        row[columns[name]] = _read(rules.types[name], value)
    happened = shapes.Happened({event: tuple(map(_MOMENT, times)) for event, times in told["happened"].items()})
    profile = shapes.Profile(told["customer_id"], tuple(row), columns, happened, told["version"])
    standing = shapes.Standing(
        tuple(shapes.Contact(one, two, three, _MOMENT(at)) for one, two, three, at in told["contacts"]),
        tuple(shapes.Consent(one, two, three, _MOMENT(at)) for one, two, three, at in told["consents"]),
        tuple(shapes.Preference(one, two, three, _MOMENT(at)) for one, two, three, at in told["preferences"]),
        tuple(shapes.Asked(question, _MOMENT(at), answer) for question, at, answer in told["asked"]),
        told["arms"],
        {policy: Decimal(amount) for policy, amount in told["spent"].items()},
        shapes.TierHeld(told["tier"][0], _MOMENT(told["tier"][1])) if told.get("tier") else None,
    )
    declared = rules.moments.context
    context = {
        name: Decimal(value) if name in declared and declared[name].type == "decimal" and isinstance(value, str) else value
        for name, value in told["context"].items()
    }
    return shapes.Moment(profile, standing, told["channel"], context, _MOMENT(told["at"]), told["purpose"])


def _read(stored: str, value: Any) -> object:
    kind = stored.removeprefix("!").partition("(")[0]
    return _READ[kind](value) if kind in _READ and value is not None else value
