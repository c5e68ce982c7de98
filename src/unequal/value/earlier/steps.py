"""The step that forecasts as of an earlier morning: what the base was worth then, so that its change can be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import ibis
import numpy as np

from unequal import config
from unequal.storage import Engine
from unequal.terms.lines import Level
from unequal.value import segments
from unequal.value import steps as today
from unequal.value.desk.steps import Desk
from unequal.value.earlier import tables
from unequal.value.results import steps as results


def forecast_then(
    engine: Engine, *, entries: ibis.Table, customers: ibis.Table, bands: ibis.Table, customer_record: ibis.Table,
    rows: Mapping[str, ibis.Table], level: Level, project: config.Project, then: date | None, folder: Path,
) -> None:  # fmt: skip
    """Write `value_then` and `value_then_total`: today's models, fed with what was booked before an earlier morning.

    Who is one customer, and how costs are charged, is taken as known today. Models are chosen by one test, the latest before that
    morning, instead of the several that today's are chosen by: half the work, and the total is hardly another.

    Args:
        engine: where it runs.
        entries: ENTRY; those of `then` and later are not looked at.
        customers: CUSTOMER.
        bands: BAND of what was booked before `then`.
        customer_record: CUSTOMER_RECORD.
        rows: accepted rows of sources that hold contracts or counted histories, by name.
        level: the evidence level of the base.
        project: the config.
        then: the first day of the forecast; None where there is none to be made. Nothing sold before it leaves both tables empty.
        folder: where to write.
    """
    span = today.span_of(engine, entries, project.value) if then else None
    if span is None or then is None or then <= span[0]:
        _write_nothing(engine, folder)
        return
    known = entries.filter(entries["booked_on"] < then)
    people = engine.materialise(segments.numbered(customers, bands), "people-then")
    beginnings = engine.materialise(segments.beginnings(known), "beginnings-then")
    desk = Desk(engine, known, people, customer_record, rows, level, _once_tested(project), then, span[0], today.parted_of(engine, people, beginnings))  # fmt: skip
    found = [branch.foreseen(np.inf) for branch in today.branches_of(desk)]
    if not found:
        _write_nothing(engine, folder)
        return
    with TemporaryDirectory(dir=folder) as aside:
        at = Path(aside)
        results.write(
            engine, found, np.inf, tested=[], entries=known, people=people, parted=desk.segments, level=level, as_of=then, folder=at
        )
        _write(engine, at, then, folder)


def _once_tested(project: config.Project) -> config.Project:
    backtest = project.value.backtest.model_copy(update={"origins": 1})
    return project.model_copy(update={"value": project.value.model_copy(update={"backtest": backtest})})


def _write(engine: Engine, made: Path, then: date, folder: Path) -> None:
    values, totals, fits = (engine.read(made / f"{name}.parquet") for name in ("customer_value", "value_total", "model_fit"))
    day = ibis.literal(then)
    kept = values.mutate(as_of=day).select(*tables.VALUE_THEN.names)
    engine.write(kept, folder / "value_then.parquet")
    shock = {row["parameter"]: row["value"] for row in engine.fetch(fits.filter(fits["model"] == "common_shock"))}
    whole = totals.filter(totals["segment_kind"] == "all").mutate(as_of=day, **{name: ibis.literal(float(shock[name])) for name in shock})
    engine.write(whole.select(*tables.VALUE_THEN_TOTAL.names), folder / "value_then_total.parquet")


def _write_nothing(engine: Engine, folder: Path) -> None:
    for contract in tables.ALL:
        engine.write(engine.rows(contract.types, []), folder / f"{contract.name}.parquet")
