"""Public data sets, read as they are; figures from their README."""

import zipfile
from decimal import Decimal as D


def total(accepted, table, *columns):
    found = D(0)
    for row in accepted.table(table):
        product = D(1)
        for column in columns:
            product *= D(row[column])
        found += product
    return found


def test_the_overlap_of_two_years_of_online_retail_is_counted_once(accepting, unequal_data):
    """22,523 rows worth 377,488.45 stand in both extracts, which name and type their columns differently."""
    folder = unequal_data / "online_retail"
    accepted = accepting(
        read=(str(folder / "year_2009_2010.parquet"), str(folder / "year_2010_2011.parquet")),
        null_values=["nan"],
        time_zone="Europe/London",
        columns={
            "Invoice": {"type": "text", "also_named": ["InvoiceNo"]},
            "Quantity": "integer",
            "InvoiceDate": {"type": "timestamp", "format": "ISO"},
            "Price": {"type": "money", "also_named": ["UnitPrice"]},
            "Customer ID": {"type": "text", "whole_numbers": True, "also_named": ["CustomerID"]},
        },
    )
    rows = accepted.table("rows")
    assert len(rows) == 1_044_847
    assert len(accepted.table("counted_once")) == 22_523
    assert accepted.quarantined == []
    assert len({row["Customer ID"] for row in rows if row["Customer ID"]}) == 5942
    assert total(accepted, "rows", "Quantity", "Price") == D("18909744.118")
    assert total(accepted, "counted_once", "Quantity", "Price") == D("377488.45")


def test_an_old_workbook_comes_to_its_figures(accepting, unequal_data):
    path = unequal_data / "superstore" / "Sample - Superstore.xls"
    accepted = accepting(read=str(path), sheet="Orders", columns={"Sales": "money", "Profit": "money", "Order Date": "date"})
    assert len(accepted.table("rows")) == 9994
    assert (total(accepted, "rows", "Sales"), total(accepted, "rows", "Profit")) == (D("2297200.8603"), D("286397.0217"))
    assert len(accepting(read=str(path), sheet="Returns").table("rows")) == 296


def test_a_csv_with_a_byte_order_mark_comes_to_its_figures(accepting, unequal_data):
    path = unequal_data / "telco_maven" / "telecom_customer_churn.csv"
    accepted = accepting(read=str(path), columns={"Total Revenue": "money", "Total Refunds": "money"}, key="Customer ID")
    assert (len(accepted.table("rows")), total(accepted, "rows", "Total Revenue")) == (7043, D("21371131.69"))
    assert total(accepted, "rows", "Total Refunds") == D("13819.65")


def test_a_log_with_a_column_named_twice_is_read_under_a_declared_header(accepting, unequal_data, tmp_path):
    with zipfile.ZipFile(unequal_data / "itsm" / "incident_event_log.zip") as packed:
        packed.extractall(tmp_path)
    path = tmp_path / "incident_event_log" / "incident_event_log.csv"
    header = path.read_text().splitlines()[0].split(",")
    names = [f"{name}_2" if name in header[:place] else name for place, name in enumerate(header)]
    opened = {"type": "timestamp", "format": "%d/%m/%Y %H:%M"}
    accepted = accepting(read=str(path), header=names, skip_lines=1, null_values=["?"], columns={"opened_at": opened})
    assert len(accepted.table("rows")) == 141_712
    assert len({row["number"] for row in accepted.table("rows")}) == 24_918
    assert accepted.quarantined == []
    assert accepted.spans[-1][1] == path.stat().st_size
