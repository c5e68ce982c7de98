"""How a predicate is refused: code, place, caret, advice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unequal import predicates
from unequal.predicates import compile_batch, parse
from unequal.terms.errors import PredicateError

COLUMNS = {"tier": "string", "Tier2": "string", "TIER2": "string", "complained_30d": "boolean", "orders": "int64", "profit_12m": "decimal(28, 4)", "booked_on": "date",
           "occurred_at": "timestamp(6)", "tags": "array<string>", "Order Date": "date", "local_time": "timestamp('Europe/Berlin', 6)"}  # fmt: skip


def refused(text, where=""):
    with pytest.raises(PredicateError) as caught:
        parse(text, COLUMNS, where=where)
    return caught.value


def test_an_error_shows_the_place_in_the_config_and_in_the_text():
    error = refused("orders > 1 and profit_12n > 500", where="sources.orders.postings.rules[0].when (unequal.yaml:31)")
    assert str(error) == (
        "PRD008 no column is called profit_12n\n"
        "  where: sources.orders.postings.rules[0].when (unequal.yaml:31), column 16\n"
        "  seen:  orders > 1 and profit_12n > 500\n"
        "                        ^^^^^^^^^^\n"
        "  do:    did you mean profit_12m?"
    )


def test_a_text_of_several_lines_shows_the_line_that_is_wrong():
    error = refused("orders > 1\n  and tier > 5\n")
    assert error.where == "line 2, column 14"
    assert error.seen.splitlines() == ["  and tier > 5", " " * 9 + " " * 13 + "^"]


def test_a_long_line_is_shown_around_the_place():
    error = refused("orders = 1 and " * 10 + "tier = 1 " + "and orders = 1 " * 10)
    first, caret = error.seen.splitlines()
    assert len(first) <= 66
    assert first.startswith("...")
    assert first.endswith("...")
    assert first[caret.index("^") - 9] == "1"


def test_the_caret_stands_below_wide_letters_and_escapes():
    error = refused("tier = '東京\x85' and nosuch = 1".replace("\x85", "\u200b"))
    first, caret = error.seen.splitlines()
    assert first == "tier = '東京\\u200b' and nosuch = 1"
    assert caret.index("^") - 9 == len("tier = '東京\\u200b' and ") + 2


def test_what_a_terminal_would_act_upon_is_escaped():
    assert "\x1b" not in str(refused("tier = '\x1b[2J'"))
    assert "\u202e" not in str(refused("tier = '\u202e'"))


@pytest.mark.parametrize(
    ("text", "code", "column", "advice"),
    [
        ("tier = '" + "a" * 5000 + "'", "PRD001", None, "holds the group"),
        ("tier = '" + "€" * 1400 + "'", "PRD001", None, "holds the group"),
        ("(" * 21 + "complained_30d" + ")" * 21, "PRD002", 21, "take parentheses"),
        ("not " * 21 + "complained_30d", "PRD002", 81, "take parentheses"),
        ("orders > " + "- " * 21 + "1", "PRD002", 50, "take parentheses"),
        ("orders in (" + ",".join(["1"] * 300) + ")", "PRD003", None, "holds the group"),
        ("orders > 1 -- x", "PRD004", 12, "comments"),
        ("orders > 1 /* x */", "PRD004", 12, "comments"),
        ("orders == 1", "PRD004", 8, "="),
        ("orders = 1;", "PRD004", 11, "without a semicolon"),
        ("tier || 'x' = 'y'", "PRD004", 6, "joined"),
        ("tier = ‘a’", "PRD004", 8, "straight quotes"),
        ("orders ≥ 1", "PRD004", 8, ">="),
        ("t.tier = 'a'", "PRD004", 2, "name alone"),
        ("größe = 1", "PRD004", 3, "double quotes"),
        ("tier = '\x00'", "PRD004", 9, "delete it"),
        ("tier = 'a", "PRD005", 8, "''"),
        ('"tier = 1', "PRD005", 1, '""'),
        ("", "PRD006", 1, "condition"),
        ("orders >", "PRD006", 9, "condition"),
        ("> 1", "PRD006", 1, "before it"),
        ("orders 1", "PRD006", 8, "operator"),
        ("orders between 1 2", "PRD006", 18, "operator"),
        ("orders between 1 or complained_30d", "PRD006", None, "complete"),
        ("(orders = 1", "PRD006", 1, "close it"),
        ("orders = 1)", "PRD006", 11, "delete it"),
        ("orders > 1,000", "PRD006", 11, "thousands"),
        ("tier in 'a'", "PRD006", 6, "parentheses"),
        ("tier not = 'a'", "PRD006", 6, "not in"),
        ("tier is 'a'", "PRD006", 6, "is null"),
        ("select 1", "PRD007", 1, "one condition"),
        ("case when complained_30d then 1 end = 1", "PRD007", 1, "double quotes"),
        ("tier in (lower(tier))", "PRD007", 10, "list values"),
        ("tier = 'a' escape 'b'", "PRD006", 12, "complete"),
        ("teir = 'a'", "PRD008", 1, "did you mean tier"),
        ("zzz = 'a'", "PRD008", 1, "complained_30d, local_time, occurred_at"),
        ('tier = "gold"', "PRD008", 8, "single quotes"),
        ('"ORDERS" = 1', "PRD008", 1, "did you mean orders?"),
        ('"order date" is null', "PRD008", 1, 'did you mean "Order Date"?'),
        ("tier2 = 'a'", "PRD009", 1, "Tier2, TIER2"),
        ("lowr(tier) = 'a'", "PRD010", 1, "did you mean lower?"),
        ("upper(tier) = 'A'", "PRD010", 1, "lower(x)"),
        ("now() > booked_on", "PRD010", 1, "no clock"),
        ("getenv('HOME') = 'x'", "PRD010", 1, "functions: lower, trim"),
        ("lower(tier, tier) = 'a'", "PRD011", 1, "lower(text)"),
        ("length(orders) = 1", "PRD011", 8, "length(text)"),
        ("round(orders, orders) = 1", "PRD011", 15, "round(x, 2)"),
        ("round(orders, 11) = 1", "PRD011", 15, "round(x, 2)"),
        ("round(orders, 1.5) = 1", "PRD011", 15, "round(x, 2)"),
        ("profit_12m > '500'", "PRD012", 14, "take the quotes off"),
        ("tier = 5", "PRD012", 8, "single quotes"),
        ("tier = orders", "PRD012", 8, "use a text"),
        ("booked_on > occurred_at", "PRD012", 13, "date(...)"),
        ("orders like '1%'", "PRD012", 1, "use a text"),
        ("tier + 1 > 1", "PRD012", 1, "use a number"),
        ("complained_30d > false", "PRD012", 1, "write the condition"),
        ("complained_30d between false and true", "PRD012", 1, "write the condition"),
        ("tier is true", "PRD012", 1, "use a boolean"),
        ("tier", "PRD013", 1, "tier = 'gold'"),
        ("orders and complained_30d", "PRD013", 1, "orders > 0"),
        ('"Order Date" or complained_30d', "PRD013", 1, '"Order Date" >= '),
        ("not 'a'", "PRD013", 5, "compare it"),
        ("orders > 1e5", "PRD014", 10, "1234.50"),
        ("orders > 1.2.3", "PRD014", 10, "1234.50"),
        ("orders > 0x10", "PRD014", 10, "1234.50"),
        ("orders > " + "9" * 28, "PRD014", 10, "fewer digits"),
        ("orders > 0.00000000001", "PRD014", 10, "fewer digits"),
        ("booked_on = '31.01.2026'", "PRD014", 13, "2026-01-31"),
        ("booked_on = date '2026-02-30'", "PRD014", 13, "2026-01-31"),
        ("occurred_at > '2026-01-31'", "PRD014", 15, "date(...)"),
        ("occurred_at > '2026-01-31 24:00:00'", "PRD014", 15, "23:59:59"),
        ("occurred_at > '2026-01-31 10:00:00+02:00'", "PRD014", 15, "in UTC"),
        ("tier = null", "PRD015", 8, "is null"),
        ("null", "PRD015", 1, "is null"),
        ("tier in (null)", "PRD015", 10, "is null"),
        ("coalesce(tier, null) = 'a'", "PRD015", 16, "is null"),
        ("1 < orders < 3", "PRD016", 1, "1 < x and x < 10"),
        ("complained_30d = orders is null", "PRD016", 18, "parentheses"),
        ("complained_30d = not complained_30d", "PRD016", 22, "parentheses"),
        ("tier like tier", "PRD017", 11, "contains"),
        ("tier like 'a!b' escape '!'", "PRD017", 11, "escape"),
        ("tier like 'a!' escape '!'", "PRD017", 11, "escape"),
        ("tier like 'a' escape '!!'", "PRD017", 22, "escape '!'"),
        ("tier like '%a%a%a%a%a%'", "PRD017", 11, "write %"),
        ("tags = 'a'", "PRD018", 1, "give the column a type"),
        ("local_time is null", "PRD018", 1, "give the column a type"),
        ("orders / orders / 2 > 1", "PRD020", 19, "a / (b * c)"),
        ("orders / (1 + orders / 2) > 1", "PRD020", 11, "a / (b * c)"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_code_its_place_and_its_advice(text, code, column, advice):
    error = refused(text, where="--where")
    assert error.code == code
    assert advice in error.do
    if column is not None:
        assert error.where == f"--where, column {column}"
        caret = error.seen.splitlines()[1]
        assert set(caret) == {" ", "^"}


def test_a_product_of_too_many_factors_is_nested_too_deep():
    assert refused(" * ".join(["profit_12m"] * 40) + " > 1").code == "PRD002"


def test_a_name_of_four_thousand_letters_is_cut_when_it_is_repeated():
    assert len(str(refused("a" * 4000 + " = 1"))) < 600


def test_a_predicate_read_for_another_table_is_refused():
    import ibis

    found = parse("orders > 1 and profit_12m > 0.5", COLUMNS, where="--where")
    for types in (
        {"orders": "int64"},
        {"orders": "string", "profit_12m": "decimal(28, 4)"},
        {"orders": "int64", "profit_12m": "decimal(30, 4)"},
        {"orders": "int64", "profit_12m": "float64"},
    ):
        with pytest.raises(PredicateError) as caught:
            compile_batch(found, ibis.table(types, name="t"))
        assert caught.value.code == "PRD019"
        assert caught.value.where == "--where"
    compile_batch(found, ibis.table({"orders": "int32", "profit_12m": "decimal(18, 2)"}, name="t"))


def test_every_code_of_the_room_has_a_section_in_the_docs_and_the_other_way_round():
    room = Path(predicates.__file__).parent
    raised = {code for file in room.glob("*.py") for code in re.findall(r"\"(PRD\d{3})\"", file.read_text(encoding="utf-8"))}
    told = re.findall(r"^## (PRD\d{3}) ", (room.parents[2] / "docs" / "errors" / "PRD.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(raised) == told
