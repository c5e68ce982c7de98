"""Decisions read and written together are as they would be one by one: on both databases, whatever stands before and whoever is too late."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests.storage.contact_rows import AT, contact, later, lots, reservation
from tests.storage.states import difference, run

from unequal import storage
from unequal.storage.state import LiveState, open_live
from unequal.storage.state.consents import ConsentRow
from unequal.storage.state.contact_standing import standing, standings
from unequal.storage.state.preferences import PreferenceRow
from unequal.storage.state.questions import AskedRow
from unequal.storage.state.reserving import Reservation, Stale, reserve, reserve_all
from unequal.storage.state.spending import OverBudget, Spend
from unequal.terms.errors import LiveError

NAMES = [f"c_{number:02}" for number in range(23)]


@pytest.fixture
def live(state: storage.State, state_url: str) -> Iterator[LiveState]:
    founded = [("founded", name, None, name) for name in NAMES]
    state.publish(run("r1"), difference(*founded))
    with open_live(state_url) as opened:
        yield opened


def tell(live: LiveState, drawn: random.Random) -> None:
    """Something of half of the customers: contacts, words, questions, arms."""
    for name in NAMES[::2]:
        for number in range(drawn.randrange(3)):
            version = live.contacts.standing(name).version
            taken = reservation(f"{name}:{number}", name, version, later(drawn.randrange(900)), lots=lots(**{f"p{number}": "treated"}),
                                asked=AskedRow(name, f"q{number}", "web", AT))  # fmt: skip
            live.contacts.reserve(taken)
        if drawn.random() < 0.5:
            live.contacts.record_consent(ConsentRow(name, "marketing", None, drawn.choice(["granted", "objected"]), AT, AT, "told"))
            live.contacts.record_preference(PreferenceRow(name, "frequency", "2 in 7 days", None, AT, "told"))


def test_what_is_known_of_several_customers_is_what_is_known_of_each(live: LiveState, state: storage.State) -> None:
    tell(live, random.Random(7))
    for name in NAMES[::4]:
        live.contacts.reserve(reservation(f"{name}:met", f"anonymous:shop:{name}", 0, AT, lots=lots(met="treated")))
    # Two who are one now: what was written of either is theirs.
    state.publish(run("r2", "r1"), difference(("moved", NAMES[2], NAMES[2], NAMES[1])))
    with live._engine.connect() as connection:
        for count in (1, 2, 5, len(NAMES)):
            some = NAMES[:count]
            assert standings(connection, some) == [standing(connection, name) for name in some]
            names = [(f"anonymous:shop:{name}", "user:shop:nobody") if number % 3 else () for number, name in enumerate(some)]
            whole = [standing(connection, name, also=his) for name, his in zip(some, names, strict=True)]
            assert standings(connection, some, names) == whole
        assert any("met" in one.arms for one in whole), "what was written of somebody before he was known is his"
        assert standings(connection, ["anonymous:shop:x", *NAMES[3:5]])[0].version == 0
        assert standings(connection, []) == []


@pytest.mark.parametrize("seed", range(6))
def test_reservations_written_together_leave_what_they_leave_one_by_one(live: LiveState, seed: int) -> None:
    drawn = random.Random(seed)
    tell(live, drawn)
    budget = Decimal(drawn.choice([3, 20, 1000]))
    batch = [_wanted(live, name, drawn, budget) for name in drawn.sample(NAMES, 17)]
    together = _tried(live, batch, at_once=True)
    assert together == _tried(live, batch, at_once=False)
    kinds = {one if isinstance(one, type) else int for one in together[0]}
    assert int in kinds
    assert Stale in kinds
    assert (OverBudget in kinds) is (budget == 3)


def _wanted(live: LiveState, name: str, drawn: random.Random, budget: Decimal) -> Reservation:
    """A decision on a customer; one in four was made on a version that is not his."""
    version = live.contacts.standing(name).version + drawn.choice([0, 0, 0, 1])
    at = AT + timedelta(hours=drawn.randrange(99))
    takes = drawn.random() < 0.8
    more = {
        "contacts": [contact(f"new:{name}", name, at)], "spends": [Spend("p", drawn.randrange(1, 3), Decimal(2), budget)],
        "lots": lots(**{policy: drawn.choice(["treated", "held_out"]) for policy in drawn.sample(["p0", "p1", "p2"], 2)}),
        "asked": drawn.choice([None, AskedRow(name, "trip", "web", at)]), "policies": drawn.choice([0, 0, 0, 5]),
    }  # fmt: skip
    return reservation(f"new:{name}", name, version, at, **(more if takes else {"contacts": []}))


def _tried(live: LiveState, batch: list[Reservation], *, at_once: bool) -> tuple[list[object], dict[str, list[object]]]:
    """What comes of a batch, and what then stands in every table; all of it undone."""
    with live._engine.connect().execution_options(writes=True) as connection, connection.begin() as transaction:
        came = list(reserve_all(connection, batch)) if at_once else [_alone(connection, one) for one in batch]
        kept = {table: sorted(map(repr, connection.exec_driver_sql(f"SELECT {columns} FROM {table}"))) for table, columns in TABLES.items()}
        transaction.rollback()
    return [one if isinstance(one, int) else type(one) for one in came], kept


TABLES = {
    "decision": "*", "contact": "*", "assignment": "*", "customer_live": "*", "policy_spend": "*",
    "question_asked": "customer_id, question, channel, asked_at, decision_id",
}  # fmt: skip


def _alone(connection: sa.Connection, one: Reservation) -> int | LiveError:
    try:
        with connection.begin_nested():
            return reserve(connection, one)
    except (Stale, OverBudget) as error:
        return error
