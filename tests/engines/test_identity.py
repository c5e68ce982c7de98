"""Identity's table functions and steps say the same on DuckDB and on Spark."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.identity.bases import COLUMNS, Base, parts, project

from unequal import identity, storage
from unequal.identity.attributes import attributes_of, normalising_of, ranked
from unequal.identity.records import records_of
from unequal.terms.errors import IdentityError
from unequal.terms.tables import TableContract

ORDER_LINES = [
    {"id": "7", "given": "Zo\u00eb", "mail": "ZOE@x.com", "tel": "(212) 555-0187", "card": "L-7", "seen": datetime(2026, 1, 1)},
    {"id": "7", "given": "Zo\u00eb", "mail": "zoe@new.com", "tel": "(212) 555-0187", "card": "L-7", "seen": datetime(2026, 1, 2)},
    {"id": "7", "given": "Zo\u00eb", "mail": "ZOE@x.com", "tel": "(212) 555-0187", "card": "999999"},
    {"id": "8", "given": "\u05d0\u05d1 \U0001f600", "mail": "x@y", "tel": "+44 20 7946 0958", "tax": "12-3456 789"},
    {"id": "", "mail": "lost@x.com"},
    {"id": "unknown", "mail": "lost@x.com"},
]


def fields(contract: TableContract, rows: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in contract.names) for row in rows]


def test_order_lines_hold_each_record_once(engine: storage.Engine) -> None:
    made = project(records={"crm": {"kind": {"organisation_when": "tax is not null"}, "test_when": "given like 'Zo%' and id = '7'"}})
    rows = engine.rows(COLUMNS, ORDER_LINES)
    found = engine.fetch(records_of(rows, "crm", made.sources["crm"]).order_by("record_id"))
    assert fields(identity.tables.RECORD, found) == [
        ("crm", "7", "person", datetime(2026, 1, 2), True), ("crm", "8", "organisation", None, False),
    ]  # fmt: skip


def test_a_compound_id_is_one_text_and_a_missing_part_is_empty(engine: storage.Engine) -> None:
    rows = engine.rows({"shop": "string", "no": "int64", "at": "int64"}, [
        {"shop": "A", "no": 1, "at": 1}, {"shop": "A", "no": None, "at": 2}, {"shop": None, "no": None, "at": 3}, {"shop": " ", "no": 5, "at": 4},
    ])  # fmt: skip
    keyed = rows.select("at", whole=identity.record_key(rows, ["shop", "no"]), single=identity.record_key(rows, "no")).order_by("at")
    assert [(row["whole"], row["single"]) for row in engine.fetch(keyed)] == [
        ("A\x1f1", "1"),
        ("A\x1f", None),
        (None, None),
        (" \x1f5", "5"),
    ]


def test_values_stand_once_the_latest_first_and_normalised_as_far_as_sql_can(engine: storage.Engine) -> None:
    made = project()
    rows = engine.rows(COLUMNS, ORDER_LINES)
    found = ranked(attributes_of(rows, "crm", made.sources["crm"], normalising_of(made)))
    seen = engine.fetch(found.order_by("record_id", "attribute", "rank"))
    assert [(row["record_id"], row["attribute"], row["rank"], row["value_normalised"], row["flag"], row["parsed"]) for row in seen] == [
        ("7", "card", 1, "L-7", None, True),
        ("7", "card", 2, None, "placeholder", True),
        ("7", "email", 1, "zoe@new.com", None, True),
        ("7", "email", 2, "zoe@x.com", None, True),
        ("7", "given_name", 1, "zo", None, False),
        ("7", "phone", 1, "+12125550187", None, True),
        ("8", "email", 1, None, "not_valid", True),
        ("8", "given_name", 1, None, "not_valid", False),
        ("8", "phone", 1, None, "not_valid", False),
        ("8", "tax_id", 1, None, "placeholder", True),
    ]


def test_gathering_completes_in_python_what_sql_left_and_keeps_what_was_given(engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(engine, tmp_path, project())
    base.run({"crm": ORDER_LINES})
    found = {(row["record_id"], row["attribute"], row["rank"]): row for row in base.attributes("crm")}
    assert (found["7", "given_name", 1]["value_normalised"], found["7", "given_name", 1]["value_given"]) == ("zoe", "Zo\u00eb")
    assert found["8", "phone", 1]["value_normalised"] == "+442079460958"
    assert found["8", "given_name", 1]["value_given"] == "\u05d0\u05d1 \U0001f600"
    assert tuple(found["7", "card", 1]) == identity.tables.PERSON_ATTRIBUTE.names


def test_resolving_agrees(engine: storage.Engine, tmp_path: Path) -> None:
    base = Base(engine, tmp_path, project(shared_by_at_most=3, records={"billing": {"deduplicated": True}}))
    office = [{"id": f"o{at}", "mail": "office@firm.com"} for at in range(5)]
    crm = [
        {"id": "1", "given": "Ann", "mail": "a@x.com", "card": "7"},
        {"id": "2", "given": "Bob", "mail": "a@x.com"},
        {"id": "3", "tel": "212-555-0187"},
    ]
    billing = [{"id": "b1", "card": "7"}, {"id": "b2", "card": "7"}, {"id": "b3", "tel": "+1 212 555 0187"}]
    found = base.run({"crm": [*crm, *office], "billing": billing})
    assert parts(found) == {frozenset(part) for part in (["1", "b1"], ["2"], ["b2"], ["3", "b3"], *([f"o{at}"] for at in range(5)))}
    assert [row["records"] for row in base.table("shared_identifier")] == [5]
    assert base.run({"crm": [*crm, *office], "billing": billing}) == found
    assert base.table("customer_event") == []


def test_a_source_that_says_nothing_of_its_records_still_has_them(engine: storage.Engine, tmp_path: Path) -> None:
    bare = project(["crm"], records={"crm": {"attributes": {}, "keys": {}, "observed_at": None}})
    base = Base(engine, tmp_path, bare)
    assert len(base.run({"crm": [{"id": "1"}, {"id": "2"}, {"id": "2"}]})) == 2
    assert base.attributes("crm") == []


def test_several_columns_make_one_value(engine: storage.Engine) -> None:
    made = project(["crm"], records={"crm": {"attributes": {"full_name": ["given", "family"]}, "keys": {}, "observed_at": None}})
    rows = engine.rows(COLUMNS, [{"id": "1", "given": "Ann ", "family": "Lee"}, {"id": "2", "family": " Ray"}, {"id": "3", "given": " "}])
    found = attributes_of(rows, "crm", made.sources["crm"], normalising_of(made)).order_by("record_id")
    assert [(row["record_id"], row["value_given"]) for row in engine.fetch(found)] == [("1", "Ann Lee"), ("2", "Ray")]


def test_what_the_config_cannot_mean_is_told(engine: storage.Engine) -> None:
    rows = engine.rows(COLUMNS, ORDER_LINES)
    silent = project().sources["crm"].model_copy(update={"records": None})
    with pytest.raises(IdentityError, match="IDN001"):
        records_of(rows, "crm", silent)
    undated = project(records={"crm": {"observed_at": "given"}}).sources["crm"]
    with pytest.raises(IdentityError, match="IDN002"):
        records_of(rows, "crm", undated)


def test_placeholders_of_the_project_may_hold_any_sign(engine: storage.Engine) -> None:
    signs = ["no_mail", "a.b", "(x)", "[y]", "c^d$", "e|f", "g\\h", "{2}", "*+?", "`~'\"", "#!/<=>:;,&%@-", "\u00fc b"]
    made = project(["crm"], records={"crm": {"attributes": {}, "observed_at": None}}, placeholders=signs)
    rows = engine.rows(COLUMNS, [{"id": f"r{at}", "card": card.upper()} for at, card in enumerate([*signs, "axb", "x", "hh"])])
    found = attributes_of(rows, "crm", made.sources["crm"], normalising_of(made))
    assert {row["value_given"] for row in engine.fetch(found) if row["flag"] != "placeholder"} == {"AXB", "X", "HH"}
