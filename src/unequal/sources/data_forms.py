"""The forms in which public data sets are served, turned into the files that the project reads, and their figures.

Each `turn` takes a download and a folder, and writes the data set's files there. Each `measure`
reads a folder of files and tells the figures by which it is known.
"""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

Turn = Callable[[Path, Path], None]
Measure = Callable[[Path], dict[str, str]]

_UNPACKED_AT_MOST: Final = 500_000_000
"""No data set of ours unpacks to more; an archive that would is not one of them."""
_ROWS_AT_ONCE: Final = 50_000


def as_it_is(path: str) -> Turn:
    """The download is the file."""

    def turn(download: Path, folder: Path) -> None:
        shutil.copyfile(download, folder / path)

    return turn


def without_last_newline(path: str) -> Turn:
    """The download less the newline after its last row."""

    def turn(download: Path, folder: Path) -> None:
        (folder / path).write_bytes(download.read_bytes().removesuffix(b"\r\n"))

    return turn


def member(archive: Path, ending: str) -> bytes:
    """The only member of a zip with this ending; its size is checked before it is unpacked."""
    with zipfile.ZipFile(archive) as opened:
        found = [entry for entry in opened.infolist() if entry.filename.lower().endswith(ending.lower())]
        if len(found) != 1:
            raise ValueError(f"{len(found)} members end in {ending}")
        if found[0].file_size > _UNPACKED_AT_MOST:
            raise ValueError(f"{found[0].filename} would unpack to {found[0].file_size:,} bytes")
        return opened.read(found[0])


CDNOW_HEADER: Final = b" customer_id  date number_of_cds  dollar_value\r\n"


def cdnow(download: Path, folder: Path) -> None:
    """The master file from its zip, with a header where it has none."""
    text = member(download, "cdnow_master.txt").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    (folder / "CDNOW_master.txt").write_bytes(text if b"customer_id" in text[:100] else CDNOW_HEADER + text)


_TELCO_LEFT_OUT: Final = ("Latitude", "Longitude", "Churn Reason")


def telco(download: Path, folder: Path) -> None:
    """The customers' table without three columns that nothing here reads, and its dictionary."""
    (folder / "telecom_data_dictionary.csv").write_bytes(member(download, "telecom_data_dictionary.csv"))
    raw = member(download, "telecom_customer_churn.csv")
    rows = csv.DictReader(io.StringIO(_decoded(raw), newline=""))
    kept = [name for name in rows.fieldnames or () if name not in _TELCO_LEFT_OUT]
    with (folder / "telecom_customer_churn.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, kept, extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


_RETAIL_2009: Final[list[Any]] = [
    pa.field("Invoice", pa.string()),
    pa.field("StockCode", pa.string()),
    pa.field("Description", pa.string()),
    pa.field("Quantity", pa.int64()),
    pa.field("InvoiceDate", pa.string()),
    pa.field("Price", pa.float64()),
    pa.field("Customer ID", pa.int64()),
    pa.field("Country", pa.string()),
]
RETAIL_2009: Final = pa.schema(_RETAIL_2009)
RETAIL_2010: Final = pa.schema(
    [
        pa.field(name, pa.string())
        for name in ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
    ]
)


def retail_2009(download: Path, folder: Path) -> None:
    """The first sheet of Online Retail II as Parquet, with numbers as numbers."""
    # Its reader wrote a missing description as "nan": a trap that our copy keeps.
    _sheet_to_parquet(download, "Year 2009-2010", folder / "year_2009_2010.parquet", RETAIL_2009, missing={"Description": "nan"})


def retail_2010(download: Path, folder: Path) -> None:
    """The only sheet of Online Retail as Parquet, all of it text: how a careless export looks."""
    _sheet_to_parquet(download, None, folder / "year_2010_2011.parquet", RETAIL_2010, missing={})


def _sheet_to_parquet(download: Path, sheet: str | None, path: Path, schema: pa.Schema, *, missing: dict[str, str]) -> None:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(member(download, ".xlsx")))
    rows = iter((workbook.get_sheet_by_name(sheet) if sheet else workbook.get_sheet_by_index(0)).iter_rows())
    header = [str(name) for name in next(rows, [])]
    if header != schema.names:
        raise ValueError(f"the sheet's columns are {header}")
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while block := list(islice(rows, _ROWS_AT_ONCE)):
            columns = [
                [_cell(value, field, missing.get(field.name)) for value in column]
                for column, field in zip(zip(*block, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema))


_FLOATS_AS_TEXT: Final = ("UnitPrice", "CustomerID")


def _cell(value: Any, field: Any, missing: str | None) -> Any:
    """One cell as the project's file holds it."""
    if value == "":
        return missing
    if pa.types.is_integer(field.type):
        return int(value)
    if pa.types.is_floating(field.type):
        return float(value)
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat(" ")
    if isinstance(value, float) and field.name not in _FLOATS_AS_TEXT:
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def measure_adventureworks(folder: Path) -> dict[str, str]:
    """Lines, sales and buyers of both channels, and the rows of the other facts."""
    internet = pq.read_table(folder / "FactInternetSales.parquet", columns=["SalesAmount", "CustomerKey"])
    resellers = pq.read_table(folder / "FactResellerSales.parquet", columns=["SalesAmount", "TotalProductCost", "ResellerKey"])
    rows = {name: str(pq.read_metadata(folder / f"{name}.parquet").num_rows) for name in ("FactFinance", "FactCurrencyRate")}
    return {
        "internet lines": str(internet.num_rows),
        "internet sales": str(pc.sum(internet["SalesAmount"]).as_py()),
        "internet customers": str(pc.count_distinct(internet["CustomerKey"]).as_py()),
        "reseller lines": str(resellers.num_rows),
        "reseller sales": str(pc.sum(resellers["SalesAmount"]).as_py()),
        "reseller product cost": str(pc.sum(resellers["TotalProductCost"]).as_py()),
        "buying resellers": str(pc.count_distinct(resellers["ResellerKey"]).as_py()),
        **{f"{name} rows": number for name, number in rows.items()},
    }


def measure_online_retail(folder: Path) -> dict[str, str]:
    """Rows, customers and net sales of both years."""
    found = {}
    for file, quantity, price, customer in (
        ("year_2009_2010", "Quantity", "Price", "Customer ID"),
        ("year_2010_2011", "Quantity", "UnitPrice", "CustomerID"),
    ):
        table = pq.read_table(folder / f"{file}.parquet", columns=[quantity, price, customer])
        pairs = zip(table[quantity].to_pylist(), table[price].to_pylist(), strict=True)
        net = sum((Decimal(str(count)) * Decimal(str(each)) for count, each in pairs), Decimal(0))
        found[f"{file} rows"] = str(table.num_rows)
        found[f"{file} customers"] = str(pc.count_distinct(table[customer]).as_py())
        found[f"{file} net"] = str(net.quantize(Decimal("0.001")))
    return found


def measure_superstore(folder: Path) -> dict[str, str]:
    """Lines, customers, sales and profit of the sheet Orders, and the returned orders."""
    workbook = CalamineWorkbook.from_path(str(folder / "Sample - Superstore.xls"))
    header, *orders = workbook.get_sheet_by_name("Orders").to_python()
    at = {name: header.index(name) for name in ("Sales", "Profit", "Customer ID")}
    total = {name: sum((Decimal(str(round(float(str(row[at[name]])), 4))) for row in orders), Decimal(0)) for name in ("Sales", "Profit")}
    return {
        "lines": str(len(orders)),
        "returns": str(workbook.get_sheet_by_name("Returns").height - 1),
        "customers": str(len({row[at["Customer ID"]] for row in orders})),
        "sales": str(total["Sales"].quantize(Decimal("0.0001"))),
        "profit": str(total["Profit"].quantize(Decimal("0.0001"))),
    }


def measure_cdnow(folder: Path) -> dict[str, str]:
    """Transactions, customers, discs and dollars."""
    rows = [line.split() for line in (folder / "CDNOW_master.txt").read_text("ascii").splitlines()[1:]]
    return {
        "transactions": str(len(rows)),
        "customers": str(len({row[0] for row in rows})),
        "discs": str(sum(int(row[2]) for row in rows)),
        "dollars": str(sum((Decimal(row[3]) for row in rows), Decimal(0))),
    }


def measure_telco(folder: Path) -> dict[str, str]:
    """Customers, those who left, revenue and refunds."""
    with (folder / "telecom_customer_churn.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        "customers": str(len(rows)),
        "churned": str(sum(row["Customer Status"] == "Churned" for row in rows)),
        "revenue": str(sum((Decimal(row["Total Revenue"]) for row in rows), Decimal(0)).quantize(Decimal("0.01"))),
        "refunds": str(sum((Decimal(row["Total Refunds"]) for row in rows), Decimal(0)).quantize(Decimal("0.01"))),
    }


def measure_itsm(folder: Path) -> dict[str, str]:
    """Events and incidents of the log in its zip."""
    text = _decoded(member(folder / "incident_event_log.zip", ".csv"))
    rows = csv.reader(io.StringIO(text, newline=""))
    next(rows)
    incidents = [row[0] for row in rows if row]
    return {"events": str(len(incidents)), "incidents": str(len(set(incidents)))}


def rows_of_text(*paths: str) -> Measure:
    """A measure that counts the rows, less the header, of text files."""

    def measure(folder: Path) -> dict[str, str]:
        return {path: str(sum(1 for line in (folder / path).read_bytes().splitlines() if line.strip()) - 1) for path in paths}

    return measure
