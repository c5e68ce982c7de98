"""What columns mean, how dates and numbers are written, which values are to be doubted."""

from __future__ import annotations

import math
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unequal.sources.assessment import ColumnProfile, warnings_of
from unequal.sources.column_values import values_of
from unequal.sources.columns_profiled import formats_of, profile_column
from unequal.sources.meanings import Meaning, infer
from unequal.sources.vocabulary import words_of
from unequal.sources.written_dates import date_evidence, iso_of
from unequal.sources.written_numbers import floats_of, number_evidence


def _profile(name: str, values: list[str | None]) -> ColumnProfile:
    return profile_column(values_of(name, pa.chunked_array([pa.array(values, pa.string())])))


@pytest.mark.parametrize(
    ("name", "values", "meaning"),
    [
        ("First Name", ["Ann", "Bob", "Käthe"], Meaning.GIVEN_NAME),
        ("Nachname", ["Müller", "Öztürk"], Meaning.FAMILY_NAME),
        ("customer_name", ["Ann Smith", "Bob Jones"], Meaning.FULL_NAME),
        ("customer_name", ["Huber GmbH", "Smith Ltd", "Acme Inc."], Meaning.ORGANISATION_NAME),
        ("Firma", ["Bäckerei Huber", "Schulze"], Meaning.ORGANISATION_NAME),
        ("field_7", ["ann@example.org", "bob@example.org"], Meaning.EMAIL),
        ("Telefon", ["+49 30 123456", "030/654321"], Meaning.PHONE),
        ("col3", ["(702) 919-1300", "702-919-1301", "+1 702 919 1302"], Meaning.PHONE),
        ("PLZ", ["01067", "80331"], Meaning.POSTCODE),
        ("zip_code", ["89132", "01067"], Meaning.POSTCODE),
        ("Ort", ["Leipzig", "Bad Homburg v.d.H."], Meaning.CITY),
        ("Land", ["Deutschland", "Österreich"], Meaning.COUNTRY),
        ("dob", ["1978-12-11", "1991-08-20"], Meaning.BIRTH_DATE),
        ("Straße", ["Hauptstr. 5", "Am Markt 1"], Meaning.STREET),
        ("Address Line 2", ["Apt 4", "c/o Huber"], Meaning.UNIT),
        ("CustomerID", ["00012", "00013"], Meaning.ID),
        ("Kundennr", ["4711", "0815"], Meaning.ID),
        ("Betrag", ["12,50", "1.234,56"], Meaning.MONEY),
        ("x", ["$12.50", "$3.00"], Meaning.MONEY),
        ("Qty", ["1", "12", "-3"], Meaning.QUANTITY),
        ("Number of Dependents", ["0", "2", "1"], Meaning.QUANTITY),
        ("Währung", ["EUR", "CHF"], Meaning.CURRENCY),
        ("col9", ["EUR", "USD", "EUR"], Meaning.CURRENCY),
        ("booked", ["2024-01-03 10:15:00", "2024-01-04 11:00:30"], Meaning.TIME),
        ("active", ["Yes", "No"], Meaning.BOOLEAN),
        ("Payment Method", ["card", "cash", "card"], Meaning.CATEGORY),
        ("comment", ["please ring twice", "leave with the neighbour"], Meaning.TEXT),
        ("contact_1", ["Robert Smith", "Mary Jones", "James Brown"], Meaning.FULL_NAME),
        ("rate", ["0.19", "0.07"], Meaning.NUMBER),
        ("nothing", [None, "", "  "], Meaning.EMPTY),
    ],
)
def test_name_and_values_together_say_what_a_column_means(name: str, values: list[str | None], meaning: Meaning) -> None:
    assert _profile(name, values * 3).meaning == meaning


def test_a_name_that_its_values_do_not_bear_out_is_not_believed() -> None:
    assert _profile("zip_code", ["Urban", "Suburban", "Rural"] * 400).meaning == Meaning.CATEGORY
    assert _profile("Phone Service", ["Yes", "No"] * 10).meaning == Meaning.BOOLEAN
    assert _profile("email", ["yes", "no"] * 10).meaning == Meaning.BOOLEAN


def test_names_are_cut_into_words_however_they_are_written() -> None:
    assert words_of("SalesOrderLineNumber") == ("sales", "order", "line", "number")
    assert words_of("E-Mail Adresse") == ("e", "mail", "adresse")
    assert words_of("ADDR_LINE1") == ("addr", "line", "1")


def test_a_day_above_twelve_anywhere_decides_between_day_and_month_first() -> None:
    many = [(f"0{day}/04/2024", 1) for day in range(1, 10)]
    undecided, american, european = (date_evidence([*many, *more]) for more in ([], [("03/25/2024", 1)], [("25/03/2024", 1)]))
    assert undecided is not None
    assert american is not None
    assert european is not None
    assert not undecided.is_decided
    assert (american.format, american.is_decided, american.share) == ("%m/%d/%Y", True, 1.0)
    assert (european.format, european.is_decided, european.share) == ("%d/%m/%Y", True, 1.0)


def test_days_in_both_orders_are_told_and_the_majority_is_taken() -> None:
    evidence = date_evidence([("25/03/2024", 5), ("03/25/2024", 2), ("01/02/2024", 3)])
    assert evidence is not None
    assert (evidence.format, evidence.is_decided, evidence.share) == ("%d/%m/%Y", False, 0.8)


@pytest.mark.parametrize(
    ("text", "format_", "kind"),
    [
        ("2024-02-29", "ISO", "date"),
        ("2024-02-29T23:59:59Z", "ISO", "timestamp"),
        ("2024-02-29 23:59:59.250", "ISO", "timestamp"),
        ("2024-02-29 23:59", "%Y-%m-%d %H:%M", "timestamp"),
        ("31.12.2024", "%d.%m.%Y", "date"),
        ("31.12.24 08:05", "%d.%m.%y %H:%M", "timestamp"),
        ("12/31/2024 11:05 PM", "%m/%d/%Y %I:%M %p", "timestamp"),
        ("20241231", "%Y%m%d", "date"),
        ("31-Dec-2024", "%d-%b-%Y", "date"),
        ("December 31, 2024", "%B %d, %Y", "date"),
        ("2024/12/31", "%Y/%m/%d", "date"),
    ],
)
def test_the_format_of_a_date_is_read_from_its_shape(text: str, format_: str, kind: str) -> None:
    evidence = date_evidence([(text, 1)])
    assert evidence is not None
    assert (evidence.format, evidence.type) == (format_, kind)


@pytest.mark.parametrize("text", ["30.02.2024", "2024-13-01", "99/99/2024", "hello", "12.5", "1.2.3.4", "20241399"])
def test_what_is_no_date_is_not_taken_for_one(text: str) -> None:
    assert date_evidence([(text, 1)]) is None


@given(st.dates(min_value=date(1900, 1, 1)), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%d %b %Y", "%Y%m%d"]))
def test_every_date_is_read_back_as_it_was_written(day, format_: str) -> None:
    text = day.strftime(format_)
    evidence = date_evidence([(text, 1)])
    if evidence is not None and (format_ != "%Y%m%d" or 1900 <= day.year < 2100):
        assert iso_of(text, evidence) == day.isoformat()
    else:
        assert day.year >= 2100


@pytest.mark.parametrize(
    ("values", "decimal", "thousands", "sign", "negative"),
    [
        (["1,234.50", "12.00"], ".", ",", None, ()),
        (["1.234,50", "12,00"], ",", ".", None, ()),
        (["1 234,50", "-3,1"], ",", " ", None, ("minus",)),
        (["1'234.50", "7.5"], ".", "'", None, ()),
        (["$1,240.00", "-$30.50"], ".", ",", "$", ("minus",)),
        (["12,50 €", "(3,00 €)"], ",", "", "€", ("parentheses",)),
        (["EUR 12.50", "3.00-"], ".", "", "EUR", ("trailing_minus",)),
        (["12", "13"], None, "", None, ()),
        (["1.234", "5.678"], None, ".", None, ()),
    ],
)
def test_marks_signs_and_negatives_are_read_from_the_values(
    values: list[str], decimal: str | None, thousands: str, sign: str | None, negative: tuple[str, ...]
) -> None:
    found = number_evidence(values_of("amount", pa.array(values)))
    assert found is not None
    assert (found.decimal, found.thousands, found.currency_sign, found.negative, found.share) == (decimal, thousands, sign, negative, 1.0)


def test_numbers_of_both_manners_in_one_column_are_told() -> None:
    profile = _profile("amount", ["12,50"] * 9 + ["12.50"])
    assert profile.inference.numbers is not None
    assert profile.inference.numbers.decimal == ","
    assert "1 values have a decimal point, 9 a decimal comma" in warnings_of(profile)


def test_texts_become_floats_with_their_sign() -> None:
    column = pa.array(["1.234,50", "-12,00", "(3,00)", "n/a", None, "7,25-"])
    evidence = number_evidence(values_of("x", column))
    assert evidence is not None
    assert [None if math.isnan(number) else number for number in floats_of(column, evidence).tolist()] == [
        1234.5,
        -12.0,
        -3.0,
        None,
        None,
        -7.25,
    ]


def _kinds(profile: ColumnProfile) -> dict[str, str]:
    return {each.value: each.kind for each in profile.sentinels}


def test_values_that_are_no_facts_are_found() -> None:
    people = [f"p{number}@example.org" for number in range(40)]
    assert _kinds(_profile("email", [*people, *["test@test.com"] * 3, *["shop@corner.example"] * 9])) == {
        "test@test.com": "placeholder", "shop@corner.example": "form_default"}  # fmt: skip
    days = [f"{1950 + number}-06-{number % 28 + 1:02}" for number in range(40)]
    assert _kinds(_profile("birth_date", [*days, "1900-01-01", "9999-12-31", *["1970-01-01"] * 9])) == {
        "1900-01-01": "sentinel_date", "9999-12-31": "sentinel_date", "1970-01-01": "sentinel_date"}  # fmt: skip
    assert _kinds(_profile("customer_id", [*(str(number) for number in range(100, 140)), "999999", "UNKNOWN", "n/a"])) == {
        "999999": "sentinel_number", "UNKNOWN": "no_value", "n/a": "no_value"}  # fmt: skip


def test_one_code_on_far_more_rows_than_the_next_is_told_as_a_forms_default() -> None:
    codes = ["6"] * 60 + ["1"] * 12 + ["2"] * 10 + ["3"] * 9 + ["4"] * 5 + ["5"] * 4
    assert _kinds(_profile("closed_code", codes)) == {"6": "form_default"}
    assert _kinds(_profile("country", ["Germany"] * 90 + ["Austria", "France", "Italy", "Spain", "Poland"] * 2)) == {}


def test_leading_zeros_zero_width_letters_and_combining_marks_are_counted() -> None:
    profile = _profile("id", ["00017", "42", "4\u200b3", "e\u0301tude"])
    assert (profile.leading_zeros, profile.zero_width, profile.not_nfc) == (1, 1, 1)


def test_ways_of_writing_are_told_with_their_shares() -> None:
    found = formats_of(values_of("sku", pa.array(["ABC-1234"] * 3 + ["abc1"])))
    assert [(each.pattern, each.share) for each in found] == [("AAA-9999", 0.75), ("aaa9", 0.25)]


@settings(deadline=None)  # the first look compiles patterns
@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=60), st.text(max_size=20))
def test_no_text_breaks_a_profile(values: list[str | None], name: str) -> None:
    column = values_of(
        name,
        pa.chunked_array(
            [pa.array([None if value is None else value.encode("utf-8", "ignore").decode() for value in values], pa.string())]
        ),
    )
    profile = profile_column(column, infer(column))
    assert profile.filled + profile.empty == len(values)
    assert 0 <= profile.valid <= 1
    assert sum(each.share for each in profile.formats) <= 1 + 1e-9
