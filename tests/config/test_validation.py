"""What is wrong with a value or a key: one message for each mistake, in plain words, at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, added, changed, load, problem, problems

from unequal.config.identity import Identity


@pytest.mark.parametrize(
    ("old", "new", "key", "meant"),
    [
        ("reporting_currency", "reporting_curency", "reporting_curency", "reporting_currency"),
        ("    read: data/products.parquet", "    reed: data/products.parquet", "reed", "read"),
        ("booked_on", "boked_on", "boked_on", "booked_on"),
        ("line: list_revenue", "lines: list_revenue", "lines", "line"),
        ("key: product_no, value", "key: product_no, vale", "vale", "value"),
        ('format: "%d', 'fromat: "%d', "fromat", "format"),
    ],
)  # fmt: skip
def test_a_misspelt_key_is_told_once_with_the_one_that_was_meant(tmp_path: Path, old: str, new: str, key: str, meant: str) -> None:
    told = [one for one in problems(tmp_path, changed(old, new)) if one.code != "CFG029"]
    assert [(one.code, one.error.seen, one.error.do) for one in told] == [("CFG010", key, f"did you mean {meant}?")]


def test_an_unknown_key_far_from_any_is_told_what_there_is(tmp_path: Path) -> None:
    told = problem(tmp_path, added("customer_base: {colour: red}\n"))
    assert told.error.do == "choose from break_even_share_of_sales, break_even_within, other_window"


@pytest.mark.parametrize("key", ["project", "reporting_currency", "time_zone", "sources"])
def test_what_dollars_and_days_depend_on_must_be_given(tmp_path: Path, key: str) -> None:
    lines = SOUND.splitlines()
    text = "\n".join(lines[:3] if key == "sources" else [line for line in lines if not line.startswith(key)])
    told = problem(tmp_path, text)
    assert (told.code, told.error.what) == ("CFG011", f"the config has no {key}")


def test_a_missing_key_is_told_at_its_section_with_its_meaning(tmp_path: Path) -> None:
    told = problem(tmp_path, changed("      booked_on: order_date\n", ""))
    assert (told.code, told.line) == ("CFG011", 19)
    assert told.error.do.startswith("add booked_on: a date, or a timestamp")


@pytest.mark.parametrize(
    ("section", "quoted"),
    [
        ("customer_base: {break_even_within: 5.00}", '"5.00"'),
        ("ledger: {rates: [{currency: USD, since: 2026-01-01, rate: 0.92}]}", '"0.92"'),
        ("ledger: {rates: [{currency: USD, since: 2026-01-01, rate: 1}]}", '"1"'),
        ("identity: {placeholders: [999999]}", '"999999"'),
    ],
)  # fmt: skip
def test_a_number_where_money_or_text_is_meant_is_told_to_be_quoted_as_it_is_written(tmp_path: Path, section: str, quoted: str) -> None:
    told = problem(tmp_path, added(section + "\n"))
    assert told.code == "CFG013"
    assert told.error.do == f"write it in quotes: {quoted}"


def test_money_in_quotes_is_kept_to_the_last_digit(tmp_path: Path) -> None:
    loaded = load(tmp_path, added('ledger: {rates: [{currency: USD, since: 2026-01-01, rate: "0.9200000001"}]}\n'))
    assert isinstance(loaded.project.ledger.rates, tuple)
    assert loaded.project.ledger.rates[0].rate == "0.9200000001"


@pytest.mark.parametrize(
    ("old", "new", "told_once"),
    [
        # Keys that can be written in several ways tell the fault of the way that was chosen.
        ("amount: money", "amount: monney", "did you mean money?"),
        ("amount: money", "amount: {type: monney}", "did you mean money?"),
        ("amount: money", "amount: [money]", "write a type, or a contract with a key `type`"),
        ("amount: money", "amount: 4", "write a type, or a contract"),
        ("booked_on: order_date", "booked_on: order_date\n      currency: {value: 5}", 'write it in quotes: "5"'),
        ("booked_on: order_date", "booked_on: order_date\n      currency: {vale: EUR}", "did you mean value?"),
        ("booked_on: order_date", "booked_on: order_date\n      currency: 5", "write a column, {value: x} for a constant"),
        ("booked_on: order_date", "booked_on: order_date\n      currency: [a, b]", "write a column, {value: x} for a constant"),
        ("key: product_no, value: name", "key: product_no", "add value: the column of that source to take"),
        ("id: customer_no\n", "id: 5\n", "a name that is a number stands in quotes"),
        ("id: customer_no\n", "id: [a, 5]\n", 'write it in quotes: "5"'),
        ("id: customer_no\n", "id: []\n", "the column, or columns, of the record's id"),
        ("id: customer_no\n", "id: customer_no\n      kind: company\n", "choose from person, organisation"),
        ("id: customer_no\n", "id: customer_no\n      kind: {organisation_if: x}\n", "did you mean organisation_when?"),
        ("id: customer_no\n", "id: customer_no\n      kind: [person]\n", "organisation_when"),
        ("data/products.parquet", "{path: x}", "write a path, or a list of paths"),
        ("line: list_revenue", "line: list_revenu", "did you mean list_revenue?"),
        ("{source: crm, id: customer_no}", "customer_no", "write keys below it: id, source"),
    ],
)  # fmt: skip
def test_one_mistake_gives_one_message(tmp_path: Path, old: str, new: str, told_once: str) -> None:
    told = problem(tmp_path, changed(old, new))
    assert told_once in f"{told.error.what} {told.error.do}".lower() or told_once in told.error.do


@pytest.mark.parametrize(
    ("section", "code", "what"),
    [
        ("identity: {shared_by_at_most: 1}", "CFG014", "identity.shared_by_at_most must be at least 2"),
        ("identity: {golden: {email: [newest]}}", "CFG014", "identity.golden.email[0] has no such choice"),
        ("identity: {golden: {email: []}}", "CFG014", "identity.golden.email is empty"),
        ("identity: {golden: {email: [recency, recency]}}", "CFG014", "identity.golden.email is a list that has recency twice"),
        ("identity: {source_trust: [crm, crm]}", "CFG014", "identity.source_trust is a list that has crm twice"),
        ("identity: {source_trust: crm}", "CFG012", "identity.source_trust cannot be written in this way"),
        ("identity: {source_trust: {crm: -1}}", "CFG014", "identity.source_trust.crm must be at least 0"),
        ("customer_base: {break_even_share_of_sales: 1.5}", "CFG014", "customer_base.break_even_share_of_sales must be at most 1"),
        ("customer_base: {break_even_share_of_sales: nan}", "CFG012", "customer_base.break_even_share_of_sales must be a number"),
        ("storage: {threads: true}", "CFG014", "storage.threads is not a whole number"),
        ("storage: {threads: two}", "CFG012", "storage.threads must be a whole number"),
        ("storage: {threads: 1.5}", "CFG012", "storage.threads must be a whole number"),
        ("storage: {memory_limit: lots}", "CFG014", "storage.memory_limit is not written as it must be"),
        ("storage: {engine: postgres}", "CFG014", "storage.engine has no such choice"),
        ("storage: [duckdb]", "CFG012", "storage must be a section with keys"),
        ("storage: duckdb", "CFG012", "storage must be a section with keys"),
        ("identity: {identifiers: email}", "CFG012", "identity.identifiers must be a list"),
        ("default_region: Germany", "CFG014", "default_region is not written as it must be"),
        ("attributes: {rooms: {type: integer, meaning: ''}}", "CFG014", "attributes.rooms.meaning is empty"),
        ("attributes: {Rooms: {type: integer, meaning: x}}", "CFG014", "a name is not written as names are"),
        ("customer_base: {break_even_within: '-5'}", "CFG014", "customer_base.break_even_within is not written as it must be"),
        ("customer_base: {break_even_within: '123456789012345'}", "CFG014", "customer_base.break_even_within is not written as it must be"),
        ("ledger: {rates: [{currency: USD, since: 20240101, rate: '1'}]}", "CFG014", "ledger.rates[0].since is not a date written as YYYY-MM-DD"),
        ("ledger: {rates: [{currency: USD, since: '2024-02-30', rate: '1'}]}", "CFG014", "ledger.rates[0].since is not a day that exists"),
    ],
)  # fmt: skip
def test_a_value_that_may_not_stand_there_is_told_in_plain_words(tmp_path: Path, section: str, code: str, what: str) -> None:
    told = problem(tmp_path, added(section + "\n"))
    assert told.code == code
    assert told.error.what.lower().startswith(what.lower())
    assert told.line == SOUND.count("\n") + 1


def test_a_time_zone_that_does_not_exist_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    text = SOUND.replace("Europe/Berlin", "Europe/Berln").replace("data/products.parquet", "data/products.parquet\n    time_zone: CET2")
    assert [one.line for one in problems(tmp_path, text)] == [3, 13]


def test_words_for_yes_and_no_are_understood_where_true_or_false_is_asked(tmp_path: Path) -> None:
    loaded = load(tmp_path, changed("id: customer_no\n", "id: customer_no\n      deduplicated: yes\n"))
    assert loaded.project.sources["crm"].records is not None
    assert loaded.project.sources["crm"].records.deduplicated is True


def test_a_heading_with_nothing_below_it_keeps_its_defaults(tmp_path: Path) -> None:
    loaded = load(tmp_path, added("identity:\n  # identifiers: [email]\nstorage: {threads: }\n"))
    assert loaded.project.identity == Identity()
    assert loaded.project.storage.threads is None


def test_a_source_with_nothing_below_it_is_not_passed_over(tmp_path: Path) -> None:
    told = problem(tmp_path, changed("  products:\n    read: data/products.parquet\n", "  products:\n"))
    assert (told.code, told.line) == ("CFG012", 11)


def test_a_text_that_could_steer_a_terminal_is_shown_escaped_and_short(tmp_path: Path) -> None:
    told = problem(tmp_path, added('"a\\e[31mb\\u202e' + "x" * 200 + '": 1\n'))
    assert told.code == "CFG010"
    assert "\x1b" not in str(told)
    assert "\u202e" not in str(told)
    assert len(told.error.seen) <= 80


def test_no_message_of_the_library_below_shows_through(tmp_path: Path) -> None:
    text = "project: 5\nsources: {a: {read: 1, columns: [x], records: 7, postings: {amounts: {x: {line: y}}}}}\nledger: x\n"
    for one in problems(tmp_path, text):
        assert "Input should" not in str(one)
        assert "pydantic" not in str(one)
