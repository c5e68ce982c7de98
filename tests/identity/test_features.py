"""FEATURES: every record's best values in parts, whichever columns they came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from unequal import identity, storage
from unequal.config import Project
from unequal.identity import features, identifiers
from unequal.identity.feature_tables import FEATURES
from unequal.identity.steps import _features, all_known, files_of

CRM = {"full_name": "name", "address": "address", "birth_date": "born", "email": "email", "phone": "phone"}
SHOP = {
    "given_name": "first",
    "family_name": "last",
    "street": ["no", "street"],
    "unit": "flat",
    "city": "town",
    "region": "state",
    "postcode": "zip",
}
FIRMS = {"organisation_name": "name", "full_name": "contact"}


def project(**more: object) -> Project:
    sources = {
        "crm": {"read": "x.csv", "records": {"id": "id", "attributes": CRM, "keys": {"loyalty_no": "card"}}, **more},
        "firms": {"read": "x.csv", "records": {"id": "id", "kind": "organisation", "attributes": FIRMS}},
        "shop": {"read": "x.csv", "records": {"id": "id", "attributes": {**SHOP, "trade": "job", "faith": "faith"}, "observed_at": "seen"}},
    }
    own = {"trade": {"type": "text", "meaning": "Trade."}, "faith": {"type": "text", "meaning": "Faith.", "protected": True}}
    return Project.model_validate({"project": "p", "reporting_currency": "USD", "time_zone": "UTC", "default_region": "US", "attributes": own,
                                   "sources": sources})  # fmt: skip


ROWS = {
    "crm": (
        {"id": "string", "name": "string", "address": "string", "born": "string", "email": "string", "phone": "string", "card": "string"},
        [
            {"id": "1", "name": "Yang, Dr Jon V. Jr", "address": "12 Maple Avenue, Apt 4, Springfield, IL 62704-1234", "born": "13/11/1978", "card": "L1"},
            {"id": "2", "name": "Mr. Hans M\u00fcller", "address": "Lindenstra\u00dfe 12, 10969 Berlin", "born": "12/11/1978", "phone": "212-555-0187"},
            {"id": "2", "name": "Hans von Berg", "address": "Lindenstra\u00dfe 12, 10969 Berlin", "born": "1956-02-30", "email": "Hans@X.com"},
            {"id": "3", "name": None, "address": None, "born": "1800"},
        ],
    ),
    "firms": ({"id": "string", "name": "string", "contact": "string"}, [{"id": "1", "name": "The Acme Bike Co. Ltd.", "contact": "Ann Lee"},
                                                                       {"id": "2", "name": None, "contact": "M\u00fcller GmbH & Co. KG"}]),
    "shop": (
        {"id": "string", "first": "string", "last": "string", "no": "string", "street": "string", "flat": "string", "town": "string", "state": "string",
         "zip": "string", "job": "string", "faith": "string", "seen": "timestamp(6)"},
        [{"id": "1", "first": "Jon V", "last": "Mc Donald III", "no": "3", "street": "Light Street", "flat": "Unit 7", "town": "Saint Ives", "state": "N.S.W.",
          "zip": "2075", "job": "Baker", "faith": "none of yours", "seen": None}],
    ),
}  # fmt: skip


def made(engine: storage.Engine, folder: Path, config: Project) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    for name, (types, rows) in ROWS.items():
        (folder / name).mkdir()
        identity.gather(engine, name, config.sources[name], rows=engine.rows(types, rows), project=config, folder=folder / name)
    numbered = identifiers.numbered(engine.read([folder / name / "record.parquet" for name in ROWS]))
    attributes = engine.read([folder / name / "person_attribute.parquet" for name in ROWS])
    best, others = _features(engine, engine.materialise(numbered, "numbered"), attributes, features.wanted_of(config))
    return engine.fetch(best.order_by("number")), engine.fetch(others.order_by("number", "feature", "value"))


def told(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None and name not in {"number", "source", "kind"}}


def test_records_come_to_the_same_parts_whichever_columns_they_fill(engine: storage.Engine, tmp_path: Path) -> None:
    best, others = made(engine, tmp_path, project())
    assert [(row["number"], row["source"], row["kind"]) for row in best] == [
        (0, "crm", "person"), (1, "crm", "person"), (2, "crm", "person"), (3, "firms", "organisation"), (4, "firms", "organisation"), (5, "shop", "person"),
    ]  # fmt: skip
    assert told(best[0]) == {
        "given": "jon v", "family": "yang", "generation": 2, "birth_date": "1978-11-13", "house_number": "12", "street": "maple ave", "unit": "4",
        "city": "springfield", "region": "il", "postcode": "62704", "key_loyalty_no": "L1",
    }  # fmt: skip
    assert told(best[1]) == {
        "given": "hans", "family": "von berg", "birth_date": "1978-11-12", "house_number": "12", "street": "lindenstr", "postcode": "10969",
        "city": "berlin", "phone": "+12125550187", "email": "hans@x.com",
    }  # fmt: skip
    assert told(best[2]) == {"birth_date": "1800"}
    assert told(best[3]) == {"organisation": "acme bike", "legal_form": "ltd"}
    assert told(best[4]) == {"organisation": "muller", "legal_form": "gmbh co kg"}
    assert told(best[5]) == {
        "given": "jon v", "family": "mcdonald", "generation": 3, "house_number": "3", "street": "light st", "unit": "7", "city": "st ives", "region": "nsw",
        "postcode": "2075", "own_trade": "baker",
    }  # fmt: skip
    assert [(row["number"], row["feature"], row["value"]) for row in others] == [(1, "family", "muller")]


def test_a_source_has_its_own_region_for_its_phones(duckdb_engine: storage.Engine, tmp_path: Path) -> None:
    best, _ = made(duckdb_engine, tmp_path, project(default_region="GB"))
    assert best[1]["phone"] is None, "212-555-0187 is no number in Britain"


def test_protected_attributes_are_never_features() -> None:
    wanted = features.wanted_of(project())
    assert wanted.own == ("trade",)
    assert wanted.keys == ("loyalty_no",)


@pytest.mark.parametrize("column", ["address", "full_name"])
def test_every_attribute_that_is_read_has_both_halves(column: str) -> None:
    assert column in features.wanted_of(project()).read
    assert set(features.plain_features.READ) == set(features.PARTS)


def test_what_each_source_gathers_is_what_all_their_attributes_come_to(engine: storage.Engine, tmp_path: Path) -> None:
    best, others = made(engine, tmp_path, project())
    read = {table: engine.read([tmp_path / name / f"{table}.parquet" for name in ROWS]) for table in ("record", "person_attribute")}
    files = files_of({name: tmp_path / name for name in ROWS})
    assert files is not None
    known = all_known(engine, read["record"], read["person_attribute"], files, None, project())
    absent = dict.fromkeys([*FEATURES.names, "key_loyalty_no", "own_trade"])
    assert [absent | row for row in known.features.to_pylist()] == [absent | row for row in best]
    assert known.others.to_pylist() == others
    again = all_known(engine, read["record"], read["person_attribute"], None, None, project())
    assert known.records.select(again.records.column_names).to_pylist() == again.records.to_pylist()


def test_where_a_source_was_gathered_without_features_there_are_none(tmp_path: Path) -> None:
    assert files_of({"crm": tmp_path}) is None
