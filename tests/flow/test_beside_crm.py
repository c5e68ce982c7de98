"""What a CRM is told: our fields under its ids, read back as its own import reads them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.flow.importing import hubspot_import, rows_of, salesforce_upsert
from tests.flow.looking import edit
from tests.flow.reaching import CUSTOMERS, moment_of_contact, open_bakery

from unequal import flow
from unequal.flow import beside_crm, erasing
from unequal.flow.beside_crm import OURS, SHAPES, Exported, Wanted, export_crm
from unequal.terms.errors import LiveError

SALESFORCE = dict.fromkeys(SHAPES["salesforce"].fields, 255)
HUBSPOT = dict.fromkeys(SHAPES["hubspot"].fields, 65_536)
THEIRS = {"Name": "Ann Arbour", "Email": "ann@bakery.example", "OwnerId": "0055g000"}


def exported(folder: Path, shape: str = "csv", key: str | None = None) -> Exported:
    with moment_of_contact(folder) as live:
        return export_crm(live, Wanted("crm", shape, key), folder / "out")


def read(found: Exported, name: str) -> list[dict[str, str]]:
    header, rows = rows_of(found.folder / f"{name}.csv")
    return [dict(zip(header, row, strict=True)) for row in rows]


def renamed(bakery: Path, name_of: Callable[[int], str]) -> None:
    """The CRM's records under other ids, and the base made anew."""
    for path, column in ((bakery / "data" / "crm.csv", "no"), (bakery / "data" / "orders.csv", "customer")):
        with path.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows({**row, column: name_of(int(row[column]))} for row in rows)
    flow.run(open_bakery(bakery))


def test_every_record_is_told_its_customer_its_band_and_the_next_action_with_its_reason(bakery: Path) -> None:
    found = exported(bakery)
    rows = read(found, "upserts")
    assert len(rows) == CUSTOMERS == found.counts["upserts"]
    assert set(rows[0]) == {"record_id", *OURS}, "nothing but our own fields"
    with moment_of_contact(bakery) as live:
        for row in rows:
            assert row["customer_id"] == live.lookup("crm", row["record_id"])[0]
            assert row["band"] == live.profiles.known(row["customer_id"])[live.profiles.columns["band"]]
        assert not live.state.contacts.decisions(rows[0]["customer_id"]), "nothing is reserved"
    rich = next(row for row in rows if row["record_id"] == "38")
    assert rich["next_action"] in {"club_invitation", "cake_offer"}
    assert "€" in rich["reason"]


def test_records_that_are_one_customer_are_told_and_merged_by_the_crm_alone(bakery: Path) -> None:
    found = exported(bakery)
    of = {row["record_id"]: row["customer_id"] for row in read(found, "upserts")}
    assert read(found, "merges") == [{"record_id": "39", "merge_record_id": "40", "customer_id": of["39"]}]
    assert of["39"] == of["40"]


def test_salesforce_takes_the_files_and_keeps_its_own_fields(bakery: Path) -> None:
    letters = "0035g00000AbC{:02}".format
    renamed(bakery, letters)
    found = exported(bakery, "salesforce")
    ids = [beside_crm.with_checksum(letters(n)) for n in range(1, CUSTOMERS + 1)]
    table = {one: {**THEIRS, "Unequal_Next_Action__c": "of last year"} for one in ids}
    assert salesforce_upsert(table, found.folder / "upserts.csv", "Id", SALESFORCE) == []
    assert len(table) == CUSTOMERS, "no record was made"
    for record in table.values():
        assert {name: record[name] for name in THEIRS} == THEIRS
        assert record["Unequal_Customer_Id__c"].startswith("c_")
        assert record.get("Unequal_Next_Action__c") != "of last year", (
            "what stood there is overwritten, with nothing where there is nothing"
        )
    assert set(read(found, "merges")[0]) == {"MasterRecordId", "MergeRecordId", "Unequal_Customer_Id__c"}


def test_salesforce_finds_records_by_a_number_of_ours_where_its_ids_are_not_known(bakery: Path) -> None:
    found = exported(bakery, "salesforce", "Customer_Number__c")
    table = {str(n): dict(THEIRS) for n in range(1, CUSTOMERS + 1)}
    assert salesforce_upsert(table, found.folder / "upserts.csv", "Customer_Number__c", SALESFORCE) == []
    assert len(table) == CUSTOMERS


def test_hubspot_takes_the_files_and_keeps_its_own_properties(bakery: Path) -> None:
    found = exported(bakery, "hubspot")
    table = {str(n): {**THEIRS, "Unequal next action": "of last year"} for n in range(1, CUSTOMERS + 1)}
    assert hubspot_import(table, found.folder / "upserts.csv", HUBSPOT) == []
    for record in table.values():
        assert {name: record[name] for name in THEIRS} == THEIRS
        assert record["Unequal next action"] in {"club_invitation", "cake_offer", "none"}


def test_a_record_that_was_withdrawn_is_cleared_of_what_we_wrote(bakery: Path) -> None:
    assert exported(bakery, "hubspot").counts["deletions"] == 0
    for name, without in (("crm", "5,"), ("orders", "o5,")):
        path = bakery / "data" / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(line for line in lines if not line.startswith(without)) + "\n", encoding="utf-8")
    flow.run(open_bakery(bakery))
    found = exported(bakery, "hubspot")
    table = {"5": {**THEIRS, "Unequal band": "profitable"}}
    assert hubspot_import(table, found.folder / "deletions.csv", HUBSPOT) == []
    assert table["5"] == {**THEIRS, **dict.fromkeys(HUBSPOT, "none")}
    assert "5" not in {row["Record ID"] for row in read(found, "upserts")}


def test_the_record_of_somebody_erased_is_cleared_and_told_no_more(bakery: Path) -> None:
    project = open_bakery(bakery)
    before = read(exported(bakery), "upserts")
    erasing.erase(project, erasing.customer_named(project, "crm:7"), actor="cli:jo")
    found = exported(bakery)
    assert [row["record_id"] for row in read(found, "deletions")] == ["7"]
    assert {row["record_id"] for row in before} - {row["record_id"] for row in read(found, "upserts")} == {"7"}
    assert not {"7"} & {row["record_id"] for row in read(found, "left_out")}


def test_ids_that_were_merged_away_lead_to_those_of_today(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        one, other = live.lookup("crm", "1")[0], live.lookup("crm", "2")[0]
    flow.reviewing.merge(open_bakery(bakery), [one, other], author="mia", reason="the same person", commit=True)
    found = exported(bakery)
    [row] = read(found, "redirects")
    assert {row["old_customer_id"], row["customer_id"]} == {one, other}
    upserts = {row["record_id"]: row["customer_id"] for row in read(found, "upserts")}
    assert upserts["1"] == upserts["2"] == row["customer_id"]
    assert ("1", "2") in {(row["record_id"], row["merge_record_id"]) for row in read(found, "merges")}


def test_an_id_that_a_spreadsheet_would_run_is_left_out_and_told(bakery: Path) -> None:
    renamed(bakery, lambda n: "=cmd|' /C calc'!A0" if n == 3 else f'Ü{n}, "Straße"')
    found = exported(bakery)
    assert found.counts["upserts"] == CUSTOMERS - 1
    [left] = read(found, "left_out")
    assert left == {"record_id": "'=cmd|' /C calc'!A0", "because": "a spreadsheet would take the id for a formula"}
    assert 'Ü4, "Straße"' in {row["record_id"] for row in read(found, "upserts")}, "other ids come back to the letter"


def test_test_accounts_are_left_out_and_counted(bakery: Path) -> None:
    edit(bakery / "unequal.yaml", ("records: {id: no,", "records: {id: no, test_when: \"no in ('3', '5')\","))
    flow.run(open_bakery(bakery))
    found = exported(bakery)
    assert (found.counts["upserts"], found.counts["left_out"], found.counts["deletions"]) == (CUSTOMERS - 2, 2, 0)
    assert [row["record_id"] for row in read(found, "left_out")] == ["3", "5"]
    assert {row["because"] for row in read(found, "left_out")} == {"a test account, as the source's test_when says"}
    assert not {"3", "5"} & {row["record_id"] for row in read(found, "upserts")}


def test_a_file_that_would_be_too_large_for_the_crm_is_written_in_parts(bakery: Path, monkeypatch) -> None:
    monkeypatch.setattr(beside_crm, "SHAPES", {**SHAPES, "csv": replace(SHAPES["csv"], most_rows=15)})
    found = exported(bakery)
    parts = [name for name in found.files if name.startswith("upserts")]
    assert parts == ["upserts.csv", "upserts-2.csv", "upserts-3.csv"]
    ids = [row[0] for name in parts for row in rows_of(found.folder / name)[1]]
    assert len(set(ids)) == len(ids) == CUSTOMERS
    monkeypatch.setattr(beside_crm, "SHAPES", SHAPES)
    again = exported(bakery)
    assert sorted(path.name for path in again.folder.iterdir()) == sorted([*again.files, "export.json"]), "older parts are taken away"
    assert json.loads((again.folder / "export.json").read_text())["rows"]["upserts"] == CUSTOMERS


@pytest.mark.parametrize(("source", "shape", "key", "code"), [
    ("nobody", "csv", None, "LIV620"), ("orders", "csv", None, "LIV620"), ("crm", "salesforce", None, "LIV621"),
    ("crm", "salesforce", "Email", "LIV621"), ("crm", "salesforce", "Unequal_Band__c", "LIV621"), ("crm", "hubspot", "=Record", "LIV621"),
    ("crm", "hubspot", 'Record", "Email', "LIV621"),
])  # fmt: skip
def test_an_export_that_the_crm_could_not_match_is_refused(bakery: Path, source: str, shape: str, key: str | None, code: str) -> None:
    with moment_of_contact(bakery) as live, pytest.raises(LiveError, match=code):
        export_crm(live, Wanted(source, shape, key), bakery / "out")
