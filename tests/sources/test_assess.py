"""What an analyst is told of sources before trusting them, on both engines."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest
import yaml

from unequal import config, storage
from unequal.sources.assessment import Assessment, warnings_of
from unequal.sources.meanings import Meaning
from unequal.sources.profiling import assess

PEOPLE = 400


def _crm(engine: storage.Engine) -> object:
    rows = [
        {"id": f"{n:05}", "given": "Ann" if n % 2 else "Bob", "family": f"Smith{'abcdefghij'[n % 10]}", "mail": f"p{n}@example.org",
         "tel": f"+44 20 7946 {n:04}", "born": f"{1950 + n % 40}-0{n % 9 + 1}-1{n % 9}", "code": "6" if n % 5 else str(n % 7),
         "note": None if n % 4 else "rang"}
        for n in range(PEOPLE)
    ]  # fmt: skip
    rows[3]["mail"] = " P3@Example.org\u200b"
    rows[5]["mail"] = "not an address"
    return engine.rows(dict.fromkeys(rows[0], "string"), rows)


def _orders(engine: storage.Engine) -> object:
    rows = [
        {
            "order_no": f"o{n}",
            "customer": f"{n % 50:05}",
            "day": f"2025-01-{n % 28 + 1:02}",
            "amount": f"{n + 0.5:.2f}",
            "mail": f"p{n}@example.org",
        }
        for n in range(100)
    ]
    return engine.rows(dict.fromkeys(rows[0], "string"), rows)


@pytest.fixture
def assessment(engine: storage.Engine) -> Assessment:
    return assess(engine, {"crm": _crm(engine), "orders": _orders(engine)})  # type: ignore[dict-item]


def test_columns_are_told_with_meaning_completeness_and_validity(assessment: Assessment) -> None:
    crm = assessment.source("crm")
    assert (crm.rows, crm.sampled, len(crm.columns)) == (PEOPLE, PEOPLE, 8)
    assert {column.name: column.meaning for column in crm.columns} == {
        "id": Meaning.ID, "given": Meaning.GIVEN_NAME, "family": Meaning.FAMILY_NAME, "mail": Meaning.EMAIL, "tel": Meaning.PHONE,
        "born": Meaning.BIRTH_DATE, "code": Meaning.CATEGORY, "note": Meaning.TEXT,
    }  # fmt: skip
    mail = crm.column("mail")
    assert mail.complete == 1.0
    assert mail.valid == pytest.approx(1 - 2 / PEOPLE)
    assert mail.zero_width == 1
    assert "not an address" in mail.invalid_examples
    assert crm.column("note").complete == 0.25
    assert crm.column("id").leading_zeros == PEOPLE
    assert crm.column("id").is_unique
    assert [each.kind for each in crm.column("code").sentinels] == ["form_default"]


def test_what_sources_share_is_told_by_each_identifier(assessment: Assessment) -> None:
    shared = {(each.source, each.kind, each.columns, each.other_columns): each for each in assessment.shared}
    ids = shared["orders", "id", ("customer",), ("id",)]
    assert (ids.values, ids.shared, ids.share) == (50, 50, 1.0)
    mails = shared["orders", "email", ("mail",), ("mail",)]
    # Case, spaces and a letter of no width do not hide that p3 is p3; "not an address" is p5's loss.
    assert (mails.values, mails.shared) == (100, 99)
    assert shared["crm", "email", ("mail",), ("mail",)].share == pytest.approx(99 / PEOPLE)


def test_people_are_found_again_by_name_and_birth_date_however_the_date_is_written(engine: storage.Engine) -> None:
    types = dict.fromkeys(("first_name", "last_name", "dob"), "string")
    here = engine.rows(
        types,
        [{"first_name": "Ann", "last_name": "O'Neil", "dob": "25.03.1980"}, {"first_name": "Bob", "last_name": "Lee", "dob": "01.12.1975"}],
    )
    there = engine.rows(
        types,
        [{"first_name": "ANN", "last_name": "ONEIL", "dob": "1980-03-25"}, {"first_name": "Cat", "last_name": "Lee", "dob": "1975-12-01"}],
    )
    found = [each for each in assess(engine, {"here": here, "there": there}).shared if each.kind == "name_and_birth_date"]
    assert [(each.source, each.shared, each.values) for each in found] == [("here", 1, 2), ("there", 1, 2)]


def test_a_suggested_mapping_is_yaml_that_loads(assessment: Assessment) -> None:
    sources = {}
    for source in assessment.sources:
        sources |= yaml.safe_load(source.mapping)["sources"]
    project = config.Project.model_validate({"project": "x", "reporting_currency": "USD", "time_zone": "UTC", "sources": sources})
    assert project.sources["orders"].postings is not None
    assert project.sources["orders"].postings.customer == config.sources.CustomerOf(source="crm", id="customer")
    assert project.sources["crm"].records is not None


def test_a_contract_of_the_config_tells_what_is_valid(engine: storage.Engine) -> None:
    table = engine.rows(
        {"day": "string", "total": "string"}, [{"day": "2025-01-31", "total": "7"}, {"day": "2025-02-03", "total": "x7"}] * 5
    )
    source = config.Source.model_validate({"read": "a.csv", "columns": {"day": {"type": "date", "format": "%d.%m.%Y"}, "total": "money"}})
    found = assess(engine, {"a": table}, sources={"a": source}).source("a")
    assert found.column("day").valid == 0.0
    assert found.column("total").valid == 0.5


def test_a_declared_key_is_compared_under_its_name(engine: storage.Engine) -> None:
    types = {"no": "string", "card": "string"}
    left, right = (
        engine.rows(types, [{"no": f"{side}{n}", "card": f"L{n}"} for n in numbers])
        for side, numbers in (("a", range(10)), ("b", range(5, 25)))
    )
    known = {
        name: config.Source.model_validate({"read": "a.csv", "records": {"id": "no", "keys": {"loyalty_no": "card"}}})
        for name in ("left", "right")
    }
    found = [each for each in assess(engine, {"left": left, "right": right}, sources=known).shared if each.kind == "key"]
    assert [(each.source, each.shared, each.values) for each in found] == [("left", 5, 10), ("right", 5, 20)]


def test_typed_columns_keep_their_types_and_their_order(duckdb_engine: storage.Engine) -> None:
    types = {"key": "int64", "amount": "decimal(18, 4)", "rate": "float64", "on": "boolean", "day": "date"}
    rows = [{"key": n, "amount": Decimal(n), "rate": n / 7, "on": n % 2 == 0, "day": date(2025, 1, n)} for n in range(1, 21)]
    found = assess(duckdb_engine, {"t": duckdb_engine.rows(types, rows)}).source("t")
    assert [column.type for column in found.columns] == ["integer", "decimal", "double", "boolean", "date"]
    assert (found.column("key").lowest, found.column("key").highest) == ("1", "20")
    assert (found.column("day").lowest, found.column("day").highest) == ("2025-01-01", "2025-01-20")


def test_a_sample_is_the_same_every_time_and_the_counts_are_of_the_whole(engine: storage.Engine) -> None:
    rows = [{"_row": n, "empty": None, "code": "A" if n % 4 else "B", "maybe": None if n % 10 else str(n), "n": n} for n in range(1, 5001)]
    table = engine.rows({"_row": "int64", "empty": "string", "code": "string", "maybe": "string", "n": "int64"}, rows)
    once, again = (assess(engine, {"t": table}, sample_rows=500).source("t") for _time in range(2))
    assert once == again
    assert once.rows == 5000
    assert 300 < once.sampled < 700
    assert (once.column("maybe").filled, once.column("maybe").empty) == (500, 4500)
    assert (once.column("n").lowest, once.column("n").highest, once.column("n").distinct) == ("1", "5000", 5000)
    assert once.column("code").frequent[0].rows == 3750
    assert [column.name for column in once.columns] == ["empty", "code", "maybe", "n"]


def test_an_assessment_is_plain_values_for_json_and_rows_for_a_screen(assessment: Assessment) -> None:
    told = json.loads(json.dumps(assessment.to_dict()))
    assert [source["name"] for source in told["sources"]] == ["crm", "orders"]
    assert told["sources"][0]["columns"][3]["meaning"] == "email"
    assert assessment.column_rows("crm")[0]["column"] == "id"
    assert any("(zero width)" in row["warning"] for row in assessment.warning_rows("crm"))
    # Runs of whole numbers come last: they may meet by chance.
    assert [(row["by"], row["may_be_chance"]) for row in assessment.shared_rows()][::3] == [("email", False), ("id", True)]


def test_an_empty_source_is_told_as_empty(engine: storage.Engine) -> None:
    found = assess(engine, {"none": engine.rows({"a": "string"}, [])}).source("none")
    assert (found.rows, found.column("a").meaning, warnings_of(found.column("a"))) == (0, Meaning.EMPTY, [])


def test_codes_that_were_only_a_forms_default_are_found_in_the_service_desks_log(unequal_data: Path, duckdb_engine: storage.Engine) -> None:
    with zipfile.ZipFile(unequal_data / "itsm" / "incident_event_log.zip") as archive:
        raw = archive.read(archive.namelist()[0])
    header = raw.split(b"\n", 1)[0].decode().strip().split(",")
    names = [name if header.index(name) == place else f"{name}_2" for place, name in enumerate(header)]
    table = pyarrow.csv.read_csv(
        io.BytesIO(raw),
        read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=1),
        convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    found = assess(duckdb_engine, {"log": duckdb_engine.rows(dict.fromkeys(names, "string"), table)}).source("log")
    assert found.rows == 141_712
    doubted = {column.name: {each.value for each in column.sentinels} for column in found.columns}
    assert "6" in doubted["closed_code"]
    assert "491" in doubted["u_symptom"]
    assert "?" in doubted["u_symptom"]
    assert found.column("number").distinct == 24_918
    assert found.column("opened_at").inference.dates is not None
    assert found.column("opened_at").inference.dates.format == "%d/%m/%Y %H:%M"
