"""What customers may wish, in words that the state keeps: read once here, obeyed in every channel.

`channel`: `never` (that channel) or `preferred` (this channel instead of others). `time`: `18:00-20:00` in the company's zone.
`frequency`: `2 per 30 days`. `topic:NAME`: `never`, of an issue, group, action or policy. `questions`, `question:NAME`: `never`.
`any` takes each of them back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Final

from unequal.terms.errors import TreatmentError
from unequal.treatments.shapes import Preference

NEVER: Final = "never"
PREFERRED: Final = "preferred"
ANY: Final = "any"
_HOURS: Final = re.compile(r"((?:[01][0-9]|2[0-3]):[0-5][0-9])-((?:[01][0-9]|2[0-3]):[0-5][0-9])")
_FREQUENCY: Final = re.compile(r"([0-9]{1,3}) per ([0-9]{1,4}) days?")
_NAMED: Final = re.compile(r"(topic|question):[a-z][a-z0-9_]{0,62}")


def check_preference(name: str, value: str) -> None:
    """Refuse a wish that could not be obeyed, before it is kept.

    Raises:
        TreatmentError: TRT020, the name or the value is none that is known.
    """
    good = value == ANY or {
        "channel": value in {NEVER, PREFERRED},
        "time": _HOURS.fullmatch(value) is not None,
        "frequency": _FREQUENCY.fullmatch(value) is not None,
        "questions": value == NEVER,
    }.get(name, value == NEVER and _NAMED.fullmatch(name) is not None)
    known = name in {"channel", "time", "frequency", "questions"} or _NAMED.fullmatch(name) is not None
    if not (known and good):
        raise TreatmentError("TRT020", "that is no preference that could be obeyed", seen=f"{name[:80]!r}: {value[:80]!r}",
                             do="write channel, time, frequency, topic:NAME, questions or question:NAME, with a value as the docs list")  # fmt: skip


def wishes(told: Iterable[Preference], at: datetime) -> Mapping[tuple[str, str | None], str]:
    """Of each name and channel the last word up to a moment; of two at one instant the stricter, which is not `any`."""
    last: dict[tuple[str, str | None], tuple[datetime, bool, str]] = {}
    for wish in told:
        if wish.at <= at:
            key, word = (wish.name, wish.channel), (wish.at, wish.value != ANY, wish.value)
            last[key] = max(last.get(key, word), word)
    return {key: value for key, (_, strict, value) in last.items() if strict}


def hours(value: str) -> tuple[time, time] | None:
    """The hours of a wish; None where they cannot be read.

    >>> hours("18:00-20:00")
    (datetime.time(18, 0), datetime.time(20, 0))
    """
    found = _HOURS.fullmatch(value)
    return (time.fromisoformat(found[1]), time.fromisoformat(found[2])) if found else None


def frequency(value: str) -> tuple[int, int] | None:
    """How many contacts in how many days; None where it cannot be read.

    >>> frequency("2 per 30 days")
    (2, 30)
    """
    found = _FREQUENCY.fullmatch(value)
    return (int(found[1]), int(found[2])) if found else None
