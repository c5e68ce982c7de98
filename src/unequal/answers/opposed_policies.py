"""Policies that work against each other, for the question `conflicts`: who is caught between two that may meet, and how to settle it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal.answers.base import Base
from unequal.answers.showing import Column, Shown
from unequal.terms.amounts import exact_text
from unequal.treatments import conflicts

_POLICIES: Final = pa.schema([
    ("pair", pa.string()), ("policy", pa.string()), ("against", pa.string()), ("opposed_in", pa.string()), ("customers", pa.int64()),
    ("witness", pa.string()), ("policy_dollars", pa.decimal128(28, 4)), ("against_dollars", pa.decimal128(28, 4)), ("lost", pa.decimal128(28, 4)),
    ("settle", pa.string()),
])  # fmt: skip
SHOWN: Final = Shown(
    "policies", "Policies against each other that may meet in one customer",
    (
        Column("pair", "Policies", "text"), Column("opposed_in", "Opposed in"), Column("customers", "Customers", "count"),
        Column("witness", "Who loses most", "code", why_missing="nobody is caught"), Column("policy_dollars", "The first brings", "money"),
        Column("against_dollars", "The second brings", "money"), Column("lost", "At stake", "money"), Column("settle", "To settle it", "name"),
    ),
    "Dollars are assumptions or measured effects, as the policies say.",
)  # fmt: skip


def opposed_policies(base: Base, among: ibis.Table | None = None) -> pa.Table | None:
    """A row for each pair of policies that oppose each other and whose rules are not proven to exclude each other; None without policies.

    Args:
        base: a published run.
        among: the customers who are asked about; all of them by default.

    Returns:
        pair, policy, against, opposed_in; customers whom both are for; witness: who loses most; what each brings with them, and what is at
        stake (DECIMAL(28, 4)); settle: how that is settled for least. The pair that puts most at stake comes first.
    """
    acting = base.acting()
    if acting is None:
        return None
    if among is not None:
        acting = replace(acting, profile=acting.profile.semi_join(among, "customer_id"))
    rows = [_row(base, acting, pair) for pair in conflicts.opposed(acting.policies)]
    return pa.Table.from_pylist(sorted(rows, key=lambda row: (-row["lost"], row["pair"])), _POLICIES)


def _row(base: Base, acting: conflicts.Acting, pair: conflicts.Opposed) -> dict[str, Any]:
    (found,) = base.arrow(conflicts.counted(conflicts.caught(acting.profile, pair, acting.rules))).to_pylist()
    one, other = found["first_dollars"], found["second_dollars"]
    ways = conflicts.ways_to_settle(pair, first_dollars=one, second_dollars=other, currency=base.project.reporting_currency)
    return {
        "pair": f"{pair.first.name} against {pair.second.name}", "policy": pair.first.name, "against": pair.second.name,
        "opposed_in": pair.opposed_in, "customers": found["customers"], "witness": found["witness"], "policy_dollars": one,
        "against_dollars": other, "lost": found["lost"], "settle": ways[0],
    }  # fmt: skip


def sentence(base: Base, found: pa.Table | None) -> str:
    """What the pairs come to, where no programme is declared beside policies."""
    rows = [row for row in (found.to_pylist() if found is not None else ()) if row["customers"]]
    if not rows:
        return "No two policies that act work against each other in one customer."
    pairs = "pair" if len(rows) == 1 else "pairs"
    lost = exact_text(max(row["lost"] for row in rows), base.project.reporting_currency)
    return f"{len(rows):,} {pairs} of policies work against each other in the same {base.project.value.words}; in one of them {lost} are at stake."


def findings(base: Base, found: pa.Table | None) -> list[str]:
    """A sentence for each pair that catches somebody."""
    currency, words = base.project.reporting_currency, base.project.value.words
    return [
        f"The policies {row['pair'].replace('_', ' ')} ({row['opposed_in']}): {row['customers']:,} {words} are caught, as {row['witness']} is; "
        f"{exact_text(row['lost'], currency)} are at stake. To settle it: {row['settle']}."
        for row in (found.to_pylist() if found is not None else ())
        if row["customers"]
    ]
