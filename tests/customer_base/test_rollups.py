"""Whose dollars stand together: households, parents, employers, introducers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

from unequal.customer_base import rollups
from unequal.customer_base.rollups import Tie, ties_of

SUMS = [
    {"customer_id": name, "amount": D(amount), "entries": 2, "is_customer": name != "unassigned"}
    for name, amount in (("a", "10.0001"), ("b", "-4.0000"), ("c", "7.0000"), ("unassigned", "3.0000"))
]


def told(shares: rollups.Shares) -> dict[str | None, tuple[D, D, int]]:
    rows = rollups.rolled_up(SUMS, shares, "in none").to_pylist()
    return {row["value"]: (row["amount"], row["elsewhere"], row["customers"]) for row in rows}


def test_a_household_brings_what_its_members_bring_and_the_others_stand_apart() -> None:
    assert told(rollups.by_household([("a", "h"), ("b", "h")])) == {"h": (D("6.0001"), 0, 2), "in none": (D(7), 0, 1), None: (0, D(3), 0)}


def test_a_customer_of_two_introducers_is_split_to_the_last_digit() -> None:
    found = told(rollups.by_introducer([Tie("x", "a"), Tie("y", "a")]))
    assert (found["x"][0], found["y"][0]) == (D("5.0001"), D("5.0000"))


def test_an_introducer_has_the_share_that_its_weight_says() -> None:
    found = told(rollups.by_introducer([Tie("x", "c", 3.0), Tie("y", "c", 1.0)]))
    assert (found["x"][0], found["y"][0]) == (D("5.2500"), D("1.7500"))


def test_granddaughters_stand_under_the_ultimate_parent_and_it_under_itself() -> None:
    assert rollups.by_ultimate_parent([Tie("a", "b"), Tie("b", "c")]) == {"a": {"a": 1}, "b": {"a": 1}, "c": {"a": 1}}


def test_of_two_parents_the_stated_one_is_believed_then_the_older() -> None:
    assert rollups.by_ultimate_parent([Tie("a", "c", stated=False), Tie("b", "c")])["c"] == {"b": 1}
    assert rollups.by_ultimate_parent([Tie("a", "c", since=date(2026, 1, 2)), Tie("b", "c", since=date(2026, 1, 1))])["c"] == {"b": 1}


def test_parents_of_each_other_stand_under_the_id_that_sorts_first() -> None:
    found = rollups.by_ultimate_parent([Tie("b", "a"), Tie("a", "b"), Tie("b", "c")])
    assert found == {"a": {"a": 1}, "b": {"a": 1}, "c": {"a": 1}}


def test_of_a_circle_of_introductions_the_latest_is_left_out() -> None:
    circle = [Tie("a", "b", since=date(2026, 1, 1)), Tie("b", "c", since=date(2026, 1, 2)), Tie("c", "a", since=date(2026, 1, 3))]
    assert rollups.by_introducer(circle).keys() == {"b", "c"}


def test_an_employer_stands_under_itself_beside_those_it_employs() -> None:
    assert rollups.by_employer([Tie("f", "a")]) == {"f": {"f": 1}, "a": {"f": 1_000_000}}


def test_what_has_ended_holds_no_longer() -> None:
    row = {"from_customer": "f", "to_customer": "a", "kind": "employer", "weight": 1.0, "evidence": "stated", "since": None}
    rows = [{**row, "until": date(2026, 1, 31)}]
    assert len(ties_of(rows, "employer", day=date(2026, 1, 31))) == 1
    assert ties_of(rows, "employer", day=date(2026, 2, 1)) == []
    assert ties_of(rows, "referrer", day=date(2026, 1, 31)) == []
