"""Where a ledger that does not reconcile differs from the raw rows: row by row, told to a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from unequal.ledger.control import ACCEPTED

_KEY: Final = ("file", "row", "amount_name")
_SHOWN: Final = 3


def should_be(lines: pa.Table, places: Sequence[tuple[date | None, str, str]]) -> pa.Table:
    """The control lines that should be entries, in some cells: file, row, amount_name, period, line, currency, amount.

    Args:
        lines: control lines.
        places: period, line and currency of the cells.
    """
    found = lines.filter(pc.and_(pc.equal(lines["fate"], ACCEPTED), lines["booked"]))
    found = found.select([*_KEY, "period", "line", "currency", "rounded"]).rename_columns([*_KEY, "period", "line", "currency", "amount"])
    inside = [place in set(places) for place in _places(found)]
    kept = found.filter(pa.array(inside, pa.bool_()))
    return kept.set_column(6, "amount", pc.cast(kept["amount"], pa.decimal128(38, 4)))


def explain(expected: pa.Table, entries: pa.Table) -> list[str]:
    """The rows that differ, told one by one; at most three, and how many more there are.

    Args:
        expected: what `should_be` found.
        entries: entries of the same cells: file, row, amount_name, period, line, currency, amount.
    """
    wanted = _by_key(expected)
    booked = _by_key(entries)
    told = []
    for key in sorted(wanted.keys() | booked.keys(), key=str):
        difference = _difference(key, wanted.get(key, []), booked.get(key, []))
        if difference:
            told.append(difference)
    more = len(told) - _SHOWN
    return told[:_SHOWN] + ([f"and {more:,} more rows"] if more > 0 else [])


_Booking = tuple[date | None, str, str, Decimal]


def _difference(key: tuple[str, int, str], wanted: list[_Booking], booked: list[_Booking]) -> str:
    """What is wrong with one amount of one row; empty where nothing is."""
    file, row, amount_name = key
    if sorted(wanted, key=str) == sorted(booked, key=str):
        return ""
    return f"{amount_name} of row {row:,} in {file}: {_what_is_wrong(wanted, booked)}"


def _what_is_wrong(wanted: list[_Booking], booked: list[_Booking]) -> str:
    if not wanted:
        return f"an entry of {booked[0][3]:,.4f} stands there that no raw row gives"
    amount = wanted[0][3]
    if not booked:
        return f"{amount:,.4f} is not booked"
    if len(booked) > len(wanted):
        return f"{amount:,.4f} is booked {len(booked)} times"
    return _booked_otherwise(wanted[0], booked[0])


def _booked_otherwise(wanted: _Booking, booked: _Booking) -> str:
    amount, is_amount = wanted[3], booked[3]
    if is_amount == -amount and amount:
        return f"{amount:,.4f} is booked with the other sign"
    if is_amount != amount:
        return f"{amount:,.4f} is booked as {is_amount:,.4f}"
    if booked[0] != wanted[0]:
        return f"{amount:,.4f} of {_month(wanted[0])} is booked in {_month(booked[0])}"
    return f"{amount:,.4f} on {wanted[1]} in {wanted[2]} is booked on {booked[1]} in {booked[2]}"


def _month(period: date | None) -> str:
    return period.strftime("%Y-%m") if period else "no month"


def _places(table: pa.Table) -> Iterable[tuple[Any, ...]]:
    return zip(table["period"].to_pylist(), table["line"].to_pylist(), table["currency"].to_pylist(), strict=True)


def _by_key(table: pa.Table) -> dict[tuple[str, int, str], list[_Booking]]:
    found: dict[tuple[str, int, str], list[_Booking]] = {}
    for row in table.to_pylist():
        found.setdefault((row["file"], row["row"], row["amount_name"]), []).append(
            (row["period"], row["line"], row["currency"], row["amount"])
        )
    return found
