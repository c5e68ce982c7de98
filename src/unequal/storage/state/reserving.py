"""A decision and all that it takes, written in one transaction on the version of the customer that it was made on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import assignments, contacts, decisions, driver, outbox, questions, spending, tier_membership, timers
from unequal.storage.state.assignments import Lot
from unequal.storage.state.contacts import ContactRow
from unequal.storage.state.decisions import DecisionRow
from unequal.storage.state.outbox import Message
from unequal.storage.state.questions import AskedRow
from unequal.storage.state.spending import Spend
from unequal.storage.state.tier_membership import TierRow
from unequal.storage.state.whose import padded
from unequal.terms.errors import LiveError


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a decision takes.

    Args:
        customer_id: the customer as he stands today; see `standing`.
        version: of the customer, on which the decision was made.
        decision: what is kept of it.
        contacts: the contacts that it makes.
        lots: policy -> lot, of policies that had none for this customer.
        spends: of which budgets.
        asked: the question that it puts.
        timer: the timer that it fires.
        other_timers: those that it does away with, as what set them off was answered by this decision.
        messages: to be sent once it stands.
        policies: `change` of the policies that it was made by; None: not looked at.
        tier: the level of service that the customer got by it.
    """

    customer_id: str
    version: int
    decision: DecisionRow
    contacts: Sequence[ContactRow] = ()
    lots: Mapping[str, Lot] = field(default_factory=dict)
    spends: Sequence[Spend] = ()
    asked: AskedRow | None = None
    timer: int | None = None
    other_timers: Sequence[int] = ()
    messages: Sequence[Message] = ()
    policies: int | None = None
    tier: TierRow | None = None

    @property
    def takes(self) -> bool:
        """Whether it changes what the next decision on this customer may do; one that only looks needs no version."""
        return bool(self.contacts or self.lots or self.spends or self.asked or self.tier)


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
    if reservation.timer is not None:
        for timer in sorted({reservation.timer, *reservation.other_timers}):
            timers.claim(connection, timer, reservation.decision.at)
    _put_down(connection, [reservation])
    return version


def _put_down(connection: sa.Connection, stand: Sequence[Reservation]) -> None:
    """Write all that decisions take whose customers' versions are held."""
    decisions.insert(connection, [one.decision for one in stand])
    faults.point("state write decision")
    contacts.insert(connection, [(one.customer_id, contact) for one in stand for contact in one.contacts])
    assignments.assign(connection, [(one.customer_id, one.lots, one.decision.at) for one in stand])
    tier_membership.insert(connection, [one.tier for one in stand if one.tier is not None])
    questions.ask(connection, [(one.customer_id, one.asked) for one in stand if one.asked is not None])
    outbox.enqueue(connection, [message for one in stand for message in one.messages])
    # Last, for many customers share these rows: they are held for as short as can be.
    spending.spend_all(connection, spending.summed(spend for one in stand for spend in one.spends))
    faults.point("state write reservation")


Came = int | LiveError
"""What came of a reservation: the customer's version after it; or what `reserve` raised, and then nothing of it was written."""


def reserve_all(
    connection: sa.Connection, reservations: Sequence[Reservation], also: Callable[[Sequence[Came]], Sequence[Message]] | None = None
) -> list[Came]:
    """Write many decisions in one transaction, each with all that it takes or not at all, and messages that tell of those that stand.

    Args:
        reservations: of different customers; of two of one, the second is stale.
        also: what is to be sent, of what came of each; it may be called again, for a group of jobs may be.
    """
    came = _together(connection, reservations)
    if also is not None:
        outbox.enqueue(connection, also(came))
    return came


def _together(connection: sa.Connection, reservations: Sequence[Reservation]) -> list[Came]:
    """All in few statements where budgets reach for all of them; else one after the other, so that it shows for whom they do not."""
    is_plain = all(one.timer is None for one in reservations) and len({one.customer_id for one in reservations}) == len(reservations)
    if is_plain and len(reservations) > 1:
        try:
            with _undone_alone(connection):
                return _reserved_together(connection, reservations)
        except spending.OverBudget:
            pass
    return [_reserved(connection, one) for one in reservations]


@contextmanager
def _undone_alone(connection: sa.Connection) -> Iterator[None]:
    """What a LiveError ends is undone by itself; any other error undoes whatever the block stands in."""
    driver.run(connection, "SAVEPOINT part")
    try:
        yield
    except LiveError:
        driver.run(connection, "ROLLBACK TO SAVEPOINT part")
        driver.run(connection, "RELEASE SAVEPOINT part")
        raise
    driver.run(connection, "RELEASE SAVEPOINT part")


def _reserved(connection: sa.Connection, reservation: Reservation) -> Came:
    try:
        with _undone_alone(connection):
            return reserve(connection, reservation)
    except LiveError as error:
        return error


def _reserved_together(connection: sa.Connection, reservations: Sequence[Reservation]) -> list[Came]:
    advanced = _advanced_together(connection, [one for one in reservations if one.takes])
    came: list[Came] = [Stale(one) if one.takes and one.customer_id not in advanced else one.version + one.takes for one in reservations]
    _put_down(connection, [one for one, version in zip(reservations, came, strict=True) if isinstance(version, int)])
    return came


def _advanced_together(connection: sa.Connection, reservations: Sequence[Reservation]) -> set[str]:
    """Raise the versions of customers by one who are still what their decisions were made on; who they are."""
    found: set[str] = set()
    by_policies: dict[int | None, list[Reservation]] = {}
    for one in reservations:
        by_policies.setdefault(one.policies, []).append(one)
    for change, several in by_policies.items():
        by = [] if change is None else [change]
        known = sorted((one.customer_id, one.version) for one in several if one.version)
        first = sorted(one.customer_id for one in several if not one.version)
        if known:
            asked = padded(known)
            statement = _next_of(len(asked), has_policies=bool(by))
            found |= {row[0] for row in driver.run(connection, statement, [*(part for one in asked for part in one), *by]).fetchall()}
        if first:
            begun = padded(first)
            statement = _first_of(len(begun), has_policies=bool(by))
            found |= {row[0] for row in driver.run(connection, statement, [*begun, *by]).fetchall()}
    return found


@cache
def _next_of(customers: int, *, has_policies: bool) -> str:
    asked = ", ".join(["(CAST(? AS TEXT), CAST(? AS BIGINT))"] * customers)
    return f"""
        WITH asked (id, seen) AS (VALUES {asked})
        UPDATE customer_live SET version = version + 1 FROM asked
        WHERE customer_id = asked.id AND version = asked.seen AND NOT EXISTS (SELECT 1 FROM customer_redirect WHERE old_id = asked.id)
        {f"AND {_BY}" if has_policies else ""} RETURNING customer_id"""  # noqa: S608 - our own names and places


@cache
def _first_of(customers: int, *, has_policies: bool) -> str:
    asked = ", ".join(["(CAST(? AS TEXT))"] * customers)
    return f"""
        WITH asked (id) AS (VALUES {asked})
        INSERT INTO customer_live (customer_id, version) SELECT id, 1 FROM asked
        WHERE NOT EXISTS (SELECT 1 FROM customer_redirect WHERE old_id = asked.id) {f"AND {_BY}" if has_policies else ""}
        ON CONFLICT (customer_id) DO NOTHING RETURNING customer_id"""  # noqa: S608 - our own names and places


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
