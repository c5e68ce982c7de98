"""Decisions, contacts and reservations to write, in few words; and channels that decide at once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import sqlalchemy as sa

from unequal.storage.state.assignments import Lot
from unequal.storage.state.contact_standing import standing
from unequal.storage.state.contacts import ContactRow
from unequal.storage.state.decisions import DecisionRow
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.reserving import Reservation, Stale, reserve
from unequal.storage.state.spending import OverBudget, Spend

AT = datetime(2026, 3, 2, 9, 0)


def later(minutes: float) -> datetime:
    return AT + timedelta(minutes=minutes)


def decision(name: str, customer: str, at: datetime = AT, channel: str = "web") -> DecisionRow:
    return DecisionRow(name, customer, channel, at, '{"x":1}', '{"run":"r1"}', '{"policy":"p"}', "{}")


def contact(name: str, customer: str, at: datetime = AT, channel: str = "web", **more: Any) -> ContactRow:
    return ContactRow(
        f"{name}:contact", customer, channel, "marketing", at, **{"policy": "p", "policy_version": 1, "decision_id": name, **more}
    )


def lots(**arms: str) -> dict[str, Lot]:
    """Lots of policies that hold a tenth out."""
    return {policy: Lot(arm, Decimal("0.1")) for policy, arm in arms.items()}


def reservation(name: str, customer: str, version: int, at: datetime = AT, channel: str = "web", **more: Any) -> Reservation:
    """A decision that makes one contact."""
    given = {"contacts": [contact(name, customer, at, channel)], **more}
    return Reservation(customer, version, decision(name, customer, at, channel), **given)


def contact_once(engine: sa.Engine, writer: Writer, name: str, customer: str, *, budget: Decimal | None = None) -> str:
    """What a channel does where one contact a customer is the limit: look, decide, reserve; and look again when it was too late."""
    for attempt in count():
        with engine.connect() as connection, connection.begin():
            held = standing(connection, customer)
        if held.contacts:
            return "limit"
        decided = f"{name}:{customer}:{attempt}"
        spends = [Spend("p", 1, Decimal(2), budget)] if budget is not None else []
        wanted = reservation(decided, held.customer_id, held.version, channel=name, spends=spends)
        try:
            writer.write(lambda connection: reserve(connection, wanted))
        except Stale:
            continue
        except OverBudget:
            return "budget"
        return "contact"
    raise AssertionError


def channels(engine: sa.Engine, names: Sequence[str], customers: Sequence[str], did: Callable[[str], object] = str, **more: Any) -> None:
    """As many channels as names, all at once, each for every customer in an order of its own; two writers write for them."""
    go = threading.Barrier(len(names))

    def channel(name: str, writer: Writer) -> None:
        order = list(customers)
        random.Random(name[-1]).shuffle(order)
        go.wait()
        for customer in order:
            did(contact_once(engine, writer, name, customer, **more))

    with Writer(engine) as one, Writer(engine) as other:
        threads = [threading.Thread(target=channel, args=(name, (one, other)[at % 2])) for at, name in enumerate(names)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
