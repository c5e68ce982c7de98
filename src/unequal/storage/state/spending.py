"""What policies have spent of their budgets: never more than the budget, however many decide at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.money_column import Money
from unequal.terms.errors import LiveError
from unequal.terms.money import from_units, to_units

POLICY_SPEND: Final = sa.Table(
    "policy_spend",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("spent", Money, nullable=False),
)
"""`spent` counts ten-thousandths of the currency: what is reserved and not released."""

_SPEND: Final = "UPDATE policy_spend SET spent = spent + ? WHERE name = ? AND version = ? AND spent + ? <= ?"
_BEGIN: Final = "INSERT INTO policy_spend (name, version, spent) VALUES (?, ?, 0) ON CONFLICT (name, version) DO NOTHING"
_NO_BUDGET: Final = 2**62


@dataclass(frozen=True, slots=True)
class Spend:
    """What a decision spends of a policy's budget; no budget: it is only counted."""

    policy: str
    version: int
    cost: Decimal
    budget: Decimal | None = None


class OverBudget(LiveError):  # noqa: N818 - named for what a caller does: decide again without the policy
    """LIV101: a policy has not enough left of its budget; `policy` names it."""

    def __init__(self, spend: Spend) -> None:
        super().__init__("LIV101", "a policy's budget does not reach for one more", where=f"policy {spend.policy}, version {spend.version}",
                         seen=f"{spend.cost} to spend within a budget of {spend.budget}", do="decide without it, or approve more")  # fmt: skip
        self.policy = spend.policy


def spend_all(connection: sa.Connection, spends: Sequence[Spend]) -> None:
    """Spend, or raise at the first policy whose budget does not reach; the caller's transaction undoes the rest.

    Raises:
        OverBudget: LIV101.
    """
    # In one order everywhere, so that two that spend of the same policies do not wait for each other.
    for spend in sorted(spends, key=lambda each: (each.policy, each.version)):
        cost = to_units(spend.cost)
        budget = _NO_BUDGET if spend.budget is None else to_units(spend.budget)
        values = (cost, spend.policy, spend.version, cost, budget)
        if driver.run(connection, _SPEND, values).rowcount:
            continue
        driver.run(connection, _BEGIN, (spend.policy, spend.version))
        if not driver.run(connection, _SPEND, values).rowcount:
            raise OverBudget(spend)


def summed(spends: Iterable[Spend]) -> list[Spend]:
    """Of each policy's version one spend of all that is spent: together they are within the budget only if all of them are."""
    found: dict[tuple[str, int], Spend] = {}
    for one in spends:
        before = found.get((one.policy, one.version))
        found[one.policy, one.version] = one if before is None else replace(one, cost=before.cost + one.cost)
    return list(found.values())


def give_back(connection: sa.Connection, policy: str, version: int, cost: Decimal) -> None:
    """Take back what was spent on a contact that was not made."""
    spent = POLICY_SPEND.c.spent - sa.literal(to_units(cost), sa.BigInteger)
    connection.execute(POLICY_SPEND.update().where(POLICY_SPEND.c.name == policy, POLICY_SPEND.c.version == version).values(spent=spent))


def spent(connection: sa.Connection) -> dict[tuple[str, int], Decimal]:
    """What each policy's version has spent, by name and version."""
    rows = driver.run(connection, "SELECT name, version, spent FROM policy_spend").fetchall()
    return {(name, version): from_units(units) for name, version, units in rows}
