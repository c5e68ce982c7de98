"""Who lives with whom: what makes a household of persons, and what does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from unequal.identity.dwellings import dwelling
from unequal.identity.household_signs import Signs, signs_of
from unequal.identity.households import households
from unequal.identity.relating import household_rows, member_rows, parents_by_name, places_of

PARTS = ("given_name", "family_name", "full_name", "suffix", "birth_date", "phone", "email", "place")
TYPES = pa.schema([("customer_id", pa.string()), *((name, pa.string()) for name in PARTS), ("day", pa.int64())])
STRANGERS = [
    {"customer_id": f"z{number:03}", "given_name": "kim", "family_name": f"stranger{number}xyz"[-12:], "place": f"{number} row {number}\x1f\x1f{9000 + number}",
     "birth_date": f"{1940 + number % 60}-03-07", "day": 100}
    for number in range(300)
]  # fmt: skip
"""A town of others, each alone: what is rare and what is not is told by them."""


def person(customer_id: str, name: str, place: str | None = None, **said: Any) -> dict[str, Any]:
    """One record of a person; a place is street, unit and postcode with bars between."""
    given, _, family = name.partition(" ")
    return {
        "customer_id": customer_id,
        "given_name": given,
        "family_name": family,
        "place": place and place.replace("|", "\x1f"),
        "day": 100,
        **said,
    }


def signs(*rows: dict[str, Any]) -> Signs:
    ordered = sorted([*rows, *STRANGERS], key=lambda row: row["customer_id"])
    return signs_of(pa.Table.from_pylist(ordered, TYPES))


def together(*rows: dict[str, Any], stated: tuple[str, str] | None = None, **options: Any) -> set[frozenset[str]]:
    """The households of more than one, by customers' ids."""
    known = signs(*rows)
    told = None if stated is None else places_of(known, pa.table({"from_customer": [stated[0]], "to_customer": [stated[1]]}))
    found = households(known, told, **options).household
    groups: dict[int, set[str]] = {}
    for place, group in enumerate(found.tolist()):
        groups.setdefault(group, set()).add(known.customers[place])
    return {frozenset(group) for group in groups.values() if len(group) > 1}


HOME = "12 oak street||01103"


def test_a_couple_and_their_twins_are_one_household() -> None:
    found = together(
        person("a", "ann lee", HOME, birth_date="1970-01-02"), person("b", "bob lee", "12 oak st||01103", birth_date="1968-05-06"),
        person("c", "cal lee", HOME, birth_date="1999-09-09"), person("d", "dan lee", HOME, birth_date="1999-09-09"),
    )  # fmt: skip
    assert found == {frozenset("abcd")}


def test_father_and_son_of_one_name_are_one_household_of_two() -> None:
    found = together(
        person("a", "jon lee", HOME, suffix="sr", birth_date="1960-01-02"),
        person("b", "jon lee", HOME, suffix="jr", birth_date="1990-01-02"),
    )
    assert found == {frozenset("ab")}


def test_a_couple_who_kept_their_names_and_share_a_phone_are_one_household() -> None:
    assert together(person("a", "ann lee", HOME, phone="+1"), person("b", "bob roe", HOME, phone="+1")) == {frozenset("ab")}


def test_a_name_in_common_is_no_home_in_common() -> None:
    assert together(person("a", "ann lee", HOME), person("b", "bob lee", "7 elm road||01104")) == set()


def test_neighbours_in_one_building_are_told_apart_by_their_units() -> None:
    found = together(
        person("a", "ann lee", "12 oak street|apt 4|01103"), person("b", "bob lee", "12 oak street|unit 4|01103"),
        person("c", "cal lee", "12 oak street|apt 5|01103"), person("d", "dan roe", "12 oak street|# 5|01103", phone="+2"),
    )  # fmt: skip
    assert frozenset("ab") in found
    assert all(not {"a", "c"} <= group for group in found)


def test_a_block_of_flats_without_units_is_no_household() -> None:
    block = [person(f"f{number:02}", f"kim {'abcdefghijklmnopqrstuvwxyz'[number] * 6}", HOME) for number in range(20)]
    assert together(*block) == set()


def test_in_a_block_of_flats_a_family_is_still_found() -> None:
    block = [person(f"f{number:02}", f"kim {'abcdefghijklmnopqrstuvwxyz'[number] * 6}", HOME) for number in range(12)]
    pair = (person("x", "ann lee", HOME, phone="+1"), person("y", "bob lee", HOME, phone="+1"))
    assert frozenset("xy") in together(*block, *pair)


def test_who_has_moved_on_is_not_of_the_household_that_lives_there_now() -> None:
    found = together(
        person("a", "ann lee", HOME, day=10), person("a", "ann lee", "7 elm road||01104", day=500),
        person("b", "bob roe", HOME, day=900), person("c", "cal roe", HOME, day=900),
    )  # fmt: skip
    assert found == {frozenset("bc")}


def test_a_slip_in_the_street_or_the_postcode_hides_no_household() -> None:
    found = together(
        person("a", "ann lee", HOME), person("b", "bob lee", "12 oka street||01103"), person("c", "cal lee", "12 oak st||01130"),
    )  # fmt: skip
    assert any({"a", "b"} <= group for group in found)


def test_what_a_source_states_holds_whatever_else_is_known() -> None:
    pair = (person("a", "ann lee", HOME), person("b", "bob roe", "7 elm road||01104"))
    assert together(*pair) == set()
    assert together(*pair, stated=("a", "b")) == {frozenset("ab")}


def test_nothing_is_inferred_where_the_project_wants_none() -> None:
    pair = (person("a", "ann lee", HOME), person("b", "bob lee", HOME))
    assert together(*pair, infer=False) == set()
    assert together(*pair, infer=False, stated=("a", "b")) == {frozenset("ab")}


def test_an_empty_base_and_one_person_have_no_household() -> None:
    for rows in ([], [person("a", "ann lee", HOME)]):
        known = signs_of(pa.Table.from_pylist(rows, TYPES))
        assert household_rows(known, households(known), {}).num_rows == 0


def test_the_order_of_records_does_not_matter() -> None:
    rows = [person("a", "ann lee", HOME), person("a", "ann lee", None, phone="+1", day=3), person("b", "bob lee", HOME, phone="+1")]
    straight, turned = (households(signs(*order)) for order in (rows, rows[::-1]))
    assert np.array_equal(straight.bits, turned.bits)
    assert np.array_equal(straight.household, turned.household)


def test_a_household_is_named_after_its_eldest_customer_and_keeps_the_name_when_others_join() -> None:
    days = {"c_b": date(2026, 1, 1), "c_a": date(2026, 1, 5), "c_c": date(2026, 1, 9)}
    rows = [person("c_a", "ann lee", HOME), person("c_b", "bob lee", HOME), person("c_c", "cal lee", HOME)]
    for known in (signs(*rows[:2]), signs(*rows)):
        named = household_rows(known, households(known), days)
        assert set(named["household_id"].to_pylist()) == {"h_b"}
    assert named["members"].to_pylist() == [3, 3, 3]
    assert {str(day) for day in named["since"].to_pylist()} == {"1970-04-11"}


def test_members_are_told_with_a_probability_and_each_pair_once() -> None:
    known = signs(person("a", "ann lee", HOME), person("b", "bob lee", HOME))
    (row,) = member_rows(known, households(known)).to_pylist()
    assert (row["from_customer"], row["to_customer"], row["kind"]) == ("a", "b", "household_member")
    assert 0.5 < row["weight"] <= 1


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("12 Oak Street, Apt 4, Springfield, MA||01103", ("12", "oak st", "4", "01103")),
        ("12 oak st apt 4||01103", ("12", "oak st", "4", "01103")),
        ("12-14 Old Mill Rd.|# 7b|sw1a 1aa", ("12-14", "old mill rd", "7b", "sw1a1aa")),
        ("Goethestraße 7a||10115", ("7a", "goethe str", "", "10115")),
        ("goethestr. 7a||10115", ("7a", "goethe str", "", "10115")),
        ("||01103", ("", "", "", "01103")),
        ("no fixed abode||", ("", "no fixed abode", "", "")),
    ],
)
def test_an_address_is_read_in_parts_however_it_is_written(written: str, parts: tuple[str, ...]) -> None:
    read = dwelling(written.replace("|", "\x1f"))
    assert (read.number, read.street, read.unit, read.postcode) == parts


def test_a_daughter_begins_with_its_parents_name_and_a_legal_form_is_no_daughter() -> None:
    names = {"p": "blue harbor ltd", "d": "blue harbor logistics gmbh", "s": "blue harbor l l c inc"}
    firms = pa.table({"domain": ["blue.example"] * 2, "customer_id": ["d", "p"], "name": [names["d"], names["p"]]})
    assert parents_by_name(firms).select(["from_customer", "to_customer"]).to_pylist() == [{"from_customer": "p", "to_customer": "d"}]
    same = pa.table({"domain": ["blue.example"] * 2, "customer_id": ["p", "s"], "name": [names["p"], "blue harbor g m b h"]})
    assert parents_by_name(same).num_rows == 0
