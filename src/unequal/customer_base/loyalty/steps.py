"""The step of loyalty: why customers stay, and with whom that veers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np

from unequal import config
from unequal.customer_base.contracted import contracts_apart
from unequal.customer_base.loyalty import events, signals, tables
from unequal.customer_base.loyalty.features import LEVELS, Measure
from unequal.customer_base.loyalty.mornings import Morning, Sources, days_to_learn_on, morning
from unequal.customer_base.loyalty.strengths import Model, strength_rows, taught, warning_rows
from unequal.storage import Engine
from unequal.terms.tables import TableContract

_LEARNED_ON: Final = 40_000
"""About so many customers are learned on; more would not change what is found."""
_MOST_CONTACTS: Final = 8
_FEWEST_DAYS: Final = 50
"""A behaviour that was seen on fewer customers' days is not tried."""
_OFTEN: Final = 1.0
"""So often a year and customer a behaviour must happen to have a rhythm; else it is an event."""
_FEWEST_CUSTOMERS: Final = 100
_DAYS_A_YEAR: Final = 365.25
_WIDTH_OF_RANGE: Final = 3.29

__all__ = ["LOYALTY", "Known", "find"]
LOYALTY: Final[tuple[TableContract, ...]] = tables.LOYALTY


@dataclass(frozen=True)
class Known:
    """What is known of customers.

    Args:
        entries: ENTRY.
        contacts: INTERACTION.
        relationships: RELATIONSHIP.
        customers: CUSTOMER.
        customer_record: CUSTOMER_RECORD.
        values: CUSTOMER_VALUE.
        rows: accepted rows of the sources of declared behaviours, by name.
    """

    entries: ibis.Table
    contacts: ibis.Table
    relationships: ibis.Table
    customers: ibis.Table
    customer_record: ibis.Table
    values: ibis.Table
    rows: Mapping[str, ibis.Table]


def find(engine: Engine, known: Known, *, project: config.Project, folder: Path) -> None:
    """Write `behaviour`, `behaviour_trend`, `warning_test` and `signal`; empty where the history is too short to tell who left.

    Args:
        engine: where it runs.
        known: what is known of customers.
        project: for the sections loyalty and value.
        folder: where to write.
    """
    found = _found(engine, known, project)
    for contract in LOYALTY:
        rows = [{name: row[name] for name in contract.names} for row in found.get(contract.name, [])]
        engine.write(engine.rows(contract.types, rows), folder / f"{contract.name}.parquet")


def _found(engine: Engine, known: Known, project: config.Project) -> dict[str, list[dict[str, Any]]]:
    entries = contracts_apart(known.entries, project)[0]
    span = engine.fetch(
        entries.filter(entries["line"] == "list_revenue", entries["amount"] > 0).aggregate(first=entries["booked_on"].min())
    )[0]
    last = engine.fetch(known.entries.aggregate(last=known.entries["booked_on"].max()))[0]["last"]
    if span["first"] is None:
        return {}
    as_of, spans = project.value.as_of or last + timedelta(days=1), _spans(project)
    bought = engine.materialise(events.orders(entries, until=as_of), "orders")
    happened = engine.materialise(_happened(known, project, as_of), "happened")
    tried, measures = _tried(engine, happened, bought, as_of, _shares(project))
    share = _LEARNED_ON / max(engine.count(bought.select("customer_id").distinct()), 1)
    kinds = known.customers.select("customer_id", "kind")
    drawn = {"some-orders": bought, "some-entries": entries, "some-happened": happened}
    lesser = [engine.materialise(events.of_some(table, share), name) for name, table in drawn.items()]
    shares = frozenset(name for name, measure in zip(tried, measures, strict=True) if measure == "share" and name not in events.PER_ORDER)
    some = Sources(engine.arrow, lesser[0], lesser[1], lesser[2], kinds, shares)
    days = days_to_learn_on(as_of - spans.ahead, span["first"])
    learned = [one for one in (morning(some, tried, day, spans) for day in days) if len(one) >= _FEWEST_CUSTOMERS]
    if not learned:
        return {}
    earlier = [morning(some, tried, day, spans) for day in days_to_learn_on(learned[0].day - spans.ahead, span["first"])]
    earlier = [one for one in earlier if len(one) >= _FEWEST_CUSTOMERS]
    today = morning(Sources(engine.arrow, bought, entries, happened, kinds, shares), tried, as_of, spans)
    spread = (float(spans.recent.days), float(spans.silence.days))
    return _told(engine, _Taught.of(learned, earlier, measures, spread), today, tried, known, project)


@dataclass(frozen=True)
class _Taught:
    """The model in force, and what a later day than it was learned on says of one like it."""

    model: Model
    learned: Sequence[Morning]
    before: Model | None
    held_out: Model | None
    earlier: Sequence[Morning]

    @staticmethod
    def of(learned: Sequence[Morning], earlier: Sequence[Morning], measures: tuple[Measure, ...], spans: tuple[float, float]) -> _Taught:
        model = taught(learned, measures, *spans)
        if not earlier:
            return _Taught(model, learned, None, None, ())
        return _Taught(model, learned, taught(earlier, measures, *spans), taught(learned[:1], measures, *spans), earlier)


def _told(
    engine: Engine, what: _Taught, today: Morning, tried: Sequence[str], known: Known, project: config.Project
) -> dict[str, list[dict[str, Any]]]:
    strengths = strength_rows(what.model, what.learned, what.held_out, today)
    names = [*LEVELS, *tried]
    behaviours = [_named(name, measure, project) | row for name, measure, row in
                  zip(names, [*["level"] * len(LEVELS), *what.model.measures], strengths, strict=True)]  # fmt: skip
    told = np.array([row["effect"] != "not_shown" for row in strengths[len(LEVELS) :]], dtype=bool)
    test = what.learned[0] if what.before is not None else None
    tested = [] if what.before is None or test is None else warning_rows(what.before, test, what.earlier[0].day, _shown(what.before))
    found = signals.veered(what.model, today, told)
    worth = _worth(engine, known.values, today)
    days = signals.lead(what.model, test or what.learned[0], told)
    of_today = signals.Today(what.model, today, found, worth, tried, days)
    return {
        "behaviour": behaviours,
        "behaviour_trend": _trend(what.model, [*reversed(what.learned), today], names, told),
        "warning_test": tested,
        "signal": [
            *signals.group_rows(of_today, what.learned, told),
            *signals.customer_rows(of_today),
        ],
    }


def _shown(model: Model) -> Any:
    """Which behaviours' ranges leave out no effect."""
    # Counted from the front: of none of them, -0 would be all.
    first = len(model.fit.weights) - len(model.measures)
    weights, errors = model.fit.weights[first:], model.fit.errors[first:]
    return np.abs(weights) > 1.645 * errors


def _named(name: str, measure: str, project: config.Project) -> dict[str, Any]:
    declared = name.startswith(events.DECLARED)
    if declared:
        meaning = project.loyalty.behaviours[name.removeprefix(events.DECLARED)].meaning
    else:
        contact = name.removeprefix(events.CONTACT)
        meaning = events.MEANINGS.get(name) or (f"Keeps up contact: {contact}" if measure == "rhythm" else f"Had contact: {contact}")
    return {"behaviour": name, "meaning": meaning, "measured_as": measure, "declared": declared}


def _trend(model: Model, mornings: Sequence[Morning], names: Sequence[str], told: Any) -> list[dict[str, Any]]:
    rows = []
    for one in mornings:
        shows, veers = model.shows(one).sum(axis=0), model.veers(one, told).sum(axis=0)
        veering = [*[0] * len(LEVELS), *veers.tolist()]
        rows += [
            {"behaviour": name, "day": one.day, "customers": len(one), "showing": int(shows[place]), "veering": int(veering[place])}
            for place, name in enumerate(names)
        ]
    return rows


def _spans(project: config.Project) -> events.Spans:
    settings = project.loyalty
    return events.Spans(*(timedelta(weeks=weeks) for weeks in (settings.recent_weeks, settings.warn_weeks, settings.silence_weeks)))


def _happened(known: Known, project: config.Project, as_of: date) -> ibis.Table:
    declared = []
    for name, behaviour in project.loyalty.behaviours.items():
        owner = behaviour.customer
        one = events.Declared(name, owner.source or behaviour.source, owner.id, behaviour.occurred_on, behaviour.when, behaviour.as_share)
        declared.append(events.declared_events(one, known.rows[behaviour.source], known.customer_record))
    return events.events(known.entries, known.contacts, known.relationships, declared, until=as_of)


def _shares(project: config.Project) -> frozenset[str]:
    """Behaviours that are measured as a share of what could have happened: of orders, and of the rows of those declared so."""
    declared = (events.DECLARED + name for name, one in project.loyalty.behaviours.items() if one.as_share)
    return events.PER_ORDER | frozenset(declared)


def _tried(
    engine: Engine, happened: ibis.Table, bought: ibis.Table, as_of: date, shares: frozenset[str]
) -> tuple[tuple[str, ...], tuple[Measure, ...]]:
    """The behaviours that are tried, and how each is measured: by how often it happens to a customer in a year."""
    counted = [
        row for row in engine.fetch(events.counted(happened)) if row["days"] >= _FEWEST_DAYS or row["behaviour"].startswith(events.DECLARED)
    ]
    contacts = sorted((row for row in counted if row["behaviour"].startswith(events.CONTACT)), key=lambda row: -row["days"])[
        _MOST_CONTACTS:
    ]
    left_out = {row["behaviour"] for row in contacts}
    customers = engine.count(bought.select("customer_id").distinct())
    kept = [row for row in counted if row["behaviour"] not in left_out]
    measures: list[Measure] = []
    for row in kept:
        years = max((as_of - row["first"]).days / _DAYS_A_YEAR, 0.25)
        is_rhythm = row["days"] / years / customers >= _OFTEN and row["behaviour"].startswith((events.CONTACT, events.DECLARED))
        measures.append("share" if row["behaviour"] in shares else "rhythm" if is_rhythm else "event")
    return tuple(row["behaviour"] for row in kept), tuple(measures)


def _worth(engine: Engine, values: ibis.Table, today: Morning) -> signals.Worth:
    """What is expected of each customer of today; nothing where nothing is foreseen."""
    rows = engine.arrow(values.select("customer_id", "value_expected", "value_low", "value_high").order_by("customer_id"))
    ids = np.asarray(rows["customer_id"].to_numpy(zero_copy_only=False), dtype=object).astype(str)
    if not len(ids):
        return signals.Worth(np.zeros(len(today)), np.zeros(len(today)))
    place = np.minimum(np.searchsorted(ids, today.ids), len(ids) - 1)
    is_known = ids[place] == today.ids
    expected, low, high = (np.asarray(rows[name].to_numpy())[place] for name in ("value_expected", "value_low", "value_high"))
    return signals.Worth(np.where(is_known, np.maximum(expected, 0.0), 0.0), np.where(is_known, (high - low) / _WIDTH_OF_RANGE, 0.0))
