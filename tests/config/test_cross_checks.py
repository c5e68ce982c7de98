"""What a config refers to must be there, and what it says must not contradict itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, added, changed, load, problem, problems

from unequal import config
from unequal.config.formats import fault_of_format

CUSTOMER = "{source: crm, id: customer_no}"
CURRENCY = "booked_on: order_date\n      currency: "


def test_the_sound_config_has_no_problems(tmp_path: Path) -> None:
    assert load(tmp_path, SOUND).project.sources.keys() == {"crm", "products", "orders"}


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "do"),
    [
        # Sources and records
        ("source: products", "source: product", "CFG020", 24, "did you mean products?"),
        (CUSTOMER, "{source: cmr, id: customer_no}", "CFG020", 22, "did you mean crm?"),
        (CUSTOMER, "{source: products, id: customer_no}", "CFG021", 22, "name the source that has them: crm"),
        (CUSTOMER, "{id: customer_no}", "CFG021", 22, "name the source that has them: crm"),
        (CUSTOMER, "{source: crm, id: [branch, customer_no]}", "CFG021", 22, "name as many columns, in the same order"),
        ("data/products.parquet", "data/p.parquet\n    interactions: {customer: {source: x, id: a}, occurred_at: t, contact: c}", "CFG020", 13, "crm"),
        # Attributes, keys, identifiers
        ("email: mail", "emial: mail", "CFG022", 9, "did you mean email?"),
        ("email: mail", "shoe_width: mail", "CFG022", 9, "declare it under attributes"),
        ("loyalty_no: card", "email: card", "CFG022", 10, "give the key another name"),
        # Postings
        (f"      customer: {CUSTOMER}\n", "", "CFG023", 19, "add customer, or say level"),
        ("booked_on: order_date", "booked_on: order_date\n      level: corporate", "CFG023", 24, "take out customer"),
        (f"      customer: {CUSTOMER}", "      level: channel", "CFG023", 22, "add channel"),
        ("booked_on: order_date", "booked_on: order_date\n      returns: {when: amount < 0, original: no}", "CFG023", 24, "add document"),
        ("booked_on: order_date", "booked_on: order_date\n      control_total: {sale: '12.50'}", "CFG023", 24, "did you mean sales?"),
        # Currencies
        ("booked_on: order_date", CURRENCY + "EUR", "CFG032", 24, "write currency: {value: EUR}"),
        ("booked_on: order_date", CURRENCY + "{value: euro}", "CFG032", 24, "write the ISO 4217 code"),
        ("booked_on: order_date", CURRENCY + "{value: SEK}", "CFG032", 24, "add a rate for SEK under ledger.rates"),
        # Formats of files
        ("data/products.parquet", "data/products", "CFG024", 12, "add format"),
        ("data/products.parquet", "data/products.parquet.gz", "CFG024", 12, "add format"),
        ("data/products.parquet", "[a.csv, b.parquet]", "CFG024", 12, "add format"),
        ("data/products.parquet", "data/products.parquet\n    sheet: A", "CFG025", 13, "xlsx, xls"),
        ("data/products.parquet", "data/products.parquet\n    footer: {column: a}", "CFG025", 13, "csv, tsv"),
        ("data/products.parquet", "sqlite:shop.db", "CFG025", 11, "add table"),
        ("data/products.parquet", "env:SHOP", "CFG025", 11, "add table"),
        ("data/products.parquet", "data/p.csv\n    header: [product_no, name, name]", "CFG026", 13, "name them apart"),
        ("data/products.parquet", "data/p.csv\n    header: [product_no, titel, name]\n    key: title", "CFG027", 14, "did you mean titel?"),
        ("data/products.parquet", "data/p.csv\n    header: [product_no, names]", "CFG027", 25, "did you mean names?"),
        # Contracts of columns
        ("amount: money", "amount: {type: money, format: ISO}", "CFG028", 16, "date, timestamp"),
        ("amount: money", "amount: {type: money, time_zone: UTC}", "CFG028", 16, "timestamp"),
        ("amount: money", 'amount: {type: money, thousands: "."}', "CFG028", 16, "say which mark"),
        ("amount: money", "amount: {type: money, currency_sign: '-5'}", "CFG028", 16, "write the sign alone"),
        ("amount: money", "amount: {type: money, at_least: low}", "CFG028", 16, "write a number in quotes"),
        ("amount: money", "amount: {type: money, at_least: 'NaN'}", "CFG028", 16, "write a number in quotes"),
        ("amount: money", "amount: {type: money, at_least: '9', at_most: '10', negative: [minus]}\n      card: {type: text, at_most: '5'}", "CFG028", 17, "integer"),
        ("amount: money", "amount: {type: money, at_least: '10', at_most: '9'}", "CFG028", 16, "exchange the two"),
        ("quantity: integer", "first_seen: {type: date, format: ISO, at_least: 31.12.1999}", "CFG028", 17, "YYYY-MM-DD"),
        ("data/products.parquet", "data/p.csv\n    decimal: ','\n    thousands: ','", "CFG028", 14, "say which mark"),
        # Dates
        ('{type: date, format: "%d.%m.%Y"}', "date", "CFG029", 18, "order_date: {type: date, format: ISO}"),
        ('{type: date, format: "%d.%m.%Y"}', "{type: timestamp}", "CFG029", 18, "order_date: {type: timestamp, format: ISO}"),
        ("%d.%m.%Y", "DD.MM.YYYY", "CFG029", 18, "strptime codes"),
        # Types that keys need
        ('{type: date, format: "%d.%m.%Y"}', "text", "CFG030", 23, "date or timestamp"),
        ("{column: amount, line", "{column: amuont, line", "CFG030", 21, "money or decimal or integer"),
        ("{column: amount, line", "{column: amount, times: size, line", "CFG030", 21, "money or decimal or integer"),
        ("quantity: integer", "customer_no: integer", "CFG031", 22, "leave it text"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_or_is_not_there_is_told(tmp_path: Path, old: str, new: str, code: str, line: int, do: str) -> None:
    told = problem(tmp_path, changed(old, new))
    assert (told.code, told.line) == (code, line), str(told)
    assert do in told.error.do


@pytest.mark.parametrize(
    ("section", "code", "do"),
    [
        (
            "loyalty: {behaviours: {late: {source: order, customer: {source: crm, id: customer_no}, occurred_on: order_date, meaning: Late}}}",
            "CFG020",
            "did you mean orders?",
        ),
        (
            "loyalty: {behaviours: {late: {source: orders, customer: {id: customer_no}, occurred_on: order_date, meaning: Late}}}",
            "CFG021",
            "name the source that has them: crm",
        ),
        (
            "loyalty: {behaviours: {late: {source: orders, customer: {source: crm, id: customer_no}, occurred_on: amount, meaning: Late}}}",
            "CFG030",
            "date or timestamp",
        ),
        ("live: {sources: {shop: {write_key: 'env:K', user_id: {source: cmr}}}}", "CFG020", "did you mean crm?"),
        ("live: {sources: {shop: {write_key: 'env:K', user_id: {source: products}}}}", "CFG021", "an id of one column"),
        ("live: {sources: {shop: {write_key: 'env:K'}, site: {write_key: 'env:K'}}}", "CFG080", "a key of its own"),
        ("live: {sources: {shop: {write_key: 'env:K', events: {order: [A, B], call: B}}}}", "CFG081", "name it once"),
        ("live: {sources: {shop: {write_key: secret}}}", "CFG014", ""),
        ("identity: {identifiers: [email, loyalty_number]}", "CFG022", "did you mean loyalty_no?"),
        ("attributes: {email: {type: text, meaning: The address.}}", "CFG022", "give it another name"),
        ("identity: {source_trust: [crn]}", "CFG020", "did you mean crm?"),
        ("identity: {source_trust: {crn: 3}}", "CFG020", "did you mean crm?"),
        ("identity: {source_trust: [orders, crm]}", "CFG021", "name one that has them: crm"),
        ("identity: {golden: {emial: [recency]}}", "CFG022", "did you mean email?"),
        ("identity: {golden: {street: [recency]}}", "CFG034", "under the name address"),
        ("ledger: {rates: {source: rate, currency: c, since: s, rate: r}}", "CFG020", "choose from crm, orders, products"),
        ("ledger: {rates: {source: crm, currency: c, since: order_date, rate: amount}}", "CFG030", "under sources.crm.columns"),
        ("ledger: {rates: [{currency: EUR, since: 2026-01-01, rate: '1'}]}", "CFG032", "one of it is worth one"),
        (
            "ledger: {rates: [{currency: USD, since: 2026-01-01, rate: '1'}, {currency: USD, since: 2026-01-01, rate: '2'}]}",
            "CFG032",
            "keep one",
        ),
    ],
)
def test_sections_after_the_sources_are_checked_as_well(tmp_path: Path, section: str, code: str, do: str) -> None:
    told = problems(tmp_path, added(section + "\n"))
    assert {one.code for one in told} == {code}
    assert do in told[0].error.do


def test_an_identifier_may_be_a_declared_key_or_an_attribute_of_the_project(tmp_path: Path) -> None:
    text = changed("email: mail", "email: mail, badge: badge") + "attributes: {badge: {type: text, meaning: The badge.}}\n"
    loaded = load(tmp_path, text + "identity: {identifiers: [loyalty_no, badge]}\n")
    assert loaded.project.identity.identifiers == ("loyalty_no", "badge")


def test_a_value_is_verified_only_where_the_records_have_it(tmp_path: Path) -> None:
    told = problem(tmp_path, changed("      keys:", "      verified: {emial: mail is not null}\n      keys:"))
    assert (told.code, told.line, told.error.do) == ("CFG022", 10, "did you mean email?")
    loaded = load(tmp_path, changed("      keys:", "      verified: {email: mail is not null, loyalty_no: confirmed}\n      keys:"))
    assert dict(config.columns.named_predicates(loaded.project.sources["crm"])) == {
        ("records", "verified", "email"): "mail is not null",
        ("records", "verified", "loyalty_no"): "confirmed",
    }


def test_trust_is_given_by_order_or_by_weight(tmp_path: Path) -> None:
    text = changed("  products:\n    read: data/products.parquet", "  products:\n    read: data/products.parquet\n    records: {id: no}")
    by_order = load(tmp_path, text + "identity: {source_trust: [products, crm]}\n").project.identity
    by_weight = load(tmp_path, text + "identity: {source_trust: {products: 3, crm: 1}}\n").project.identity
    for trusted in (by_order, by_weight):
        assert trusted.trust("products") > trusted.trust("crm") > trusted.trust("orders") == 0


def test_rows_may_be_of_the_records_of_their_own_source(tmp_path: Path) -> None:
    text = changed(CUSTOMER, "{id: customer_no}").replace("    postings:", "    records: {id: customer_no}\n    postings:")
    assert load(tmp_path, text).project.sources["orders"].postings is not None


def test_a_currency_without_a_rate_is_let_through_when_its_rows_are_quarantined_or_rates_are_read(tmp_path: Path) -> None:
    text = changed("booked_on: order_date", CURRENCY + "{value: SEK}")
    assert load(tmp_path, text.replace("    postings:", "    unknown_currency: quarantine\n    postings:"))
    rates = "ledger: {rates: {source: products, currency: c, since: s, rate: r}}\n"
    assert load(tmp_path, text + rates)
    dated = "ledger: {rates: [{currency: SEK, since: 2026-01-01, rate: '0.09'}]}\n"
    assert load(tmp_path, text + dated)


def test_costs_of_a_channel_stay_under_its_name(tmp_path: Path) -> None:
    text = changed(f"      customer: {CUSTOMER}", "      level: channel\n      channel: {value: web}")
    assert load(tmp_path, text).project.sources["orders"].postings is not None


def test_dates_of_typed_sources_need_no_format(tmp_path: Path) -> None:
    loaded = load(tmp_path, changed("data/products.parquet", "data/products.parquet\n    columns: {launched: date, price: money}"))
    assert config.columns.type_of(loaded.project.sources["products"], "launched") == "date"
    assert config.columns.type_of(loaded.project.sources["products"], "name") is None
    assert config.columns.type_of(loaded.project.sources["orders"], "product_no") == "text"


@pytest.mark.parametrize("text", ["ISO", "%Y-%m-%d", "%d/%m/%y", "%-d %B %Y", "%Y%j", "%a %d %b %Y"])
def test_a_format_of_a_date_may_be_used(text: str) -> None:
    assert fault_of_format(text, "date") is None
    assert fault_of_format(text, "timestamp") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("%d/%m", "no year"), ("%Y", "no month and day"), ("%Y-%m", "no month and day"), ("%x", "%x is not a code"), ("%c", "%c is not a code"),
        ("%Y-%W-%d", "%W is not a code"), ("%Y-%m-%d%", "% is not a code"), ("%Y-%m-%d %", "% is not a code"), ("%Y-%m-%d %H:%M", "no time of day"),
        ("yyyy-mm-dd", "no year"), ("", "no year"),
    ],
)  # fmt: skip
def test_a_format_that_does_not_make_a_date_is_refused(text: str, fault: str) -> None:
    assert fault in (fault_of_format(text, "date") or "")


def test_an_hour_of_twelve_needs_its_half_of_the_day() -> None:
    assert fault_of_format("%d.%m.%Y %I:%M %p", "timestamp") is None
    assert "stand together" in (fault_of_format("%d.%m.%Y %I:%M", "timestamp") or "")
    assert "stand together" in (fault_of_format("%d.%m.%Y %H:%M %p", "timestamp") or "")


@pytest.mark.parametrize(
    ("read", "format_"),
    [
        ("a.csv", "csv"), ("A.CSV.GZ", "csv"), ("data/*.tsv", "tsv"), ("orders.csv*", "csv"), ("x.ndjson", "jsonl"), ("x.jsonl.gz", "jsonl"),
        ("x.xlsx", "xlsx"), ("x.xls", "xls"), ("x.sqlite3", "sqlite"), ("sqlite:x", "sqlite"), ("env:X", "postgresql"), ("file:x", "postgresql"),
        ("x.xlsx.gz", None), ("x.txt", None), ("x", None), (("a.csv", "b.csv.gz"), "csv"), (("a.csv", "b.tsv"), None),
    ],
)  # fmt: skip
def test_a_format_is_told_from_how_a_path_begins_or_ends(read: str | tuple[str, ...], format_: str | None) -> None:
    assert config.columns.format_of(config.Source(read=read)) == format_
    assert config.columns.format_of(config.Source(read=read, format="csv")) == "csv"


def test_every_column_that_a_source_names_is_listed_with_its_key(tmp_path: Path) -> None:
    loaded = load(tmp_path, SOUND)
    named = list(config.columns.named_columns(loaded.project.sources["orders"]))
    assert (("postings", "product", "column"), "product_no") in named
    assert [column for _, column in named].count("amount") == 2
    assert all(loaded.where("sources", "orders", *path) != "unequal.yaml:13" for path, _ in named)
    crm = dict(config.columns.named_columns(loaded.project.sources["crm"]))
    assert crm[("records", "attributes", "full_name", 1)] == "last"
    assert set(crm.values()) == {"customer_no", "first", "last", "mail", "card"}
