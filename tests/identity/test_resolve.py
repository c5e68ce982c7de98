"""Records into customers, on DuckDB: what links, what does not, and what becomes of ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.identity.bases import DAY_ONE, DAY_THREE, DAY_TWO, Base, parts, project

from unequal import storage
from unequal.identity import BEFORE, stewardship
from unequal.identity.tables import CUSTOMER, CUSTOMER_EVENT, CUSTOMER_RECORD, CUSTOMER_REDIRECT, EDGE, SHARED_IDENTIFIER, TABLES
from unequal.terms.ids import founding_customer_id


@pytest.fixture
def base(duckdb_engine: storage.Engine, tmp_path: Path) -> Base:
    return Base(duckdb_engine, tmp_path, project())


def people(*rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows of crm, and of billing for ids that start with b."""
    return {"crm": [row for row in rows if row["id"][0] != "b"], "billing": [row for row in rows if row["id"][0] == "b"]}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"mail": "Ann@Example.com "}, {"mail": "ann@example.com"}),
        ({"full": "Ann Lee", "tel": "(212) 555-0187"}, {"full": "Ann Lee", "tel": "+1 212 555 0187"}),
        ({"tax": "DE 123.456.788"}, {"tax": "de123456788"}),
        ({"card": "L-77"}, {"card": " L-77"}),
        ({"mail": "zo\u00eb@example.com"}, {"mail": "zoe\u0308@example.com"}),
        ({"mail": "an\u200bn@example.com"}, {"mail": "ann@example.com"}),
    ],
)
def test_records_that_share_an_identifier_however_it_is_written_are_one_customer(
    base: Base, one: dict[str, str], other: dict[str, str]
) -> None:
    assert parts(base.run(people({"id": "1", **one}, {"id": "b1", **other}, {"id": "2"}))) == {frozenset({"1", "b1"}), frozenset({"2"})}


def test_dots_and_plus_tags_of_an_address_are_not_taken_out(base: Base) -> None:
    found = base.run(
        people({"id": "1", "mail": "a.lee@gmail.com"}, {"id": "2", "mail": "alee@gmail.com"}, {"id": "3", "mail": "a.lee+x@gmail.com"})
    )
    assert len(set(found.values())) == 3


def test_a_customer_is_named_after_its_first_record_and_dated_by_the_run(base: Base) -> None:
    base.run(people({"id": "2", "card": "k"}, {"id": "b1", "card": "k"}))
    assert base.table("customer") == [
        {
            "customer_id": founding_customer_id("billing", "b1"),
            "kind": "person",
            "records": 2,
            "sources": 2,
            "is_test": False,
            "founded_on": DAY_ONE,
        }
    ]


@pytest.mark.parametrize("value", ["UNKNOWN", "n/a", "999999", "000-000", " none ", "?"])
def test_a_placeholder_is_no_key(base: Base, value: str) -> None:
    assert len(set(base.run(people({"id": "1", "card": value}, {"id": "2", "card": value})).values())) == 2


@pytest.mark.parametrize("value", ["noreply@shop.com", "none@none.com", "test@test.com", "N/A", "not an address"])
def test_a_placeholder_is_no_address(base: Base, value: str) -> None:
    assert len(set(base.run(people({"id": "1", "mail": value}, {"id": "2", "mail": value})).values())) == 2


@pytest.mark.parametrize("value", ["000 000 0000", "+1 999 999 9999", "212-555-5555 5", "1234567890", "unknown"])
def test_a_placeholder_is_no_phone(base: Base, value: str) -> None:
    assert len(set(base.run(people({"id": "1", "tel": value}, {"id": "2", "tel": value})).values())) == 2


def test_placeholders_of_the_project_are_known_in_any_way_of_writing(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(placeholders=["(212) 555-0187", "Front-Desk@Hotel.com", "WALKIN"]))
    rows = [
        {"id": "1", "tel": "+12125550187", "mail": "front-desk@hotel.com", "card": "walkin"},
        {"id": "2", "tel": "212.555.0187", "mail": "FRONT-DESK@hotel.com", "card": "WalkIn"},
        {"id": "Walkin", "mail": "a@b.com"},
    ]
    found = base.run(people(*rows))
    assert parts(found) == {frozenset({"1"}), frozenset({"2"})}


def test_an_empty_or_placeholder_record_id_founds_no_record(base: Base) -> None:
    assert base.run(people({"id": " ", "mail": "a@b.com"}, {"id": "unknown"}, {"id": "1"})) == {
        ("crm", "1"): founding_customer_id("crm", "1")
    }


def test_an_identifier_on_more_records_than_the_cap_links_nobody_and_waits_for_a_look(
    duckdb_engine: storage.Engine, tmp_path: Path
) -> None:
    base = Base(duckdb_engine, tmp_path, project(shared_by_at_most=3))
    rows = [{"id": str(at), "mail": "office@firm.com"} for at in range(1, 4)]
    assert len(set(base.run(people(*rows)).values())) == 1
    assert base.table("shared_identifier") == []
    found = base.run(people(*rows, {"id": "4", "mail": "office@firm.com"}), DAY_TWO)
    assert len(set(found.values())) == 4
    assert base.table("shared_identifier") == [
        {"identifier": "email", "source": "crm", "record_id": "1", "records": 4, "reason": "over_cap"}
    ]


def test_a_placeholder_phone_on_five_thousand_records_makes_no_cluster(base: Base) -> None:
    rows = [{"id": f"p{at}", "tel": "212-555-0100"} for at in range(5000)]
    assert len(set(base.run(people(*rows)).values())) == 5000
    assert [row["records"] for row in base.table("shared_identifier")] == [5000]


def test_no_value_about_a_person_stands_outside_person_attribute(base: Base) -> None:
    rows = [{"id": str(at), "mail": "canary@cage.com", "given": "Canaria", "tel": "212-555-0101"} for at in range(20)]
    base.run(people(*rows, {"id": "x", "mail": "tweety@cage.com", "card": "canarycard"}, {"id": "b1", "card": "canarycard"}))
    for name in ("customer", "customer_record", "edge", "shared_identifier", "customer_event"):
        text = str(base.table(name)).lower()
        assert not [word for word in ("canar", "tweety", "5550101") if word in text], name


# E-mail and phone are evidence among other: what they link, and what they do not


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"given": "Mary"}, {"given": "Mark"}),
        ({"given": "Paul"}, {"given": "Paula"}),
        ({"full": "Ann Lee"}, {"full": "Bob Lee"}),
        ({"full": "Lee, Ann"}, {"full": "Bob Lee"}),
        ({"given": "John", "family": "Doe", "suffix": "Jr."}, {"given": "John", "family": "Doe", "suffix": "Sr"}),
        ({"born": "1970-02-01"}, {"born": "1948-11-23"}),
    ],
)
def test_persons_of_one_household_stay_apart(base: Base, one: dict[str, str], other: dict[str, str]) -> None:
    shared = {"mail": "family@lee.com", "tel": "212-555-0187"}
    found = base.run(people({"id": "1", **shared, **one}, {"id": "2", **shared, **other}))
    assert len(set(found.values())) == 2
    assert [edge["links"] for edge in base.table("edge")] == [False]


def test_a_junior_and_a_senior_stay_apart_and_the_edge_says_why(base: Base) -> None:
    shared = {"mail": "family@lee.com", "given": "John", "family": "Doe"}
    base.run(people({"id": "1", **shared, "suffix": "Jr."}, {"id": "2", **shared, "suffix": "Sr"}))
    assert [edge["refused_because"] for edge in base.table("edge")] == ["generations"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"given": "Jon"}, {"given": "Jonathan"}),
        ({"given": "J."}, {"given": "Jonathan"}),
        ({"given": "Micheal"}, {"given": "Michael"}),
        ({"full": "Dr. Ann M. Lee"}, {"given": "ann", "family": "LEE"}),
        ({"full": "Zo\u00eb Lee"}, {"full": "Zoe Lee"}),
        ({"given": "Ann", "born": "1900-01-01"}, {"given": "Ann", "born": "1971-02-01"}),
        ({"given": "unknown"}, {"given": "Ann"}),
        ({}, {"given": "Ann", "born": "1971-02-01"}),
    ],
)
def test_one_person_written_in_two_ways_is_linked(base: Base, one: dict[str, str], other: dict[str, str]) -> None:
    found = base.run(people({"id": "1", "mail": "a@lee.com", **one}, {"id": "b1", "mail": "a@lee.com", **other}))
    assert len(set(found.values())) == 1


def test_a_phone_of_two_family_names_and_given_names_links_nobody_but_an_e_mail_of_one_given_name_does(base: Base) -> None:
    tel = {"tel": "212-555-0187"}
    one, other = {"given": "Ann", "family": "Lee", **tel}, {"given": "Carol", "family": "Ray", **tel}
    assert len(set(base.run(people({"id": "1", **one}, {"id": "2", **other})).values())) == 2
    again = base.run(
        people(
            {"id": "1", "mail": "a@x.com", "given": "Ann", "family": "Lee"}, {"id": "2", "mail": "a@x.com", "given": "Ann", "family": "Ray"}
        ),
        DAY_TWO,
    )
    assert len(set(again.values())) == 1


def test_a_person_and_an_organisation_share_a_phone_and_stay_two(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(records={"billing": {"kind": "organisation"}}))
    found = base.run(people({"id": "1", "tel": "212-555-0187"}, {"id": "b1", "tel": "212-555-0187"}))
    assert len(set(found.values())) == 2


def test_organisations_are_told_apart_by_name_without_their_legal_form(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(records={"crm": {"kind": "organisation"}, "billing": {"kind": "organisation"}}))
    mail = {"mail": "office@park.com"}
    found = base.run(
        people(
            {"id": "1", "org": "Bike World GmbH", **mail}, {"id": "b1", "org": "Bikeworld", **mail}, {"id": "2", "org": "Bike Shop", **mail}
        )
    )
    assert parts(found) == {frozenset({"1", "b1"}), frozenset({"2"})}


def test_a_nameless_record_is_no_bridge_between_two_persons(base: Base) -> None:
    mail = {"mail": "family@lee.com"}
    found = base.run(people({"id": "1", "given": "Ann", **mail}, {"id": "2", **mail}, {"id": "3", "given": "Bob", **mail}))
    assert found["crm", "1"] != found["crm", "3"]


def test_a_dateless_record_is_no_bridge_between_two_persons_of_different_birth_dates(base: Base) -> None:
    found = base.run(
        people(
            {"id": "1", "given": "Ann", "born": "1970-02-01", "mail": "a@lee.com"},
            {"id": "2", "mail": "a@lee.com", "tel": "212-555-0187"},
            {"id": "3", "given": "Carol", "born": "1948-11-23", "tel": "212-555-0187"},
        )
    )
    assert parts(found) == {frozenset({"1", "2"}), frozenset({"3"})}


def test_a_declared_key_links_where_names_and_birth_dates_differ(base: Base) -> None:
    found = base.run(
        people(
            {"id": "1", "given": "Ann", "born": "1970-02-01", "card": "7"}, {"id": "b1", "given": "Nan", "born": "1970-01-02", "card": "7"}
        )
    )
    assert len(set(found.values())) == 1


def test_two_ids_of_a_source_without_duplicates_never_meet_not_even_through_others(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(records={"crm": {"deduplicated": True}}))
    found = base.run(
        people(
            {"id": "1", "card": "7"}, {"id": "b1", "card": "7", "mail": "a@x.com"}, {"id": "2", "mail": "a@x.com"}, {"id": "3", "card": "7"}
        )
    )
    assert not any({"1", "2"} <= part or {"1", "3"} <= part or {"2", "3"} <= part for part in parts(found))
    # The key is stronger than the address, and the first that asks gets the record of the other source.
    assert parts(found) == {frozenset({"1", "b1"}), frozenset({"2"}), frozenset({"3"})}
    assert {edge["refused_because"] for edge in base.table("edge") if edge["record_id_b"] == "2"} == {"deduplicated"}


def test_a_test_account_links_nobody_and_is_flagged(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(records={"crm": {"test_when": "given = 'Tester'"}}))
    base.run(people({"id": "1", "given": "Tester", "card": "7"}, {"id": "b1", "card": "7"}))
    assert {row["customer_id"]: row["is_test"] for row in base.table("customer")} == {
        founding_customer_id("crm", "1"): True, founding_customer_id("billing", "b1"): False,
    }  # fmt: skip


def test_persons_and_organisations_in_one_table_are_told_apart_by_rule(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(records={"crm": {"kind": {"organisation_when": "org is not null"}}}))
    base.run(people({"id": "1", "org": "Bike World"}, {"id": "2", "given": "Ann"}))
    assert {row["kind"] for row in base.table("customer")} == {"person", "organisation"}


# Ids for life


def test_an_identical_run_changes_nothing_and_writes_the_same_bytes(base: Base) -> None:
    rows = people({"id": "1", "card": "7"}, {"id": "b1", "card": "7"}, {"id": "2", "mail": "a@x.com", "given": "Zo\u00eb"})
    base.run(rows)
    first = base.written
    base.run(rows, DAY_TWO)
    assert base.table("customer_event") == []
    for name in ("customer", "customer_record", "edge", "shared_identifier", "customer_redirect", "crm/record", "crm/person_attribute"):
        assert (first / f"{name}.parquet").read_bytes() == (base.written / f"{name}.parquet").read_bytes(), name


def test_a_new_record_joins_the_customer_that_it_is(base: Base) -> None:
    before = base.run(people({"id": "5", "card": "7"}))
    after = base.run(people({"id": "5", "card": "7"}, {"id": "b1", "card": "7"}), DAY_TWO)
    assert after == {("crm", "5"): before["crm", "5"], ("billing", "b1"): before["crm", "5"]}
    assert base.table("customer_event") == [
        {
            "kind": "joined",
            "source": "billing",
            "record_id": "b1",
            "from_customer": None,
            "to_customer": before["crm", "5"],
            "since": DAY_TWO,
        }
    ]


def test_when_customers_merge_the_oldest_id_stays_and_the_others_lead_to_it(base: Base) -> None:
    base.run(people({"id": "9", "card": "9"}))
    base.run(people({"id": "9", "card": "9"}, {"id": "1", "card": "1"}, {"id": "2", "card": "2"}), DAY_TWO)
    ids = {row: base.membership["crm", row]["customer_id"] for row in ("1", "2", "9")}
    found = base.run(people({"id": "9", "card": "9"}, {"id": "1", "card": "9"}, {"id": "2", "card": "9"}), DAY_THREE)
    assert set(found.values()) == {ids["9"]}
    assert base.redirects == {ids["1"]: ids["9"], ids["2"]: ids["9"]}
    assert [(event["kind"], event["from_customer"]) for event in base.table("customer_event")] == [
        ("merged", ids["1"]),
        ("merged", ids["2"]),
    ]


def test_when_a_customer_splits_the_largest_part_keeps_the_id_and_the_other_never_gets_a_used_one(base: Base) -> None:
    together = people({"id": "1", "card": "7"}, {"id": "2", "card": "7"}, {"id": "3", "card": "7"})
    first = base.run(together)["crm", "1"]
    assert first == founding_customer_id("crm", "1")
    found = base.run(people({"id": "1", "card": "0815"}, {"id": "2", "card": "7"}, {"id": "3", "card": "7"}), DAY_TWO)
    assert found == {("crm", "1"): f"{first}_2", ("crm", "2"): first, ("crm", "3"): first}
    assert [event["kind"] for event in base.table("customer_event")] == ["split"]
    again = base.run(together, DAY_THREE)
    assert set(again.values()) == {first}
    assert base.redirects == {f"{first}_2": first}
    base.run(people({"id": "1", "card": "0815"}, {"id": "2", "card": "7"}, {"id": "3", "card": "7"}), DAY_THREE)
    assert base.membership["crm", "1"]["customer_id"] == f"{first}_3"


def test_a_record_that_goes_over_to_another_customer_has_moved(base: Base) -> None:
    before = base.run(people({"id": "1", "card": "7"}, {"id": "2", "card": "7"}, {"id": "3", "card": "8"}))
    after = base.run(people({"id": "1", "card": "7"}, {"id": "2", "card": "8"}, {"id": "3", "card": "8"}), DAY_TWO)
    assert after["crm", "2"] == before["crm", "3"]
    assert [event["kind"] for event in base.table("customer_event")] == ["moved"]


def test_a_record_that_is_no_longer_delivered_keeps_its_customer_and_follows_it(base: Base) -> None:
    before = base.run(people({"id": "1", "card": "7"}, {"id": "2", "card": "7"}, {"id": "3", "card": "8"}, {"id": "b4", "card": "9"}))
    base.run(people({"id": "1", "card": "7"}, {"id": "3", "card": "8"}), DAY_TWO)
    assert base.table("customer_event") == []
    rows = {row["record_id"]: (row["customer_id"], row["seen"]) for row in base.table("customer_record")}
    assert rows == {
        "1": (before["crm", "1"], True), "2": (before["crm", "1"], False), "3": (before["crm", "3"], True), "b4": (before["billing", "b4"], False),
    }  # fmt: skip
    assert {row["customer_id"]: row["kind"] for row in base.table("customer")}[before["billing", "b4"]] is None
    merged = base.run(people({"id": "1", "card": "8"}, {"id": "3", "card": "8"}), DAY_THREE)
    assert merged["crm", "2"] == merged["crm", "1"] == merged["crm", "3"]


def test_a_source_that_is_taken_out_keeps_its_members_and_an_unknown_source_in_the_past_does_no_harm(
    duckdb_engine: storage.Engine, tmp_path: Path
) -> None:
    base = Base(duckdb_engine, tmp_path, project())
    before = base.run(people({"id": "1", "card": "7"}, {"id": "b1", "card": "7"}))
    base.project = project(["crm"])
    assert base.run({"crm": [{"id": "1", "card": "7"}]}, DAY_TWO) == before


def test_every_table_is_as_its_contract_says(base: Base) -> None:
    base.run(people({"id": "1", "card": "7"}, {"id": "b1", "card": "7"}, *({"id": f"o{at}", "mail": "o@x.com"} for at in range(12))))
    for contract in (CUSTOMER, CUSTOMER_RECORD, EDGE, SHARED_IDENTIFIER, CUSTOMER_EVENT, CUSTOMER_REDIRECT):
        table = base.engine.read(base.written / f"{contract.name}.parquet")
        storage.checks.check_contract(base.engine, table, contract)
        assert tuple(table.columns) == contract.names
    assert [contract.name for contract in TABLES if contract.key == ()] == []
    assert list(BEFORE) == ["source", "record_id", "customer_id", "since"]


def test_nought_is_a_record_where_ids_are_counted_from_it_but_no_key(base: Base) -> None:
    assert len(set(base.run(people({"id": "0", "card": "0"}, {"id": "1", "card": "0"}, {"id": "000000"})).values())) == 2


def test_a_key_that_is_called_email_is_read_as_an_e_mail(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(duckdb_engine, tmp_path, project(records={"billing": {"attributes": {}, "keys": {"email": "mail"}}}))
    found = base.run(people({"id": "1", "mail": "Ann@X.com"}, {"id": "b1", "mail": "ann@x.com"}))
    assert len(set(found.values())) == 1


def test_an_attribute_of_the_projects_own_may_be_an_identifier(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    own = {"attributes": {"member": "card"}, "keys": {}}
    base = Base(duckdb_engine, tmp_path, project(records={"crm": own, "billing": own}, identifiers=["member"]))
    found = base.run(
        people({"id": "1", "card": "Ab7", "mail": "a@x.com"}, {"id": "b1", "card": "Ab7"}, {"id": "2", "card": "AB7", "mail": "a@x.com"})
    )
    assert parts(found) == {frozenset({"1", "b1"}), frozenset({"2"})}


def test_customers_are_those_that_the_crosswalk_makes(base: Base) -> None:
    persons = [{"id": str(at), "full": f"Ann{at % 3} Lee", "mail": f"a{at % 4}@b.com", "tax": f"DE 123.456.7{at % 5}"} for at in range(12)]
    firms = [{"id": "b1", "org": "Acme Ltd", "card": "L-1"}, {"id": "1x", "full": "Bo Lind", "card": "L-1"}]
    base.run(people(*persons, *firms))
    base.run(people(*persons[3:], {"id": "b2", "mail": "a1@b.com"}), DAY_TWO)
    crosswalk, records = (
        base.engine.read(place)
        for place in (base.written / "customer_record.parquet", [base.written / source / "record.parquet" for source in ("crm", "billing")])
    )
    assert base.engine.fetch(stewardship.customers_of(crosswalk, records).order_by("customer_id")) == base.table("customer")
