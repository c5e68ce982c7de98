"""Control totals: what a source's raw rows come to, by a way that does not pass through the ledger.

Number functions over Arrow columns. From the raw text (see `raw_values`) each row and amount
becomes a control line with its own day, line and currency; the sums of these are what the
ledger must account for. Which line a rule chooses is asked of the predicate engine, since a
second reading of a rule's text would be a second language; the values the rule sees are
typed here, apart from the accepted rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.ledger.raw_values import booking_days, middles, month_starts, numbers, raw_column, texts
from unequal.ledger.routing import SALES_LINES
from unequal.terms.lines import Line
from unequal.terms.money import SCALE

Mask = npt.NDArray[np.bool_]

ACCEPTED: Final = "accepted"
"""What becomes of a control line when nothing left its row out."""

_EXACT: Final = pa.decimal256(76, 40)
_DECIMALS_BY_WHOLE: Final = 10
_DECIMALS: Final = 8
"""To how many decimals a price counts, by a whole number and by another: what an amount is (terms.money.money_product)."""
_AWAY: Final = "half_towards_infinity"
EXACTLY: Final = Context(prec=100)
"""Python rounds a decimal sum to 28 digits unless it is told otherwise; exact sums have up to 76."""
_LINE_KEYS: Final = ("period", "line", "currency", "fate")


@dataclass(frozen=True)
class Flags:
    """What the rules of a source say of each raw row.

    Args:
        rules: one mask per line rule, in order.
        returned: rows that take a sale back.
        when: per amount with a condition, where it holds.
    """

    rules: tuple[Mask, ...]
    returned: Mask
    when: Mapping[str, Mask] = field(default_factory=dict)


@dataclass(frozen=True)
class LeftOut:
    """Rows that were read and not booked, by file: what they are called and their row numbers, ascending.

    Args:
        fate: as a reconciling item is named: quarantined, counted_once, unknown_currency.
        rows: file -> rows.
    """

    fate: str
    rows: Mapping[str, npt.NDArray[np.int64]]


@dataclass
class CellTotals:
    """Sums of one period, line, currency and fate."""

    exact: Decimal = Decimal(0)
    rounded: Decimal = Decimal(0)
    amounts: int = 0
    booked: int = 0


Cell = tuple[date | None, str, str, str]
"""Period, line, currency, fate."""


def columns_of(postings: config.sources.Postings) -> tuple[str, ...]:
    """The raw columns that control totals are made of, beside those that rules ask for."""
    names = [amount.column for amount in postings.amounts.values()] + [amount.times for amount in postings.amounts.values() if amount.times]
    names += [postings.booked_on] if isinstance(postings.booked_on, str) else []
    if isinstance(postings.currency, str):
        names.append(postings.currency)
    if isinstance(postings.currency, config.sources.Lookup):
        names.append(postings.currency.column)
    return tuple(dict.fromkeys(names))


def _days(raw: pa.Table, given: config.sources.BookedOn, source: config.Source, project: config.Project) -> pa.Array:
    if isinstance(given, str):
        return booking_days(_column(raw, given), raw_column(given, source, project))
    return pa.repeat(pa.scalar(given.day, pa.date32()), raw.num_rows)


def control_lines(
    raw: pa.Table,
    source: config.Source,
    postings: config.sources.Postings,
    project: config.Project,
    *,
    flags: Flags,
    left_out: Sequence[LeftOut],
    currencies: Mapping[str, str] | None = None,
    whole: frozenset[str] = frozenset(),
) -> pa.Table:
    """The control lines of some raw rows: one per row and amount that gives a number.

    Args:
        raw: raw rows with `_file`, `_row` and the columns of `columns_of`; texts, or values as stored.
        source: its config.
        postings: its mapping.
        project: for the zone of the day of booking and the reporting currency.
        flags: what the rules say of each row.
        left_out: rows that were not booked, and why.
        currencies: where the currency is looked up: its key, as text, and the code.
        whole: the columns that hold whole numbers.

    Returns:
        file, row, amount_name, period date32 (null where the day cannot be read), line, currency, fate, exact
        decimal256(76, 40), rounded decimal128(38, 4), booked boolean (a zero beside other amounts is not).
    """
    days = _days(raw, postings.booked_on, source, project)
    periods = month_starts(middles(days) if postings.day_is == "first_of_period" else days)
    currency = _currency(raw, source, postings, project, currencies)
    fate = _fates(raw, left_out)
    values = {name: _amount(raw, amount, source, project, flags.when.get(name), whole=whole) for name, amount in postings.amounts.items()}
    booked = _booked([rounded for _, rounded in values.values()])
    parts = []
    for (name, (exact, rounded)), is_booked in zip(values.items(), booked, strict=True):
        table = pa.table(
            {
                "file": raw["_file"], "row": raw["_row"], "amount_name": pa.repeat(name, raw.num_rows), "period": periods,
                "line": _lines(postings, postings.amounts[name], flags, raw.num_rows), "currency": currency, "fate": fate,
                "exact": exact, "rounded": rounded, "booked": pa.array(is_booked),
            }
        )  # fmt: skip
        parts.append(table.filter(pc.is_valid(exact)))
    return pa.concat_tables(parts)


def add_up(totals: dict[Cell, CellTotals], lines: pa.Table) -> None:
    """Add control lines to running totals."""
    grouped = lines.group_by(list(_LINE_KEYS)).aggregate([("exact", "sum"), ("rounded", "sum"), ("rounded", "count"), ("booked", "sum")])
    for row in grouped.to_pylist():
        cell = totals.setdefault((row["period"], row["line"], row["currency"], row["fate"]), CellTotals())
        cell.exact = EXACTLY.add(cell.exact, row["exact_sum"])
        cell.rounded = EXACTLY.add(cell.rounded, row["rounded_sum"])
        cell.amounts += row["rounded_count"]
        cell.booked += row["booked_sum"] or 0


def source_sums(lines: pa.Table, postings: config.sources.Postings) -> dict[str, Decimal]:
    """Per amount the exact sum of its rows counted once, with the source's own sign: what a declared figure is set against."""
    once = lines.filter(pc.not_equal(lines["fate"], "counted_once"))
    summed = once.group_by("amount_name").aggregate([("exact", "sum")]).to_pylist()
    found = {row["amount_name"]: row["exact_sum"] for row in summed}
    own = {name: found.get(name, Decimal(0)) for name in postings.amounts}
    return {name: EXACTLY.minus(own[name]) if amount.negate else own[name] for name, amount in postings.amounts.items()}


def _column(raw: pa.Table, name: str) -> pa.Array:
    column = raw[name]
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _amount(
    raw: pa.Table,
    amount: config.sources.Amount,
    source: config.Source,
    project: config.Project,
    when: Mask | None,
    *,
    whole: frozenset[str],
) -> tuple[pa.Array, pa.Array]:
    """An amount exactly as the row gives it, and rounded as a line is; null where it gives none or `when` does not hold."""
    price = numbers(_column(raw, amount.column), raw_column(amount.column, source, project))
    if amount.times is None:
        exact, rounded = price, pc.round(price, SCALE, _AWAY)
    else:
        times = numbers(_column(raw, amount.times), raw_column(amount.times, source, project))
        exact = pc.multiply(price, pc.cast(times, pa.decimal256(38, 20)))
        decimals = _DECIMALS_BY_WHOLE if amount.times in whole else _DECIMALS
        factors = [pc.cast(pc.round(value, decimals, _AWAY), pa.decimal256(37, decimals)) for value in (price, times)]
        rounded = pc.round(pc.multiply(*factors), SCALE, _AWAY)
    exact, rounded = pc.cast(exact, _EXACT), pc.cast(rounded, pa.decimal256(76, SCALE))
    if amount.negate:
        exact, rounded = pc.negate(exact), pc.negate(rounded)
    if when is not None:
        holds = pa.array(when)
        exact = pc.if_else(holds, exact, pa.scalar(None, exact.type))
        rounded = pc.if_else(holds, rounded, pa.scalar(None, rounded.type))
    return exact, rounded


def _booked(amounts: Sequence[pa.Array]) -> list[Mask]:
    """Which amounts make an entry: those that are not zero, and the first of a row that has only zeros."""
    zero = pa.scalar(Decimal(0), amounts[0].type)
    given = [_mask(pc.is_valid(amount)) for amount in amounts]
    moved = [_mask(pc.fill_null(pc.not_equal(amount, zero), fill_value=False)) for amount in amounts]
    nothing_else = ~np.logical_or.reduce(moved)
    none_before = np.ones(len(nothing_else), dtype=np.bool_)
    found = []
    for is_given, is_moved in zip(given, moved, strict=True):
        found.append(is_moved | (nothing_else & none_before & is_given))
        none_before = none_before & ~is_given
    return found


def _mask(values: pa.Array) -> Mask:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _lines(postings: config.sources.Postings, amount: config.sources.Amount, flags: Flags, rows: int) -> pa.Array:
    """The line of one amount: the first rule that holds, else returns, else its own."""
    names = [str(rule.line) for rule in postings.rules] + [str(Line.RETURNS), str(amount.line)]
    chosen = np.full(rows, len(names) - 1, dtype=np.int32)
    if amount.line in SALES_LINES:
        chosen[flags.returned] = len(names) - 2
    for number, holds in reversed(list(enumerate(flags.rules))):
        chosen[holds] = number
    return pa.DictionaryArray.from_arrays(pa.array(chosen), pa.array(names)).cast(pa.string())


def _currency(
    raw: pa.Table, source: config.Source, postings: config.sources.Postings, project: config.Project, currencies: Mapping[str, str] | None
) -> pa.Array:
    match postings.currency:
        case None:
            return pa.repeat(project.reporting_currency, raw.num_rows)
        case config.sources.Constant(value=value):
            return pa.repeat(value.strip().upper(), raw.num_rows)
        case config.sources.Lookup(column=column):
            keys = texts(_column(raw, column), raw_column(column, source, project))
            known = currencies or {}
            encoded = pc.dictionary_encode(keys)
            codes = pa.array([known.get(key) if key is not None else None for key in encoded.dictionary.to_pylist()], pa.string())
            found = pc.take(codes, encoded.indices)
        case str() as column:
            found = texts(_column(raw, column), raw_column(column, source, project))
    return pc.fill_null(pc.utf8_upper(pc.utf8_trim_whitespace(found)), "")


def _fates(raw: pa.Table, left_out: Iterable[LeftOut]) -> pa.Array:
    """What became of each raw row: the first list that names it, else accepted."""
    lists = list(left_out)
    names = [part.fate for part in lists] + [ACCEPTED]
    chosen = np.full(raw.num_rows, len(lists), dtype=np.int32)
    rows = raw["_row"].to_numpy()
    encoded = (
        raw["_file"].combine_chunks().dictionary_encode() if isinstance(raw["_file"], pa.ChunkedArray) else raw["_file"].dictionary_encode()
    )
    files = encoded.indices.to_numpy()
    for code, file in enumerate(encoded.dictionary.to_pylist()):
        here = np.flatnonzero(files == code)
        for number in range(len(lists) - 1, -1, -1):
            listed = lists[number].rows.get(file)
            if listed is not None and len(listed):
                chosen[here[np.isin(rows[here], listed)]] = number
    return pa.DictionaryArray.from_arrays(pa.array(chosen), pa.array(names)).cast(pa.string())
