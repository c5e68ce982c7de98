"""`check`: everything that can be told from headers, all at once, and no row of data read."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.company import write_company
from tests.flow.looking import edit

from unequal import flow
from unequal.flow import live_rules
from unequal.terms.errors import Problems, UnequalError

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def unrun(tmp_path):
    write_company(tmp_path)
    return tmp_path


def check(folder):
    return flow.checking.check(flow.open_project(folder, {}))


def problems_of(folder) -> str:
    with pytest.raises(UnequalError) as caught:
        check(folder)
    return str(caught.value)


def test_a_sound_config_is_told_with_its_files_and_columns(unrun):
    assert check(unrun) == [
        {"source": "crm", "files": 1, "columns": 4, "records": True, "postings": False},
        {"source": "orders", "files": 2, "columns": 7, "records": False, "postings": True},
    ]


def test_no_row_of_data_is_read(unrun):
    sound = check(unrun)
    for path in (unrun / "data").glob("*.csv"):
        header = path.read_bytes().splitlines(keepends=True)[0]
        path.write_bytes(header + b'\xff\xfe\x00 "no, row,\n\x00\x00 at all' * 1000)
    assert check(unrun) == sound


def test_every_missing_column_rule_and_file_is_told_at_once_with_its_line(unrun):
    edit(
        unrun / "unequal.yaml",
        ("total: money", "totall: money"),
        ("column: total, line", "column: totall, line"),
        ("day: {type", "daye: {type"),
        ("booked_on: day", "booked_on: daye"),
        ("mail like '%@example.test'", "mial like '%@example.test'"),
        ("storage: {threads: 1}", "  notes: {read: data/none-*.csv}\nstorage: {threads: 1}"),
    )
    told = problems_of(unrun)
    text = (unrun / "unequal.yaml").read_text().splitlines()
    for seen in ("totall", "daye", "mial", "none-"):
        assert seen in told
    for seen in ("mial", "notes:", "orders:"):
        line = next(number for number, row in enumerate(text, 1) if seen in row)
        assert f"unequal.yaml:{line}" in told, told


def test_a_hostile_rule_is_refused_with_its_place(unrun):
    edit(unrun / "unequal.yaml", ("mail like '%@example.test'", "mail in (select 1)"))
    told = problems_of(unrun)
    assert "PRD" in told
    assert "unequal.yaml:" in told


def test_a_header_that_is_not_there_is_told_by_file(unrun):
    (unrun / "data" / "orders-2026-02.csv").write_text("other,columns\n1,2\n", encoding="utf-8")
    told = problems_of(unrun)
    assert "orders-2026-02.csv" in told


def test_a_run_checks_first_and_leaves_nothing_where_the_check_says_no(unrun):
    edit(unrun / "unequal.yaml", ("total: money", "totall: money"), ("column: total, line", "column: totall, line"))
    with pytest.raises((Problems, UnequalError)):
        flow.run(flow.open_project(unrun, {}))
    assert not (unrun / ".unequal" / "store").exists() or list((unrun / ".unequal" / "store").iterdir()) == []


def test_rules_of_lines_of_business_are_held_against_the_ledgers_columns(unrun):
    config = unrun / "unequal.yaml"
    edit(config, ("storage:", "value: {relationships: {web: {kind: orders, where: chanel = 'web'}}}\nstorage:"))
    told = problems_of(unrun)
    assert "PRD008" in told
    assert "did you mean channel?" in told
    edit(config, ("chanel", "channel"))
    assert check(unrun)


def test_rules_of_the_moment_of_contact_are_held_against_the_profile_and_the_events_there_may_be(unrun):
    config = unrun / "unequal.yaml"
    edit(
        config,
        (
            "storage:",
            """live:
  sources:
    shop: {write_key: "env:SHOP_KEY", events: {cart: Cart Updated}, pages: seen}
  context: {mood: {type: text, meaning: How it is said.}}
  tiers:
    gold: {words: x, when: nope > 1}
    silver: {words: y, when: "count(cart, 3 days) = 0 and context_mood = 'bad'", holds_when: "count(kart, 3 days) = 0"}
  greetings: {back: {words: z, when: "count(seen, 3 days) > 1 and count(order, 3 days) > 1"}}
  floors: {bereavement: {when: is_bereft}}
  questions: {buys: {text: a, tells: orders, answers: {yes: a, no: b}, changes: c}}
  hosts: {signals: {bad: {words: x, when: "context_mood = 'bad'"}}}
storage:""",
        ),
    )
    told = problems_of(unrun)
    for place, code in (
        ("live.tiers.gold.when", "PRD008"),
        ("live.tiers.silver.holds_when", "PRD021"),
        ("live.floors.bereavement.when", "PRD008"),
        ("live.questions.buys.tells", "TRT008"),
        ("live.hosts.signals.bad.when", "TRT011"),
    ):
        line = next(number for number, row in enumerate(config.read_text().splitlines(), 1) if f"{place.split('.')[-2]}: {{" in row)
        assert f"{place} (unequal.yaml:{line})" in told, told
        assert code in told
    assert told.count("where:") == 5, told
    assert "did you mean cart?" in told


def test_a_kind_of_contact_that_only_data_tells_may_be_named(unrun):
    config = unrun / "unequal.yaml"
    edit(config, ("storage:", 'live: {tiers: {all: {words: x, when: "count(visit, 3 days) > 0"}}}\nstorage:'))
    assert "PRD021" in problems_of(unrun)
    interactions = "interactions: {customer: {source: crm, id: customer_no}, occurred_at: day, contact: KIND}"
    (unrun / "data" / "calls.csv").write_text("customer_no,day,kind\n1,2026-01-01,Visit\n", encoding="utf-8")
    edit(config, ("live:", f"  calls: {{read: data/calls.csv, columns: {{day: {{type: date, format: ISO}}}}, {interactions}}}\nlive:"))
    for kind, is_told in (("{value: Visit}", True), ("{value: Call}", False)):
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("KIND", kind), encoding="utf-8")
        if is_told:
            assert check(unrun)
        else:
            assert "PRD021" in problems_of(unrun)
        config.write_text(text, encoding="utf-8")
    edit(config, ("KIND", "kind"))
    assert check(unrun)


@pytest.mark.parametrize("example", sorted(path.parent.name for path in EXAMPLES.glob("*/unequal.yaml")))
def test_rules_of_the_moment_of_contact_in_every_example_pass(example):
    assert list(live_rules.refused(flow.open_project(EXAMPLES / example, {}))) == []
