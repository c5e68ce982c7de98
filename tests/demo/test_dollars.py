"""The truth's dollars are the files' dollars, summed here by another way: Decimal, row by row."""

import csv
from collections import Counter, defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pyarrow.parquet as pq
import pytest

from unequal import demo
from unequal.demo.books import LINES

FOURTH = Decimal("0.0001")
RULES = {"POST": "freight", "EXPRESS": "freight", "GOODWILL": "off_invoice_discount", "CARDFEE": "other"}


def _number(text):
    return Decimal(text.replace(",", "."))


def _rows(path, delimiter):
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


@pytest.fixture(scope="module")
def rates(meridian):
    found = defaultdict(list)
    for row in _rows(meridian / "data" / "office" / "fx_rates.csv", ","):
        found[row["currency"]].append((row["since"], Decimal(row["rate"])))
    return found


def _in_dollars(amount, currency, day, rates):
    if currency == "USD":
        return amount
    rate = [worth for since, worth in rates[currency] if since <= day][-1]
    return (amount * rate).quantize(FOURTH, ROUND_HALF_UP)


def _order_lines(meridian):
    """Good rows, each once: file after file, keyed by order and line."""
    rows, twice = {}, 0
    for year in (2022, 2023, 2024, 2025):
        for row in _rows(meridian / "data" / "shop" / f"order_lines-{year}.csv", ";"):
            if row["order_no"][0] in "ACF":
                twice += (row["order_no"], row["line_no"]) in rows
                rows[row["order_no"], row["line_no"]] = row
    return list(rows.values()), twice


def _postings(row):
    """(amount name, line, amount) of one order line, as the config maps it."""
    quantity = Decimal(row["quantity"])
    ruled = RULES.get(row["product_code"])
    gross = _number(row["unit_price"]) * quantity
    yield "list_price", ruled or ("returns" if row["line_type"] == "CREDIT" else "list_revenue"), gross
    if row["line_type"] == "SALE":
        yield "discount", "on_invoice_discount", -_number(row["discount"])
    yield "cost", "cost_of_goods", -_number(row["unit_cost"]) * quantity


def test_order_lines_come_to_the_truths_sums_in_every_currency_and_line(meridian, rates):
    rows, twice = _order_lines(meridian)
    originals, dollars = Counter(), Counter()
    for row in rows:
        day = "-".join(reversed(row["order_date"].split(".")))
        for name, line, amount in _postings(row):
            originals[name, line, row["currency"]] += amount
            dollars[name, line, row["currency"]] += _in_dollars(amount, row["currency"], day, rates)
    expected, expected_dollars, rows_twice = Counter(), Counter(), 0
    for row in demo.Truth(meridian).table("money").to_pylist():
        key = row["amount_name"], row["line"], row["currency"]
        if row["source"] != "order_lines":
            continue
        if row["bucket"] == "counted_once":
            rows_twice += row["rows"] if row["amount_name"] == "list_price" else 0
            continue
        expected[key] += row["original"]
        expected_dollars[key] += row["amount"]
    assert {key: value for key, value in originals.items() if value} == {key: value for key, value in expected.items() if value}
    assert {key: value for key, value in dollars.items() if value} == {key: value for key, value in expected_dollars.items() if value}
    assert twice == rows_twice > 0


def test_each_customers_dollars_are_those_of_the_records_that_are_his(meridian, rates):
    truth = demo.Truth(meridian)
    owner = {(row["source"], row["record_id"]): row["entity_id"] for row in truth.table("record").to_pylist() if row["kind"] != "test"}
    sums = defaultdict(Decimal)
    for row in _order_lines(meridian)[0]:
        day = "-".join(reversed(row["order_date"].split(".")))
        who = owner.get(("shop_customers", row["customer_no"]))
        for _name, line, amount in _postings(row):
            sums[who, line] += _in_dollars(amount, row["currency"], day, rates)
    headers = {}
    for year in (2022, 2023, 2024, 2025):
        headers |= {row["order_no"]: row for row in _rows(meridian / "data" / "shop" / f"orders-{year}.csv", ";")}
    for row in headers.values():
        day = "-".join(reversed(row["order_date"].split(".")))
        sums[owner.get(("shop_customers", row["customer_no"])), "freight"] -= _in_dollars(
            _number(row["freight_cost"]), row["currency"], day, rates
        )
    for row in pq.read_table(meridian / "data" / "billing" / "invoices.parquet").to_pylist():
        who, day = owner["accounts", row["account_no"]], row["invoiced_on"].isoformat()
        for column, line, sign in (
            ("list_amount", "list_revenue", 1),
            ("discount", "on_invoice_discount", -1),
            ("cost", "cost_of_goods", -1),
        ):
            sums[who, line] += _in_dollars(sign * row[column], row["currency"], day, rates)
    for row in pq.read_table(meridian / "data" / "billing" / "write_offs.parquet").to_pylist():
        sums[owner["accounts", row["account_no"]], "credit_loss"] -= _in_dollars(
            row["amount"], row["currency"], row["written_off_on"].isoformat(), rates
        )
    for name, line in (("acquisitions", "acquisition"), ("campaign_contacts", "retention")):
        for row in _rows(meridian / "data" / "office" / f"{name}.csv", ","):
            sums[owner["shop_customers", row["customer_no"]], line] -= Decimal(row["cost"])
    expected = {(row["customer_id"], line): row[line] for row in truth.table("profit").to_pylist() for line in LINES if row[line]}
    assert {key: value for key, value in sums.items() if value and key[0]} == expected


def test_dollars_of_nobody_of_unknown_customers_and_of_tests_have_their_buckets(meridian):
    buckets = Counter()
    for row in demo.Truth(meridian).table("money").to_pylist():
        buckets[row["bucket"]] += row["rows"]
    assert set(buckets) == {"customers", "no_customer_id", "unknown_customer", "test_account", "counted_once"}
    assert all(buckets.values())


def test_the_footer_of_each_extract_sums_its_discounts(meridian):
    for year in (2022, 2023, 2024, 2025):
        rows = _rows(meridian / "data" / "shop" / f"order_lines-{year}.csv", ";")
        assert rows[-1]["order_no"] == "TOTAL"
        good = [row for row in rows if row["order_no"][0] in "ACF"]
        assert _number(rows[-1]["discount"]) == sum(_number(row["discount"]) for row in good)


def test_bad_rows_stand_where_the_truth_says_and_nowhere_else(meridian):
    facts = [row for row in demo.Truth(meridian).table("bad_row").to_pylist() if row["reason"] != "footer"]
    reasons = Counter((row["source"], row["reason"]) for row in facts)
    assert reasons == {
        ("order_lines", "ragged_row"): 8, ("order_lines", "no_such_day"): 7, ("order_lines", "not_a_number"): 10,
        ("order_lines", "bad_encoding"): 2, ("order_lines", "nul_byte"): 1, ("tickets", "no_such_day"): 4, ("tickets", "ragged_row"): 3,
        ("web_sessions", "not_json"): 3, ("web_sessions", "lone_surrogate"): 2, ("members", "no_such_day"): 3,
    }  # fmt: skip
    lines = (meridian / "data" / "shop" / "order_lines-2025.csv").read_bytes().splitlines()
    assert [number for number, line in enumerate(lines) if line.startswith(b"X")] == sorted(
        row["row"] for row in facts if row["source"] == "order_lines"
    )


def test_the_general_ledger_agrees_with_the_detail_but_for_what_is_declared_unexplained(meridian):
    truth = demo.Truth(meridian)
    ledger = Counter()
    for row in _rows(meridian / "data" / "office" / "general_ledger.csv", ","):
        ledger[row["account"]] += Decimal(row["amount"])
    off = Counter()
    for row in truth.table("unexplained").to_pylist():
        off[row["account"]] += Decimal(row["amount_units"]) * FOURTH
    detail = Counter()
    for row in truth.table("money").to_pylist():
        if row["bucket"] != "counted_once":
            detail[row["line"]] += row["amount"]
    for account, line in (
        ("4000", "list_revenue"),
        ("5000", "cost_of_goods"),
        ("5100", "freight"),
        ("4200", "returns"),
        ("6900", "credit_loss"),
    ):
        assert ledger[account] == detail[line] + off[account], account
    assert sum(1 for value in off.values() if value) == 3


def test_capacity_covers_what_was_used_and_some_stands_idle(meridian):
    rows = demo.Truth(meridian).table("capacity").to_pylist()
    assert all(row["practical_minutes"] >= row["used_minutes"] for row in rows)
    used, practical = (sum(row[name] for row in rows) for name in ("used_minutes", "practical_minutes"))
    assert 0.6 < used / practical < 0.95


def test_rates_stand_for_the_first_of_every_month(rates):
    assert set(rates) == {"EUR", "GBP", "CAD"}
    for dated in rates.values():
        assert [since for since, _rate in dated] == [date(2022 + month // 12, month % 12 + 1, 1).isoformat() for month in range(48)]
