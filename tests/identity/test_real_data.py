"""Identity on real records: everybody is there, and nobody is made one with a stranger."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.identity.bases import DAY_ONE

from unequal import identity, storage
from unequal.config import Project

PERSONS = {"given_name": "FirstName", "family_name": "LastName", "suffix": "Suffix", "email": "EmailAddress", "phone": "Phone"}
WITH_BIRTH_DATES = PERSONS | {"birth_date": "BirthDate"}
RESELLERS = {"organisation_name": "ResellerName", "phone": "Phone"}


def adventureworks(persons: dict[str, str], resellers: dict[str, str]) -> Project:
    sources = {
        "customers": {"read": "x.parquet", "records": {"id": "CustomerKey", "attributes": persons, "observed_at": "DateFirstPurchase"}},
        "resellers": {"read": "x.parquet", "records": {"id": "ResellerKey", "kind": "organisation", "attributes": resellers}},
    }
    return Project.model_validate({"project": "aw", "reporting_currency": "USD", "time_zone": "America/Los_Angeles", "default_region": "US",
                                   "sources": sources})  # fmt: skip


@pytest.mark.parametrize("persons", [WITH_BIRTH_DATES, PERSONS], ids=["with birth dates", "by names alone"])
def test_adventureworks_has_18484_persons_and_701_resellers(
    unequal_data: Path, duckdb_engine: storage.Engine, tmp_path: Path, persons: dict[str, str]
) -> None:
    """Phones are placeholders on up to 205 of its persons, and hundreds of pairs of strangers share one."""
    project = adventureworks(persons, RESELLERS)
    files = {"customers": "DimCustomer.parquet", "resellers": "DimReseller.parquet"}
    for name, file in files.items():
        (tmp_path / name).mkdir()
        rows = duckdb_engine.read(unequal_data / "adventureworks_dw" / file)
        identity.gather(duckdb_engine, name, project.sources[name], rows=rows, project=project, folder=tmp_path / name)
    identity.resolve(
        duckdb_engine, records=duckdb_engine.read([tmp_path / name / "record.parquet" for name in files]),
        attributes=duckdb_engine.read([tmp_path / name / "person_attribute.parquet" for name in files]),
        before=duckdb_engine.rows(identity.BEFORE, []), project=project, day=DAY_ONE, folder=tmp_path,
    )  # fmt: skip
    customers = duckdb_engine.read(tmp_path / "customer.parquet")
    counted = {row["kind"]: row["n"] for row in duckdb_engine.fetch(customers.group_by("kind").aggregate(n=customers.count()))}
    assert counted["organisation"] == 701
    # By names alone a few who share a name and a phone look like one; a birth date tells every one of them apart.
    assert counted["person"] == 18_484 if persons == WITH_BIRTH_DATES else 18_484 * 0.997 <= counted["person"] <= 18_484
    shared = duckdb_engine.fetch(duckdb_engine.read(tmp_path / "shared_identifier.parquet"))
    assert {row["identifier"] for row in shared} == {"phone"}
    assert len(shared) == 90
