"""The one contact ledger: every contact of every channel, from its reservation to its answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver, outbox, spending
from unequal.storage.state.customer_live import bump
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.money_column import Money
from unequal.storage.state.outbox import Claimed
from unequal.storage.state.whose import today, whose
from unequal.terms.errors import LiveError
from unequal.terms.money import to_units

CONTACT: Final = sa.Table(
    "contact",
    METADATA,
    sa.Column("contact_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("policy", sa.Text),
    sa.Column("policy_version", sa.Integer),
    sa.Column("treatment", sa.Text),
    sa.Column("decision_id", sa.Text),
    sa.Column("reserved_at", sa.DateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("status_at", sa.DateTime, nullable=False),
    sa.Column("cost", Money, nullable=False),
)
"""`cost` counts ten-thousandths of the currency. A contact that was reserved and never settled counts as made."""

sa.Index("ix_contact_customer_id_reserved_at", CONTACT.c.customer_id, CONTACT.c.reserved_at)
sa.Index("ix_contact_decision_id", CONTACT.c.decision_id)

_FROM: Final = {"sent": ("reserved",), "released": ("reserved",), "answered": ("reserved", "sent")}
"""Which statuses a contact may have before it gets one."""


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact.

    Args:
        contact_id: the caller's own, never used twice.
        customer_id: under which it was written; the state sets today's when it is reserved.
        channel: on which, as the project names it.
        purpose: marketing or service.
        policy, policy_version, treatment: what it is for; None where somebody makes it by his own choice.
        decision_id: the decision that it came of.
        reserved_at: naive UTC.
        cost: of making it, in the reporting currency.
        status: reserved, sent, released (it was not made, and counts for nothing) or answered.
        status_at: since when; reserved_at by default.
    """

    contact_id: str
    customer_id: str
    channel: str
    purpose: str
    reserved_at: datetime
    policy: str | None = None
    policy_version: int | None = None
    treatment: str | None = None
    decision_id: str | None = None
    cost: Decimal = Decimal(0)
    status: str = "reserved"
    status_at: datetime | None = None


_COLUMNS: Final = tuple(column.name for column in CONTACT.columns)
_INSERT: Final = f"INSERT INTO contact ({', '.join(_COLUMNS)})"


def insert(connection: sa.Connection, rows: Iterable[tuple[str, ContactRow]]) -> None:
    """Write reserved contacts, each under its customer's id of today; the caller holds their versions."""
    given = []
    for customer_id, row in rows:
        at = driver.stamp(connection, row.reserved_at)
        given.append((row.contact_id, customer_id, row.channel, row.purpose, row.policy, row.policy_version, row.treatment,
                      row.decision_id, at, row.status, at, to_units(row.cost)))  # fmt: skip
    driver.insert_rows(connection, _INSERT, given)


def settle(connection: sa.Connection, contact_id: str, status: str, at: datetime) -> bool:
    """Say what came of a contact that was reserved: sent, released or answered.

    A released one gives its place among the limits and its cost to the policy's budget back.

    Returns:
        Whether it was news; false where it has that status already.

    Raises:
        LiveError: LIV103, there is no such contact, or it cannot become that any more.
    """
    change = CONTACT.update().where(CONTACT.c.contact_id == contact_id, CONTACT.c.status.in_(_FROM[status]))
    done = connection.execute(change.values(status=status, status_at=at)).rowcount
    row = connection.execute(sa.select(CONTACT).where(CONTACT.c.contact_id == contact_id)).mappings().first()
    if row is None or (not done and row["status"] != status):
        raise LiveError("LIV103", f"a contact cannot be {status}", where=contact_id,
                        seen=f"it is {row['status']}" if row else "there is no such contact", do="settle each contact once")  # fmt: skip
    if done:
        bump(connection, [today(connection, row["customer_id"])])
        if status == "released" and row["policy"] is not None and row["policy_version"] is not None:
            spending.give_back(connection, row["policy"], row["policy_version"], row["cost"])
    return bool(done)


def take_back(connection: sa.Connection, contact_id: str, decision_id: str, at: datetime, *, goes_out: bool) -> bool:
    """Release the contact of a decision that was not passed on, and withdraw its message; false where the message may be on its way.

    Args:
        contact_id, decision_id: of the contact; its message has the decision's key.
        at: when it was taken back.
        goes_out: we begin contacts on its channel: without a message of its own it went out in a file or an audience.

    Raises:
        LiveError: LIV103, as `settle`.
    """
    withdrawn = outbox.withdraw(connection, decision_id)
    if withdrawn is None:
        withdrawn = not goes_out
    return withdrawn and settle(connection, contact_id, "released", at)


def withhold(
    connection: sa.Connection, message: Claimed, decision_ids: Sequence[str], at: datetime, why: str, *, payload: str | None = None,
    status: str = "withdrawn",
) -> Claimed | None:  # fmt: skip
    """Send nothing any more of some decisions that a message tells of; their contacts are released where nothing can have arrived.

    Args:
        message: claimed, and not handed over in this attempt.
        decision_ids: that it tells of, and that nobody is to be told of.
        at: when that was found.
        why: it is so.
        payload: the body without them; None: nothing of it is sent.
        status: of the message then: withdrawn, or failed where it could not be sent.

    Returns:
        What is left to be sent; None where nothing is, or another worker has taken the message meanwhile.
    """
    is_ours, left = outbox.withhold(connection, message, why, payload=payload, status=status)
    if is_ours and outbox.is_untried(message):
        for contact in of_decisions(connection, decision_ids):
            if contact.status == "reserved":
                settle(connection, contact.contact_id, "released", at)
    return left


def of_decisions(connection: sa.Connection, decision_ids: Sequence[str]) -> list[ContactRow]:
    """The contacts that some decisions made, under the ids under which they were written."""
    rows = connection.execute(sa.select(CONTACT).where(CONTACT.c.decision_id.in_(decision_ids)).order_by(CONTACT.c.contact_id))
    return [ContactRow(**row) for row in rows.mappings()]


def of_customer(connection: sa.Connection, customer_id: str, *, also: Iterable[str] = (), at_most: int = 20) -> list[ContactRow]:
    """The last contacts of a customer on every channel, those under ids that lead to him among them; newest first."""
    ids = {*whose(connection, customer_id).ids, *also}
    wanted = (
        sa.select(CONTACT).where(CONTACT.c.customer_id.in_(ids)).order_by(CONTACT.c.reserved_at.desc(), CONTACT.c.contact_id).limit(at_most)
    )
    return [ContactRow(**row) for row in connection.execute(wanted).mappings()]
