"""What agents give at their own discretion: within limits that hold whoever gives at the same time, and with a reason each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from unequal.storage.state import decisions
from unequal.storage.state.customer_live import bump
from unequal.storage.state.decisions import DECISION, OUTCOME, OutcomeRow
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.money_column import Money
from unequal.storage.state.whose import today, whose
from unequal.terms.errors import LiveError
from unequal.terms.money import from_units

GIVEN: Final = "goodwill"
"""The outcome that a decision has where an agent gave something; its dollars stand here alone, so that nothing counts twice."""

_PERSON: Final = "person:"
"""How the name of an author begins who signed in; that of an application begins with `key:`."""

GOODWILL: Final = sa.Table(
    "goodwill",
    METADATA,
    sa.Column("goodwill_id", sa.Text, primary_key=True),
    sa.Column("decision_id", sa.Text, sa.ForeignKey("decision.decision_id"), nullable=False, index=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("amount", Money, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
)
"""`amount` counts ten-thousandths of the currency, and is positive."""

sa.Index("ix_goodwill_agent_at", GOODWILL.c.agent, GOODWILL.c.at)
sa.Index("ix_goodwill_customer_id_at", GOODWILL.c.customer_id, GOODWILL.c.at)


@dataclass(frozen=True, slots=True)
class GoodwillRow:
    """One gift.

    Args:
        goodwill_id: the caller's own: what is sent twice is given once.
        decision_id: of the contact in which it is given; says which customer and channel.
        agent: who gives it.
        at: naive UTC.
        amount: above zero, in the reporting currency.
        reason: one that the project lists.
        note: in the agent's words.
    """

    goodwill_id: str
    decision_id: str
    agent: str
    at: datetime
    amount: Decimal
    reason: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class GoodwillLimits:
    """How much may be given: to a customer since the contact began, by an agent since his day began, to a customer within a year; naive UTC."""

    at_once: Decimal
    agent_a_day: Decimal
    customer_a_year: Decimal
    contact_begins: datetime
    day_begins: datetime
    year_begins: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """How often an agent did something to customers for a reason, and what it cost.

    Args:
        agent: as outcomes name their author.
        kind: accepted, declined, overridden, goodwill ...
        reason: None where none was given.
        times: how often.
        customers: to how many.
        amount: dollars given; None of what gives none.
    """

    agent: str
    kind: str
    reason: str | None
    times: int
    customers: int
    amount: Decimal | None


def left(connection: sa.Connection, decision_id: str, agent: str, limits: GoodwillLimits) -> dict[str, Decimal]:
    """What each limit leaves, never below zero, by the limit's name.

    Raises:
        LiveError: LIV104, there is no such decision.
    """
    ids = whose(connection, decisions.decision(connection, decision_id).customer_id).ids
    given = {
        "at_once": _sum(connection, GOODWILL.c.customer_id.in_(ids), GOODWILL.c.at >= limits.contact_begins),
        "agent_a_day": _sum(connection, GOODWILL.c.agent == agent, GOODWILL.c.at >= limits.day_begins),
        "customer_a_year": _sum(connection, GOODWILL.c.customer_id.in_(ids), GOODWILL.c.at > limits.year_begins),
    }
    return {name: max(Decimal(0), getattr(limits, name) - given[name]) for name in given}


def give(connection: sa.Connection, row: GoodwillRow, limits: GoodwillLimits) -> bool:
    """Write a gift, within the limits as they stand in this transaction.

    Of all writers at one database one writes at a time, so that two agents cannot both take what is left.

    Returns:
        Whether it was news; false where this gift was written before.

    Raises:
        LiveError: LIV104, there is no such decision; LIV400, it is more than a limit leaves; LIV406, its id is another gift's.
    """
    before = sa.select(GOODWILL.c.decision_id, GOODWILL.c.amount, GOODWILL.c.reason).where(GOODWILL.c.goodwill_id == row.goodwill_id)
    given = connection.execute(before).first()
    if given is not None:
        # What was given is not told: who asks may not be allowed to see it.
        if tuple(given) != (row.decision_id, row.amount, row.reason):
            raise LiveError("LIV406", "another gift has this goodwill_id", where="goodwill_id", seen=row.goodwill_id[:64],
                            do="open the page anew, or send this gift under an id of its own")  # fmt: skip
        return False
    leaves = left(connection, row.decision_id, row.agent, limits)
    name = min(leaves, key=lambda limit: leaves[limit])
    if row.amount > leaves[name]:
        raise LiveError("LIV400", "that is more than may be given now", where=f"live.goodwill.{name}",
                        seen=f"{row.amount:.2f} asked, {leaves[name]:.2f} left", do="give no more than is left: only whoever keeps the config can raise a limit")  # fmt: skip
    made = decisions.decision(connection, row.decision_id)
    customer_id = today(connection, made.customer_id)
    values = {name: getattr(row, name) for name in row.__slots__}
    connection.execute(GOODWILL.insert().values(**values, customer_id=customer_id, channel=made.channel))
    decisions.record_outcome(connection, OutcomeRow(row.decision_id, GIVEN, row.at, None, row.reason, row.agent))
    bump(connection, [customer_id])
    return True


def measured(connection: sa.Connection, *, since: datetime, until: datetime) -> list[Measured]:
    """What agents did, by agent, kind and reason, from an instant on and before another; by agent, most dollars first.

    Only outcomes that a person told count: what an application tells by its key, as that something was bought, no agent did. A gift counts
    once, with its dollars.
    """
    within = OUTCOME.c.author.startswith(_PERSON, autoescape=True), OUTCOME.c.kind != GIVEN, OUTCOME.c.at >= since, OUTCOME.c.at < until
    told = (
        sa.select(OUTCOME.c.author, OUTCOME.c.kind, OUTCOME.c.reason, sa.func.count(), sa.func.count(DECISION.c.customer_id.distinct()))
        .join(DECISION, DECISION.c.decision_id == OUTCOME.c.decision_id).where(*within)
        .group_by(OUTCOME.c.author, OUTCOME.c.kind, OUTCOME.c.reason)
    )  # fmt: skip
    gifts = (
        sa.select(
            GOODWILL.c.agent,
            sa.literal(GIVEN),
            GOODWILL.c.reason,
            sa.func.count(),
            sa.func.count(GOODWILL.c.customer_id.distinct()),
            _units(),
        )
        .where(GOODWILL.c.at >= since, GOODWILL.c.at < until)
        .group_by(GOODWILL.c.agent, GOODWILL.c.reason)
    )
    found = [Measured(row[0], row[1], row[2], row[3], row[4], None) for row in connection.execute(told)]
    found += [Measured(row[0], row[1], row[2], row[3], row[4], from_units(int(row[5]))) for row in connection.execute(gifts)]
    return sorted(found, key=lambda one: (one.agent, -(one.amount or 0), one.kind, one.reason or ""))


def of_customer(connection: sa.Connection, customer_id: str, *, since: datetime) -> list[GoodwillRow]:
    """What a customer was given from an instant on, under whatever id, in the order of time."""
    columns = [GOODWILL.c[name] for name in GoodwillRow.__slots__]
    wanted = (
        sa.select(*columns)
        .where(GOODWILL.c.customer_id.in_(whose(connection, customer_id).ids), GOODWILL.c.at >= since)
        .order_by(GOODWILL.c.at, GOODWILL.c.goodwill_id)
    )
    return [GoodwillRow(**row) for row in connection.execute(wanted).mappings()]


def _units() -> Any:
    return sa.cast(sa.func.coalesce(sa.func.sum(sa.type_coerce(GOODWILL.c.amount, sa.BigInteger)), 0), sa.BigInteger)


def _sum(connection: sa.Connection, *which: Any) -> Decimal:
    return from_units(int(connection.execute(sa.select(_units()).where(*which)).scalar_one()))
