"""How customers answer decisions: draws from the planted potential outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unequal.demo.books import money
from unequal.demo.columns import Arrow, Floats, Ints, Texts, texts
from unequal.demo.randomness import uniform_of
from unequal.demo.timeline import day_of
from unequal.demo.treatments import TREATMENTS, Traits, profit_of_order, prospect_of

Decisions: TypeAlias = pa.Table | Sequence[Mapping[str, Any]]
_MOST_ORDERS: Final = 80


def respond(decisions: Decisions, seed: int, *, folder: Path = Path("meridian")) -> pa.Table:
    """What comes of decisions within 90 days, in the world that was built in `folder`.

    A function of world, customer, treatment, date and seed alone: the same decision has the
    same outcome whatever else is decided. Treatments of one customer share their draws, so
    that two answers differ by the treatment's effect and not by luck.

    Args:
        decisions: rows with customer_id (a true id, P... or O...), treatment (a name of
            `TREATMENTS`, or "none") and date (a date or YYYY-MM-DD).
        seed: which draw of the future.
        folder: where `build` made the world; only its truth is read.

    Returns:
        One row a decision, in order: customer_id, treatment, date, responded, orders, revenue,
        profit (before the treatment's cost), cost, contacts, referred, left. Money is
        DECIMAL(28,4) US dollars.

    Raises:
        KeyError: a customer or treatment that the world does not have.
    """
    customer, treatment, day = _columns_of(decisions)
    path = (folder / "truth" / "trait.parquet").resolve()
    traits = _traits(path, path.stat().st_mtime_ns)
    rows = np.array([traits[1][name] for name in customer], dtype=np.int64)
    out = {name: np.zeros(len(rows)) for name in ("responded", "orders", "revenue", "profit", "contacts", "referred", "left")}
    for name in sorted(set(treatment.tolist())):
        chosen = np.flatnonzero(np.equal(treatment, name))
        drawn = _drawn(traits[0].taken(rows[chosen]), name, day[chosen], seed)
        for column, values in drawn.items():
            out[column][chosen] = values
    cost = np.array([TREATMENTS[name].cost if name != "none" else 0.0 for name in treatment])
    return pa.table({
        "customer_id": pa.array(customer, pa.string()), "treatment": pa.array(treatment, pa.string()), "date": pa.array([_iso(row) for row in _dates(decisions)]),
        "responded": pa.array(out["responded"] > 0), "orders": pa.array(out["orders"].astype(np.int64)),
        "revenue": _dollars(out["revenue"]), "profit": _dollars(out["profit"]), "cost": _dollars(cost),
        "contacts": pa.array(out["contacts"].astype(np.int64)), "referred": pa.array(out["referred"].astype(np.int64)), "left": pa.array(out["left"] > 0),
    })  # fmt: skip


def _dollars(values: Floats) -> Arrow:
    return money(np.round(values * 100).astype(np.int64) * 100)


def _dates(decisions: Decisions) -> list[Any]:
    if isinstance(decisions, pa.Table):
        found: list[Any] = decisions["date"].to_pylist()
        return found
    return [row["date"] for row in decisions]


def _iso(day: date | str) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day


def _columns_of(decisions: Decisions) -> tuple[Texts, Texts, Ints]:
    rows = decisions.to_pylist() if isinstance(decisions, pa.Table) else decisions
    customer, treatment = texts([row["customer_id"] for row in rows]), texts([row["treatment"] for row in rows])
    for name in sorted(set(treatment.tolist()) - {"none"}):
        TREATMENTS[name]
    return customer, treatment, np.array([day_of(_iso(row["date"])) for row in rows], dtype=np.int64)


@lru_cache(maxsize=2)
def _traits(path: Path, made_at: int) -> tuple[Traits, dict[str, int]]:
    del made_at  # part of the key: a world built anew is read anew
    table = pq.read_table(path)
    column = {name: table[name].to_numpy() for name in table.column_names if name != "customer_id"}
    names: list[Any] = table["customer_id"].to_pylist()
    traits = Traits.of(column)
    return traits, {name: place for place, name in enumerate(names)}


def _drawn(traits: Traits, name: str, day: Ints, seed: int) -> dict[str, Floats]:
    """Draws for one treatment. What would happen anyway hangs on the customer alone, what is added on both."""
    prospect = prospect_of(traits, name, day)

    def own(purpose: str) -> Floats:
        return uniform_of(seed, purpose, traits.key)

    def added(purpose: str) -> Floats:
        return uniform_of(seed, f"{purpose} {name}", traits.key)

    left = own("leaves") < prospect.leaves_with
    # A day to leave, the same under every treatment: orders after it do not come.
    share = np.where(left, own("leaves when"), 1.0)
    base = quantile_of_poisson(prospect.orders_without * share, own("orders"))
    extra = quantile_of_poisson(prospect.orders_added, added("extra")) + (added("revived") < prospect.revived)
    orders = base + extra
    contacts = quantile_of_poisson(np.maximum(0.15 + prospect.contacts, 0.0), own("contacts"))
    revenue = orders * traits.spend * prospect.value_factor * (1 - prospect.discount)
    return {
        "responded": (extra > 0).astype(float), "orders": orders, "revenue": revenue, "profit": orders * profit_of_order(traits, prospect),
        "contacts": contacts, "referred": quantile_of_poisson(prospect.referred, added("referred")), "left": left.astype(float),
    }  # fmt: skip


def quantile_of_poisson(mean: Floats, uniform: Floats) -> Floats:
    """The smallest count whose chance of not being passed is at least `uniform`; never falls as the mean rises.

    >>> quantile_of_poisson(np.array([0.0, 1.0, 1.0]), np.array([0.99, 0.3, 0.5])).tolist()
    [0.0, 0.0, 1.0]
    """
    count = np.zeros(len(mean))
    term = np.exp(-mean)
    reached = term.copy()
    for number in range(1, _MOST_ORDERS + 1):
        short = reached < uniform
        if not short.any():
            break
        count += short
        term = term * mean / number
        reached = reached + term
    return count
