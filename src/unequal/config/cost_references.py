"""Whether what pools, activities and shared costs refer to is there, and whether it can be what they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from unequal.config.columns import type_of
from unequal.config.cost_columns import NUMBERS, columns_of_costs
from unequal.config.costing import Activity, CostRows, Pool, SharedCost, customer_of_event, day_of_event
from unequal.config.problems import KeyPath, Problem, did_you_mean, shown
from unequal.config.project import Project
from unequal.config.sources import Constant, Lookup

_OF_ONE_CUSTOMER: Final = ("unit", "order", "customer")


def problems_of_costs(project: Project) -> Iterator[Problem]:
    """What is referred to and is not there, cannot be timed, or would be counted twice."""
    yield from _sources(project)
    for path, name, column, types in columns_of_costs(project.ledger):
        yield from _column(project, name, column, types, path)
    for name, pool in project.ledger.pools.items():
        yield from _pool(project, name, pool, ("ledger", "pools", name))
    for name, activity in project.ledger.activities.items():
        yield from _activity(project, activity, ("ledger", "activities", name))
    for name, shared in project.ledger.shared_costs.items():
        yield from _placed(project, shared, shared.over, ("ledger", "shared_costs", name), of_one=True)


def _sources(project: Project) -> Iterator[Problem]:
    ledger = project.ledger
    named: list[tuple[KeyPath, str]] = [
        (("ledger", "activities", name, "each"), activity.each) for name, activity in ledger.activities.items()
    ]
    for name, pool in ledger.pools.items():
        named += [
            (("ledger", "pools", name, key, "source"), told.source)
            for key, told in (("cost", pool.cost), ("capacity", pool.capacity))
            if not isinstance(told, str)
        ]
    for name, shared in ledger.shared_costs.items():
        named += [
            (("ledger", "shared_costs", name, "over"), shared.over),
            (("ledger", "shared_costs", name, "cost", "source"), shared.cost.source),
        ]
    for path, source in named:
        if source not in project.sources:
            yield Problem("CFG020", "there is no such source", path, seen=shown(source), do=did_you_mean(source, project.sources))


def _column(project: Project, name: str, column: str, types: tuple[str, ...], path: KeyPath) -> Iterator[Problem]:
    source = project.sources.get(name)
    if source is None:
        return
    if source.header is not None and column not in source.header:
        do = did_you_mean(column, source.header)
        yield Problem("CFG027", "the header of that source has no such column", path, seen=shown(column), do=do)
    found = type_of(source, column)
    if types and found is not None and found not in types:
        do = f"give it the type {' or '.join(types)} under sources.{name}.columns"
        yield Problem(
            "CFG030", f"{shown(column)} is of type {found}, and a {'number' if types is NUMBERS else 'day'} is needed", path, do=do
        )


def _pool(project: Project, name: str, pool: Pool, at: KeyPath) -> Iterator[Problem]:
    if all(activity.pool != name for activity in project.ledger.activities.values()):
        do = f"add an activity with pool: {name}, or take the pool out: all of its cost would be idle"
        yield Problem("CFG042", "a pool is used by no activity", at, do=do, at_key=True)
    if isinstance(pool.cost, CostRows) and pool.cost.when is None and pool.cost.source in project.sources:
        postings = project.sources[pool.cost.source].postings
        if postings and any(amount.column == pool.cost.column and amount.when is None for amount in postings.amounts.values()):
            do = "take the column out of that source's postings, or say by `when` which rows are the pool's"
            yield Problem("CFG042", "what a pool costs is booked by its source already, and would be counted twice", (*at, "cost"), do=do)


def _activity(project: Project, activity: Activity, at: KeyPath) -> Iterator[Problem]:
    if activity.pool not in project.ledger.pools:
        do = did_you_mean(activity.pool, project.ledger.pools, otherwise="add it under ledger.pools: what it costs and its capacity")
        yield Problem("CFG040", "there is no such pool", (*at, "pool"), seen=shown(activity.pool), do=do)
    time = activity.time
    minutes = [time.base, *(term.minutes for term in time.terms.values())]
    if time.duration is None and not any(float(text) for text in minutes):
        do = "give base, a duration, or a term with minutes"
        yield Problem("CFG041", "an activity takes no time", (*at, "time"), do=do, at_key=True)
    for name in time.terms:
        if name in ("base", "duration"):
            yield Problem(
                "CFG041",
                "a term has the name of another part of the time",
                (*at, "time", "terms", name),
                do="give it another name",
                at_key=True,
            )
    of_one = activity.level in _OF_ONE_CUSTOMER
    yield from _placed(project, activity, activity.each, at, of_one=of_one)
    if activity.customer is not None and not of_one:
        do = "take out customer, or say level: customer, order or unit"
        yield Problem(
            "CFG041", f"work at the level {activity.level} is done for no single customer, and one is named", (*at, "level"), do=do
        )
    source = project.sources.get(activity.each)
    if source is not None and activity.level in ("channel", "market") and not _named(activity, source, activity.level):
        do = f"add {activity.level}: a column, or {{value: its name}}"
        yield Problem("CFG041", f"work at the level {activity.level} names no {activity.level}", (*at, "level"), do=do)


def _named(activity: Activity, source: Any, level: str) -> bool:
    told = (activity, source.postings, source.interactions)
    return any(isinstance(value, str | Constant | Lookup) for each in told if each is not None and (value := getattr(each, level, None)))


def _placed(project: Project, event: Activity | SharedCost, each: str, at: KeyPath, *, of_one: bool) -> Iterator[Problem]:
    """Whether it can be told when an event was, and whose."""
    source = project.sources.get(each)
    if source is None:
        return
    if day_of_event(event, source) is None:
        yield Problem(
            "CFG041", f"nothing says when the rows of {each} were", at, do="add occurred_on: the column with their day", at_key=True
        )
    customer = customer_of_event(event, source)
    if of_one and customer is None:
        do = "add customer: {source: ..., id: ...}, or level: channel, market or corporate"
        yield Problem("CFG041", f"nothing says whose the rows of {each} are", at, do=do, at_key=True)
    holder = project.sources.get(customer.source or each) if customer else None
    if event.customer is not None and (holder is None or holder.records is None):
        holders = ", ".join(name for name, other in project.sources.items() if other.records)
        yield Problem(
            "CFG041", "the customer's source is not there, or has no records", (*at, "customer"), do=f"name one that has them: {holders}"
        )
