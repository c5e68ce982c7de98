"""The golden record, worked by hand: which value survives, by which rule, and what it leaves behind."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.identity.bases import Base
from tests.identity.bases import project as project_of_bases
from tests.identity.sayings import Said, golden, project

from unequal import storage
from unequal.identity.golden import DEFAULTS, rules_of
from unequal.identity.tables import GOLDEN_ATTRIBUTE


def only(engine: storage.Engine, said: list[Said], **identity: Any) -> dict[str, Any]:
    """The one golden value that there is."""
    (row,) = golden(engine, said, project(**identity)).values()
    return dict(row)


def test_a_verified_address_survives_a_later_one_and_says_how_many_differ(engine: storage.Engine) -> None:
    said = [
        Said("crm:1", "email", "ann@old.com", day=3, verified=True),
        Said("crm:2", "email", "Ann@Old.com", day=1),
        Said("shop:1", "email", "ann@new.com", day=9, verified=False),
        Said("shop:2", "email", "n/a", day=20, normalised=None),
    ]
    assert only(engine, said) == {
        "customer_id": "ann", "attribute": "email", "source": "crm", "record_id": "1", "rank": 1, "rule": "verified",
        "agreeing": 2, "conflicting": 1, "values": 2, "value": "ann@old.com",
    }  # fmt: skip


def test_the_defaults_take_the_latest_phone_and_the_birth_date_that_most_give(engine: storage.Engine) -> None:
    said = [
        *(Said(record, "email", "old@x.com", day=1) for record in ("crm:1", "crm:2")), Said("shop:1", "email", "new@x.com", day=2),
        *(Said(record, "birth_date", "1970-02-01", day=1) for record in ("crm:1", "crm:2")), Said("shop:1", "birth_date", "1970-01-02", day=2),
    ]  # fmt: skip
    found = golden(engine, said)
    assert [(found["ann", name]["value"], found["ann", name]["rule"]) for name in ("email", "birth_date")] == [
        ("new@x.com", "recency"),
        ("1970-02-01", "agreement"),
    ]


def test_of_names_as_often_given_the_fuller_one_survives(engine: storage.Engine) -> None:
    found = only(engine, [Said("crm:1", "given_name", "J"), Said("shop:1", "given_name", "Jonathan"), Said("shop:2", "given_name", "Jon")])
    assert (found["value"], found["rule"], found["agreeing"], found["conflicting"]) == ("Jonathan", "completeness", 1, 2)


def test_the_parts_of_an_address_come_from_one_record(engine: storage.Engine) -> None:
    said = [
        Said("crm:1", "street", "1 Long Lane", day=1), Said("crm:1", "unit", "Flat 2", day=1), Said("crm:1", "city", "York", day=1),
        Said("shop:1", "street", "9 High Street", day=8), Said("shop:1", "city", "Leeds", day=8),
        Said("billing:1", "city", "York", day=2),
    ]  # fmt: skip
    found = golden(engine, said)
    assert {name: (row["value"], row["rule"]) for (_, name), row in found.items()} == {
        "street": ("9 High Street", "recency"),
        "city": ("Leeds", "recency"),
    }, "the flat of the old house does not come along"
    assert (found["ann", "city"]["agreeing"], found["ann", "city"]["conflicting"], found["ann", "city"]["values"]) == (1, 2, 2)


def test_an_address_is_that_of_the_records_latest_row(engine: storage.Engine) -> None:
    """The record moved from flat 2 in York to a house in Leeds; its older rows still stand in person_attribute."""
    said = [
        Said("crm:1", "street", "1 Long Lane", day=1, rank=2), Said("crm:1", "street", "9 High Street", day=8),
        Said("crm:1", "unit", "Flat 2", day=1), Said("crm:1", "city", "York", day=1, rank=2), Said("crm:1", "city", "Leeds", day=8),
    ]  # fmt: skip
    assert {name: row["value"] for (_, name), row in golden(engine, said).items()} == {"street": "9 High Street", "city": "Leeds"}


def test_an_address_that_others_bear_out_survives_by_agreement_however_much_of_it_they_give(engine: storage.Engine) -> None:
    said = [
        Said("crm:1", "street", "1 Long Lane"), Said("crm:1", "city", "York"), Said("shop:1", "street", "1 long lane"),
        Said("billing:1", "street", "9 High Street"), Said("billing:1", "city", "Leeds"), Said("billing:1", "unit", "Flat 2"),
    ]  # fmt: skip
    found = golden(engine, said, project(golden={"address": ["agreement", "completeness"]}))
    assert {name: (row["value"], row["record_id"]) for (_, name), row in found.items()} == {
        "street": ("1 Long Lane", "1"),
        "city": ("York", "1"),
    }
    assert found["ann", "street"]["source"] == "crm", "shop agrees as much on the street, and gives no town"
    assert found["ann", "street"]["rule"] == "completeness"


def test_what_is_not_valid_never_wins_over_what_is_and_stands_where_there_is_nothing_else(engine: storage.Engine) -> None:
    said = [Said("crm:1", "email", "x@y", day=9, verified=True, normalised=None), Said("crm:2", "email", "ann@x.com")]
    assert (only(engine, said)["value"], only(engine, said)["rule"], only(engine, said)["conflicting"]) == ("ann@x.com", "sound", 0)
    assert (only(engine, said[:1])["value"], only(engine, said[:1])["rule"]) == ("x@y", "undisputed")
    part = [Said("crm:1", "city", "?", normalised=None), Said("crm:1", "street", "1 Long Lane"), Said("shop:1", "city", "York")]
    assert ("ann", "city") not in golden(engine, part, project(golden={"address": ["completeness"]}))


def test_a_test_account_speaks_only_where_no_real_one_does(engine: storage.Engine) -> None:
    said = [Said("crm:1", "email", "qa@x.com", day=9), Said("crm:2", "email", "ann@x.com", day=1)]
    assert golden(engine, said, tests=["crm:1"])["ann", "email"]["value"] == "ann@x.com"
    assert golden(engine, said, tests=["crm:1", "crm:2"])["ann", "email"]["value"] == "qa@x.com"


@pytest.mark.parametrize("trust", [["shop", "crm"], {"shop": 3, "crm": 1}])
def test_rules_of_the_project_are_taken_in_their_order_and_a_trusted_source_first(engine: storage.Engine, trust: Any) -> None:
    said = [
        Said("billing:1", "segment", "gold", day=9),
        Said("crm:1", "segment", "silver", day=5),
        Said("shop:1", "segment", "bronze", day=1),
    ]
    assert only(engine, said)["value"] == "gold"
    found = only(engine, said, source_trust=trust, golden={"segment": ["source_trust", "recency"]})
    assert (found["value"], found["rule"]) == ("bronze", "source_trust")


def test_the_rule_told_is_the_one_that_left_no_other_value(engine: storage.Engine) -> None:
    """Agreement leaves two of three values, recency one; trust is never asked."""
    said = [
        *(Said(record, "birth_date", "1970-02-01", day=1) for record in ("crm:1", "crm:2")),
        *(Said(record, "birth_date", "1971-02-01", day=4) for record in ("crm:3", "shop:1")), Said("shop:2", "birth_date", "1972-02-01", day=7),
    ]  # fmt: skip
    found = only(engine, said, golden={"birth_date": ["agreement", "recency", "source_trust"]}, source_trust=["crm"])
    assert (found["value"], found["record_id"], found["rule"], found["agreeing"], found["conflicting"]) == (
        "1971-02-01",
        "3",
        "recency",
        2,
        3,
    )


def test_where_no_rule_decides_the_first_record_in_order_wins(engine: storage.Engine) -> None:
    said = [Said("shop:1", "segment", "a"), Said("crm:2", "segment", "b"), Said("crm:10", "segment", "c")]
    assert (only(engine, said)["value"], only(engine, said)["rule"]) == ("c", "order")


def test_customers_do_not_hear_each_other(engine: storage.Engine) -> None:
    said = [Said("crm:1", "email", "ann@x.com", day=1), Said("crm:2", "email", "bob@x.com", day=9, customer="bob")]
    assert {who: row["value"] for (who, _), row in golden(engine, said).items()} == {"ann": "ann@x.com", "bob": "bob@x.com"}


def test_an_older_value_of_a_record_may_win_and_is_named_by_its_rank(engine: storage.Engine) -> None:
    said = [
        Said("crm:1", "given_name", "Bill", day=9), Said("crm:1", "given_name", "William", day=1, rank=2), Said("shop:1", "given_name", "William"),
    ]  # fmt: skip
    found = only(engine, said)
    assert (found["value"], found["record_id"], found["rank"], found["agreeing"], found["conflicting"]) == ("William", "1", 2, 2, 0)


def test_a_source_says_which_values_it_has_verified(engine: storage.Engine, tmp_path: Path) -> None:
    made = project_of_bases(["crm"], records={"crm": {"verified": {"email": "suffix = 'ok'", "card": "card = '7'"}}})
    base = Base(engine, tmp_path, made)
    base.run({"crm": [
        {"id": "1", "mail": "a@x.com", "suffix": "ok", "card": "7", "tel": "212-555-0187"}, {"id": "1", "mail": "b@x.com", "suffix": "no"},
        {"id": "1", "mail": "a@x.com", "suffix": None, "card": "8", "seen": datetime(2026, 1, 1)},
    ]})  # fmt: skip
    assert {(row["attribute"], row["value_given"]): row["verified"] for row in base.attributes("crm") if row["attribute"] != "suffix"} == {
        ("email", "a@x.com"): True, ("email", "b@x.com"): False, ("card", "7"): True, ("card", "8"): False, ("phone", "212-555-0187"): None,
    }  # fmt: skip


def test_a_base_without_values_has_an_empty_golden_record(engine: storage.Engine) -> None:
    assert golden(engine, []) == {}


def test_the_columns_are_those_of_the_contract_and_every_default_is_a_rule_of_the_config(duckdb_engine: storage.Engine) -> None:
    found = golden(duckdb_engine, [Said("crm:1", "email", "ann@x.com")])["ann", "email"]
    assert tuple(found)[:-1] == GOLDEN_ATTRIBUTE.names
    assert project(golden={name: list(rules) for name, rules in DEFAULTS.items()}).identity.golden == {
        n: tuple(r) for n, r in DEFAULTS.items()
    }
    assert rules_of(project(golden={"email": ["agreement"]}))["email"] == ("agreement",)
