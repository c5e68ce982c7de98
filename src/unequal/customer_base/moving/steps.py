"""The step that writes down who stands where, who moved, and what chance shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import ibis

from unequal import config
from unequal.customer_base.moving import chance, matrix, measuring
from unequal.customer_base.moving.schemes import Scheme, schemes_of
from unequal.customer_base.moving.tables import CUSTOMER_BAND, MOVEMENT, MOVEMENT_AHEAD, MOVEMENT_CHANCE
from unequal.storage import Engine
from unequal.terms.lines import Level
from unequal.terms.periods import Period, last_months

NAMED_OF_VALUE = ("is_growable", "is_overdue", "p_alive", "value_expected", "top_fifth_probability")
"""What rules may name of a forecast."""


def beside(attributes: ibis.Table, values: ibis.Table | None) -> ibis.Table:
    """What rules and growth may name of a customer, as of the run.

    Args:
        attributes: customer_id and a column an attribute.
        values: CUSTOMER_VALUE; None where there is none.
    """
    if values is None:
        return attributes
    return attributes.left_join(values, "customer_id").select(*attributes.columns, *NAMED_OF_VALUE)


def move(
    engine: Engine, *, entries: ibis.Table, statement: ibis.Table, known: ibis.Table, values: ibis.Table, fits: ibis.Table, level: Level,
    project: config.Project, folder: Path,
) -> None:  # fmt: skip
    """Write `customer_band`, `movement`, `movement_chance` and `movement_ahead`, of all schemes of the project.

    Args:
        engine: where it runs.
        entries: ENTRY.
        statement: STATEMENT.
        known: see `beside`.
        values: CUSTOMER_VALUE.
        fits: MODEL_FIT.
        level: the evidence level of the base.
        project: for its schemes and windows.
        folder: where to write.
    """
    span = engine.fetch(entries.aggregate(first=entries["booked_on"].min(), last=entries["booked_on"].max()))[0]
    windows = _windows(span["first"], span["last"], project) if span["first"] else None
    if windows is None:
        for contract in (CUSTOMER_BAND, MOVEMENT, MOVEMENT_CHANCE, MOVEMENT_AHEAD):
            engine.write(engine.rows(contract.types, []), folder / f"{contract.name}.parquet")
        return
    named = engine.materialise(known, "known-of-customers")
    every = list(_back(windows, span["first"]))
    lines = [str(line) for line in project.identity.active.lines]
    present = {
        window: engine.materialise(measuring.presence(statement, level, window, lines=lines), f"present-{window.start}")
        for window in _each(every)
    }
    schemes, shared = list(schemes_of(project).values()), _shared(engine, fits)
    bands = [_stood(table, window, scheme, named) for scheme in schemes for window, table in present.items()]
    cells: list[dict[str, Any]] = []
    shown: dict[str, list[dict[str, Any]]] = {"chance": [], "ahead": []}
    for two in every:
        earlier = engine.materialise(matrix.bought(statement, lines, end=two.before.start), f"earlier-than-{two.before.start}")
        whom = measuring.Seen(two, level, statement, present[two.before], present[two.after], earlier)
        for scheme in schemes:
            stand, stamp = measuring.standing(whom, scheme, named), {"scheme": scheme.name, "version": scheme.version}
            when = {"valid_from": two.after.start, "valid_to": two.after.end}
            cells += [{**stamp, **when, **row} for row in measuring.cells(stand, engine.arrow)]
            if two == windows:
                shown["chance"] += [{**stamp, **row} for row in measuring.by_chance(stand, engine.arrow) or []]
                ahead = None if shared is None else measuring.ahead(stand, values, shared, engine.arrow)
                shown["ahead"] += [{**stamp, **row} for row in ahead or []]
    engine.write(reduce(lambda all_, part: all_.union(part), bands), folder / "customer_band.parquet")
    for contract, rows in ((MOVEMENT, cells), (MOVEMENT_CHANCE, shown["chance"]), (MOVEMENT_AHEAD, shown["ahead"])):
        engine.write(engine.rows(contract.types, [{name: row[name] for name in contract.names} for row in rows]), folder / f"{contract.name}.parquet")  # fmt: skip


def _windows(first: date, last: date, project: config.Project) -> matrix.Windows | None:
    return matrix.windows_of(first, known_until(last, project), months=project.movement.months)


def known_until(last: date, project: config.Project) -> date:
    """The last day that facts are told of: that of the last entry, or the one before value.as_of."""
    return last if project.value.as_of is None else min(last, project.value.as_of - timedelta(days=1))


def _back(latest: matrix.Windows, first: date) -> Iterator[matrix.Windows]:
    """The latest two windows, and those of the same length before, as far back as the earlier one is booked from its first month on."""
    months, two = latest.months, latest
    while two.before.start >= first.replace(day=1):
        yield two
        earlier = last_months(two.before.start, months)
        two = matrix.Windows(earlier, two.before)


def _each(every: list[matrix.Windows]) -> list[Period]:
    return [*(two.after for two in every), every[-1].before]


def _stood(present: ibis.Table, window: Period, scheme: Scheme, known: ibis.Table) -> ibis.Table:
    return (
        measuring.banded(present, scheme, known)
        .mutate(
            scheme=ibis.literal(scheme.name),
            version=ibis.literal(scheme.version),
            valid_from=ibis.literal(window.start),
            valid_to=ibis.literal(window.end),
        )
        .select(*CUSTOMER_BAND.names)
    )


def _shared(engine: Engine, fits: ibis.Table) -> chance.SharedError | None:
    """The error that totals shared in earlier forecasts; None where nothing was forecast."""
    told = {row["parameter"]: float(row["value"]) for row in engine.fetch(fits.filter(fits["model"] == "common_shock"))}
    names = ("bias", "spread", "freedom")
    return chance.SharedError(*(told[name] for name in names)) if set(names) <= set(told) else None
