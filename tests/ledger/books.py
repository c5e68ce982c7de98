"""Made sources for the ledger's tests: rows as accepting leaves them, and raw texts as the file had them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from unequal import ledger, storage
from unequal.config.project import Project
from unequal.config.sources import Source

TYPES: dict[str, pa.DataType] = {
    "customer": pa.string(), "invoice": pa.string(), "product": pa.string(), "quantity": pa.int64(), "price": pa.decimal128(28, 10),
    "cost": pa.decimal128(28, 10), "currency": pa.string(), "at": pa.timestamp("us"),
}  # fmt: skip
BOOKKEEPING = {"_file": pa.string(), "_row": pa.int64(), "_byte": pa.int64(), "_row_id": pa.string()}
QUARANTINED = {
    "source": pa.string(), "file": pa.string(), "row": pa.int64(), "byte_start": pa.int64(), "byte_end": pa.int64(), "column": pa.string(),
    "reason": pa.string(), "detail": pa.string(), "raw": pa.string(),
}  # fmt: skip
CONTRACTS = {
    "quantity": "integer", "price": "money", "cost": "money",
    "at": {"type": "timestamp", "format": "%d.%m.%Y %H:%M", "time_zone": "UTC"},
}  # fmt: skip
POSTINGS: dict[str, Any] = {
    "amounts": {
        "sales": {"column": "price", "times": "quantity", "line": "list_revenue"},
        "cost": {"column": "cost", "line": "cost_of_goods", "negate": True},
    },
    "customer": {"id": "customer", "source": "crm"},
    "booked_on": "at",
    "currency": "currency",
    "document": "invoice",
    "product": "product",
    "rules": [{"when": "product = 'POST'", "line": "freight"}],
    "returns": {"when": "quantity < 0", "match_on": ["product"]},
}
COLUMNS = ("customer", "invoice", "product", "quantity", "price", "cost", "currency", "at")


def project_with(postings: Mapping[str, Any] | None = None, *, time_zone: str = "Europe/Berlin", **sections: Any) -> Project:
    """A project with one source of orders."""
    orders = {"read": "orders.csv", "columns": CONTRACTS, "postings": {**POSTINGS, **(postings or {})}, **sections.pop("orders", {})}
    return Project.model_validate({
        "project": "Hill Bakery", "reporting_currency": "EUR", "time_zone": time_zone,
        "sources": {"orders": orders, "crm": {"read": "crm.csv"}, **sections.pop("sources", {})}, **sections,
    })  # fmt: skip


def texts(table: str) -> list[dict[str, str]]:
    """Rows from a table drawn in text: cells parted by `|`, `-` for an empty one."""
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [dict(zip(COLUMNS, ["" if cell == "-" else cell for cell in cells], strict=True)) for cells in lines]


def typed(row: Mapping[str, str], number: int, file: str = "orders.csv") -> dict[str, Any]:
    """A row as accepting leaves it; the clock of `at` is UTC here, so that days are easy to check."""
    return {
        "customer": row["customer"] or None, "invoice": row["invoice"] or None, "product": row["product"] or None,
        "quantity": int(row["quantity"]) if row["quantity"] else None,
        "price": Decimal(row["price"]) if row["price"] else None, "cost": Decimal(row["cost"]) if row["cost"] else None,
        "currency": row["currency"] or None, "at": datetime.strptime(row["at"], "%d.%m.%Y %H:%M") if row["at"] else None,
        "_file": file, "_row": number, "_byte": None, "_row_id": f"{row['invoice']}-{number}",
    }  # fmt: skip


@dataclass
class Books:
    """One made source on its way through the ledger."""

    engine: storage.Engine
    folder: Path
    project: Project
    raw: list[dict[str, str]]
    quarantined: dict[int, str] = field(default_factory=dict)
    counted_once: set[int] = field(default_factory=set)
    lookups: Mapping[str, Any] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        return self.project.sources["orders"]

    def accept(self) -> None:
        """Write what accepting the source would leave."""
        numbered = list(enumerate(self.raw, start=1))
        kept = [typed(row, n) for n, row in numbered if n not in self.quarantined and n not in self.counted_once]
        again = [typed(row, n) for n, row in numbered if n in self.counted_once]
        bad = [
            {"source": "orders", "file": "orders.csv", "row": n, "reason": why, "detail": why, "raw": ""}
            for n, why in self.quarantined.items()
        ]
        texts_of = [{**row, "_file": "orders.csv", "_row": n} for n, row in numbered]
        self._write("accepted/rows", {**TYPES, **BOOKKEEPING}, kept)
        self._write("accepted/counted_once", {**TYPES, **BOOKKEEPING}, again)
        self._write("accepted/quarantined", QUARANTINED, bad)
        self._write("accepted/raw", {**dict.fromkeys(COLUMNS, pa.string()), "_file": pa.string(), "_row": pa.int64()}, texts_of)

    def _write(self, name: str, types: Mapping[str, pa.DataType], rows: Sequence[Mapping[str, Any]]) -> None:
        path = self.folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=pa.schema(list(types.items()))), path)

    def table(self, name: str) -> Any:
        return self.engine.read(self.folder / f"{name}.parquet")

    def post(self) -> None:
        (self.folder / "posted").mkdir()
        (self.folder / "rates").mkdir()
        ledger.steps.rates(self.engine, project=self.project, rows={}, folder=self.folder / "rates")
        ledger.steps.post_source(
            self.engine, "orders", self.source, rows=self.table("accepted/rows"), lookups=self.lookups, rates=self.table("rates/rate"),
            project=self.project, folder=self.folder / "posted",
        )  # fmt: skip

    def book(self, owners: Mapping[str, str] | None = None, tests: Sequence[str] = ()) -> None:
        owned = owners if owners is not None else {row["customer"]: f"c_{row['customer']}" for row in self.raw if row["customer"]}
        (self.folder / "book").mkdir()
        crosswalk = [{"customer_id": customer, "source": "crm", "record_id": record} for record, customer in owned.items()]
        records = [{"source": "crm", "record_id": record, "is_test": record in tests} for record in owned]
        ledger.steps.book(
            self.engine, posted=[self.table("posted/posted")],
            customer_record=self.engine.rows({"customer_id": "string", "source": "string", "record_id": "string"}, crosswalk),
            records=self.engine.rows({"source": "string", "record_id": "string", "is_test": "boolean"}, records),
            folder=self.folder / "book",
        )  # fmt: skip

    def reconcile(self, entries: Any = None) -> list[dict[str, Any]]:
        accepted = {name: self.folder / f"accepted/{name}.parquet" for name in ("rows", "raw", "quarantined", "counted_once")}
        posted = {name: self.folder / f"posted/{name}.parquet" for name in ("posted", "quarantined")}
        target = self.folder / "reconcile"
        target.mkdir(exist_ok=True)
        ledger.steps.reconcile(
            self.engine, project=self.project, accepted={"orders": accepted}, posted={"orders": posted}, lookups={"orders": accepted["rows"]},
            entries=self.table("book/entry") if entries is None else entries, folder=target,
        )  # fmt: skip
        found: list[dict[str, Any]] = self.engine.fetch(self.engine.read(target / "reconciliation.parquet"))
        return found

    def run(self, **owners: Any) -> list[dict[str, Any]]:
        """All steps; the entries, in the order of their rows."""
        self.accept()
        self.post()
        self.book(**owners)
        return self.entries()

    def entries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.engine.fetch(self.table("book/entry").order_by("source_row", "amount_name"))
        return found
