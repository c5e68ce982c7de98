"""Values that a typed source stores: kept as they are, or brought to their contract without bending them.

A binary double is a poor witness of a decimal: it is taken at the fifteen digits that it can vouch for.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from unequal.sources.arrow import Values, pc
from unequal.sources.casting import Mask, Typed, cast_text, mask_of, with_conditions
from unequal.sources.contracts import ARROW_TYPES, Cast
from unequal.sources.time_zones import wall_to_utc

TOLERANCE: Final = 1e-9
"""How far from a double, relative to it, the decimal it becomes may lie."""
VOUCHED_DIGITS: Final = 15
LARGEST: Final = 10.0**18
PLACES: Final = 10
DIGITS: Final = 28


def cast_stored(values: Values, cast: Cast) -> Typed:
    """Bring a stored column to its contract; a column without one keeps its type.

    Text in a typed source is cast as text is. Doubles become decimals when within 1e-9 relative of them at ten
    places; timestamps without a zone are read in the contract's zone.
    """
    values = plain(values)
    if pa.types.is_string(values.type):
        return cast_text(values, cast)
    values = _without_nulls_declared(values, cast)
    kind = cast.kind
    if kind in ("text", "id"):
        typed = Typed(as_text(values)) if not cast.whole else cast_text(as_text(values), cast)
    elif kind == "stored":
        typed = _as_stored(values, cast)
    elif kind in ("integer", "decimal", "money"):
        typed = _as_number(values, cast)
    elif kind in ("date", "timestamp"):
        typed = _as_time(values, cast)
    else:
        typed = _as_boolean(values)
    return with_conditions(typed, values, cast)


def plain(values: Values) -> Values:
    """A stored column without dictionaries, extension types, nesting and raw bytes: those become text."""
    kind = values.type
    if isinstance(kind, pa.ExtensionType):
        return plain(values.storage)
    if pa.types.is_dictionary(kind):
        return plain(values.dictionary_decode())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pc.cast(values, pa.string())
    if pa.types.is_nested(kind):
        return pa.array([None if value is None else as_json(value) for value in values.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if value is None else value.decode("utf-8", "backslashreplace") for value in values.to_pylist()], pa.string())
    if pa.types.is_null(kind):
        return pc.cast(values, pa.string())
    if pa.types.is_time(kind) or pa.types.is_duration(kind) or pa.types.is_interval(kind):
        return pa.array([None if value is None else str(value) for value in values.to_pylist()], pa.string())
    return pc.cast(values, pa.float32()) if pa.types.is_float16(kind) else values


def as_json(value: Any) -> str:
    """A nested value as JSON text, with keys in order."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":"))


def stored_type(kind: pa.DataType) -> pa.DataType:
    """The type that a column without a contract is kept as."""
    sample = _as_stored(plain(_nulls(0, kind.storage_type if isinstance(kind, pa.ExtensionType) else kind)), Cast("", "stored"))
    found: pa.DataType = sample.values.type
    return found


def _nulls(rows: int, kind: Any) -> Values:
    return pa.nulls(rows, kind)


def _as_stored(values: Values, cast: Cast) -> Typed:
    kind = values.type
    if pa.types.is_uint64(kind):
        return Typed(pc.cast(values, pa.decimal128(20, 0)))
    if pa.types.is_integer(kind):
        return Typed(pc.cast(values, pa.int64()))
    if pa.types.is_floating(kind):
        return Typed(pc.cast(values, pa.float64()))
    if pa.types.is_decimal(kind):
        kept = kind.scale <= PLACES and kind.precision <= DIGITS and pa.types.is_decimal128(kind)
        return Typed(values) if kept else _as_number(values, Cast(cast.name, "decimal"))
    if pa.types.is_timestamp(kind):
        return _as_time(values, Cast(cast.name, "timestamp", zone=cast.zone))
    if pa.types.is_date(kind):
        return Typed(pc.cast(values, pa.date32()))
    return Typed(values)


def _without_nulls_declared(values: Values, cast: Cast) -> Values:
    """Stored values whose text is declared to mean nothing are null; a midnight answers to its day, too."""
    if not cast.null_values:
        return values
    texts = as_text(values)
    nothing = pc.is_in(texts, value_set=pa.array(cast.null_values, pa.string()))
    if pa.types.is_timestamp(values.type):
        days = pc.replace_substring_regex(texts, r" 00:00:00$", "")
        nothing = pc.or_(nothing, pc.is_in(days, value_set=pa.array(cast.null_values, pa.string())))
    return pc.if_else(nothing, pa.scalar(None, values.type), values)


def as_text(values: Values) -> Values:
    """Stored values as text: whole doubles as digits, decimals without trailing zeros, times as ISO has them."""
    kind = values.type
    if pa.types.is_floating(kind):
        # Arrow writes 1e+20 where a reader of ids wants digits.
        encoded = values.dictionary_encode()
        texts = pa.array([_digits(value) for value in encoded.dictionary.to_pylist()], pa.string())
        return pc.take(texts, encoded.indices)
    if pa.types.is_decimal(kind):
        texts = pa.array([None if value is None else format(value, "f") for value in values.to_pylist()], pa.string())
        return pc.replace_substring_regex(pc.replace_substring_regex(texts, r"(\.[0-9]*?)0+$", r"\1"), r"\.$", "")
    if pa.types.is_timestamp(kind):
        micro = pc.cast(values, pa.timestamp("us", kind.tz), safe=False)
        texts = pc.cast(pc.cast(micro, pa.timestamp("us")) if kind.tz is None else pc.local_timestamp(micro), pa.string())
        return pc.replace_substring_regex(texts, r"\.0+$", "")
    return pc.cast(values, pa.string())


def _digits(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < LARGEST else repr(value)


def _as_number(values: Values, cast: Cast) -> Typed:
    kind, target = values.type, ARROW_TYPES[cast.kind]
    if pa.types.is_floating(kind):
        return _from_doubles(pc.cast(values, pa.float64()), cast)
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return _from_exact(values, target, cast)
    return _of_another_kind(values, cast)


def _from_exact(values: Values, target: pa.DataType, cast: Cast) -> Typed:
    try:
        return Typed(pc.cast(values, target))
    except pa.ArrowInvalid:
        # One value of the batch does not fit: find which, value by value.
        kept = [_fitting(value, target) for value in values.to_pylist()]
    bad = np.array([new is None and old.is_valid for new, old in zip(kept, values, strict=True)])
    return Typed(
        pa.array(kept, target), bad if bad.any() else None, lambda row: ("out_of_range", f"{values[row]} does not fit {cast.kind}")
    )


def _fitting(value: int | Decimal | None, target: Any) -> Decimal | int | None:
    if value is None:
        return None
    exact = Decimal(value)
    if pa.types.is_integer(target):
        return int(exact) if exact == exact.to_integral_value() and -(2**63) <= exact < 2**63 else None
    rounded = round(exact, target.scale)
    return rounded if abs(rounded) < Decimal(10) ** (target.precision - target.scale) else None


def _from_doubles(values: Values, cast: Cast) -> Typed:
    # Prices and quantities repeat: each distinct double is looked at once.
    encoded = values.dictionary_encode()
    given = encoded.dictionary.to_numpy(zero_copy_only=False)
    decimals = pa.array([_vouched(value, cast) for value in given.tolist()], ARROW_TYPES["decimal"])
    kept = pc.take(pc.cast(decimals, ARROW_TYPES[cast.kind]), encoded.indices)
    bad: Mask = mask_of(pc.and_(pc.is_null(kept), pc.is_valid(values)))
    return Typed(kept, bad if bad.any() else None, lambda row: _why_no_decimal(values[row].as_py(), cast))


def _vouched(value: float, cast: Cast) -> Decimal | None:
    """The decimal that a double stands for, at ten places; None where none is near enough."""
    if not math.isfinite(value) or abs(value) >= LARGEST or (cast.kind == "integer" and not value.is_integer()):
        return None
    exact = round(Decimal(f"{value:.{VOUCHED_DIGITS}g}"), 10)
    return exact if abs(float(exact) - value) <= TOLERANCE * abs(value) else None


def _why_no_decimal(value: float, cast: Cast) -> tuple[str, str]:
    if not math.isfinite(value):
        return "not_a_number", f"{value} is no number"
    if abs(value) >= LARGEST:
        return "out_of_range", f"{value!r} has more than 18 digits before the decimal mark"
    if cast.kind == "integer":
        return "not_a_number", f"{value!r} is no whole number"
    return "too_precise", f"{value!r} is further than {TOLERANCE} from any number of 10 places"


def _as_time(values: Values, cast: Cast) -> Typed:
    kind = values.type
    if pa.types.is_date(kind):
        day = pc.cast(values, pa.date32())
        return Typed(day) if cast.kind == "date" else _to_moments(pc.cast(day, pa.timestamp("us")), cast)
    if not pa.types.is_timestamp(kind):
        return _of_another_kind(values, cast)
    micro = pc.cast(values, pa.timestamp("us", kind.tz), safe=False)
    if cast.kind == "timestamp":
        return _to_moments(micro, cast) if kind.tz is None else _bounded(Typed(_naive(micro)), micro, cast)
    wall = micro if kind.tz is None else pc.local_timestamp(micro)
    bad = mask_of(pc.fill_null(pc.not_equal(pc.floor_temporal(wall, unit="day"), wall), False))
    day = pc.if_else(pa.array(bad), pa.scalar(None, pa.timestamp("us")), wall)
    typed = Typed(pc.cast(day, pa.date32()), bad if bad.any() else None, lambda row: ("not_a_date", f"{wall[row]} has a time of day"))
    return _bounded(typed, wall, cast)


def _naive(moments: Values) -> Values:
    return moments.cast(pa.int64()).view(pa.timestamp("us"))


def _to_moments(clocks: Values, cast: Cast) -> Typed:
    filled = pc.fill_null(clocks.cast(pa.int64()), 0).to_numpy()
    utc, doubtful = wall_to_utc(filled, cast.zone)
    given = mask_of(pc.is_valid(clocks))
    flags = tuple((row, why[0], f"{clocks[row]}: {why[1]}") for row, why in doubtful.items() if given[row])
    return _bounded(Typed(pa.array(utc, mask=~given).view(pa.timestamp("us")), flags=flags), clocks, cast)


def _bounded(typed: Typed, clocks: Values, cast: Cast) -> Typed:
    days = pc.cast(pc.floor_temporal(clocks, unit="day"), pa.date32())
    for bound, beyond, reason, word in (
        (cast.at_least, pc.less, "below_minimum", "before"),
        (cast.at_most, pc.greater, "above_maximum", "after"),
    ):
        if bound is None:
            continue
        outside = mask_of(pc.fill_null(beyond(days, pa.scalar(bound).cast(pa.date32())), False))
        if outside.any():
            bad = outside if typed.bad is None else typed.bad | outside
            typed = Typed(typed.values, bad, _either(typed, (reason, f"is {word} {bound}"), clocks), typed.flags)
    return typed


def _either(typed: Typed, told: tuple[str, str], clocks: Values) -> Any:
    before, why = typed.bad, typed.why
    return lambda row: why(row) if before is not None and before[row] else (told[0], f"{clocks[row]} {told[1]}")


def _as_boolean(values: Values) -> Typed:
    if pa.types.is_boolean(values.type):
        return Typed(values)
    return cast_text(as_text(values), Cast("", "boolean"))


def _of_another_kind(values: Values, cast: Cast) -> Typed:
    bad = mask_of(pc.is_valid(values))
    nothing = _nulls(len(values), ARROW_TYPES[cast.kind])
    return Typed(nothing, bad if bad.any() else None, lambda row: (f"not_a_{cast.kind}", f"{values[row]} is stored as {values.type}"))
