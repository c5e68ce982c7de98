"""Stewards' words in a whole run: what is said to be one customer is one, what is said to be two is two, and ids follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.identity.bases import DAY_ONE, DAY_THREE, DAY_TWO, Base, parts, project

from unequal import storage

ROWS: dict[str, list[dict[str, Any]]] = {
    "crm": [
        {"id": "1", "given": "Ann", "family": "Lee", "mail": "ann@lee.com", "born": "1970-02-01"},
        {"id": "2", "given": "Ann", "family": "Lee", "mail": "ann@lee.com", "born": "1970-02-01"},
        {"id": "3", "given": "Carol", "family": "Ray", "mail": "carol@ray.com", "card": "7"},
        {"id": "4", "given": "Dora", "family": "Dale", "tel": "212-555-0187"},
    ],
    "billing": [{"id": "b1", "given": "Ann", "family": "Lee", "mail": "ann@lee.com", "born": "1970-02-01"}, {"id": "b3", "card": "7"}],
}
AS_IT_IS = {frozenset({"1", "2", "b1"}), frozenset({"3", "b3"}), frozenset({"4"})}


@pytest.fixture
def base(duckdb_engine: storage.Engine, tmp_path: Path) -> Base:
    return Base(duckdb_engine, tmp_path, project())


def edges(base: Base) -> dict[tuple[str, str], tuple[str, bool, str | None]]:
    return {(row["record_id_a"], row["record_id_b"]): (row["basis"], row["links"], row["refused_because"]) for row in base.table("edge")}


def test_same_joins_two_who_have_nothing_in_common_and_brings_all_of_theirs(base: Base) -> None:
    before = base.run(ROWS)
    assert parts(before) == AS_IT_IS
    after = base.run(ROWS, DAY_TWO, verdicts=[("crm:3", "crm:4", "same")])
    assert parts(after) == {frozenset({"1", "2", "b1"}), frozenset({"3", "4", "b3"})}
    assert edges(base)["3", "4"] == ("verdict", True, None)
    assert base.redirects == {before["crm", "4"]: before["crm", "3"]} or base.redirects == {before["crm", "3"]: before["crm", "4"]}


def test_different_splits_who_agrees_in_all_and_the_third_stays_with_one_of_them(base: Base) -> None:
    before = base.run(ROWS)
    after = base.run(ROWS, DAY_TWO, verdicts=[("crm:1", "crm:2", "different")])
    assert after["crm", "1"] != after["crm", "2"]
    assert after["billing", "b1"] in {after["crm", "1"], after["crm", "2"]}
    assert before["crm", "1"] in {after["crm", "1"], after["crm", "2"]}, "the larger part keeps the id"
    assert edges(base)["1", "2"] == ("verdict", False, "verdict")


def test_different_holds_against_a_declared_key(base: Base) -> None:
    after = base.run(ROWS, verdicts=[("billing:b3", "crm:3", "different")])
    assert after["crm", "3"] != after["billing", "b3"]


def test_who_is_the_same_as_one_is_different_from_whom_that_one_is_different_from(base: Base) -> None:
    """3 is 4, and 4 is not b3: so the card of 3 and b3 joins them no more."""
    after = base.run(ROWS, verdicts=[("crm:3", "crm:4", "same"), ("billing:b3", "crm:4", "different")])
    assert parts(after) == {frozenset({"1", "2", "b1"}), frozenset({"3", "4"}), frozenset({"b3"})}
    assert edges(base)["b3", "3"][1:] == (False, "verdict")


def test_same_holds_against_a_source_that_knows_nobody_twice(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(records={"crm": {"deduplicated": True}}))
    assert base.run(ROWS)["crm", "1"] != base.membership["crm", "2"]["customer_id"]
    after = base.run(ROWS, DAY_TWO, verdicts=[("crm:1", "crm:2", "same")])
    assert after["crm", "1"] == after["crm", "2"]


def test_words_that_are_taken_back_leave_customers_and_ids_as_they_were(base: Base) -> None:
    first = base.run(ROWS, DAY_ONE)
    base.run(ROWS, DAY_TWO, verdicts=[("crm:1", "crm:2", "different"), ("crm:3", "crm:4", "same")])
    after = base.run(ROWS, DAY_THREE)
    assert parts(after) == AS_IT_IS
    assert after["crm", "1"] == first["crm", "1"]
    assert after["crm", "3"] in {first["crm", "3"], first["crm", "4"]}


def test_words_on_records_that_are_not_delivered_say_nothing_until_they_are(base: Base) -> None:
    words = [("crm:4", "crm:9", "same"), ("crm:9", "crm:3", "different")]
    assert parts(base.run(ROWS, verdicts=words)) == AS_IT_IS
    more = {**ROWS, "crm": [*ROWS["crm"], {"id": "9", "given": "Eve", "card": "7"}]}
    after = base.run(more, DAY_TWO, verdicts=words)
    assert after["crm", "9"] == after["crm", "4"] != after["crm", "3"]
