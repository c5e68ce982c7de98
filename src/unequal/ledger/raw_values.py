"""What the raw text of a source says, read apart from the casts that accept its rows.

Control totals are worth something only if they come by a way of their own: here texts become
numbers by Arrow's decimal arithmetic and days by Python's calendar, each distinct text once.
Nothing is shared with the room that accepts rows but the config's contract of the column.
A text that cannot be read is null here; if its row was booked all the same, the totals differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.terms.periods import DAYS_TO_MIDDLE

NUMBER: Final = pa.decimal256(37, 20)
"""Numbers as the raw text gives them: 17 digits before the point and 20 after it."""

_PLAIN: Final = r"^[+-]?(\d{1,17}(\.\d{0,20})?|\.\d{1,20})$"
_LIMIT: Final = Decimal(10) ** 17
_LAST_DIGIT: Final = Decimal(1).scaleb(-NUMBER.scale)
_ALL_DIGITS: Final = Context(prec=60)
_SHORT_CODES: Final = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%D": "%m/%d/%y", "%R": "%H:%M"}
_TIME_CODES: Final = re.compile(r"%[HIMSfpTRz]")


@dataclass(frozen=True)
class RawColumn:
    """One column of a source and what the config says of it.

    Args:
        name: the column's name.
        contract: its contract; None where the config gives none.
        null_values: texts that mean nothing was entered.
        decimal: decimal mark.
        thousands: thousands mark, or empty.
        zone: IANA zone of clock times without an offset.
        company_zone: IANA zone that decides on which day a dollar is booked.
    """

    name: str
    contract: config.sources.ColumnContract | None
    null_values: tuple[str, ...]
    decimal: str
    thousands: str
    zone: str
    company_zone: str

    @cached_property
    def format(self) -> str:
        """The strptime format of a date, or ISO."""
        given = (self.contract.format if self.contract else None) or "ISO"
        for short, long in _SHORT_CODES.items():
            given = given.replace(short, long)
        return given


def raw_column(name: str, source: config.Source, project: config.Project) -> RawColumn:
    """A column with the defaults of its source and project filled in."""
    given = source.columns.get(name)
    contract = config.sources.ColumnContract(type=given) if isinstance(given, str) else given
    own = contract or config.sources.ColumnContract(type="text")
    return RawColumn(
        name=name,
        contract=contract,
        null_values=(*source.null_values, *own.null_values),
        decimal=own.decimal or source.decimal,
        thousands=source.thousands if own.thousands is None else own.thousands,
        zone=own.time_zone or source.time_zone or project.time_zone,
        company_zone=project.time_zone,
    )


def numbers(values: pa.Array, column: RawColumn) -> pa.Array:
    """A raw column as exact numbers, decimal256(37, 20); null where there is none or it cannot be read.

    A double is read at the fifteen digits that a double can vouch for: 0.1 + 0.2 is three tenths.
    """
    if pa.types.is_floating(values.type):
        return _by_distinct(values, _python(_vouched), NUMBER)
    if not _is_text(values.type):
        return _by_distinct(pc.cast(values, pa.string()), _plain_numbers, NUMBER)
    return _by_distinct(values, lambda distinct: _plain_numbers(_without_marks(distinct, column)), NUMBER)


def texts(values: pa.Array, column: RawColumn) -> pa.Array:
    """A raw column as text; null where nothing was entered. A whole double loses its point, as ids are written."""
    if _is_text(values.type):
        return _by_distinct(values, lambda distinct: _entered(distinct, column), pa.string())
    text = pc.cast(values, pa.string())
    return pc.replace_substring_regex(text, r"\.0+$", "") if _is_number(values.type) else text


def booking_days(values: pa.Array, column: RawColumn) -> pa.Array:
    """A raw column of dates or times as the day of booking in the company's zone, date32."""
    if pa.types.is_date(values.type):
        return pc.cast(values, pa.date32())
    if pa.types.is_timestamp(values.type):
        return _by_distinct(
            pc.cast(values, pa.timestamp("us", tz=values.type.tz)), _python(lambda moment: _day(moment, column)), pa.date32()
        )
    shortened, reader = _day_reader(values, column)
    return _by_distinct(shortened, _python(reader), pa.date32())


def moments(values: pa.Array, column: RawColumn) -> pa.Array:
    """A raw column of times as naive UTC timestamps."""
    kind = pa.timestamp("us")
    if pa.types.is_timestamp(values.type):
        return _by_distinct(pc.cast(values, pa.timestamp("us", tz=values.type.tz)), _python(lambda moment: _utc(moment, column)), kind)
    return _by_distinct(values, _python(lambda text: _read(text, column, lambda moment: _utc(moment, column))), kind)


def truths(values: pa.Array, column: RawColumn) -> pa.Array:
    """A raw column of yes and no as booleans; null where it is neither."""
    if pa.types.is_boolean(values.type):
        return values
    words = pc.utf8_lower(texts(values, column))
    yes, no = pa.array(["true", "t", "yes", "y", "1"]), pa.array(["false", "f", "no", "n", "0"])
    return pc.if_else(
        pc.is_in(words, yes), pa.scalar(value=True), pc.if_else(pc.is_in(words, no), pa.scalar(value=False), pa.scalar(None, pa.bool_()))
    )


def typed(values: pa.Array, column: RawColumn, kind: pa.DataType) -> pa.Array:
    """A raw column as the type that the source's accepted rows have, for rules to be asked of it."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return texts(values, column)
    if pa.types.is_boolean(kind):
        return truths(values, column)
    if pa.types.is_date(kind):
        return booking_days(values, column)
    if pa.types.is_timestamp(kind):
        return pc.cast(moments(values, column), kind)
    if pa.types.is_floating(kind):
        return pc.cast(values, kind)
    exact = numbers(values, column)
    scale = kind.scale if pa.types.is_decimal(kind) else 0
    return pc.cast(pc.cast(pc.round(exact, scale, "half_towards_infinity"), pa.decimal256(57, scale)), kind)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind))


def _by_distinct(values: pa.Array, read: Callable[[pa.Array], pa.Array], kind: pa.DataType) -> pa.Array:
    """Read each distinct value once."""
    encoded = pc.dictionary_encode(values)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return pc.take(pc.cast(read(encoded.dictionary), kind), encoded.indices)


def _python(read: Callable[[Any], Any]) -> Callable[[pa.Array], pa.Array]:
    """A reader of one Python value as a reader of an array; what it makes of nothing is nothing."""

    def read_all(distinct: pa.Array) -> pa.Array:
        return pa.array([None if value is None else read(value) for value in distinct.to_pylist()])

    return read_all


def _entered(distinct: pa.Array, column: RawColumn) -> pa.Array:
    """Null for texts that mean nothing was entered."""
    nothing = pa.array(["", *column.null_values], pa.string())
    text = pc.cast(distinct, pa.string())
    return pc.if_else(pc.is_in(pc.utf8_trim_whitespace(text), nothing), pa.scalar(None, pa.string()), text)


def _without_marks(distinct: pa.Array, column: RawColumn) -> pa.Array:
    """Numbers as the contract writes them, as plain numbers with a point and a leading minus."""
    text = pc.utf8_trim_whitespace(_entered(distinct, column))
    contract = column.contract or config.sources.ColumnContract(type="decimal")
    if "parentheses" in contract.negative:
        text = pc.replace_substring_regex(text, r"^\((.*)\)$", r"-\1")
    if "trailing_minus" in contract.negative:
        text = pc.replace_substring_regex(text, r"^([^-]*[^\s-])\s*-$", r"-\1")
    if contract.currency_sign:
        sign = re.escape(contract.currency_sign)
        text = pc.replace_substring_regex(text, rf"^(-?)\s*{sign}\s*", r"\1")
        text = pc.replace_substring_regex(text, rf"\s*{sign}$", "")
    if column.thousands:
        marks = "[ \u00a0\u202f]" if column.thousands == " " else re.escape(column.thousands)
        text = pc.replace_substring_regex(text, rf"(\d){marks}", r"\1")
    if column.decimal != ".":
        text = pc.replace_substring(pc.replace_substring(text, ".", "?"), column.decimal, ".")
    return text


def _plain_numbers(distinct: pa.Array) -> pa.Array:
    """Plain numbers as exact decimals; what is long or has an exponent is read by Python, one by one."""
    plain = pc.fill_null(pc.match_substring_regex(distinct, _PLAIN), fill_value=False)
    read = pc.cast(pc.if_else(plain, distinct, pa.scalar(None, pa.string())), NUMBER)
    others = pc.and_(pc.invert(plain), pc.is_valid(distinct))
    if not pc.any(others).as_py():
        return read
    spelled = pa.array(
        [_spelled(text) if other else None for text, other in zip(distinct.to_pylist(), others.to_pylist(), strict=True)], NUMBER
    )
    return pc.coalesce(read, spelled)


def _vouched(value: float) -> Decimal | None:
    return _spelled(f"{value:.15g}")


def _spelled(text: str) -> Decimal | None:
    """A number with an exponent, or with more digits than Arrow is asked for; None where it is none or too large."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) >= _LIMIT:
        return None
    return value.quantize(_LAST_DIGIT, context=_ALL_DIGITS)


def _day_reader(values: pa.Array, column: RawColumn) -> tuple[pa.Array, Callable[[str], date | None]]:
    """The texts to read, and how: without the time of day where it cannot change the day.

    A year has a few hundred days and half a million minutes: cutting the time off is what makes
    the distinct texts few.
    """
    same_zone = column.zone == column.company_zone
    if column.format == "ISO":
        has_offset = pc.any(pc.match_substring_regex(values, r"^.{10}.*([+-]\d{2}:?\d{2}|Z)$")).as_py()
        if same_zone and not has_offset:
            return pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(values), 0, 10), lambda text: _read(text, column, datetime.date)
    day_format, space, time_format = column.format.partition(" ")
    if same_zone and space and "%z" not in column.format and not _TIME_CODES.search(day_format) and _only_time(time_format):
        cut = pc.replace_substring_regex(pc.utf8_trim_whitespace(values), r" .*$", "")
        return cut, lambda text: _parsed(text, day_format, datetime.date)
    return values, lambda text: _read(text, column, lambda moment: _day(moment, column))


def _only_time(time_format: str) -> bool:
    return re.sub(_TIME_CODES, "", time_format).strip(" :.") == ""


def _read(text: str, column: RawColumn, then: Callable[[datetime], Any]) -> Any:
    """A text as a moment, and what is to be made of it; None where it is not written as its contract says."""
    if text in column.null_values:
        return None
    if column.format == "ISO":
        try:
            return then(datetime.fromisoformat(text.strip()))
        except (ValueError, OverflowError):
            return None
    return _parsed(text, column.format, then)


def _parsed(text: str, day_format: str, then: Callable[[datetime], Any]) -> Any:
    try:
        return then(datetime.strptime(text.strip(), day_format))  # noqa: DTZ007 - the zone is the contract's
    except (ValueError, OverflowError):
        return None


def _aware(moment: datetime, column: RawColumn) -> datetime:
    """A clock time becomes a moment in the column's zone, the first where a clock shows it twice.

    A time that no clock showed is taken as if the clock had not yet been put forward.
    """
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(column.zone))


def _day(moment: datetime, column: RawColumn) -> date:
    if moment.tzinfo is None and column.contract is not None and column.contract.type == "date":
        return moment.date()
    if moment.tzinfo is None and column.zone == column.company_zone:
        return moment.date()
    return _aware(moment, column).astimezone(ZoneInfo(column.company_zone)).date()


def _utc(moment: datetime, column: RawColumn) -> datetime:
    return _aware(moment, column).astimezone(UTC).replace(tzinfo=None)


def month_starts(days: pa.Array) -> pa.Array:
    """The first day of each day's month, date32."""
    return pc.cast(pc.floor_temporal(days, unit="month"), pa.date32())


def middles(firsts: pa.Array) -> pa.Array:
    """The fifteenth day of each period by its first, date32."""
    return pc.cast(pc.add(pc.cast(firsts, pa.int32()), pa.scalar(DAYS_TO_MIDDLE, pa.int32())), pa.date32())
