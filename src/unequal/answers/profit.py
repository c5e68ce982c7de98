"""Who makes the money: the whale curve, three bands, and what each slice brings."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import ibis
import numpy as np
import pyarrow as pa

from unequal import customer_base, ledger
from unequal.answers import profit_words as words
from unequal.answers import steadiness
from unequal.answers.answer import Answer, Figure
from unequal.answers.banding import in_bands, scheme_asked
from unequal.answers.base import Base
from unequal.answers.customers import customers_side_by_side, definitions, matched
from unequal.answers.evidence import evidence, whole_period
from unequal.answers.narrowing import attributes_named, beside_customers, dimension, is_of_columns, narrow
from unequal.answers.next_file import next_file_worth_most
from unequal.answers.occasions import posts_nothing
from unequal.answers.rolling_up import as_counted, rolled_up
from unequal.answers.tying_out import tie_out_findings, tie_out_tables, unexplained_figures
from unequal.customer_base import Concentration
from unequal.terms.errors import AnswerError
from unequal.terms.lines import LABEL_OF_LINE, WORD_OF_LEVEL, Level, Line
from unequal.terms.money import TOTAL, entry_count, from_units, money_sum
from unequal.terms.periods import Period

CURVE_POINTS = 200
GIVE_BACKS_SHOWN = 5


def profit(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Who brings the money, and who gives it back.

    Args:
        base: a published run.
        where: a predicate over entries and their customers.
        by: a dimension to slice by, or a scheme of bands.
        period: half-open; all that is booked by default.
        level: a lower evidence level than the base reaches.

    Raises:
        AnswerError: ANS003, the level asked for is above what is known.
        PredicateError: `where` is refused.
    """
    drill_down = words.drill_down(where, period, level)
    level = allowed_level(base.level, level)
    scheme = scheme_asked(base, by)
    entries, statement = _asked(base, where, period, None if scheme or (by == "month" and where is None) else by)
    if scheme is not None:
        entries = in_bands(base, entries, statement, scheme, level)
    banded = base.keep(_banded(base, entries, statement, level, whole=where is None and period is None))
    units = _units(base, banded)
    found = customer_base.concentration(units)
    sliced = _slices(base, entries, statement, level, where, by, is_of_lines=scheme is None and period is None)
    unassigned = _unassigned_rows(_nobodys(base, where, period, entries))
    tables = _tables(base, statement, sliced, banded, unassigned, units, level)
    if "household" in base.tables:
        tables["definitions"] = customers_side_by_side(definitions(base), base.project)
        tables["matched"] = matched(base)
    if by in customer_base.rollups.ALONE:
        tables["slices"] = rolled_up(base, _entries(base, where, period, by, _known(base, where, by)), by, level)
    steady = _steady(base, where, period, level)
    figures = _figures(base, found, {**tables, **steady}, level)
    return Answer(
        question="profit",
        title=words.title(level),
        sentence=words.sentence(found, level, base.project.reporting_currency),
        findings=(
            *words.findings(found, tables, level, base.project.reporting_currency, known=base.level),
            *steadiness.sentence(steady.get("stability")),
            *tie_out_findings(tables),
            *([] if not posts_nothing(base.project) else [words.NOTHING_POSTED]),
        ),
        level=level,
        currency=base.project.reporting_currency,
        period=words.period_words(period, whole_period(base)) if period else whole_period(base),
        as_of=base.published_at,
        run_id=base.run_id,
        project=base.project.project,
        figures=figures,
        table=tables["slices"] if by else tables["bands"],
        tables={**tables, **steady},
        where=where,
        by=by,
        drill_down=drill_down,
        next_file=next_file_worth_most(base.project, base.level),
    )


def ranked(base: Base, *, where: str | None, period: Period | None, level: Level | None) -> ibis.Table:
    """The customers of the question, best first, as BAND; of a base that tells what `where` names, see `behind.customers`."""
    entries, statement = _asked(base, where, period, None)
    whole = where is None and period is None
    return _banded(base, entries, statement, allowed_level(base.level, level), whole=whole).order_by("customer_rank")


def _steady(base: Base, where: str | None, period: Period | None, level: Level) -> dict[str, pa.Table]:
    """How far the bands can be relied on: of the whole base as it is published, and of no other selection, level or definition."""
    whole = where is None and period is None and level is base.level and base.project.identity.customer == "customer"
    found = steadiness.stability(base) if whole else None
    return {} if found is None else {"stability": found}


def _banded(base: Base, entries: ibis.Table, statement: ibis.Table, level: Level, *, whole: bool) -> ibis.Table:
    figures = customer_base.customer_figures(statement, level)
    if whole and level is base.level and base.project.identity.customer == "customer":
        # Where the lines between bands lie may have been declared anew since the run; what each customer brought is as it put it down.
        figures = base.table("band").select(*figures.columns)
    found = customer_base.steps.banded(figures, base.project)
    fit = base.tables.get("plan_fit") if whole else None
    return customer_base.steps.at_nobodys_expense(found, entries, level, base.project, fit)


def allowed_level(known: Level, asked: Level | None) -> Level:
    """The level asked for, or the one that is known.

    Raises:
        AnswerError: ANS003, the level asked for is above what is known.
    """
    order = list(Level)
    if asked is not None and order.index(asked) > order.index(known):
        raise AnswerError("ANS003", f"this base does not know {WORD_OF_LEVEL[asked]}", seen=f"its level is {known}",
                          do="map the lines of cost that the level needs, or ask at a lower level")  # fmt: skip
    return Level(asked or known)


def _asked(base: Base, where: str | None, period: Period | None, by: str | None) -> tuple[ibis.Table, ibis.Table]:
    """The entries asked about, and a statement of them, under whom the project counts as one customer."""
    known = _known(base, where, by)
    entries = as_counted(base, _entries(base, where, period, by, known))
    if period is not None or base.project.identity.customer == "account":
        return entries, entries
    if where is None or known is None:
        return entries, as_counted(base, base.lines())
    if not is_of_columns(base, where, {*known.columns, "line"}):
        return entries, entries
    lines = narrow(beside_customers(base.lines(), known), where=where, period=None, leads_to=base.leads_to)
    # Bands, lines, those who give back and slices all read what is left of the statement.
    return entries, as_counted(base, base.keep(lines.select(*base.lines().columns, *({by} & {*known.columns} if by else ()))))


def _slices(
    base: Base, entries: ibis.Table, statement: ibis.Table, level: Level, where: str | None, by: str | None, *, is_of_lines: bool
) -> ibis.Table | None:
    """SLICE of what is asked for by; None where nothing is, and of units that dollars are rolled up by.

    Args:
        base: the run.
        entries, statement: those asked about.
        level: whose lines count.
        where, by: what is asked.
        is_of_lines: whether what each customer brought by line over all months tells all that is asked.
    """
    if by is None or by in customer_base.rollups.ALONE:
        return None
    if by == "month" and "booked_on" not in entries.columns:
        return customer_base.slices(as_counted(base, base.table("statement")), by, level)
    name = dimension(entries, by)
    known = _known(base, where, by) if is_of_lines and where is None else None
    if known is not None and by in known.columns and base.project.identity.customer == "customer":
        return customer_base.slices(base.lines(), by, level, known=known, keep=base.keep)
    if known is not None and by in known.columns and base.project.identity.customer != "account":
        return customer_base.slices(as_counted(base, beside_customers(base.lines(), known)), by, level)
    # What each customer brought by line is less than the entries are, where it knows the dimension.
    return customer_base.slices(statement if name in statement.columns else entries, by, level)


def _known(base: Base, where: str | None, by: str | None) -> ibis.Table | None:
    """What is known of customers and asked about; None where nothing of it is named."""
    is_of_entries = by is None or by in {"month", "season", *customer_base.rollups.ALONE, *base.table("entry").columns}
    return None if where is None and is_of_entries else base.keep(attributes_named(base, where, by))


def _entries(base: Base, where: str | None, period: Period | None, by: str | None, known: ibis.Table | None) -> ibis.Table:
    """The entries asked about, or their sums where these tell as much; beside their customers only where the question names them."""
    sums = None if period is not None else _sums_asked(base, where, by)
    rows = base.table("entry") if sums is None else sums
    return narrow(rows if known is None else beside_customers(rows, known), where=where, period=period, leads_to=base.leads_to)


def _nobodys(base: Base, where: str | None, period: Period | None, entries: ibis.Table) -> ibis.Table:
    """Those entries asked about that no customer has, and perhaps others; of sums they are few, and gathered once."""
    sums = None if period is not None or base.project.identity.customer != "customer" else _sums_asked(base, where, None)
    if sums is None:
        return entries
    rows, known = base.keep(sums.filter(~ledger.is_real_customer(sums["customer_id"]))), _known(base, where, None)
    return narrow(rows if known is None else beside_customers(rows, known), where=where, period=None, leads_to=base.leads_to)


def _sums_asked(base: Base, where: str | None, by: str | None) -> ibis.Table | None:
    """Sums of entries that know all that is asked about; None where only the entries do."""
    if (
        "entry_sum" not in base.tables
        or base.project.identity.customer == "account"
        or customer_base.steps.at_expense.rules_of(base.project)
    ):
        return None
    sums = base.table("entry_sum")
    sums = sums.drop(*(name for name in ("first_day", "last_day", "first_above_zero") if name in sums.columns))
    known = {*sums.columns, *base.table("customer_attribute").columns} - {"amount", "entries", "unassigned_reason"}
    is_sliced = by is None or by in (known - {"customer_id"}) or by in customer_base.rollups.ALONE
    return sums if is_sliced and (where is None or is_of_columns(base, where, known)) else None


Units = np.ndarray[tuple[int], np.dtype[np.int64]]


def _units(base: Base, banded: ibis.Table) -> Units:
    """What each brought in whole units of 0.0001: as Arrow holds decimals of four places anyway, low half first."""
    wide = base.arrow(banded.select(amount=banded["amount"].cast(TOTAL)))["amount"].combine_chunks()
    halves = np.frombuffer(wide.buffers()[1] or b"", "<i8").reshape(-1, 2)[wide.offset : wide.offset + len(wide)]
    if (halves[:, 1] != halves[:, 0] >> 63).any():  # the sign alone stands in the high half
        raise OverflowError("an amount of more units than 64 bits hold")
    return halves[:, 0].astype(np.int64)


def _tables(
    base: Base,
    statement: ibis.Table,
    sliced: ibis.Table | None,
    banded: ibis.Table,
    unassigned: ibis.Table,
    units: Units,
    level: Level,
) -> dict[str, pa.Table]:
    tables = {
        "bands": _band_rows(base, banded, level),
        "lines": _line_rows(base, statement, level),
        "curve": _curve_rows(units),
        "give_backs": base.arrow(customer_base.give_backs(statement, level, limit=GIVE_BACKS_SHOWN, figures=banded)),
        "unassigned": base.arrow(unassigned),
        **evidence(base),
        **tie_out_tables(base),
    }
    if sliced is not None:
        tables["slices"] = words.marked(base.arrow(sliced))
    return tables


def _band_rows(base: Base, banded: ibis.Table, level: Level) -> pa.Table:
    """The bands with their dollars, and what each is called at the level asked about."""
    totals = customer_base.band_totals(banded)
    per_customer = (totals["amount"] / totals["customers"].cast("decimal(18, 0)")).round(2).cast("decimal(28, 4)")
    rows = base.arrow(totals.mutate(per_customer=per_customer))
    labels = [words.band_label(str(band), level) for band in rows["band"].to_pylist()]
    return rows.append_column("label", pa.array(labels, pa.string()))


def _line_rows(base: Base, statement: ibis.Table, level: Level) -> pa.Table:
    """The waterfall of the customers' lines, labelled; lines outside the level are told apart."""
    rows = base.arrow(ledger.waterfall(ledger.of_customers(statement), level))
    labels = [LABEL_OF_LINE[Line(str(line))] for line in rows["line"].to_pylist()]
    return rows.append_column("label", pa.array(labels, pa.string()))


def _curve_rows(units: Units) -> pa.Table:
    points = customer_base.curve_points(units, CURVE_POINTS)
    return pa.table(
        {
            "rank": pa.array(points.customer_rank),
            "share_of_customers": pa.array(points.customers_share),
            "cumulative": pa.array([from_units(int(units)) for units in points.cumulative], pa.decimal128(28, 4)),
        }
    )


def _unassigned_rows(entries: ibis.Table) -> ibis.Table:
    bucketed = entries.filter(~ledger.is_real_customer(entries["customer_id"]))
    reason = bucketed["unassigned_reason"].coalesce(bucketed["customer_id"])
    grouped = bucketed.group_by("line", reason=reason).aggregate(amount=money_sum(bucketed["amount"]), entries=entry_count(bucketed))
    return grouped.select("reason", "line", "amount", "entries").order_by("reason", "line")


def _figures(base: Base, found: Concentration, tables: Mapping[str, pa.Table], level: Level) -> tuple[Figure, ...]:
    currency, why = base.project.reporting_currency, found.why_no_shares
    nobody = why if found.customers == 0 else ""
    word = WORD_OF_LEVEL[level]
    outside = _sum(row for row in tables["lines"].to_pylist() if not row["in_level"])
    unassigned = _sum(tables["unassigned"].to_pylist())
    return (
        Figure("total", f"{word.capitalize()} of all customers", from_units(found.total), currency),
        Figure("customers", "Customers", found.customers, "customers"),
        Figure("peak", "Peak of the curve", from_units(found.peak), currency),
        Figure("peak_share", f"Peak as a share of {word}", found.peak_share, "share", why_missing=why),
        Figure("peak_position", "Customers it takes to reach the peak", found.peak_position, "share", why_missing=nobody),
        Figure("losing_customers", _losing_label(level), found.losing_customers, "customers"),
        Figure("losing_share", "Their share of customers", found.losing_share, "share", why_missing=nobody),
        Figure("given_back", "Given back after the peak", from_units(found.given_back), currency),
        Figure("top_fifth", f"Top fifth, {found.top_fifth_customers:,} customers", from_units(found.top_fifth), currency),
        Figure("top_fifth_share", f"Their share of {word}", found.top_fifth_share, "share", why_missing=why),
        Figure("stobachoff", "Stobachoff index", found.stobachoff, "index", why_missing=why),
        Figure("gini", "Gini, normalised for losses", found.gini, "index", why_missing=why if found.gini is None else ""),
        Figure("unassigned", "Without a known customer, all lines", unassigned, currency),
        Figure("outside_level", "Customers' entries on lines outside this figure", outside, currency),
        Figure("ledger_total", "Ledger, all lines and buckets", from_units(found.total) + outside + unassigned, currency),
        *_unstable(tables),
        *unexplained_figures(tables),
    )


def _unstable(tables: Mapping[str, pa.Table]) -> tuple[Figure, ...]:
    if "stability" not in tables:
        return ()
    return (Figure("unstable_customers", "Customers whose band does not stand firm", tables["stability"]["moved"][0].as_py(), "customers"),)


def _losing_label(level: Level) -> str:
    return "Customers below zero" if level is Level.REVENUE else "Customers who lose money"


def _sum(rows: object) -> Decimal:
    return sum((row["amount"] for row in rows), Decimal(0))  # type: ignore[attr-defined]
