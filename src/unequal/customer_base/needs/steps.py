"""The step of needs: which customers have the same habits, whatever they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, ledger
from unequal.customer_base.contracted import contracts_apart
from unequal.customer_base.needs import counting, habits, naming, tables
from unequal.customer_base.needs.counts import Bools, Counts, Floats, Ints, canonical, counts_of, drawn_towards_all, shares_of, spread_of
from unequal.customer_base.needs.mixture import Evidence, chances
from unequal.customer_base.needs.standing import Standing, found
from unequal.storage import Engine
from unequal.terms.tables import TableContract

FEWEST_DAYS: Final = 3
"""Who bought on fewer days is told to be of no group: too little is known of his habits."""
FEWEST_CUSTOMERS: Final = 100
"""Of fewer customers who bought so often no groups are sought."""
_LEARNED_ON: Final = 2_500
"""About so many customers are learned on; more would not change what is found."""
_RULES_LEARNED_ON: Final = 20_000
_SEED: Final = 20_070
_MOST_CHANNELS, _MOST_PRODUCTS, _MOST_CONTACTS = 6, 6, 6
_LEAST_SHARE: Final = 0.03
"""A channel or product with less of the sales is one of the others."""
_SURELY: Final = 4.0
_LEAST_SPREAD, _LEAST_RATE_SPREAD = 0.03, 0.1
"""A habit in which customers differ by less tells nobody's needs, however surely they do."""
_RAREST: Final = 0.02
_PLACED_AT_ONCE: Final = 100_000
_LIKELIER_THAN_NOT: Final = 0.5
_NO_GROUP: Final = "no_groups"

__all__ = ["ALL", "FEWEST_CUSTOMERS", "FEWEST_DAYS", "Known", "find"]
ALL: Final[tuple[TableContract, ...]] = tables.ALL


@dataclass(frozen=True)
class Known:
    """What is known of customers.

    Args:
        entries: ENTRY.
        contacts: INTERACTION.
        before: NEEDS_TRAIT of the run before this; None where there is none. A group that is the same keeps its name.
    """

    entries: ibis.Table
    contacts: ibis.Table
    before: ibis.Table | None = None


@dataclass(frozen=True)
class _Customers:
    """Customers who buy: ids, days on which they bought, and counts of all habits."""

    ids: pa.ChunkedArray
    days: Ints
    counts: Counts


def find(engine: Engine, known: Known, *, project: config.Project, folder: Path) -> None:
    """Write the tables of `tables.ALL`; without groups where too few customers bought often enough, or one kind of customer explains all.

    Args:
        engine: where it runs.
        known: what is known of customers.
        project: for its contracts, and value.as_of.
        folder: where to write.
    """
    rows: dict[str, Any] = {contract.name: [] for contract in ALL}
    customers = _customers(engine, known, project)
    if customers is not None:
        rows |= _found(engine, known, customers)
    for contract in ALL:
        engine.write(engine.rows(contract.types, rows[contract.name]), folder / f"{contract.name}.parquet")


def _customers(engine: Engine, known: Known, project: config.Project) -> _Customers | None:
    """Who bought, and what is counted of each; None where nobody did."""
    last = engine.fetch(known.entries.aggregate(last=known.entries["booked_on"].max()))[0]["last"]
    if last is None:
        return None
    until = project.value.as_of or last + timedelta(days=1)
    chosen, contracts = contracts_apart(known.entries, project)
    sold = engine.materialise(counting.sales(chosen, until=until), "needs-sales")
    if not engine.count(sold):
        # Who has contracts alone is known by them.
        chosen, contracts = known.entries, {}
        sold = engine.materialise(counting.sales(chosen, until=until), "needs-sales-of-contracts")
    if not engine.count(sold):
        return None
    days = engine.materialise(counting.sale_days(chosen, until=until), "needs-days")
    wide, every = _wide(engine, known, chosen, sold, days, contracts, until)
    table = engine.arrow(wide.order_by("customer_id"))
    taken = np.column_stack([np.asarray(table[part.name].to_numpy(), dtype=np.float64) for part in habits.parts_of(every)])
    bought = np.asarray(table["days"].to_numpy(), dtype=np.int64)
    return _Customers(table["customer_id"], bought, counts_of(every, taken, bought.astype(np.float64)))


def _wide(
    engine: Engine, known: Known, chosen: ibis.Table, sold: ibis.Table, days: ibis.Table,
    contracts: Mapping[str, ibis.Table], until: date,
) -> tuple[ibis.Table, Sequence[habits.Habit]]:  # fmt: skip
    """A row a customer, and the habits whose parts are its columns."""
    channels = [name for name in _frequent(engine, days, "channel", _MOST_CHANNELS) if name != habits.OTHERS]
    products = [name for name in _frequent(engine, sold, "product", _MOST_PRODUCTS) if name != habits.OTHERS]
    usual = engine.fetch(counting.usual_of_lines(sold))[0]
    had = known.contacts.filter(ledger.is_real_customer(known.contacts["customer_id"]), known.contacts["occurred_on"] < ibis.literal(until))
    kinds = [
        (row["contact"], row["channel"]) for row in engine.fetch(counting.most_frequent(had, "contact", "channel").limit(_MOST_CONTACTS))
    ]
    is_priced = usual["dear_from"] is not None and usual["least"] < usual["dear_from"]
    every = [
        *([habits.channels(channels)] if channels else []), habits.WEEKDAYS, habits.SEASONS, habits.DISCOUNTS, habits.RETURNED,
        *([habits.PRICES] if is_priced else []), *([habits.products(products)] if products else []), habits.PRODUCTS_AT_ONCE, habits.BILLS,
        *(habits.contacts(*kind) for kind in kinds), *(habits.contract(name) for name in contracts),
    ]  # fmt: skip
    lines = counting.by_line(sold, chosen, products, dear_from=usual["dear_from"], until=until)
    had_contracts = {habits.contract(name).name: claimed.select("customer_id").distinct() for name, claimed in contracts.items()}
    others = {"lines": lines, habits.UNPAID: counting.unpaid(known.entries, until=until), **had_contracts}
    if kinds:
        others["contacts"] = counting.by_contact(known.contacts, kinds, until=until)
    return counting.beside(counting.by_day(days, channels), others), every


def _frequent(engine: Engine, rows: ibis.Table, column: str, most: int) -> list[str]:
    """The values with a share of the rows that is worth telling apart; none where there is but one."""
    first = engine.fetch(counting.most_frequent(rows.filter(rows[column].notnull()), column).limit(most + 1))
    whole = engine.count(rows)
    named = [str(row[column]) for row in first[:most] if row["times"] >= _LEAST_SHARE * whole]
    return named if len(first) > 1 else []


def _found(engine: Engine, known: Known, customers: _Customers) -> dict[str, Any]:
    often = customers.days >= FEWEST_DAYS
    is_enough = int(often.sum()) >= FEWEST_CUSTOMERS
    counts = customers.counts.of(often) if is_enough else customers.counts
    everybody = shares_of(counts)
    spread, errors = spread_of(counts, everybody)
    used = _used(counts, everybody, spread, errors)
    rows: dict[str, Any] = {"needs_habit": _habit_rows(counts, everybody, spread, errors, used & is_enough)}
    stood = None
    if is_enough and used.any():
        counts = counts.only(used)
        learned = _learned_on(counts)
        stood = found(learned, _SEED)
    if stood is None:
        return rows | {"customer_needs": _nobody(customers)}
    stood = stood.by_size()
    traits = [naming.traits_of(learned, stood.groups, number) for number in range(len(stood.groups))]
    names = _named(engine, known, counts, stood, traits)
    placed = _placed(customers, customers.counts.only(used), stood, everybody[used[customers.counts.habit_of_part]])
    return rows | {
        "needs_group": _group_rows(counts, spread[used], often, placed, stood, traits, names),
        "needs_trait": [row for number, name in enumerate(names) for row in _trait_rows(counts, name, traits[number])],
        "needs_stability": [_stability_row(stood, len(learned))],
        "customer_needs": _customer_rows(customers, placed, stood, names),
    }


def _used(counts: Counts, everybody: Floats, spread: Floats, errors: Floats) -> Bools:
    """Habits in which customers differ beyond chance, by enough; of what is so or not, those that are neither rare nor common to all."""
    once = counts.times.max(axis=0) <= 1
    rarest = np.array([everybody[at].min() for at in counts.places])
    differs = (errors >= _SURELY) & (spread >= np.where(counts.is_rate, _LEAST_RATE_SPREAD, _LEAST_SPREAD))
    return np.asarray(np.where(once & ~counts.is_rate, rarest >= _RAREST, differs))


def _learned_on(counts: Counts) -> Counts:
    """Some customers, spread evenly over what they do, so that neither ids nor order decide who is learned on."""
    order = canonical(counts)
    if len(order) > _LEARNED_ON:
        order = order[np.linspace(0, len(order) - 1, _LEARNED_ON).round().astype(np.intp)]
    return counts.of(order)


def _named(engine: Engine, known: Known, counts: Counts, stood: Standing, traits: Sequence[Sequence[naming.Trait]]) -> list[str]:
    """A name for each group: the one it had in the run before, where it is the same."""
    names = naming.names_of(traits)
    if known.before is None:
        return names
    before: dict[str, dict[str, float]] = {}
    for row in engine.fetch(known.before.select("needs_group", "part", "group_share")):
        before.setdefault(row["needs_group"], {})[row["part"]] = row["group_share"]
    parts = [part.name for part in habits.parts_of(counts.habits)]
    kept = naming.same_as_before(stood.groups.shares, parts, before)
    taken = {name for name in kept if name is not None}
    return [old or (name if name not in taken else f"{name} (new)") for old, name in zip(kept, names, strict=True)]


@dataclass(frozen=True)
class _Placed:
    """Of which group each customer likeliest is, how likely that is, and what else may be said."""

    group: Ints
    probability: Floats
    is_known: Bools


def _placed(customers: _Customers, counts: Counts, stood: Standing, everybody: Floats) -> _Placed:
    """All customers placed, some at a time: a million need not stand in memory at once."""
    group, probability = np.empty(len(counts), dtype=np.int64), np.empty(len(counts))
    for first in range(0, len(counts), _PLACED_AT_ONCE):
        some = slice(first, first + _PLACED_AT_ONCE)
        belongs, _ = chances(Evidence(counts.of(some), stood.groups.spread, everybody), stood.groups)
        group[some], probability[some] = belongs.argmax(axis=0), belongs.max(axis=0)
    return _Placed(group, probability, (customers.days >= FEWEST_DAYS) & (probability > _LIKELIER_THAN_NOT))


def _group_rows(
    counts: Counts, spread: Floats, often: Bools, placed: _Placed, stood: Standing, traits: Sequence[Sequence[naming.Trait]], names: Sequence[str]
) -> list[dict[str, Any]]:  # fmt: skip
    order = canonical(counts)
    some = order[:: max(len(order) // _RULES_LEARNED_ON, 1)]
    own = drawn_towards_all(counts.of(some), shares_of(counts), spread)
    means, (low, high) = stood.means, stood.ends()
    rows = []
    for number, name in enumerate(names):
        rule = naming.rule_of(own, placed.group[often][some] == number, traits[number])
        rows.append({
            "needs_group": name, "place": number + 1, "stands": bool(stood.stands[number]),
            "customers": int((placed.is_known & (placed.group == number)).sum()) if stood.stands[number] else 0,
            "size_expected": float(stood.groups.sizes[number]), "jaccard_expected": float(means[number]), "jaccard_low": float(low[number]),
            "jaccard_high": float(high[number]), "rule": None if rule is None else naming.told(rule, counts),
            "rule_caught_share": None if rule is None else rule.caught_share, "rule_precision": None if rule is None else rule.precision,
        })  # fmt: skip
    return rows


def _trait_rows(counts: Counts, name: str, traits: Sequence[naming.Trait]) -> list[dict[str, Any]]:
    parts = habits.parts_of(counts.habits)
    named = {trait.part for trait in naming.in_name(traits)}
    return [
        {
            "needs_group": name, "habit": counts.habits[trait.habit].name, "part": parts[trait.part].name, "words": trait.words,
            "kind": counts.habits[trait.habit].kind, "group_share": trait.group, "others_share": trait.others, "telling": trait.telling,
            "in_name": trait.part in named,
        }
        for trait in traits
    ]  # fmt: skip


def _habit_rows(counts: Counts, everybody: Floats, spread: Floats, errors: Floats, used: Bools) -> list[dict[str, Any]]:
    return [
        {
            "habit": habit.name, "part": part.name, "meaning": habit.meaning, "kind": habit.kind, "all_share": float(everybody[at.start + number]),
            "spread": float(spread[place]), "errors": float(errors[place]), "used": bool(used[place]),
        }
        for place, (habit, at) in enumerate(zip(counts.habits, counts.places, strict=True))
        for number, part in enumerate(habit.parts)
    ]  # fmt: skip


def _stability_row(stood: Standing, learned_on: int) -> dict[str, Any]:
    low, high = np.quantile(stood.rand, [0.05, 0.95])
    return {
        "found": len(stood.groups), "standing": int(stood.stands.sum()), "learned_on": learned_on, "draws": len(stood.rand),
        "rand_expected": float(stood.rand.mean()), "rand_low": float(low), "rand_high": float(high),
    }  # fmt: skip


def _customer_rows(customers: _Customers, placed: _Placed, stood: Standing, names: Sequence[str]) -> pa.Table:
    few = customers.days < FEWEST_DAYS
    stands = stood.stands[placed.group]
    why = np.select([few, ~placed.is_known, ~stands], ["few_days", "between", "not_standing"], default="")
    named = np.array(names)[placed.group]
    return _as_table(customers, named, why, placed.probability)


def _nobody(customers: _Customers) -> pa.Table:
    few = customers.days < FEWEST_DAYS
    return _as_table(customers, np.full(len(few), ""), np.where(few, "few_days", _NO_GROUP), np.full(len(few), np.nan))


def _as_table(customers: _Customers, named: Any, why_not: Any, probability: Floats) -> pa.Table:
    """CUSTOMER_NEEDS; `named` counts where `why_not` is empty."""
    is_told = why_not == ""
    return pa.table({
        "customer_id": customers.ids, "needs_group": pa.array(named, pa.string(), mask=~is_told),
        "group_probability_expected": pa.array(probability, pa.float64(), from_pandas=True), "days": pa.array(customers.days, pa.int64()),
        "why_not": pa.array(why_not, pa.string(), mask=is_told),
    })  # fmt: skip
