"""What records say, made by hand: the three tables that the golden record is chosen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from unequal import storage
from unequal.config import Project
from unequal.identity.golden import golden_attributes, owned_records, values_of_customers
from unequal.identity.tables import CUSTOMER_RECORD, PERSON_ATTRIBUTE, RECORD

ATTRIBUTES = {name: name for name in ("full_name", "given_name", "email", "birth_date", "segment", "street", "unit", "city", "country")}


@dataclass(frozen=True)
class Said:
    """One value of one record; on the given day of January 2026, or nobody knows when."""

    record: str
    attribute: str
    value: str
    day: int | None = None
    verified: bool | None = None
    normalised: str | None = ""
    rank: int = 1
    customer: str = "ann"

    @property
    def source(self) -> str:
        return self.record.partition(":")[0]

    @property
    def record_id(self) -> str:
        return self.record.partition(":")[2]

    @property
    def seen(self) -> datetime | None:
        return None if self.day is None else datetime(2026, 1, self.day)

    @property
    def valid(self) -> str | None:
        return self.value.lower() if self.normalised == "" else self.normalised


def project(**identity: Any) -> Project:
    """Three sources that may say anything, and the identity section."""
    sources = {name: {"read": f"{name}.csv", "records": {"id": "id", "attributes": ATTRIBUTES}} for name in ("billing", "crm", "shop")}
    return Project.model_validate(
        {"project": "made", "reporting_currency": "EUR", "time_zone": "Europe/Berlin", "sources": sources, "identity": identity}
    )


def golden(
    engine: storage.Engine, said: Sequence[Said], rules: Project | None = None, *, tests: Sequence[str] = ()
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The golden record: customer and attribute -> its row, with the value it points at."""
    keys = sorted({(row.source, row.record_id, row.customer) for row in said})
    owned = [
        {"customer_id": customer, "source": source, "record_id": record, "since": date(2026, 1, 1), "seen": True}
        for source, record, customer in keys
    ]
    records = [
        {"source": source, "record_id": record, "kind": "person", "is_test": f"{source}:{record}" in tests} for source, record, _ in keys
    ]
    attributes = [
        {
            "source": row.source, "record_id": row.record_id, "attribute": row.attribute, "rank": row.rank, "value_given": row.value,
            "value_normalised": row.valid, "observed_at": row.seen, "personal": True, "verified": row.verified,
        }
        for row in said
    ]  # fmt: skip
    made = rules or project()
    owned_now = owned_records(engine.rows(CUSTOMER_RECORD.types, owned), engine.rows(RECORD.types, records), project=made)
    values = values_of_customers(engine.rows(PERSON_ATTRIBUTE.types, attributes), owned_now)
    chosen = golden_attributes(values, owned_now, project=made)
    value = {(row.source, row.record_id, row.attribute, row.rank): row.value for row in said}
    found = engine.fetch(chosen)
    told = {
        (row["customer_id"], row["attribute"]): {**row, "value": value[row["source"], row["record_id"], row["attribute"], row["rank"]]}
        for row in found
    }
    assert len(told) == len(found), "a customer has one golden value of an attribute"
    return told
