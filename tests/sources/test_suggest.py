"""From files alone to a config that runs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from tests.sources import extracts

from unequal import config, flow
from unequal.sources.suggesting import suggest
from unequal.terms.errors import Problems, SourceError


def _suggest(folder: Path, **files: str) -> tuple[str, dict[str, Any]]:
    text = suggest([extracts.write(folder, name.replace("__", "."), content) for name, content in files.items()], folder)
    (folder / "unequal.yaml").write_text(text, encoding="utf-8")
    config.load(folder / "unequal.yaml", {})
    return text, yaml.safe_load(text)


def _run(folder: Path) -> dict[str, Any]:
    return dict(flow.run(flow.open_project(folder, {})).summary)


def test_american_invoices_run_and_come_to_their_total(tmp_path: Path) -> None:
    text, found = _suggest(tmp_path, invoices__csv=extracts.AMERICAN)
    source = found["sources"]["invoices"]
    assert found["reporting_currency"] == "USD"
    assert source["thousands"] == ","
    assert source["columns"]["Invoice Date"] == {"type": "date", "format": "%m/%d/%Y"}
    assert source["columns"]["Amount"] == {"type": "money", "currency_sign": "$"}
    assert source["postings"]["amounts"] == {"sales": {"column": "Amount", "line": "list_revenue"}}
    assert source["postings"]["currency"] == "Currency"
    assert source["postings"]["returns"] == {"when": '"Quantity" < 0'}
    assert source["records"]["id"] == "Customer ID"
    assert "which currency" not in text.lower()
    summary = _run(tmp_path)
    assert (summary["total"], summary["customers"], summary["rows_quarantined"], summary["level"]) == ("1445.7500", 4, 0, "revenue")


def test_german_invoices_run_and_come_to_their_total(tmp_path: Path) -> None:
    text, found = _suggest(tmp_path, rechnungen__csv=extracts.GERMAN)
    source = found["sources"]["rechnungen"]
    assert (source["delimiter"], source["decimal"], source["thousands"]) == (";", ",", ".")
    assert source["columns"]["Rechnungsdatum"] == {"type": "date", "format": "%d.%m.%Y"}
    assert source["postings"]["amounts"]["sales"]["column"] == "Betrag"
    assert source["records"] == {"id": "Kundennummer", "kind": "organisation", "attributes": {"organisation_name": "Kunde"}}
    assert found["reporting_currency"] == "EUR"
    assert "QUESTION: no column or sign says which currency" in text
    summary = _run(tmp_path)
    assert (summary["total"], summary["customers"], summary["rows_quarantined"]) == ("1458.5600", 3, 0)


def test_order_lines_without_a_total_are_worth_quantity_times_price(tmp_path: Path) -> None:
    _text, found = _suggest(tmp_path, lines__csv=extracts.ORDER_LINES)
    source = found["sources"]["lines"]
    assert source["key"] == ["order_id", "line_no"]
    assert source["columns"]["ordered_at"] == {"type": "timestamp", "format": "ISO"}
    assert source["postings"]["amounts"] == {"sales": {"column": "unit_price", "line": "list_revenue", "times": "qty"}}
    assert (source["postings"]["document"], source["postings"]["product"]) == ("order_id", "sku")
    summary = _run(tmp_path)
    assert (summary["total"], summary["customers"]) == ("441.4300", 3)


def test_tax_is_told_by_what_adds_up_and_left_out(tmp_path: Path) -> None:
    text, found = _suggest(tmp_path, orders__csv=extracts.WIDE)
    postings = found["sources"]["orders"]["postings"]
    assert postings["amounts"] == {"sales": {"column": "subtotal", "line": "list_revenue"}}
    assert "subtotal and tax add up to grand_total" in text
    assert found["sources"]["orders"]["records"]["attributes"] == {
        "given_name": "first_name", "family_name": "last_name", "email": "email", "city": "city"}  # fmt: skip
    assert _run(tmp_path)["total"] == "750.7500"


def test_tax_inside_the_only_total_is_taken_out_again(tmp_path: Path) -> None:
    lines = ["no,day,customer_id,qty,price,tax,total"]
    lines += [f"{n},2025-01-{n:02},c{n % 3},{n},{n + 0.5},{n * (n + 0.5) * 0.2:.2f},{n * (n + 0.5) * 1.2:.2f}" for n in range(1, 29)]
    text, found = _suggest(tmp_path, sales__csv="\n".join(lines) + "\n")
    amounts = found["sources"]["sales"]["postings"]["amounts"]
    assert amounts["sales"] == {"column": "total", "line": "list_revenue"}
    assert amounts["tax"] == {"column": "tax", "line": "list_revenue", "negate": True}
    assert "total is quantity times price and tax" in text


def test_a_discount_that_is_already_taken_off_is_not_booked_again(tmp_path: Path) -> None:
    header, rows = "no,day,customer_id,qty,price,discount,amount", range(1, 29)
    inside = [f"{n},2025-01-{n:02},c{n % 3},{n},10.00,{n % 2}.50,{n * 10 - (n % 2) - 0.5:.2f}" for n in rows]
    before = [f"{n},2025-01-{n:02},c{n % 3},{n},10.00,{n % 2}.50,{n * 10:.2f}" for n in rows]
    _text, found = _suggest(tmp_path, a__csv="\n".join([header, *inside]) + "\n")
    assert set(found["sources"]["a"]["postings"]["amounts"]) == {"sales"}
    (tmp_path / "b").mkdir()
    _text, found = _suggest(tmp_path / "b", b__csv="\n".join([header, *before]) + "\n")
    assert found["sources"]["b"]["postings"]["amounts"]["discount"] == {"column": "discount", "line": "on_invoice_discount", "negate": True}


def test_dates_that_no_value_decides_are_asked_and_chosen_by_the_evidence_there_is(tmp_path: Path) -> None:
    text, found = _suggest(tmp_path, sales__csv=extracts.AMBIGUOUS)
    assert found["sources"]["sales"]["columns"]["date"]["format"] == "%d/%m/%Y"
    assert "QUESTION: is 01/02/2025 of date %d/%m/%Y or %m/%d/%Y" in text.replace("\n      # ", " ")
    (tmp_path / "us").mkdir()
    dollars = extracts.AMBIGUOUS.replace(".00", ".00 USD").replace("amount", "amount_paid")
    text, found = _suggest(tmp_path / "us", sales__csv=dollars)
    assert found["sources"]["sales"]["columns"]["date"]["format"] == "%m/%d/%Y"
    assert "amounts are in USD" in text.replace("\n      # ", " ")


def test_rows_that_rise_in_time_only_one_way_decide_how_dates_are_read(tmp_path: Path) -> None:
    days = [(month, day) for month in range(1, 13) for day in (2, 5, 9)]
    rows = [f"{number},{month:02}/{day:02}/2024,c{number % 5},10.00" for number, (month, day) in enumerate(days)]
    text, found = _suggest(tmp_path, sales__csv="\n".join(["no,date,customer_id,amount", *rows]) + "\n")
    assert found["sources"]["sales"]["columns"]["date"]["format"] == "%m/%d/%Y"
    assert "rows are in order of time" in text.replace("\n      # ", " ")


def test_customer_numbers_that_are_ids_of_another_file_are_joined_to_it(tmp_path: Path) -> None:
    _text, found = _suggest(tmp_path, invoices__csv=extracts.INVOICES, crm__csv=extracts.CRM)
    invoices, crm = found["sources"]["invoices"], found["sources"]["crm"]
    assert invoices["postings"]["customer"] == {"source": "crm", "id": "customer_no"}
    assert "records" not in invoices
    assert crm["records"]["id"] == "id"
    assert crm["records"]["attributes"]["email"] == "email"
    summary = _run(tmp_path)
    assert (summary["total"], summary["customers"], summary["records"]) == ("290.7500", 4, 5)


def test_nothing_but_invoices_gives_a_base_in_revenue(tmp_path: Path) -> None:
    _suggest(tmp_path, invoices__csv=extracts.INVOICES)
    summary = _run(tmp_path)
    assert (summary["level"], summary["customers"], summary["total"]) == ("revenue", 4, "290.7500")


def test_files_of_the_same_columns_are_one_source(tmp_path: Path) -> None:
    later = extracts.INVOICES.replace("2025-", "2026-").replace("\n1,", "\n11,").replace("\n2,", "\n12,")
    _text, found = _suggest(tmp_path, invoices_2025__csv=extracts.INVOICES, invoices_2026__csv=later)
    assert list(found["sources"]) == ["invoices"]
    assert found["sources"]["invoices"]["read"] == ["invoices_2025.csv", "invoices_2026.csv"]


def test_a_preamble_a_total_at_the_end_and_a_missing_header_are_seen(tmp_path: Path) -> None:
    framed = "Report of sales\nprinted on Monday\n" + extracts.INVOICES + "TOTAL,,,290.75\n"
    _text, found = _suggest(tmp_path, framed__csv=framed)
    assert found["sources"]["framed"]["skip_lines"] == 2
    assert found["sources"]["framed"]["footer"] == {"column": "invoice_no", "equals": "TOTAL"}
    (tmp_path / "bare").mkdir()
    _text, found = _suggest(tmp_path / "bare", bare__csv=extracts.INVOICES.partition("\n")[2])
    header = found["sources"]["bare"]["header"]
    assert len(header) == len(set(header)) == 4
    assert "day" in header


def test_other_formats_are_looked_into_as_well(tmp_path: Path) -> None:
    rows = [line.split(",") for line in extracts.INVOICES.splitlines()]
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append([float(cell) if cell.replace(".", "").replace("-", "", 1).isdigit() else cell for cell in row])  # type: ignore[union-attr]
    workbook.save(tmp_path / "book.xlsx")
    (tmp_path / "lines.jsonl").write_text("\n".join(json.dumps(dict(zip(rows[0], row, strict=True))) for row in rows[1:]) + "\n")
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(extracts.INVOICES.encode()))
    pq.write_table(pa.table({name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}), tmp_path / "typed.parquet")
    for name in ("book.xlsx", "lines.jsonl", "packed.csv.gz", "typed.parquet"):
        source = next(iter(yaml.safe_load(suggest([tmp_path / name], tmp_path))["sources"].values()))
        assert source["postings"]["amounts"]["sales"]["column"] == "net_amount", name
        assert source["postings"]["customer"] == {"id": "customer_no"}, name


def test_amounts_in_two_currencies_are_asked_about_and_still_run(tmp_path: Path) -> None:
    rows = extracts.AMERICAN.replace("$40.00,USD", "$40.00,EUR", 1)
    text, found = _suggest(tmp_path, invoices__csv=rows)
    assert found["reporting_currency"] == "USD"
    assert found["sources"]["invoices"]["unknown_currency"] == "quarantine"
    assert "EUR" in text
    assert _run(tmp_path)["entries"] >= 5


def test_what_cannot_be_read_is_named_and_left_out(tmp_path: Path) -> None:
    archive = tmp_path / "log.zip"
    archive.write_bytes(b"PK\x03\x04")
    (tmp_path / "empty.csv").write_bytes(b"")
    good = extracts.write(tmp_path, "invoices.csv", extracts.INVOICES)
    text = suggest([archive, tmp_path / "empty.csv", good], tmp_path)
    assert "log.zip: files of this kind are not read" in text.replace("\n# ", " ")
    assert "an empty file" in text
    assert list(yaml.safe_load(text)["sources"]) == ["invoices"]
    with pytest.raises(Problems, match="SRC061"):
        suggest([archive], tmp_path)
    with pytest.raises(SourceError, match="SRC060"):
        suggest([], tmp_path)


def test_a_header_that_names_two_columns_alike_is_refused_with_the_name(tmp_path: Path) -> None:
    file = extracts.write(tmp_path, "twice.csv", "a,a,b\n1,2,3\n")
    with pytest.raises(Problems, match="two columns are called 'a'"):
        suggest([file], tmp_path)


def test_hostile_names_of_columns_and_files_stay_text(tmp_path: Path) -> None:
    hostile = 'Total: {x}\'s #1,"say ""when""",date,customer no\n10.00,a,2025-01-13,7\n11.00,b,2025-01-14,8\n'
    file = extracts.write(tmp_path, "9 !weird: name.csv", hostile)
    found = yaml.safe_load(suggest([file], tmp_path))
    (name, source), *_ = found["sources"].items()
    assert name == "s_9_weird_name"
    assert source["postings"]["amounts"]["sales"]["column"] == "Total: {x}'s #1"


def test_the_public_superstore_gets_sales_profit_and_customers(unequal_data: Path, tmp_path: Path) -> None:
    found = yaml.safe_load(suggest([unequal_data / "superstore" / "Sample - Superstore.xls"], tmp_path))
    orders = found["sources"]["sample_superstore_orders"]
    assert orders["postings"]["amounts"] == {
        "sales": {"column": "Sales", "line": "list_revenue"},
        "cost": {"column": "Sales", "line": "cost_of_goods", "negate": True},
        "profit": {"column": "Profit", "line": "cost_of_goods"},
    }
    assert (orders["key"], orders["records"]["id"], orders["postings"]["booked_on"]) == ("Row ID", "Customer ID", "Order Date")
    assert {"sample_superstore_returns", "sample_superstore_people"} < set(found["sources"])


def test_adventureworks_gets_both_channels_joined_to_their_customers(unequal_data: Path, tmp_path: Path) -> None:
    folder = unequal_data / "adventureworks_dw"
    files = [folder / f"{name}.parquet" for name in ("DimCustomer", "FactInternetSales", "DimReseller", "FactResellerSales")]
    found = yaml.safe_load(suggest(files, tmp_path))["sources"]
    internet, resellers = found["factinternetsales"]["postings"], found["factresellersales"]["postings"]
    assert internet["customer"] == {"source": "dimcustomer", "id": "CustomerKey"}
    assert resellers["customer"] == {"source": "dimreseller", "id": "ResellerKey"}
    for postings in (internet, resellers):
        assert postings["amounts"] == {
            "sales": {"column": "SalesAmount", "line": "list_revenue"},
            "cost": {"column": "TotalProductCost", "line": "cost_of_goods", "negate": True},
            "freight": {"column": "Freight", "line": "freight", "negate": True},
        }
    assert (found["dimcustomer"]["records"]["kind"], found["dimreseller"]["records"]["kind"]) == ("person", "organisation")


def test_both_years_of_the_retailer_know_that_they_share_their_customers(unequal_data: Path, tmp_path: Path) -> None:
    folder = unequal_data / "online_retail"
    text = suggest([folder / "year_2009_2010.parquet", folder / "year_2010_2011.parquet"], tmp_path)
    found = yaml.safe_load(text)
    assert found["reporting_currency"] == "GBP"
    assert "1,088 of the 28,816 values of Invoice are InvoiceNo in year_2010_2011 too" in text.replace("\n# ", " ")
    assert found["sources"]["year_2010_2011"]["columns"]["CustomerID"] == "integer"
    keys = {name: source["records"]["keys"] for name, source in found["sources"].items()}
    assert keys == {"year_2009_2010": {"customer_id": "Customer ID"}, "year_2010_2011": {"customer_id": "CustomerID"}}
    for source in found["sources"].values():
        sales = source["postings"]["amounts"]["sales"]
        assert sales["times"] == "Quantity"
        assert source["postings"]["returns"] == {"when": '"Quantity" < 0'}


def test_tables_without_dates_or_customers_are_said_to_be_so(unequal_data: Path, tmp_path: Path) -> None:
    files = [unequal_data / "telco_maven" / "telecom_customer_churn.csv", unequal_data / "hillstrom" / "hillstrom.csv"]
    text = suggest([*files, unequal_data / "itsm" / "incident_event_log.zip"], tmp_path)
    found = yaml.safe_load(text)["sources"]
    assert found["telecom_customer_churn"]["records"]["id"] == "Customer ID"
    assert "records" not in found["hillstrom"]
    assert "no dollars to book yet" in text
    assert "incident_event_log.zip" in text
    config.Project.model_validate(yaml.safe_load(text))
