"""Tables of a page: written by kind, aligned by column, missing values with their reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from unequal.pages import Column, Listing, define, definition_keys, environment

D = Decimal
COLUMNS = [
    Column("name", "Name", "name"),
    Column("customers", "Customers", "count"),
    Column("amount", "Profit", "money"),
    Column("cost", "Cost", "cost"),
    Column("share", "Share", "share"),
    Column("proof", "Control total", "exact"),
]
ROW = {"name": "Ann", "customers": 12_000, "amount": D("-1540783.3100"), "cost": D("-5"), "share": D("0.2"), "proof": D("0.0001")}


def rendered(listing: Listing) -> str:
    source = '{% import "macros.html" as page %}{{ page.listing(listing) }}'
    return environment().from_string(source).render(listing=listing)


def test_each_cell_is_written_as_its_column_says():
    listing = Listing("A table", COLUMNS, [ROW], currency="USD")
    assert [listing.text(ROW, column) for column in COLUMNS] == ["Ann", "12,000", "−$1,540,783.31", "−$5.00", "20.0%", "0.0001"]


def test_numbers_are_aligned_by_column_and_not_cell_by_cell():
    assert Listing("A table", COLUMNS, [ROW]).number_classes == "n2 n3 n4 n5 n6"


def test_a_loss_is_marked_and_an_ordinary_cost_is_not():
    html = rendered(Listing("A table", COLUMNS, [ROW], currency="USD"))
    assert "<b>−$1,540,783.31</b>" in html
    assert "<td>−$5.00</td>" in html


def test_a_missing_number_is_a_dash_with_its_reason_and_never_nothing():
    listing = Listing(
        "A table", COLUMNS[:3], [{"name": "Ann", "customers": 1, "amount": None}], why_missing={"amount": "no cost is mapped"}
    )
    html = rendered(listing)
    assert '<span class="dash" title="no cost is mapped">–<span class="unseen"> missing: no cost is mapped</span></span>' in html
    assert "– no cost is mapped" in html
    assert "$0" not in html


def test_a_missing_number_without_a_known_reason_says_that_it_is_not_known():
    assert "missing: not known" in rendered(Listing("A table", COLUMNS[:2], [{"name": "Ann"}]))


def test_rows_and_columns_have_scopes_and_the_table_a_caption():
    html = rendered(Listing("Customers by band", COLUMNS, [ROW], {"name": "All", "customers": 12_000}, "USD"))
    assert html.count('scope="col"') == len(COLUMNS)
    assert html.count('scope="row"') == 2
    assert "Customers by band</caption>" in html
    assert "<tfoot>" in html


def test_names_from_the_data_are_isolated_and_escaped():
    html = rendered(Listing("A table", COLUMNS[:1], [{"name": "<b>مريم</b>"}]))
    assert "<bdi>&lt;b&gt;مريم&lt;/b&gt;</bdi>" in html


def test_a_heading_with_a_definition_leads_to_it():
    html = rendered(Listing("A table", [Column("band", "Band", term="band")], [{"band": "x"}]))
    assert 'href="#term-band" aria-describedby="term-band">Band</a>' in html


@pytest.mark.parametrize("key", definition_keys())
def test_every_definition_is_a_sentence_about_the_word_that_is_asked(key):
    told = define(key, word="gross margin")
    assert told.meaning.endswith(".")
    assert "{" not in told.meaning


def test_an_undefined_value_stops_a_page_rather_than_leaving_a_gap():
    with pytest.raises(Exception, match="undefined"):
        environment().from_string("{{ nobody }}").render()
