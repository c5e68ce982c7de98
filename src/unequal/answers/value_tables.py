"""Tables of the answer to value: how customers' values are spread, who could become one of the best, where they come from."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal.answers.base import Base
from unequal.answers.forecasts import estimate

CUSTOMERS_SHOWN: Final = 20
_STEPS: Final = (1, 2, 5)
_NEAR_NOUGHT: Final = 100.0
"""Whoever is expected to bring less than about a hundredth of the mean counts as about nought."""
_LEAST_MEAN: Final = 1.0
"""Nothing is told apart below a cent."""
_MOST_BINS: Final = 18
NO_SOURCES: Final = frozenset({"nothing spent", "not known"})
"""What stands where no source is known: a rest, and nothing one could buy more of."""
FEWEST: Final = 30
"""Fewer customers than this make no source that a finding speaks of."""
_SPREAD: Final = {"low": pa.decimal128(28, 4), "high": pa.decimal128(28, 4), "customers": pa.int64(), "amount": pa.decimal128(28, 4)}
_SHOWN: Final = (
    "customer_id", "brought", "p_alive", "value_expected", "value_low", "value_high", "growth_expected", "top_fifth_probability",
)  # fmt: skip


def best(base: Base, customers: ibis.Table) -> pa.Table:
    """The customers of whom most is expected."""
    return base.arrow(customers.order_by(ibis.desc("value_expected"), "customer_id").select(*_SHOWN).limit(CUSTOMERS_SHOWN))


def growable(base: Base, customers: ibis.Table) -> pa.Table:
    """The Most Growable by what they could bring more."""
    found = customers.filter(customers["is_growable"])
    return base.arrow(found.order_by(ibis.desc("growth_expected"), "customer_id").select(*_SHOWN).limit(CUSTOMERS_SHOWN))


def overdue(base: Base, customers: ibis.Table) -> pa.Table:
    """Customers who are silent beyond their own rhythm, by what is still expected of them."""
    found = customers.filter(customers["is_overdue"])
    return base.arrow(found.order_by(ibis.desc("value_expected"), "customer_id").select(*_SHOWN).limit(CUSTOMERS_SHOWN))


def sources(base: Base) -> pa.Table | None:
    """Where customers came from, in each dimension best first; of the whole base. None in a run that tells of none."""
    if "acquisition_source" not in base.tables:
        return None
    return base.arrow(base.table("acquisition_source").order_by("dimension", "source_rank", "source"))


def advocates(base: Base, customers: ibis.Table) -> pa.Table | None:
    """Who brought most through others, beside what each is expected to bring itself. None in a run that tells of none.

    The same dollars stand with those who were brought: never add the two, and never sum the first over customers.
    """
    if "through_others" not in base.tables:
        return None
    through, own = base.table("through_others"), customers.select("customer_id", "brought", own_value_expected="value_expected")
    found = through.filter(through["value_expected"] > 0).inner_join(own, "customer_id").rename(through_others_expected="value_expected")
    shown = ("customer_id", "brought_customers", "through_others_expected", "type_one_expected", "type_two_expected", "further_expected",
             "brought", "own_value_expected", "is_advocate")  # fmt: skip
    return base.arrow(found.order_by(ibis.desc("through_others_expected"), "customer_id").select(*shown).limit(CUSTOMERS_SHOWN))


def speakers(base: Base) -> pa.Table | None:
    """Whose mentions brought most, best first; of the whole base. None in a run that tells of none.

    The same dollars stand with those who came: never add them to what anybody brings himself, and never sum them over customers.
    """
    if "influence" not in base.tables:
        return None
    told = base.table("influence")
    found = told.filter(told["reach"] > 0).order_by(ibis.desc("value_expected"), ibis.desc("reach"), "customer_id")
    return base.arrow(found.rename(influence_expected="value_expected", influence_low="value_low", influence_high="value_high").limit(CUSTOMERS_SHOWN))  # fmt: skip


def lift(base: Base) -> pa.Table | None:
    """How many new customers mentions brought, as measured. None in a run that tells of none."""
    return base.arrow(base.table("influence_lift").order_by("part")) if "influence_lift" in base.tables else None


def prospects(base: Base) -> pa.Table | None:
    """Who never bought and is likeliest to be worth it. None in a run that tells of none."""
    if "prospect" not in base.tables:
        return None
    told = base.table("prospect")
    scored = told.filter(told["value_expected"].notnull()).drop("missing")
    return base.arrow(scored.order_by(ibis.desc("value_expected"), "customer_id").limit(CUSTOMERS_SHOWN))


def prospects_counted(base: Base) -> dict[str, Any]:
    """How many never bought, how many of them are scored, what is expected of them, and what the others miss most often."""
    told = base.table("prospect")
    scored = told["value_expected"].notnull()
    sums = base.fetch(
        told.aggregate(
            prospects=told.count(), scored=scored.sum(), come=told["first_order_probability_expected"].sum(),
            weeks=told["weeks"].max(), value=told["value_expected"].sum(),
        )
    )[0]  # fmt: skip
    missing = told.filter(told["missing"].notnull()).group_by("missing").aggregate(prospects=lambda t: t.count())
    most = base.fetch(missing.order_by(ibis.desc("prospects"), "missing").limit(1))
    return {**sums, "missing": most[0] if most else None}


def potential(base: Base) -> pa.Table | None:
    """What was predicted of potential on an earlier day beside what came; of the whole base. None in a run that tells of none."""
    if "potential_test" not in base.tables:
        return None
    return base.arrow(base.table("potential_test").order_by(ibis.desc("measure"), "tenth"))


def potential_told(table: pa.Table | None) -> list[str]:
    """How well it was foreseen who would stand among the best fifth; nothing where history is too short for a test."""
    rows = [] if table is None else table.to_pylist()
    whole = next((row for row in rows if row["measure"] == "top_fifth" and row["tenth"] == 0), None)
    if whole is None:
        return []
    ours, naive = whole["squared_error"], whole["squared_error_naive"]
    told = "better than" if ours < naive else "no better than"
    foreseen = f"foreseen {whole['weeks']:.0f} weeks ahead on {whole['origin']}"
    naively = f"{told} holding that everybody stays where he is ({naive:.3f}; 0 is perfect)"
    return [f"Who would stand among the best fifth, {foreseen}: the Brier score was {ours:.3f}, {naively}."]


def spread(base: Base, customers: ibis.Table) -> pa.Table:
    """Customers in bins of what each is expected to bring, ends at 1, 2 and 5 times powers of ten, alike for losses and gains.

    Returns:
        Every bin between the lowest and the highest in use, ascending: low, high, customers, amount.
    """
    value = customers["value_expected"]
    sizes = base.fetch(customers.aggregate(mean=value.abs().mean(), least=value.min(), most=value.max()))[0]
    ends = bin_ends(*(float(str(sizes[name] or 0.0)) for name in ("mean", "least", "most")))
    # The bin of a value is the number of ends that it reaches.
    place = sum(((value >= end).cast("int64") for end in ends[1:-1]), ibis.literal(0, "int64"))
    placed = customers.mutate(_bin=place)
    counted = placed.group_by("_bin").aggregate(customers=placed.count().cast("int64"), amount=placed["value_expected"].sum())
    held = {int(str(row["_bin"])): row for row in base.fetch(counted)}
    nobody: dict[str, Any] = {"customers": 0, "amount": 0.0}
    rows = [
        {"low": _exact(low), "high": _exact(high), "customers": row["customers"], "amount": estimate(float(str(row["amount"])))}
        for index, (low, high) in enumerate(pairwise(ends))
        for row in (held.get(index, nobody),)
    ]
    return pa.Table.from_pylist(rows, pa.schema(list(_SPREAD.items())))


def bin_ends(mean: float, least: float, most: float) -> list[float]:
    """The ends of the bins of a spread: one about nought, and to either side 1, 2 and 5 times powers of ten as far as values go.

    >>> bin_ends(150, -3, 45)
    [-5.0, -2.0, -1.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
    """
    unit = float(10.0 ** np.floor(np.log10(max(mean, _LEAST_MEAN) / _NEAR_NOUGHT)))
    sides = [_side(unit, size) for size in (-least, most)]
    return [*(-end for end in reversed(sides[0])), *sides[1]]


def _side(unit: float, size: float) -> list[float]:
    """Ends from the unit on until one lies above a size; where there would be too many, whole powers of ten."""
    for steps in (_STEPS, (1,)):
        ends = [unit * step * 10.0**power for power in range(_MOST_BINS) for step in steps]
        reached = [end for end in ends if end <= size]
        found = ends[: min(len(reached) + 1, len(ends))]
        if len(found) <= _MOST_BINS:
            return [round(end, 6) for end in found]
    return [round(end, 6) for end in [*found[: _MOST_BINS - 1], max(size * 1.01, found[_MOST_BINS - 1])]]


def _exact(end: float) -> Decimal:
    return Decimal(repr(end)).quantize(Decimal("0.0001"))


def best_source(table: pa.Table | None) -> dict[str, Any] | None:
    """The first by rank of where acquisition was paid for, else of the channels, else of the markets; None where none can be compared.

    A source of a handful of customers is not named: its place is chance.
    """
    rows: list[dict[str, Any]] = (
        [] if table is None else [row for row in table.to_pylist() if row["source"] not in NO_SOURCES and row["customers"] >= FEWEST]
    )
    for dimension in ("acquisition", "channel", "market"):
        ranked = sorted((row for row in rows if row["dimension"] == dimension), key=lambda row: int(row["source_rank"]))
        if len(ranked) > 1:
            return ranked[0]
    return None
