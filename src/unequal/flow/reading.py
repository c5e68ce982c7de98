"""Opening a published run for questions: one run, held while it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Final

import ibis
import pyarrow as pa

from unequal import config, customer_base, identity, ledger, storage, treatments
from unequal.answers import Base
from unequal.flow import published
from unequal.flow.equity import as_of as forecast_day
from unequal.flow.host_outcomes import host_outcomes
from unequal.flow.kept_tables import KeptTables
from unequal.flow.opening import OpenProject
from unequal.flow.trying import last_allotted, trials
from unequal.terms.errors import StorageError
from unequal.terms.lines import Level

SLICING_ATTRIBUTES: Final = ("country", "region", "city", "segment", "gender")
"""Attributes of a customer that questions may slice by, beside the project's own: none of them names a person."""

_TRIES: Final = 5


@dataclass(frozen=True)
class OpenBase:
    """A published run, open: what answers need, and what tracing needs beside it.

    Args:
        base: the run's tables, with what stewards changed since it was made.
        last_action: the steward's action up to which that is so: the overlay's version.
    """

    base: Base
    run: storage.Run
    engine: storage.Engine
    state: storage.State
    last_action: int

    def source_table(self, source: str, table: str) -> ibis.Table:
        """A table that accepting a source left: rows, quarantined, span, extract, counted_once."""
        return self.engine.read(self.run.step(f"accept {source}").table(table))


@contextmanager
def open_base(opened: OpenProject, *, as_of: str | None = None) -> Iterator[OpenBase]:
    """Open the current run, or a kept one, for as long as the block lasts.

    Args:
        opened: the project.
        as_of: a run's id, or a day YYYY-MM-DD (the last run published on or before it); the current run by default.

    Raises:
        StorageError: STO009, nothing is published yet; STO010, no kept run is that old.
    """
    folder = opened.run_folder
    with storage.open_state(opened.state_url) as state:
        for _ in range(_TRIES):
            row = _wanted(state, folder, as_of)
            with folder.reading(row.run_id, row.published_at.isoformat()) as run:
                # Between finding the row and holding its run, a publisher may have swept it: then there is a newer one.
                if run is not None:
                    yield from _opened(opened, folder, state, run, row)
                    return
            if as_of is not None:
                break
    raise StorageError("STO010", "that run is not kept", seen=row.run_id, do="`unequal status` lists the runs that are")


def _opened(
    opened: OpenProject, folder: storage.RunFolder, state: storage.State, run: storage.Run, row: storage.state.RunRow
) -> Iterator[OpenBase]:
    with folder.scratch() as scratch, storage.open_engine(opened.config.storage, scratch) as engine, ExitStack() as held:
        # An older run is asked how it was then.
        is_current = row == state.current_run()
        last_action = state.last_action() if is_current else row.last_action
        moved = state.changed_since(row.last_action) if is_current else None
        tables = _tables(engine, run)
        if moved is not None and moved.num_rows:
            tables = laid_over(engine, tables, moved, opened.config, Level(row.level))
        base = _base(opened, engine, run, row, tables)

        def earlier(wanted: str | None = None) -> Base | None:
            return _other_run(opened, folder, state, engine, row, wanted, held)

        whole = OpenBase(replace(base, leads_to=state.redirect if is_current else str, earlier=earlier), run, engine, state, last_action)
        until = None if is_current else row.published_at
        tried = cache(lambda: trials(engine, state, opened.config, row.published_at, until))
        hosted = cache(lambda: host_outcomes(state, opened.config, until))
        short = cache(lambda: last_allotted(state, opened.config, until))
        yield replace(
            whole,
            base=replace(whole.base, acting=lambda: _acting(opened, whole, until), trials=tried, host_tasks=hosted, allotted=short),
        )


def _acting(opened: OpenProject, whole: OpenBase, at: datetime | None) -> treatments.conflicts.Acting | None:
    """The policies that act now, or acted when an older run was published; worked out when a question asks."""
    # Policies are made ready by who reads runs: imported here, for they import this.
    from unequal.flow.policy_desk import acting_on

    return acting_on(opened, whole, at)


def _base(
    opened: OpenProject, engine: storage.Engine, run: storage.Run, row: storage.state.RunRow, tables: Mapping[str, ibis.Table]
) -> Base:
    return Base(
        project=opened.config,
        run_id=run.run_id,
        published_at=f"{row.published_at.isoformat(timespec='seconds')}Z",
        level=Level(row.level),
        tables={**_of_this_config(opened, run, tables), "customer_attribute": customer_attributes(tables, sliceable(opened.config))},
        arrow=engine.arrow,
        attributes=lambda names: customer_attributes(tables, sliceable(opened.config), names),
        keep=KeptTables(engine).keep,
    )


def _of_this_config(opened: OpenProject, run: storage.Run, tables: Mapping[str, ibis.Table]) -> Mapping[str, ibis.Table]:
    """Without what hangs on words of the config that may have changed since the run: whom it counts as active."""
    is_same = run.manifest.config_digest == storage.durable.digest_of_file(opened.loaded.path)
    return tables if is_same else {name: table for name, table in tables.items() if name != "definition"}


def _other_run(
    opened: OpenProject, folder: storage.RunFolder, state: storage.State, engine: storage.Engine, row: storage.state.RunRow,
    wanted: str | None, held: ExitStack,
) -> Base | None:  # fmt: skip
    """Another kept run, held for as long as the stack is: a certain one, or the last that forecast as of a day before that of `row`."""
    runs = state.runs()
    before = [_wanted(state, folder, wanted, "--compare")] if wanted else runs[: [one.run_id for one in runs].index(row.run_id)]
    today = None if wanted else _forecast_day(folder, engine, row)
    for other in reversed(before):
        day = None if wanted else _forecast_day(folder, engine, other)
        if wanted is None and (day is None or today is None or day >= today):
            continue
        run = held.enter_context(folder.reading(other.run_id, other.published_at.isoformat()))
        if run is not None:
            return _base(opened, engine, run, other, _tables(engine, run))
    if wanted is not None:
        raise StorageError("STO010", "that run is not kept", where="--compare", seen=wanted, do="`unequal runs` lists the runs that are")
    return None


def _forecast_day(folder: storage.RunFolder, engine: storage.Engine, row: storage.state.RunRow) -> date | None:
    """The first day of a kept run's forecasts; None where it made none, or is not kept."""
    manifest = folder.manifest(row.run_id)
    if manifest is None or "value" not in manifest.steps:
        return None
    return forecast_day(engine, storage.Run(manifest, folder.folder, "").step("value"))


def _wanted(state: storage.State, folder: storage.RunFolder, as_of: str | None, option: str = "--as-of") -> storage.state.RunRow:
    current = state.current_run()
    if current is None:
        raise StorageError("STO009", "nothing is published yet", do="run `unequal run` first")
    if as_of is None:
        return current
    runs = state.runs()
    exact = [row for row in runs if row.run_id == as_of]
    fitting = exact or [row for row in runs if _not_after(row, as_of) and folder.manifest(row.run_id) is not None]
    if not fitting:
        raise StorageError("STO010", "no kept run is of that name, or that old", where=option, seen=as_of,
                           do="`unequal status` lists the runs that are kept; write a day as YYYY-MM-DD")  # fmt: skip
    return fitting[-1]


def _not_after(row: storage.state.RunRow, as_of: str) -> bool:
    try:
        return row.published_at.date() <= date.fromisoformat(as_of)
    except ValueError:
        return False


def _tables(engine: storage.Engine, run: storage.Run) -> Mapping[str, ibis.Table]:
    """The published tables by the names that answers use."""
    book, who, gathered = run.step("book"), run.step("who is who"), run.steps("gather ")
    # A run of before there were relationships has none.
    related = {name: engine.read(step.table(name)) for step in run.steps("relate") for name in ("household", "relationship")}
    beside = {
        contract.name: engine.read(path)
        for step in published.BESIDE
        for output in run.steps(step)
        for contract, path in published.tables_of(step, output, is_kept=True)
    }
    for step in run.steps("cost"):
        beside["charged"] = engine.read(step.table("posted"))
    return {
        **related,
        **beside,
        "entry": engine.read(book.table("entry")),
        "statement": engine.read(book.table("statement")),
        "reconciliation": engine.read(run.step("reconcile").table("reconciliation")),
        "band": engine.read(run.step("band").table("band")),
        "customer": engine.read(who.table("customer")),
        "customer_record": engine.read(who.table("customer_record")),
        "golden_attribute": engine.read(run.step("golden").table("golden_attribute")),
        "record": engine.read([step.table("record") for step in gathered]),
        "person_attribute": engine.read([step.table("person_attribute") for step in gathered]),
        "quarantined": engine.read([step.table("quarantined") for prefix in ("accept ", "post ") for step in run.steps(prefix)]),
        "edge": engine.read(who.table("edge")),
        "match_figure": engine.read(who.table("match_figure")),
        "shared_identifier": engine.read(who.table("shared_identifier")),
        "extract": engine.read([step.table("extract") for step in run.steps("accept ")]),
    }


def laid_over(
    engine: storage.Engine, tables: Mapping[str, ibis.Table], rows: pa.Table, project: config.Project, level: Level
) -> Mapping[str, ibis.Table]:
    """A run's tables with records elsewhere: what belongs to the customers concerned is made anew, all else is as it was.

    No amount changes, and no entry but for whose it is. Forecasts stay as the run made them, for what two customers will bring is not
    foretold by adding what each would: the table `concerned` names those of whom they are of before.
    """
    overlay = identity.stewardship.overlay
    changed = engine.materialise(engine.rows(identity.BEFORE, rows), "changed")
    entry, crosswalk = tables["entry"], tables["customer_record"]
    concerned = engine.materialise(overlay.concerned(crosswalk, changed), "concerned")
    records = overlay.customer_records(crosswalk, changed)
    entries = overlay.owned(
        entry, changed, is_customers=ledger.is_real_customer(entry["customer_id"]), source="record_source", record="record"
    )
    contacts = {
        name: overlay.owned(
            found, changed, is_customers=ledger.is_real_customer(found["customer_id"]), source="record_source", record="record"
        )
        for name, found in tables.items()
        if name in ("interaction", "programme_member", *(one.name for step in ("experience", "plans") for one in published.BESIDE[step]))
    }
    statement = engine.materialise(ledger.customer_statement(overlay.only_of(entries, concerned)), "statement-of-concerned")
    customers = identity.stewardship.customers_of(overlay.only_of(records, concerned), tables["record"])
    figures = customer_base.customer_figures(statement, level)
    kept = tables["band"].select(*figures.columns)
    return {
        # What stands for all customers together is asked of the tables that it sums, and so is what profiles put down.
        **{name: table for name, table in tables.items() if name not in ("definition", "entry_total", "profile", "moment")},
        "customer_record": records,
        "entry": entries,
        **contacts,
        "statement": overlay.replaced(tables["statement"], statement, concerned),
        "customer": overlay.replaced(tables["customer"], customers, concerned),
        **_sold(tables, entries, concerned, level),
        **_lines(tables, entries, statement, concerned, level),
        "band": customer_base.steps.at_nobodys_expense(
            customer_base.steps.banded(overlay.replaced(kept, figures, concerned), project),
            entries,
            level,
            project,
            contacts.get("plan_fit"),
        ),
        **_until_next_run(tables, concerned),
        "concerned": concerned,
        **_said_of_customers(engine, tables, records, concerned, project),
        **_served(engine, tables, records, concerned, project),
    }


def _sold(tables: Mapping[str, ibis.Table], entries: ibis.Table, concerned: ibis.Table, level: Level) -> Mapping[str, ibis.Table]:
    """What products brought of the customers concerned, made anew; a run of before it was told has none."""
    if "product_sale" not in tables:
        return {}
    overlay = identity.stewardship.overlay
    anew = customer_base.steps.levers.steps.product_sales(overlay.only_of(entries, concerned), level)
    return {"product_sale": overlay.replaced(tables["product_sale"], anew, concerned)}


def _lines(
    tables: Mapping[str, ibis.Table], entries: ibis.Table, statement: ibis.Table, concerned: ibis.Table, level: Level
) -> Mapping[str, ibis.Table]:
    """The sums of the customers concerned, made anew; a run of before they were put down has none."""
    if "customer_line" not in tables:
        return {}
    overlay, totals = identity.stewardship.overlay, customer_base.steps.totals.summing
    anew = {
        "customer_line": totals.customer_lines(statement),
        "customer_month": totals.customer_months(statement, level),
        "entry_sum": totals.entry_sums(overlay.only_of(entries, concerned)),
    }
    return {name: overlay.replaced(tables[name], table, concerned) for name, table in anew.items() if name in tables}


def _served(
    engine: storage.Engine, tables: Mapping[str, ibis.Table], records: ibis.Table, concerned: ibis.Table, project: config.Project
) -> Mapping[str, ibis.Table]:
    """What was done for the customers concerned, made anew."""
    if "charged" not in tables:
        return {}
    overlay = identity.stewardship.overlay
    anew = ledger.steps.serve_again(
        engine, charged=tables["charged"], customer_record=overlay.only_of(records, concerned), records=tables["record"], project=project
    )
    return {name: overlay.replaced(tables[name], table, concerned) for name, table in anew.items() if name in tables}


def _until_next_run(tables: Mapping[str, ibis.Table], concerned: ibis.Table) -> Mapping[str, ibis.Table]:
    """How steady the bands of the customers concerned are, and their warnings, are worked out by the next run, and absent till then."""
    # A run of before every base had it may have none.
    names = ("band_stability", "customer_band", "customer_needs", "signal", "lost", "won_back")
    return {name: tables[name].anti_join(concerned, "customer_id") for name in names if name in tables}


def _said_of_customers(
    engine: storage.Engine, tables: Mapping[str, ibis.Table], records: ibis.Table, concerned: ibis.Table, project: config.Project
) -> Mapping[str, ibis.Table]:
    """Golden values made anew for the customers concerned; households and relationships under the names of today.

    Who lives with whom is inferred again by the next run.
    """
    overlay = identity.stewardship.overlay
    golden = identity.steps.golden_of(
        engine, customer_records=overlay.only_of(records, concerned), attributes=tables["person_attribute"], records=tables["record"], project=project
    )  # fmt: skip
    found = {"golden_attribute": overlay.replaced(tables["golden_attribute"], golden, concerned)}
    names = engine.materialise(overlay.heirs(tables["customer_record"], records), "heirs")
    if "gained" in tables:
        # Of customers who became one, who began first began.
        found["gained"] = overlay.one_each(overlay.renamed(tables["gained"], names, "customer_id"), ["customer_id", "began_on"])
        began = found["gained"].group_by("customer_id").aggregate(began_on=lambda t: t["began_on"].min())
        found["gained"] = found["gained"].semi_join(began, ["customer_id", "began_on"])
    if "household" in tables:
        found["household"] = overlay.one_each(overlay.renamed(tables["household"], names, "customer_id"), ["customer_id"])
        ties = overlay.renamed(overlay.renamed(tables["relationship"], names, "from_customer"), names, "to_customer")
        ties = ties.filter(ties["from_customer"] != ties["to_customer"])
        found["relationship"] = overlay.one_each(ties, ["from_customer", "to_customer", "kind"])
    return found


def sliceable(project: config.Project) -> tuple[str, ...]:
    """Attributes that questions may name: the known ones that name nobody, and the project's own unless protected."""
    own = tuple(name for name, attribute in project.attributes.items() if not attribute.protected)
    mapped = {name for source in project.sources.values() if source.records for name in source.records.attributes}
    return tuple(name for name in (*SLICING_ATTRIBUTES, *own) if name in mapped)


def customer_attributes(tables: Mapping[str, ibis.Table], attributes: tuple[str, ...], named: Collection[str] | None = None) -> ibis.Table:
    """What questions may name of a customer: kind, band, and one value of each attribute.

    Worked out when a question names them and published nowhere: values about persons live in `person_attribute` alone.

    Args:
        tables: of the run.
        attributes: all that there are.
        named: those whose values are wanted, for they take time; the others are null. All of them by default.

    Returns:
        customer_id, kind, band, needs_group where the run has them, and a text column an attribute: the golden value, as its record gives it.
    """
    customers = tables["customer"].select("customer_id", "kind")
    bands = tables["band"].select("customer_id", "band")
    known = customers.left_join(bands, "customer_id").select("customer_id", "kind", "band")
    if "customer_needs" in tables and "needs_group" not in attributes:
        grouped = tables["customer_needs"].select("customer_id", "needs_group")
        known = known.left_join(grouped, "customer_id").select(*known.columns, "needs_group")
    wanted = [name for name in attributes if named is None or name in named]
    unasked = {name: ibis.null("string") for name in attributes if name not in wanted}
    if not wanted:
        return known.mutate(**unasked) if unasked else known
    golden, given = (tables[name].filter(tables[name]["attribute"].isin(wanted)) for name in ("golden_attribute", "person_attribute"))
    owned = golden_values(golden, given)
    wide = owned.group_by("customer_id").aggregate(**{name: owned["value"].max(where=owned["attribute"] == name) for name in wanted})
    return known.left_join(wide, "customer_id").mutate(**unasked).select(*known.columns, *attributes)


def golden_values(golden: ibis.Table, attributes: ibis.Table) -> ibis.Table:
    """The golden record with its values, which stand in `person_attribute` alone.

    Args:
        golden: GOLDEN_ATTRIBUTE.
        attributes: PERSON_ATTRIBUTE.

    Returns:
        GOLDEN_ATTRIBUTE, with `value` as its record gives it after `attribute`.
    """
    at = ["source", "record_id", "attribute", "rank"]
    values = attributes.select(*at, value="value_given")
    return golden.inner_join(values, at).select("customer_id", "attribute", "value", *golden.columns[2:])
