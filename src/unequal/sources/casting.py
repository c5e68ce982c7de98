"""Columns become typed, as their contracts say: what does not fit is named, never bent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unequal.sources.arrow import Values, pc
from unequal.sources.contracts import ARROW_TYPES, Cast
from unequal.sources.number_formats import canonical, number_pattern, why_no_number
from unequal.sources.time_formats import parse_times
from unequal.sources.time_zones import to_utc

Mask = npt.NDArray[np.bool_]
Why = tuple[str, str]

SPREADSHEET_ID: Final = r"^[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}$"
"""What a spreadsheet makes of a long number: 1.23E+15."""


@dataclass(frozen=True)
class Typed:
    """One column after its cast.

    Args:
        values: the typed values; null where the text was empty, or does not fit.
        bad: rows whose value does not fit; None where all fit.
        why: reason code and words for a row that does not.
        flags: rows whose value fits and is doubtful, with reason and words.
    """

    values: Values
    bad: Mask | None = None
    why: Callable[[int], Why] = field(default=lambda _: ("", ""))
    flags: tuple[tuple[int, str, str], ...] = ()


def mask_of(values: Any) -> Mask:
    """A boolean Arrow array without nulls as numpy."""
    mask: Mask = values.to_numpy(zero_copy_only=False).astype(bool, copy=False)
    return mask


def cast_text(texts: Values, cast: Cast) -> Typed:
    """Cast a column of text by its contract; an empty text is null.

    Args:
        texts: strings; null where nothing was given.
        cast: its contract.
    """
    texts = nothing_as_null(texts, cast.null_values)
    typed = _BY_KIND[cast.kind](texts, cast)
    return with_conditions(typed, texts, cast)


def nothing_as_null(texts: Values, null_values: Sequence[str]) -> Values:
    """Texts with the empty one, and those declared to mean nothing, as null."""
    nothing = pc.equal(pc.binary_length(texts), 0)
    if null_values:
        nothing = pc.or_(nothing, pc.is_in(texts, value_set=pa.array(null_values, pa.string())))
    if not pc.any(nothing).as_py():
        return texts
    return pc.if_else(nothing, pa.scalar(None, pa.string()), texts)


def _as_text(texts: Values, cast: Cast) -> Typed:
    del cast
    return Typed(texts)


def _as_id(texts: Values, cast: Cast) -> Typed:
    if cast.whole:
        texts = pc.replace_substring_regex(pc.ascii_trim_whitespace(texts), r"\.0+$", "")
        bad = ~mask_of(pc.fill_null(pc.match_substring_regex(texts, r"^-?[0-9]+$"), True))
        return _checked(texts, bad, lambda row: ("not_a_number", f"{texts[row].as_py()!r:.70} is no whole number"))
    if not pc.any(pc.match_substring(texts, "+")).as_py():
        return Typed(texts)
    bad = mask_of(pc.fill_null(pc.match_substring_regex(texts, SPREADSHEET_ID), False))
    return _checked(texts, bad, lambda row: ("spreadsheet_id", f"{texts[row].as_py()!r:.70} is an id that a spreadsheet has rounded"))


def _as_number(texts: Values, cast: Cast) -> Typed:
    pattern = number_pattern(cast)
    fits = pc.match_substring_regex(texts, pattern)
    if not pc.all(fits).as_py():
        texts = pc.ascii_trim_whitespace(texts)
        fits = pc.match_substring_regex(texts, pattern)
    bad = ~mask_of(pc.fill_null(fits, True))
    fitting = pc.if_else(pa.array(bad), pa.scalar(None, pa.string()), texts) if bad.any() else texts
    values = pc.cast(canonical(fitting, cast), ARROW_TYPES[cast.kind])
    return _checked(values, bad, lambda row: why_no_number(texts[row].as_py(), cast))


def _as_time(texts: Values, cast: Cast) -> Typed:
    # A day or second is written again and again: each distinct text is read once.
    encoded = pc.ascii_trim_whitespace(texts).dictionary_encode()
    distinct = encoded.dictionary
    times = parse_times(distinct, cast.format, cast.kind)
    moments = to_utc(times, cast.zone) if cast.kind == "timestamp" else None
    ok = times.ok if moments is None else times.ok & moments.ok
    whole = times.wall // 86_400_000_000 if moments is None else moments.utc
    values = pa.array(whole, mask=~ok).cast(pa.int32() if moments is None else pa.int64()).view(ARROW_TYPES[cast.kind])
    rows = encoded.indices
    bad = ~mask_of(pc.fill_null(pc.take(pa.array(ok), rows), True))

    def why(row: int) -> Why:
        seen = repr(texts[row].as_py()[:60])
        return _why_no_time(seen, cast, shaped=bool(times.shaped[rows[row].as_py()]))

    flags = () if moments is None else _flags(moments.doubtful, rows, distinct)
    bounded, beyond, why_beyond = _within_bounds(times.wall, ok, cast)
    if bounded:
        outside = mask_of(pc.fill_null(pc.take(pa.array(beyond), rows), False))
        bad, first_why = bad | outside, why
        return _checked(
            pc.take(values, rows), bad, lambda row: why_beyond(rows[row].as_py(), distinct) if outside[row] else first_why(row), flags
        )
    return _checked(pc.take(values, rows), bad, why, flags)


def _why_no_time(seen: str, cast: Cast, *, shaped: bool) -> Why:
    if shaped:
        return "no_such_day", f"{seen}: there is no such {'day' if cast.kind == 'date' else 'day or time'}"
    return f"not_a_{cast.kind}", f"{seen} is not written as {cast.format}"


def _flags(doubtful: dict[int, Why], rows: Values, distinct: Values) -> tuple[tuple[int, str, str], ...]:
    if not doubtful:
        return ()
    places = rows.fill_null(-1).to_numpy(zero_copy_only=False)
    found = np.flatnonzero(np.isin(places, list(doubtful)))
    return tuple(
        (int(row), doubtful[int(places[row])][0], f"{distinct[int(places[row])]}: {doubtful[int(places[row])][1]}") for row in found
    )


def _within_bounds(wall: npt.NDArray[np.int64], ok: Mask, cast: Cast) -> tuple[bool, Mask, Callable[[int, Values], Why]]:
    """Which distinct times lie before the first day that the contract allows, or after the last."""
    before = wall < _midnight(cast.at_least) if cast.at_least is not None else np.zeros(wall.size, bool)
    after = wall >= _midnight(cast.at_most) + 86_400_000_000 if cast.at_most is not None else np.zeros(wall.size, bool)

    def why(place: int, distinct: Values) -> Why:
        seen = repr(distinct[place].as_py())
        if before[place]:
            return "below_minimum", f"{seen} is before {cast.at_least}"
        return "above_maximum", f"{seen} is after {cast.at_most}"

    return cast.at_least is not None or cast.at_most is not None, (before | after) & ok, why


def _midnight(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)) // timedelta(microseconds=1)


_BOOLEANS: Final = {
    "true": True,
    "t": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "f": False,
    "no": False,
    "n": False,
    "0": False,
}


def _as_boolean(texts: Values, cast: Cast) -> Typed:
    del cast
    given = pc.utf8_lower(pc.ascii_trim_whitespace(texts))
    places = pc.index_in(given, pa.array(list(_BOOLEANS)))
    bad = mask_of(pc.and_(pc.is_null(places), pc.is_valid(texts)))
    values = pc.take(pa.array(list(_BOOLEANS.values())), places)
    return _checked(values, bad, lambda row: ("not_a_boolean", f"{texts[row].as_py()!r:.70} is neither true nor false"))


def _checked(values: Values, bad: Mask, why: Callable[[int], Why], flags: tuple[tuple[int, str, str], ...] = ()) -> Typed:
    return Typed(values, bad if bad.any() else None, why, flags)


_BY_KIND: Final[dict[str, Callable[[Values, Cast], Typed]]] = {
    "stored": _as_text,
    "text": _as_text,
    "id": _as_id,
    "integer": _as_number,
    "decimal": _as_number,
    "money": _as_number,
    "date": _as_time,
    "timestamp": _as_time,
    "boolean": _as_boolean,
}


def with_conditions(typed: Typed, given: Values, cast: Cast) -> Typed:
    """The cast column with what else its contract asks: required, within bounds, not negative."""
    for condition in (_required, _bounded, _not_negative):
        found = condition(typed, given, cast)
        if found is not None and found[0].any():
            typed = _worse(typed, *found)
    return typed


def _worse(typed: Typed, more: Mask, why_more: Callable[[int], Why]) -> Typed:
    before, why = typed.bad, typed.why
    if before is None:
        return Typed(typed.values, more, why_more, typed.flags)
    return Typed(typed.values, before | more, lambda row: why(row) if before[row] else why_more(row), typed.flags)


def _required(typed: Typed, given: Values, cast: Cast) -> tuple[Mask, Callable[[int], Why]] | None:
    del typed
    if not cast.required or not given.null_count:
        return None
    return mask_of(pc.is_null(given)), lambda _: ("required_missing", "the value is required, and nothing was given")


def _bounded(typed: Typed, given: Values, cast: Cast) -> tuple[Mask, Callable[[int], Why]] | None:
    if cast.kind not in ("integer", "decimal", "money") or (cast.at_least is None and cast.at_most is None):
        return None
    # An integer of 64 bits may have 19 digits before the ten decimals.
    wide = pa.decimal128(38, 10)
    values = pc.cast(typed.values, wide)
    low, high = (None if bound is None else pa.scalar(bound).cast(wide) for bound in (cast.at_least, cast.at_most))
    below = np.zeros(len(values), bool) if low is None else mask_of(pc.fill_null(pc.less(values, low), False))
    above = np.zeros(len(values), bool) if high is None else mask_of(pc.fill_null(pc.greater(values, high), False))

    def why(row: int) -> Why:
        if below[row]:
            return "below_minimum", f"{given[row].as_py()} is below {cast.at_least}"
        return "above_maximum", f"{given[row].as_py()} is above {cast.at_most}"

    return below | above, why


def _not_negative(typed: Typed, given: Values, cast: Cast) -> tuple[Mask, Callable[[int], Why]] | None:
    if not cast.not_negative or not (pa.types.is_integer(typed.values.type) or pa.types.is_decimal(typed.values.type)):
        return None
    negative = mask_of(pc.fill_null(pc.less(typed.values, pa.scalar(0).cast(typed.values.type)), False))
    return negative, lambda row: (
        "negative_quantity",
        f"{given[row].as_py()}: no rule (postings.returns) says that a negative quantity is a return",
    )


def iso(moment: datetime) -> str:
    """A time as it is written in reasons and flags."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
