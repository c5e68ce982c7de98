"""Movement between bands: who went where, where the change in money came from, and how much of it chance alone would show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import customer_base, ledger
from unequal.answers import movement_words as words
from unequal.answers.answer import Answer, Figure
from unequal.answers.banding import answerable, has_forecasts, known
from unequal.answers.base import Base
from unequal.answers.evidence import booked_days, whole_period
from unequal.answers.forecasts import shock_of
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import attributes_named, beside_customers, is_of_columns, narrow, wide_entries
from unequal.answers.next_file import next_file_worth_most
from unequal.answers.profit import allowed_level
from unequal.answers.rolling_up import as_counted
from unequal.answers.usual_metrics import has_sold
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

moving = customer_base.steps.moving

QUESTION: Final = "movement"
FEWEST_OF_A_SLICE: Final = 10
"""A slice of fewer customers than this is not shown alone: one customer's luck would be read as a trend."""
FEW: Final = "fewer than 10 each"
NOT_GIVEN: Final = "not given"
_MONEY: Final = pa.decimal128(28, 4)
_PARTS: Final = ("before", "after", "within", "movement", "new", "reactivated", "exit")
_CELLS: Final = pa.schema({
    "from_band": pa.string(), "to_band": pa.string(), "from_label": pa.string(), "to_label": pa.string(), "customers": pa.int64(),
    "before": _MONEY, "after": _MONEY, "change": _MONEY,
})  # fmt: skip
_PART_ROWS: Final = pa.schema({"part": pa.string(), "label": pa.string(), "amount": _MONEY, "customers": pa.int64()})
_SLICES: Final = pa.schema({
    "value": pa.string(), "customers_before": pa.int64(), "customers_after": pa.int64(), **dict.fromkeys(_PARTS, _MONEY), "change": _MONEY,
})  # fmt: skip
_CHANCE: Final = pa.schema({
    "measure": pa.string(), "from_band": pa.string(), "label": pa.string(),
    **dict.fromkeys(("observed", "chance_expected", "chance_low", "chance_high", "excess_expected", "excess_low", "excess_high"), pa.float64()),
})  # fmt: skip
_AHEAD: Final = pa.schema({
    "from_band": pa.string(), "to_band": pa.string(), "from_label": pa.string(), "to_label": pa.string(),
    **dict.fromkeys(("customers_expected", "customers_low", "customers_high"), pa.float64()),
})  # fmt: skip


def movement(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """How customers moved between bands, and what that did to the money they bring.

    Args:
        base: a published run.
        where: a predicate over entries and their customers.
        by: a scheme of bands (profit, platinum, growable, tenths, or the project's own); or what slices customers, by the config's scheme.
        period: the later window, of whole months; as many before are the earlier one. The last twelve by default, or as the config says.
        level: a lower evidence level than the base reaches.

    Raises:
        AnswerError: ANS001, the run is too old; ANS002, there is no such scheme or slice; ANS003, the level is above what is known; ANS016, too little is booked;
            ANS021, the period is not of whole months.
        PredicateError: `where` is refused.
    """
    base.table("statement")  # a run without one has nothing to tell
    asked, level = level, allowed_level(base.level, level)
    windows = _windows(base, period)
    scheme, slices = _scheme(base, by)
    stand = _standing(base, where, windows, scheme, level)
    plain = where is None and period is None and level is base.level and base.project.identity.customer == "customer"
    of_the_run = plain and "concerned" not in base.tables  # a steward's word since the run moves customers that its tables still have
    rows = _cells(base, stand, of_the_run=of_the_run)
    change = moving.change_of(rows)
    chance = _chance(base, stand, of_the_run=of_the_run)
    tables = {
        "matrix": _labelled(rows, _CELLS, level),
        "moves": _labelled([row for row in rows if row["from_band"] != moving.matrix.AWAY], _CELLS, level),
        "parts": _part_rows(rows, change),
        "bands": _bands(rows, scheme, level),
        "chance": _labelled(chance or [], _CHANCE, level),
        "ahead": _labelled(_ahead(base, stand, of_the_run=of_the_run) if plain else [], _AHEAD, level),
        **_owned(base, stand, rows),
        **({} if slices is None else {"slices": sliced(base, stand, slices)}),
    }
    told = words.Told(change, windows, scheme, level, base.project.reporting_currency, rows, chance)
    return Answer(
        question=QUESTION,
        title="Who moved between bands",
        sentence=words.sentence(told),
        findings=words.findings(told, tables, short=windows.months < base.project.movement.months and period is None),
        level=level,
        currency=base.project.reporting_currency,
        period=f"{windows.after} against {windows.before} (known: {whole_period(base)})",
        as_of=base.published_at,
        run_id=base.run_id,
        project=base.project.project,
        figures=_figures(told),
        table=tables["slices"] if slices else tables["matrix"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export bands" if of_the_run else words.drill_down(where, windows.after, asked),
        next_file=next_file_worth_most(base.project, base.level),
        shown=words.shown(tables, level, slices),
        drawn=words.drawn(tables, level, base.project.reporting_currency, slices),
    )


def _windows(base: Base, period: Period | None) -> moving.Windows:
    first, last = booked_days(base)
    if period is not None:
        _whole_months(period)
    found = None
    if first is not None and last is not None:
        last = moving.steps.known_until(last, base.project)  # type: ignore[arg-type]
        found = moving.windows_of(first, last, months=base.project.movement.months, asked=period)  # type: ignore[arg-type]
    if not has_sold(base):
        raise lacking(
            QUESTION,
            "no sale of any customer (entry.amount of list_revenue, from sources.NAME.postings)",
            "map postings to the source of sales",
        )
    if found is None:
        raise lacking(QUESTION, f"two windows of whole months, one after the other (entry.booked_on: {whole_period(base)})",
                      "add what was booked earlier, or ask of a later or shorter window with --from and --to")  # fmt: skip
    return found


def _whole_months(period: Period) -> None:
    ends = [day for day in (period.start, period.end) if day not in (period.start.min, period.end.max)]
    if any(day.day != 1 for day in ends):
        raise AnswerError("ANS021", "movement is told of whole months", where="--from, --to", seen=str(period),
                          do="begin on the first day of a month and end on the last day of one")  # fmt: skip


def _scheme(base: Base, by: str | None) -> tuple[moving.Scheme, str | None]:
    """The scheme asked for, and what slices it."""
    schemes = moving.schemes_of(base.project)
    if by is not None and by in schemes:
        return answerable(base, schemes[by], QUESTION), None
    sliceable = [name for name in base.table("customer_attribute").columns if name != "customer_id"]
    if by is not None and by not in sliceable:
        raise AnswerError("ANS002", "there is no such scheme of bands, and customers have no such attribute", where="--by", seen=by,
                          do=f"choose one of the schemes {', '.join(schemes)}, or of {', '.join(sliceable)}")  # fmt: skip
    return answerable(base, schemes[base.project.movement.scheme], QUESTION), by


def _standing(base: Base, where: str | None, windows: moving.Windows, scheme: moving.Scheme, level: Level) -> moving.measuring.Standing:
    lines = [str(line) for line in base.project.identity.active.lines]
    return moving.measuring.standing(
        moving.measuring.seen(_statement(base, where), level, windows, lines=lines), scheme, known(base, scheme)
    )


def _statement(base: Base, where: str | None) -> ibis.Table:
    """The statement of what is asked about, under whom the project counts as one customer."""
    statement = base.table("statement")
    if base.project.identity.customer != "account":
        if where is None:
            return as_counted(base, statement)
        if is_of_columns(base, where, {*base.table("customer_attribute").columns, "line"}):
            known = base.keep(attributes_named(base, where))
            found = narrow(beside_customers(statement, known), where=where, period=None, leads_to=base.leads_to)
            return as_counted(base, found.select(*statement.columns))
    entries = base.table("entry") if where is None else narrow(wide_entries(base, where), where=where, period=None, leads_to=base.leads_to)
    return ledger.customer_statement(as_counted(base, entries))


def _cells(base: Base, stand: moving.measuring.Standing, *, of_the_run: bool) -> list[dict[str, Any]]:
    """The movement matrix: as the run found it where the question is plain."""
    if of_the_run and "movement" in base.tables:
        table = base.table("movement")
        mine = table.filter(
            table["scheme"] == stand.scheme.name, table["version"] == stand.scheme.version,
            table["valid_from"] == stand.seen.windows.after.start, table["valid_to"] == stand.seen.windows.after.end,
        )  # fmt: skip
        found = base.arrow(mine.drop("scheme", "version", "valid_from", "valid_to")).to_pylist()
        if found:
            return moving.measuring.ordered(found, stand.scheme)
    return moving.measuring.cells(stand, base.arrow)


def _chance(base: Base, stand: moving.measuring.Standing, *, of_the_run: bool) -> list[dict[str, Any]] | None:
    """What chance shows: as the run found it where the question is plain, worked out anew where it is narrowed."""
    if of_the_run and "movement_chance" in base.tables:
        table = base.table("movement_chance")
        mine = table.filter(table["scheme"] == stand.scheme.name, table["version"] == stand.scheme.version)
        found = base.arrow(mine.drop("scheme", "version")).to_pylist()
        if found:
            place = {band: number for number, band in enumerate((None, *stand.scheme.bands))}
            order = ("moved", "up", "down", "change")
            return sorted(found, key=lambda row: (order.index(row["measure"]), place[row["from_band"]]))
    return moving.measuring.by_chance(stand, base.arrow, lambda share: base.tell("what chance alone would show", share))


def _ahead(base: Base, stand: moving.measuring.Standing, *, of_the_run: bool) -> list[dict[str, Any]]:
    """Where customers will stand; nothing where there is no forecast."""
    if of_the_run and "movement_ahead" in base.tables:
        table = base.table("movement_ahead")
        mine = table.filter(table["scheme"] == stand.scheme.name, table["version"] == stand.scheme.version)
        place = {band: number for number, band in enumerate((*stand.scheme.bands, moving.matrix.LOST))}
        rows: list[dict[str, Any]] = base.arrow(mine.drop("scheme", "version")).to_pylist()
        return sorted(rows, key=lambda row: (place[row["from_band"]], place[row["to_band"]]))
    if not has_forecasts(base):
        return []
    shock = shock_of(base)
    shared = moving.chance.SharedError(shock.bias, shock.spread, shock.freedom)
    return moving.measuring.ahead(stand, base.table("customer_value"), shared, base.arrow) or []


def _labelled(rows: Sequence[Mapping[str, Any]], schema: pa.Schema, level: Level) -> pa.Table:
    told = []
    for row in rows:
        labels = {"label": words.measure_label(row, level)} if "measure" in row else {
            "from_label": words.label(row["from_band"], level), "to_label": words.label(row["to_band"], level),
        }  # fmt: skip
        told.append({name: ({**row, **labels})[name] for name in schema.names})
    return pa.Table.from_pylist(told, schema)


def _part_rows(rows: Sequence[Mapping[str, Any]], change: moving.Change) -> pa.Table:
    """Where the change came from: the parts add up to it exactly."""
    many = {
        "within": change.stayed - change.changed_bands,
        "movement": change.changed_bands,
        **{name: sum(row["customers"] for row in rows if row["from_band"] == name) for name in moving.matrix.ENTERED},
        "exit": change.left,
    }
    amounts = {name: getattr(change, name) for name in many} | {"exit": -change.exit}
    told = [{"part": name, "label": words.PARTS[name], "amount": amounts[name], "customers": many[name]} for name in many]
    return pa.Table.from_pylist(told, _PART_ROWS)


def _bands(rows: Sequence[Mapping[str, Any]], scheme: moving.Scheme, level: Level) -> pa.Table:
    """A row a band, best first: who stood in it and stands in it, and what came of those who stood in it before."""
    found = []
    for band in scheme.bands:
        held = [row for row in rows if row["from_band"] == band]
        came = [row for row in rows if row["to_band"] == band]
        found.append({
            "band": band, "label": words.label(band, level),
            "customers_before": sum(row["customers"] for row in held), "customers_after": sum(row["customers"] for row in came),
            "before": sum((row["before"] for row in held), Decimal(0)), "after": sum((row["after"] for row in came), Decimal(0)),
            "held_after": sum((row["after"] for row in held), Decimal(0)),
        })  # fmt: skip
    schema = pa.schema({
        "band": pa.string(), "label": pa.string(), "customers_before": pa.int64(), "customers_after": pa.int64(), "before": _MONEY,
        "after": _MONEY, "held_after": _MONEY,
    })  # fmt: skip
    return pa.Table.from_pylist(found, schema)


def sliced(base: Base, stand: moving.measuring.Standing, by: str) -> pa.Table:
    """Where the change came from, for each value of a customer's attribute as of today; the values add up to the whole.

    Values of fewer than FEWEST_OF_A_SLICE customers stand together in one row.
    """
    named = attributes_named(base, by)
    attributes = named.select(_who="customer_id", _value=named[by].cast("string"))
    joined = stand.moved.left_join(attributes, stand.moved["customer_id"] == attributes["_who"])
    told = joined.select(*stand.moved.columns, value=joined["_value"].coalesce(ibis.literal(NOT_GIVEN)))
    rows = base.arrow(moving.matrix.cells(told, "value")).to_pylist()
    return _changes(rows)


def _changes(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """A row for each value, by what the change of its customers came to."""
    many: dict[str, int] = {}
    for row in rows:
        many[row["value"]] = many.get(row["value"], 0) + row["customers"]
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["value"] if many[row["value"]] >= FEWEST_OF_A_SLICE else FEW, []).append(row)
    found = []
    for value, held in grouped.items():
        change = moving.change_of(held)
        counts = {"customers_before": change.customers_before, "customers_after": change.customers_after}
        found.append({"value": value, **counts, **{name: asdict(change)[name] for name in _PARTS}, "change": change.total})
    found.sort(key=lambda row: (row["value"] == FEW, -row["change"], row["value"]))
    return pa.Table.from_pylist([{name: row[name] for name in _SLICES.names} for row in found], _SLICES)


def _owned(base: Base, stand: moving.measuring.Standing, rows: Sequence[Mapping[str, Any]]) -> dict[str, pa.Table]:
    """What came of each owner's customers: owners of bands, by the band a customer came from; and owners named by an attribute."""
    settings, found = base.project.movement, {}
    owners = settings.owners.get(stand.scheme.name, {})
    if owners:
        of_band = [
            {**row, "value": owners.get(row["to_band"] if row["from_band"] in moving.matrix.ENTERED else row["from_band"], "nobody")} for row in rows
        ]  # fmt: skip
        found["band_owners"] = _changes(of_band)
    if settings.owner is not None and settings.owner in base.table("customer_attribute").columns:
        found["owners"] = sliced(base, stand, settings.owner)
    return found


def _figures(told: words.Told) -> tuple[Figure, ...]:
    change, currency, word = told.change, told.currency, WORD_OF_LEVEL[told.level]
    excess = next((row for row in told.chance or [] if row["measure"] == "moved"), None)
    return (
        Figure("change", f"Change in {word}", change.total, currency),
        Figure("within", words.PARTS["within"], change.within, currency),
        Figure("movement", words.PARTS["movement"], change.movement, currency),
        Figure("entry", "From new and returned customers", change.new + change.reactivated, currency),
        Figure("exit", "Lost with customers who left", change.exit, currency),
        Figure(
            "excess", "Moved beyond chance", None if excess is None else round(excess["excess_expected"]), "customers",
            low=None if excess is None else round(excess["excess_low"]), high=None if excess is None else round(excess["excess_high"]),
            why_missing="" if excess else words.NO_CHANCE, note="estimate" if excess else "",
        ),
        Figure("before", f"{word.capitalize()} before", change.before, currency),
        Figure("after", f"{word.capitalize()} after", change.after, currency),
        Figure("new", "From new customers", change.new, currency),
        Figure("reactivated", "From customers who came back", change.reactivated, currency),
        Figure("customers_before", "Customers before", change.customers_before, "customers"),
        Figure("customers_after", "Customers after", change.customers_after, "customers"),
        Figure("stayed", "There in both windows", change.stayed, "customers"),
        Figure("moved", "Of them in another band", change.changed_bands, "customers"),
        Figure("entered", "New or returned", change.entered, "customers"),
        Figure("left", "Lost", change.left, "customers"),
    )  # fmt: skip
