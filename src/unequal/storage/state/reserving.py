"""A decision and all that it takes, written in one transaction on the version of the customer that it was made on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import assignments, contacts, decisions, driver, outbox, questions, spending, timers
from unequal.storage.state.contacts import ContactRow
from unequal.storage.state.decisions import DecisionRow
from unequal.storage.state.outbox import Message
from unequal.storage.state.questions import AskedRow
from unequal.storage.state.spending import Spend
from unequal.terms.errors import LiveError


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a decision takes.

    Args:
        customer_id: the customer as he stands today; see `standing`.
        version: of the customer, on which the decision was made.
        decision: what is kept of it.
        contacts: the contacts that it makes.
        arms: policy -> arm, of policies that had none for this customer.
        spends: of which budgets.
        asked: the question that it puts.
        timer: the timer that it fires.
        other_timers: those that it does away with, as what set them off was answered by this decision.
        messages: to be sent once it stands.
        policies: `change` of the policies that it was made by; None: not looked at.
    """

    customer_id: str
    version: int
    decision: DecisionRow
    contacts: Sequence[ContactRow] = ()
    arms: Mapping[str, str] = field(default_factory=dict)
    spends: Sequence[Spend] = ()
    asked: AskedRow | None = None
    timer: int | None = None
    other_timers: Sequence[int] = ()
    messages: Sequence[Message] = ()
    policies: int | None = None

    @property
    def takes(self) -> bool:
        """Whether it changes what the next decision on this customer may do; one that only looks needs no version."""
        return bool(self.contacts or self.arms or self.spends or self.asked)


class Stale(LiveError):  # noqa: N818 - named for what a caller does: look again and decide again
    """LIV100: something happened to the customer, he was merged, or the policies changed since the decision was made."""

    def __init__(self, reservation: Reservation) -> None:
        super().__init__("LIV100", "the customer, or the policies, are no longer what the decision was made on",
                         where=f"customer {reservation.customer_id}, version {reservation.version}", do="look again and decide again")  # fmt: skip


# A merge raises the versions of both ids in its own transaction, so that of two at once one finds the other.
_STILL: Final = "NOT EXISTS (SELECT 1 FROM customer_redirect WHERE old_id = ?)"
_BY: Final = "(SELECT coalesce(max(change), 0) FROM policy_version) = ?"
_NEXT: Final = f"UPDATE customer_live SET version = version + 1 WHERE customer_id = ? AND version = ? AND {_STILL}"  # noqa: S608
_FIRST: Final = f"INSERT INTO customer_live (customer_id, version) SELECT CAST(? AS TEXT), 1 WHERE {_STILL}"
_ONCE: Final = " ON CONFLICT (customer_id) DO NOTHING"


def reserve(connection: sa.Connection, reservation: Reservation) -> int:
    """Write a decision with its contacts, arms, spending, question, timer and messages: all of it, or nothing.

    The caller's transaction, or savepoint, makes it one; what is raised must undo it.

    Returns:
        The customer's version after it.

    Raises:
        Stale: LIV100, the customer's version moved; nothing else was looked at.
        OverBudget: LIV101, a policy's budget does not reach.
        TimerIsTaken: LIV102, the timer has fired already, or was cancelled.
    """
    version = _advanced(connection, reservation) if reservation.takes else reservation.version
    at = reservation.decision.at
    if reservation.timer is not None:
        for timer in sorted({reservation.timer, *reservation.other_timers}):
            timers.claim(connection, timer, at)
    decisions.insert(connection, reservation.decision)
    faults.point("state write decision")
    contacts.insert(connection, reservation.customer_id, reservation.contacts)
    assignments.assign(connection, reservation.customer_id, reservation.arms, at)
    if reservation.asked is not None:
        questions.ask(connection, reservation.customer_id, reservation.asked)
    outbox.enqueue(connection, reservation.messages)
    # Last, for many customers share these rows: they are held for as short as can be.
    spending.spend_all(connection, reservation.spends)
    faults.point("state write reservation")
    return version


def reserve_all(
    connection: sa.Connection, reservations: Sequence[Reservation], also: Callable[[Sequence[LiveError | None]], Sequence[Message]]
) -> list[LiveError | None]:
    """Write many decisions in one transaction, each with all that it takes or not at all, and messages that tell of those that stand.

    Args:
        reservations: of different customers.
        also: what is to be sent, of what came of each; it may be called again, for a group of jobs may be.

    Returns:
        Of each, None where it stands, or why it does not: Stale or OverBudget.
    """
    came: list[LiveError | None] = []
    for one in reservations:
        try:
            with connection.begin_nested():
                reserve(connection, one)
        except (Stale, spending.OverBudget) as error:
            came.append(error)
        else:
            came.append(None)
    outbox.enqueue(connection, also(came))
    return came


def _advanced(connection: sa.Connection, reservation: Reservation) -> int:
    """Raise the customer's version by one if it is still the one that the decision was made on."""
    customer_id, version, policies = reservation.customer_id, reservation.version, reservation.policies
    values: list[object] = [customer_id, version, customer_id] if version else [customer_id, customer_id]
    statement = _NEXT if version else _FIRST
    if policies is not None:
        statement, values = f"{statement} AND {_BY}", [*values, policies]
    if driver.run(connection, statement if version else statement + _ONCE, values).rowcount != 1:
        raise Stale(reservation)
    return version + 1
