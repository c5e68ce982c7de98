"""TRUST's bad inputs 21 to 32, and 38 to 42: cells that are not the value they should be."""

from datetime import date, datetime
from decimal import Decimal as D

import pytest

from unequal.terms.errors import Problems


def column(accepting, texts, contract, **more):
    """What a column of these texts becomes, and the reasons of the rows that do not fit."""
    text = "id\tvalue\n" + "".join(f"{row}\t{value}\n" for row, value in enumerate(texts, 1))
    accepted = accepting({"a.tsv": text.encode()}, columns={"value": contract}, **more)
    return accepted.column("value"), [reason for _, _, reason in accepted.reasons], accepted


MONEY = {"type": "money"}


@pytest.mark.parametrize(
    ("marks", "given"),
    [
        ({"decimal": ".", "thousands": ","}, "1,234.50"),
        ({"decimal": ",", "thousands": "."}, "1.234,50"),
        ({"decimal": ",", "thousands": " "}, "1\u00a0234,50"),
        ({"decimal": ".", "thousands": "'"}, "1'234.50"),
    ],
)
def test_numbers_are_read_in_the_declared_locale(accepting, marks, given):
    """TRUST 21."""
    values, reasons, _ = column(accepting, [given, "1234" + marks["decimal"] + "5"], {**MONEY, **marks})
    assert values == [D("1234.5"), D("1234.5")]
    assert reasons == []


def test_numbers_of_another_locale_are_never_guessed(accepting):
    """TRUST 21: 1.234,50 read in the wrong locale would be a thousandth of itself."""
    values, reasons, _ = column(accepting, ["1.234,50", "1,23", "12,34.5"], {**MONEY, "decimal": ".", "thousands": ","})
    assert values == []
    assert reasons == ["not_a_number"] * 3


def test_a_currency_sign_must_be_the_declared_one(accepting):
    """TRUST 22."""
    given = ["$12.50", "12.50", "$ 12.50", "-$12.50", "$-12.50", "€12.50", "12.50 EUR", "$12.50$"]
    values, reasons, _ = column(accepting, given, {**MONEY, "currency_sign": "$"})
    assert values == [D("12.5"), D("12.5"), D("12.5"), D("-12.5"), D("-12.5")]
    assert reasons == ["wrong_currency_sign", "wrong_currency_sign", "not_a_number"]


def test_a_currency_sign_without_a_declared_one_is_quarantined(accepting):
    """TRUST 22."""
    values, reasons, _ = column(accepting, ["$12.50", "USD 12.50", "12.50"], MONEY)
    assert values == [D("12.5")]
    assert reasons == ["wrong_currency_sign"] * 2


@pytest.mark.parametrize(("given", "way"), [("(12.50)", "parentheses"), ("12.50-", "trailing_minus"), ("-12.50", "minus")])
def test_a_negative_number_is_one_only_as_declared(accepting, given, way):
    """TRUST 23."""
    assert column(accepting, [given], {**MONEY, "negative": [way]})[0] == [D("-12.5")]
    others = [other for other in ("minus", "parentheses", "trailing_minus") if other != way]
    assert column(accepting, [given], {**MONEY, "negative": others})[1] == ["undeclared_negative"]


SALES = {"amounts": {"sales": {"column": "price", "times": "quantity", "line": "list_revenue"}}, "booked_on": "day"}
LINES = b"day,price,quantity\n2026-01-01,2.00,3\n2026-01-02,2.00,-1\n"
COLUMNS = {"price": "money", "quantity": "integer", "day": {"type": "date", "format": "ISO"}}


def test_a_negative_quantity_is_quarantined_where_nothing_says_it_is_a_return(accepting):
    """TRUST 24."""
    accepted = accepting({"a.csv": LINES}, columns=COLUMNS, postings=SALES)
    assert accepted.column("quantity") == [3]
    assert accepted.reasons == [(2, "quantity", "negative_quantity")]


def test_a_negative_quantity_is_kept_where_it_is_a_return(accepting):
    """TRUST 24."""
    accepted = accepting({"a.csv": LINES}, columns=COLUMNS, postings={**SALES, "returns": {"when": "quantity < 0"}})
    assert accepted.column("quantity") == [3, -1]


def test_what_is_no_finite_number_is_quarantined(accepting):
    """TRUST 25."""
    given = ["NaN", "Infinity", "-inf", "1e999", "1e3", "0x1F", "+5", "5.", "1_000", "٣", "1234567890123456789", "0.12345678901"]
    values, reasons, _ = column(accepting, given, MONEY)
    assert values == []
    assert reasons == ["not_a_number"] * 10 + ["out_of_range", "too_precise"]


def test_numbers_in_range_are_exact(accepting):
    given = ["999999999999999999.9999999999", ".5", "-0.0000000001", "007", " 12.5 ", "1.00000000000000"]
    assert column(accepting, given, MONEY)[0] == [D(text.strip()) for text in given]


def test_ids_are_text_to_the_last_digit(accepting):
    """TRUST 26."""
    accepted = accepting({"a.csv": b"no,x\n00123,1\n12345678901234567890,2\n"}, key="no")
    assert accepted.column("no") == ["00123", "12345678901234567890"]
    assert accepted.column("_row_id") == ["00123", "12345678901234567890"]


def test_an_id_that_a_spreadsheet_has_rounded_is_quarantined(accepting):
    """TRUST 27: in a column that names something; elsewhere it is text as any other."""
    data = b'no,note\n1.23E+15,1.23E+15\n"1,23E+15",a\n4E+99,b\nA1E+10,c\n'
    accepted = accepting({"a.csv": data}, key="no")
    assert accepted.reasons == [(row, "no", "spreadsheet_id") for row in (1, 2, 3)]
    assert accepted.column("no") == ["A1E+10"]
    assert len(accepting({"a.csv": data}).rows) == 4


def test_a_day_that_does_not_exist_is_quarantined(accepting):
    """TRUST 29."""
    given = ["2024-02-29", "2024-02-30", "2023-02-29", "0000-00-00", "2024-13-01", "2024-00-10", "2024-1-05", "20240105", "2024-01-05x"]
    values, reasons, _ = column(accepting, given, {"type": "date", "format": "ISO"})
    assert values == [date(2024, 2, 29)]
    assert reasons == ["no_such_day"] * 5 + ["not_a_date"] * 3


@pytest.mark.parametrize(("form", "meant"), [("%d/%m/%Y", date(2024, 4, 3)), ("%m/%d/%Y", date(2024, 3, 4))])
def test_an_ambiguous_date_is_read_as_declared(accepting, form, meant):
    """TRUST 30."""
    assert column(accepting, ["03/04/2024"], {"type": "date", "format": form})[0] == [meant]


def test_a_date_without_a_format_is_refused(accepting):
    """TRUST 30."""
    with pytest.raises(Problems, match="SRC011"):
        column(accepting, ["03/04/2024"], {"type": "date"})


@pytest.mark.parametrize(
    ("form", "given", "meant"),
    [
        ("%d.%m.%y", "3.4.69", date(1969, 4, 3)),
        ("%d.%m.%y", "3.4.68", date(2068, 4, 3)),
        ("%d %b %Y", "3 APR 2024", date(2024, 4, 3)),
        ("%B %d, %Y", "April 3, 2024", date(2024, 4, 3)),
        ("%Y%m%d", "20240403", date(2024, 4, 3)),
        ("%Y.%j", "2024.094", date(2024, 4, 3)),
        ("%a %d %b %Y", "Wed 03 Apr 2024", date(2024, 4, 3)),
    ],
)
def test_dates_are_read_in_the_declared_codes(accepting, form, given, meant):
    """TRUST 30."""
    assert column(accepting, [given], {"type": "date", "format": form})[0] == [meant]


def test_times_are_naive_utc_after_their_own_offset(accepting):
    given = ["2024-07-01 12:00:00+02:00", "2024-07-01T12:00:00Z", "2024-07-01 12:00:00.123456-0530"]
    values, reasons, _ = column(accepting, given, {"type": "timestamp", "format": "ISO", "time_zone": "America/New_York"})
    assert values == [datetime(2024, 7, 1, 10), datetime(2024, 7, 1, 12), datetime(2024, 7, 1, 17, 30, 0, 123456)]
    assert reasons == []


def test_times_without_an_offset_are_in_the_declared_zone(accepting):
    """TRUST 31: the column's, else the source's, else the project's."""
    contract = {"type": "timestamp", "format": "%d/%m/%Y %I:%M %p"}
    given = ["01/07/2024 02:30 PM", "01/07/2024 12:00 AM"]
    assert column(accepting, given, contract, time_zone="Europe/Berlin")[0] == [datetime(2024, 7, 1, 12, 30), datetime(2024, 6, 30, 22)]
    assert column(accepting, given[:1], {**contract, "time_zone": "Asia/Kolkata"})[0] == [datetime(2024, 7, 1, 9)]


def test_the_two_odd_hours_of_a_zone_are_flagged(accepting):
    """TRUST 31: a time the clock skips moves forward by what was skipped; of one it shows twice, the first is taken."""
    given = ["2024-03-31 02:30:00", "2024-10-27 02:30:00", "2024-06-01 02:30:00"]
    values, reasons, accepted = column(accepting, given, {"type": "timestamp", "format": "ISO"}, time_zone="Europe/Berlin")
    assert values == [datetime(2024, 3, 31, 1, 30), datetime(2024, 10, 27, 0, 30), datetime(2024, 6, 1, 0, 30)]
    assert reasons == []
    flags = [(flag["row"], flag["column"], flag["reason"]) for flag in accepted.table("flag")]
    assert flags == [(1, "value", "time_in_gap"), (2, "value", "time_twice")]


def test_hours_that_do_not_exist_are_quarantined(accepting):
    given = ["2024-01-01 24:00:00", "2024-01-01 12:60:00", "2024-01-01", "2024-01-01 12:00:00+15:00"]
    assert column(accepting, given, {"type": "timestamp", "format": "ISO"})[1] == [
        "no_such_day",
        "no_such_day",
        "not_a_timestamp",
        "no_such_day",
    ]


def test_sentinel_dates_are_nothing_or_quarantined_by_rule(accepting):
    """TRUST 32."""
    given = ["1970-01-01", "1900-01-01", "9999-12-31", "2999-01-01", "2024-01-01"]
    contract = {
        "type": "date",
        "format": "ISO",
        "null_values": ["1900-01-01", "9999-12-31"],
        "at_least": "1971-01-01",
        "at_most": "2030-12-31",
    }
    values, reasons, _ = column(accepting, given, contract)
    assert values == [None, None, date(2024, 1, 1)]
    assert reasons == ["below_minimum", "above_maximum"]


def test_bounds_hold_for_numbers_and_include_their_ends(accepting):
    values, reasons, _ = column(accepting, ["0", "-1", "100", "100.01"], {**MONEY, "at_least": "0", "at_most": "100"})
    assert values == [D(0), D(100)]
    assert reasons == ["below_minimum", "above_maximum"]


def test_a_required_value_that_is_missing_quarantines_the_row(accepting):
    assert column(accepting, ["", "n/a", "5"], {"type": "integer", "required": True, "null_values": ["n/a"]})[1] == ["required_missing"] * 2


def test_the_first_failing_column_is_named(accepting):
    accepted = accepting({"a.csv": b"a,b,c\n1,x,y\n"}, columns={"a": "integer", "b": "integer", "c": "integer"})
    assert accepted.reasons == [(1, "b", "not_a_number")]


def test_booleans_are_read_from_the_words_in_use(accepting):
    values, reasons, _ = column(accepting, ["Yes", "n", "TRUE", "0", "maybe", ""], "boolean")
    assert values == [True, False, True, False, None]
    assert reasons == ["not_a_boolean"]


def test_cells_that_a_spreadsheet_would_run_are_stored_as_they_are(accepting):
    """TRUST 38: escaped on export, never before."""
    given = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "  =1+1"]
    assert column(accepting, given, "text")[0] == given


def test_column_names_of_any_text_reach_the_rows(accepting):
    """TRUST 42: quotes, keywords, newlines, and a name that tries to be SQL."""
    names = ['a"b', "select", "two\nlines", "x'; DROP TABLE rows; --", "ünï ço∂é", "a.b", "%s", "{0}"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    row = ",".join(str(place) for place in range(len(names)))
    data = f"{header}\n{row}\n{row}\n".encode()
    accepted = accepting({"a.csv": data, "b.csv": data}, columns={names[0]: "integer", names[2]: "money"})
    assert [accepted.rows[0][name] for name in names] == [0, "1", D(2), "3", "4", "5", "6", "7"]
    assert len(accepted.table("counted_once")) == 2
