"""Households and relationships of a small base, the same on DuckDB and Spark."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pytest

from unequal import identity, storage
from unequal.config import Project

END = date(2026, 1, 31)
ROWS = {"no": "string", "name": "string", "mail": "string", "tel": "string", "street": "string", "zip": "string", "firm": "string",
        "by_no": "string", "by_mail": "string", "since": "date", "until": "date", "much": "float64"}  # fmt: skip
PEOPLE: list[dict[str, Any]] = [
    {"no": "1", "name": "Ann Lee", "mail": "ann@post.example", "street": "12 Oak St", "zip": "01103"},
    {"no": "2", "name": "Bob Lee", "mail": "bob@post.example", "tel": "(212) 555-0187", "street": "12 Oak Street", "zip": "01103"},
    {"no": "3", "name": "Cal Roe", "mail": "cal@blue.example"},
    {"no": "4", "name": "Blue Harbor Ltd", "mail": "info@blue.example", "firm": "y"},
    {"no": "5", "name": "Dan Moe", "mail": "dan@post.example", "tel": "(212) 555-0188"},
    {"no": "6", "name": "Eve Moe", "mail": "eve@gmail.com", "tel": "(212) 555-0188"},
    {"no": "7", "name": "Gmail Traders", "mail": "traders@gmail.com", "firm": "y"},
]


def made(*relationships: dict[str, Any], **section: Any) -> Project:
    attributes = {"full_name": "name", "organisation_name": "name", "email": "mail", "phone": "tel", "street": "street", "postcode": "zip"}
    source = {"read": "crm.csv", "records": {"id": "no", "kind": {"organisation_when": "firm = 'y'"}, "attributes": attributes},
              "relationships": list(relationships)}  # fmt: skip
    return Project.model_validate({"project": "made", "reporting_currency": "EUR", "time_zone": "UTC", "default_region": "US",
                                   "sources": {"crm": source}, "identity": section})  # fmt: skip


def relate(
    engine: storage.Engine, folder: Path, project: Project, told: list[dict[str, Any]], merged: dict[str, str] | None = None
) -> Path:
    """Gather and relate; each record is the customer c_NO, unless it is said to be another."""
    people = engine.rows(ROWS, PEOPLE)
    identity.gather(engine, "crm", project.sources["crm"], rows=people, project=project, folder=folder)
    owner = {row["no"]: f"c_{(merged or {}).get(row['no'], row['no'])}" for row in PEOPLE}
    kinds = {owner[row["no"]]: "organisation" if row.get("firm") else "person" for row in PEOPLE}
    identity.steps.relate(
        engine,
        rows={"crm": engine.rows(ROWS, told)},
        customers=engine.rows({"customer_id": "string", "kind": "string", "is_test": "boolean", "founded_on": "date"},
                              [{"customer_id": c, "kind": k, "is_test": False} for c, k in kinds.items()]),
        members=engine.rows({"customer_id": "string", "source": "string", "record_id": "string"},
                            [{"customer_id": c, "source": "crm", "record_id": no} for no, c in owner.items()]),
        records=engine.read(folder / "record.parquet"),
        attributes=engine.read(folder / "person_attribute.parquet"),
        project=project,
        folder=folder,
    )  # fmt: skip
    return folder


def relations(engine: storage.Engine, folder: Path, kind: str) -> list[tuple[Any, ...]]:
    table = engine.read(folder / "relationship.parquet").filter(ibis._.kind == kind)
    return [(r["from_customer"], r["to_customer"], r["evidence"], r["rows"], r["since"], r["until"]) for r in engine.fetch(table)]


@pytest.fixture(scope="module")
def referrals(engine_of_module: storage.Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = made({"kind": "referrer", "from": {"id": "by_no"}, "to": {"id": "no"}, "since": "since", "until": "until", "weight": "much"})
    told = [
        {"by_no": "1", "no": "3", "since": date(2026, 1, 2), "until": END},
        {"by_no": "1", "no": "3", "since": date(2026, 1, 1)},
        {"by_no": "1", "no": "4", "until": END, "much": 2.0},
        {"by_no": "1", "no": "5", "much": 0.0},
        {"by_no": "99", "no": "3"},
        {"by_no": "", "no": "3"},
        {"by_no": "3", "no": "3"},
    ]
    return relate(engine_of_module, tmp_path_factory.mktemp("referrals"), project, told)


def test_what_rows_state_is_told_once_with_its_rows_and_days(engine_of_module: storage.Engine, referrals: Path) -> None:
    assert relations(engine_of_module, referrals, "referrer") == [
        ("c_1", "c_3", "stated", 2, date(2026, 1, 1), None),
        ("c_1", "c_4", "stated", 1, None, END),
    ]


def test_both_tables_keep_their_contracts(engine_of_module: storage.Engine, referrals: Path) -> None:
    for contract in (identity.tables.HOUSEHOLD, identity.tables.RELATIONSHIP):
        storage.checks.check_contract(engine_of_module, engine_of_module.read(referrals / f"{contract.name}.parquet"), contract)


def test_who_shares_a_home_and_a_family_name_is_a_household_and_related(engine_of_module: storage.Engine, referrals: Path) -> None:
    homes = engine_of_module.fetch(engine_of_module.read(referrals / "household.parquet"))
    assert [(row["household_id"], row["customer_id"], row["members"]) for row in homes][:2] == [("h_1", "c_1", 2), ("h_1", "c_2", 2)]
    assert ("c_1", "c_2", "inferred", 0, None, None) in relations(engine_of_module, referrals, "household_member")


def test_an_address_at_an_organisations_own_domain_tells_the_employer_and_a_free_one_tells_nothing(
    engine_of_module: storage.Engine, referrals: Path
) -> None:
    assert relations(engine_of_module, referrals, "employer") == [("c_4", "c_3", "inferred", 0, None, None)]


def test_an_end_is_found_by_who_carries_the_value_however_it_is_written_and_never_among_several(
    engine: storage.Engine, tmp_path: Path
) -> None:
    by = {"identifier": "phone", "column": "by_no"}
    told = [{"by_no": "+1 212 555 0187", "no": "3"}, {"by_no": "212.555.0188", "no": "4"}, {"by_no": "5550187", "no": "5"}]
    folder = relate(engine, tmp_path, made({"kind": "payer", "from": by, "to": {"id": "no"}}), told)
    assert relations(engine, folder, "payer") == [("c_2", "c_3", "stated", 1, None, None)]


def test_relationships_are_between_the_customers_of_now(engine: storage.Engine, tmp_path: Path) -> None:
    told = [{"by_no": "5", "no": "1"}, {"by_no": "6", "no": "1"}, {"by_no": "5", "no": "6"}]
    project = made({"kind": "agent", "from": {"id": "by_no"}, "to": {"id": "no"}})
    folder = relate(engine, tmp_path, project, told, merged={"6": "5"})
    assert relations(engine, folder, "agent") == [("c_5", "c_1", "stated", 2, None, None)]


def test_a_rule_says_of_which_rows_a_relationship_is_told(engine: storage.Engine, tmp_path: Path) -> None:
    told = [{"by_no": "1", "no": "3", "firm": "y"}, {"by_no": "2", "no": "3"}]
    folder = relate(engine, tmp_path, made({"kind": "agent", "from": {"id": "by_no"}, "to": {"id": "no"}, "when": "firm = 'y'"}), told)
    assert [row[:2] for row in relations(engine, folder, "agent")] == [("c_1", "c_3")]


def test_a_stated_household_joins_and_stands_instead_of_the_inferred_one(engine: storage.Engine, tmp_path: Path) -> None:
    told = [{"by_no": "2", "no": "1"}, {"by_no": "3", "no": "5"}]
    project = made({"kind": "household_member", "from": {"id": "by_no"}, "to": {"id": "no"}}, households={"infer": False})
    folder = relate(engine, tmp_path, project, told)
    assert [row[:3] for row in relations(engine, folder, "household_member")] == [("c_1", "c_2", "stated"), ("c_3", "c_5", "stated")]
    homes = engine.fetch(engine.read(folder / "household.parquet"))
    assert {(row["household_id"], row["customer_id"], row["evidence"]) for row in homes} == {
        ("h_1", "c_1", "stated"), ("h_1", "c_2", "stated"), ("h_3", "c_3", "stated"), ("h_3", "c_5", "stated"),
    }  # fmt: skip
