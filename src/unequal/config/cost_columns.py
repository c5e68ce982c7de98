"""The columns and rules that pools, activities and shared costs name, each with the source it is of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from unequal.config.columns import parts
from unequal.config.costing import Activity, CapacityRows, CompanyWhen, CostRows, SharedCost
from unequal.config.problems import KeyPath
from unequal.config.sources import CustomerOf, Lookup

if TYPE_CHECKING:
    from unequal.config.ledger import Ledger

NUMBERS: Final = ("money", "decimal", "integer")
TIMES: Final = ("date", "timestamp")
_VALUES: Final = ("product", "channel", "market")

Named = tuple[KeyPath, str, str, tuple[str, ...]]
"""Path of the key, source, column, and the types it may have (none: any)."""


def columns_of_costs(ledger: Ledger) -> Iterator[Named]:
    """Every column that pools, activities and shared costs name."""
    for name, pool in ledger.pools.items():
        yield from _of_rows(pool.cost, ("ledger", "pools", name, "cost"))
        if isinstance(pool.capacity, CapacityRows):
            at: KeyPath = ("ledger", "pools", name, "capacity")
            yield from (((*at, "column"), pool.capacity.source, column, NUMBERS) for column in parts(pool.capacity.column))
            yield (*at, "month"), pool.capacity.source, pool.capacity.month, TIMES
    for name, activity in ledger.activities.items():
        yield from _of_activity(activity, ("ledger", "activities", name))
    for name, shared in ledger.shared_costs.items():
        yield from _of_shared(shared, ("ledger", "shared_costs", name))


def _of_rows(cost: CostRows | str, at: KeyPath) -> Iterator[Named]:
    if isinstance(cost, CostRows):
        yield (*at, "column"), cost.source, cost.column, NUMBERS
        yield (*at, "booked_on"), cost.source, cost.booked_on, TIMES
        yield from _of_value(cost.currency, cost.source, (*at, "currency"))


def _of_value(value: Any, source: str, at: KeyPath) -> Iterator[Named]:
    if isinstance(value, Lookup):
        yield (*at, "column"), source, value.column, ()
        yield (*at, "key"), value.source, value.key, ()
        yield (*at, "value"), value.source, value.value, ()
    elif isinstance(value, str):
        yield at, source, value, ()


def _of_activity(activity: Activity, at: KeyPath) -> Iterator[Named]:
    time = (*at, "time")
    if activity.time.duration is not None:
        yield (*time, "duration", "column"), activity.each, activity.time.duration.column, NUMBERS
        if activity.time.duration.times is not None:
            yield (*time, "duration", "times"), activity.each, activity.time.duration.times, NUMBERS
    for name, term in activity.time.terms.items():
        if term.times is not None:
            yield (*time, "terms", name, "times"), activity.each, term.times, NUMBERS
    if activity.occurred_on is not None:
        yield (*at, "occurred_on"), activity.each, activity.occurred_on, TIMES
    if activity.document is not None:
        yield (*at, "document"), activity.each, activity.document, ()
    yield from _of_customer(activity.customer, activity.each, at)
    for name in _VALUES:
        yield from _of_value(getattr(activity, name), activity.each, (*at, name))


def _of_customer(customer: CustomerOf | None, source: str, at: KeyPath) -> Iterator[Named]:
    if customer is not None:
        yield from (((*at, "customer", "id"), source, column, ()) for column in parts(customer.id))


def _of_shared(shared: SharedCost, at: KeyPath) -> Iterator[Named]:
    yield from _of_rows(shared.cost, (*at, "cost"))
    for one, other in shared.match.items():
        yield (*at, "match", one), shared.cost.source, one, ()
        yield (*at, "match", one), shared.over, other, ()
    if shared.weight is not None:
        yield (*at, "weight"), shared.over, shared.weight, NUMBERS
    if shared.occurred_on is not None:
        yield (*at, "occurred_on"), shared.over, shared.occurred_on, TIMES
    yield from _of_customer(shared.customer, shared.over, at)


def rules_of_costs(ledger: Ledger) -> Iterator[tuple[KeyPath, str, str]]:
    """Every predicate of pools, activities and shared costs: path, the source it is asked of, its text."""
    for name, pool in ledger.pools.items():
        for key in ("cost", "capacity"):
            told = getattr(pool, key)
            if not isinstance(told, str) and told.when is not None:
                yield ("ledger", "pools", name, key, "when"), told.source, told.when
    for name, activity in ledger.activities.items():
        at: KeyPath = ("ledger", "activities", name)
        if activity.when is not None:
            yield (*at, "when"), activity.each, activity.when
        if isinstance(activity.cause, CompanyWhen):
            yield (*at, "cause", "company_when"), activity.each, activity.cause.company_when
        for term_name, term in activity.time.terms.items():
            if term.when is not None:
                yield (*at, "time", "terms", term_name, "when"), activity.each, term.when
    for name, shared in ledger.shared_costs.items():
        if shared.when is not None:
            yield ("ledger", "shared_costs", name, "when"), shared.over, shared.when
        if shared.cost.when is not None:
            yield ("ledger", "shared_costs", name, "cost", "when"), shared.cost.source, shared.cost.when
