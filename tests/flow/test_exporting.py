"""What is taken out: exact, typed, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import hashlib
import io
from decimal import Decimal as D

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.flow.looking import edit, figures, run, worth

from unequal import answers, flow
from unequal.flow.exporting import TABLES, export_table, spreadsheet_safe, write_csv, write_file
from unequal.terms.errors import AnswerError, PredicateError
from unequal.terms.lines import Level

FORMULAS = "=+-@\t\r\n＝＋－＠"
BLANKS = " \u00a0\u2003\u200b\u3000\ufeff"


def exported(folder, name, **narrowed):
    with flow.open_base(flow.open_project(folder, {})) as opened:
        stream = io.StringIO()
        rows = write_csv(opened, export_table(opened, name, **narrowed), stream)
    found = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert rows == len(found)
    return found


@given(st.text(BLANKS, max_size=4), st.sampled_from(FORMULAS), st.text(max_size=8))
def test_no_cell_begins_as_a_formula_after_leading_spaces_either(blanks, mark, rest):
    text = blanks + mark + rest
    safe = spreadsheet_safe(text)
    assert safe == f"'{text}" or (safe == text and float(text) <= 0)


@given(st.text())
def test_an_escaped_cell_keeps_its_text_behind_the_apostrophe(text):
    assert spreadsheet_safe(text) in {text, f"'{text}"}


@pytest.mark.parametrize("text", ["", "Ann", "Müller & Söhne", "12.50", "-12.50", "-7", "1+1", "a=b", "ann@bakery.example"])
def test_a_harmless_cell_stays_as_it_is(text):
    assert spreadsheet_safe(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", " =1+1", "\u00a0@SUM(A1)", "\t=1", "\r\n=1", "-1+cmd|' /C calc'!A0", "--1", "-", "+49 30 1234", "-1.2.3", "\u2003＝1"]
)
def test_a_hostile_cell_gets_an_apostrophe(text):
    assert spreadsheet_safe(text) == f"'{text}"


def test_hostile_values_of_the_data_leave_escaped_and_come_in_as_they_are(company):
    edit(company / "data" / "orders-2026-02.csv", ("b1,3", "=HYPERLINK(1),3"))
    run(company)
    documents = {row["document"] for row in exported(company, "entries")}
    assert "'=HYPERLINK(1)" in documents
    with flow.open_base(flow.open_project(company, {})) as opened:
        stored = {row["document"] for row in opened.base.fetch(opened.base.table("entry"))}
    assert "=HYPERLINK(1)" in stored


def test_decimals_leave_exactly_and_the_rows_add_up(yesterday):
    entries = exported(yesterday, "entries")
    assert sum(D(row["amount"]) for row in entries) == D("103.5000")
    assert all(row["amount"].rpartition(".")[2].isdigit() and len(row["amount"].rpartition(".")[2]) == 4 for row in entries)
    assert entries == sorted(entries, key=lambda row: (row["booked_on"], row["entry_id"]))


def test_customers_leave_best_first_with_what_they_bring(yesterday):
    found = exported(yesterday, "customers")
    assert [(row["customer_rank"], D(row["amount"])) for row in found] == [("1", D(90)), ("2", D("9.5")), ("3", D(-15))]


@pytest.mark.parametrize(
    "narrowed",
    [
        {"where": "channel = 'web'"}, {"where": "booked_on >= date '2026-02-01'"}, {"level": Level.REVENUE}, {"where": "main_channel = 'web'"},
        {"where": "count(order, 20 days) >= 1 and country = 'DE'"},
    ],
)  # fmt: skip
def test_the_customers_behind_an_answer_add_up_to_it(yesterday, narrowed):
    with flow.open_base(flow.open_project(yesterday, {})) as opened:
        answer = answers.answer("profit", opened.base, **narrowed)
    found = exported(yesterday, "customers", **narrowed)
    assert sum(D(row["amount"]) for row in found) == figures(answer)["total"]
    assert len(found) == figures(answer)["customers"]


@pytest.mark.parametrize("where", ["main_channel = 'web'", "count(order, 20 days) >= 1"])
def test_entries_and_values_are_narrowed_by_what_a_question_may_name_of_customers(yesterday, where):
    whom = {row["customer_id"] for row in exported(yesterday, "customers", where=where)}
    assert whom
    assert len(whom) < len(exported(yesterday, "customers"))
    entries = [row for row in exported(yesterday, "entries") if row["customer_id"] in whom]
    assert exported(yesterday, "entries", where=where) == entries
    values = [row for row in exported(yesterday, "values") if row["customer_id"] in whom]
    assert exported(yesterday, "values", where=where) == values


@pytest.mark.parametrize("name", ["surveys", "contacts", "promises", "plans"])
def test_what_no_section_declares_cannot_be_taken_out(yesterday, name):
    with flow.open_base(flow.open_project(yesterday, {})) as opened, pytest.raises(AnswerError, match="ANS007"):
        export_table(opened, name)


def test_parquet_keeps_every_type(yesterday, tmp_path):
    with flow.open_base(flow.open_project(yesterday, {})) as opened:
        for name in set(TABLES) - {
            "seeds",
            "surveys",
            "contacts",
            "promises",
            "plans",
            "trials",
        }:  # nobody consented here, no lot was drawn, and no section declares the others
            rows = write_file(opened, export_table(opened, name), tmp_path / f"{name}.parquet")
            assert pq.read_metadata(tmp_path / f"{name}.parquet").num_rows == rows
    schema = pq.read_schema(tmp_path / "entries.parquet")
    assert schema.field("amount").type == pa.decimal128(18, 4)
    assert schema.field("booked_on").type == pa.date32()
    assert schema.field("source_row").type == pa.int64()
    amounts = pq.read_table(tmp_path / "customers.parquet")["amount"].to_pylist()
    assert sorted(amounts) == sorted(set(worth(yesterday).values()))


def test_an_ending_that_is_neither_csv_nor_parquet_is_refused(yesterday, tmp_path):
    with flow.open_base(flow.open_project(yesterday, {})) as opened, pytest.raises(AnswerError, match="ANS010"):
        write_file(opened, export_table(opened, "customers"), tmp_path / "customers.xlsx")
    assert list(tmp_path.glob("*.xlsx")) == []


def test_what_cannot_be_exported_or_narrowed_is_told(yesterday):
    for name, narrowed in (("passwords", {}), ("statement", {"where": "line = 'freight'"}), ("entries", {"level": Level.REVENUE})):
        with pytest.raises(AnswerError, match="ANS007"):
            exported(yesterday, name, **narrowed)
    with pytest.raises(PredicateError):
        exported(yesterday, "customers", where="1; drop table entry")


@pytest.mark.parametrize("rule", ["country = 'DE'", "country = 'DE' and count(order, 900 days) >= 1"])
def test_seeds_are_the_best_of_those_who_consented_by_a_digest_of_their_email_and_nothing_else(company, rule):
    config = company / "unequal.yaml"
    config.write_text(config.read_text(encoding="utf-8") + f'value: {{seeds: {{consented: "{rule}", share: 1.0}}}}\n', encoding="utf-8")
    run(company)
    # Ann is worth something; Bert loses money; Cleo lives elsewhere, and has no e-mail.
    assert exported(company, "seeds") == [{"email_sha256": hashlib.sha256(b"ann@bakery.example").hexdigest()}]


def test_nobody_is_handed_out_where_no_rule_says_who_consented(company):
    run(company)
    with pytest.raises(AnswerError, match="ANS015"):
        exported(company, "seeds")
