"""Relationships through a whole run: stated by a source, published, rolled up, and who is counted as one customer."""

from __future__ import annotations

import shutil
from decimal import Decimal as D
from pathlib import Path

import pytest
from tests.flow.looking import ask, buckets, customers, edit, figures, run, table

from unequal import answers, flow
from unequal.terms.errors import AnswerError, PredicateError, Problems
from unequal.terms.lines import Level

TIES = "who,whom,as,part\n2,1,intro,2.5\n4,3,intro,1\n2,4,home,1\n4,2,home,1\n"
SOURCE = """
  ties:
    read: data/ties.csv
    columns: {part: decimal}
    relationships:
      - {kind: introducer, from: {source: crm, id: who}, to: {source: crm, id: whom}, weight: part, when: "as = 'intro'"}
      - {kind: household_member, from: {source: crm, id: who}, to: {source: crm, id: whom}, when: "as = 'home'"}
storage: """


@pytest.fixture(scope="module")
def tied_once(tmp_path_factory: pytest.TempPathFactory, yesterday: Path) -> Path:
    """Bert and Cleo live together, and both introduced Ann; not to be changed."""
    folder = shutil.copytree(yesterday, tmp_path_factory.mktemp("tied") / "company")
    (folder / "data" / "ties.csv").write_text(TIES, encoding="utf-8")
    edit(folder / "unequal.yaml", ("\nstorage: ", SOURCE))
    run(folder)
    return folder


@pytest.fixture
def tied(tied_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tied_once, tmp_path / "tied")


def counting(folder: Path, unit: str) -> Path:
    edit(folder / "unequal.yaml", ("storage: {threads: 1}", f"identity: {{customer: {unit}}}\nstorage: {{threads: 1}}"))
    return folder


def test_ties_are_published_between_customers_and_the_household_with_them(tied_once: Path) -> None:
    who = customers(tied_once)
    rows = {
        (row["kind"], row["from_customer"], row["to_customer"]): (row["weight"], row["rows"]) for row in table(tied_once, "relationship")
    }
    first, second = sorted((who["2"], who["4"]))
    assert rows == {
        ("introducer", who["2"], who["1"]): (2.5, 1), ("introducer", who["4"], who["1"]): (1.0, 1),
        ("household_member", first, second): (1.0, 2),
    }  # fmt: skip
    assert {row["customer_id"] for row in table(tied_once, "household")} == {who["2"], who["4"]}


@pytest.mark.parametrize("by", ["household", "parent_organisation", "introducer", "referrer", "employer"])
def test_each_roll_up_comes_to_the_customers_total_and_the_buckets(tied_once: Path, by: str) -> None:
    rows = ask(tied_once, by=by).tables["slices"].to_pylist()
    assert (sum(row["amount"] for row in rows), sum(row["elsewhere"] for row in rows)) == (D("84.5000"), D("19.0000"))


def test_dollars_stand_with_the_household_and_with_those_who_introduced(tied_once: Path) -> None:
    who = customers(tied_once)
    homes = {row["value"]: row["amount"] for row in ask(tied_once, by="household").tables["slices"].to_pylist()}
    assert sorted(homes.values()) == [D("-5.5000"), D(0), D("90.0000")]
    assert homes["in no household"] == D(90)
    introduced = {row["value"]: row["amount"] for row in ask(tied_once, by="introducer").tables["slices"].to_pylist()}
    assert introduced == {who["2"]: D("64.2857"), who["4"]: D("25.7143"), "no introducer": D("-5.5000"), None: D(0)}


def test_a_roll_up_is_narrowed_as_any_question_is(tied_once: Path) -> None:
    rows = ask(tied_once, by="household", where="line = 'list_revenue'").tables["slices"].to_pylist()
    assert sum(row["amount"] for row in rows) == D(230)


def test_an_identical_run_relates_nothing_anew(tied: Path) -> None:
    again = run(tied)
    assert again.steps["relate"] is False


@pytest.mark.parametrize(
    ("unit", "many", "total", "in_buckets"),
    [("household", 2, D("84.5000"), {}), ("account", 4, D("84.5000"), {}), ("person", 3, D("84.5000"), {}),
     ("organisation", 0, D(0), {"level:person": D("84.5000")})],
)  # fmt: skip
def test_the_curve_counts_whom_the_project_counts_and_no_dollar_is_lost(
    tied: Path, unit: str, many: int, total: D, in_buckets: dict[str, D]
) -> None:
    before = buckets(tied)
    found = figures(ask(counting(tied, unit)))
    assert (found["customers"], found["total"], found["ledger_total"]) == (many, total, D("103.5000"))
    assert buckets(tied) == {**before, **in_buckets}


def test_the_bands_are_of_households_where_households_are_the_customers(tied: Path) -> None:
    counting(tied, "household")
    with flow.open_base(flow.open_project(tied, {})) as opened:
        rows = opened.base.fetch(answers.behind.customers(opened.base))
    assert {row["customer_id"][:2] + str(row["amount"]) for row in rows} == {"c_90.0000", "h_-5.5000"}


def test_customers_are_counted_under_each_definition_side_by_side(tied_once: Path) -> None:
    with flow.open_base(flow.open_project(tied_once, {})) as opened:
        found = answers.answer("customers", opened.base)
    assert {name: found.figure(name).value for name in ("records", "accounts", "customers", "persons", "organisations", "households")} == {
        "records": 4, "accounts": 4, "customers": 3, "persons": 3, "organisations": 0, "households": 2,
    }  # fmt: skip
    assert found.table["source"].to_pylist() == ["whole company", "crm"]
    assert found.table.column_names[-1] == "active_customers"


def test_who_bought_long_ago_is_known_and_not_active(tied: Path) -> None:
    edit(tied / "unequal.yaml", ("storage: {threads: 1}", "identity: {active: {within_days: 20}}\nstorage: {threads: 1}"))
    with flow.open_base(flow.open_project(tied, {})) as opened:
        found = answers.answer("customers", opened.base)
    # The last day booked is 3 February: Bert bought on 7 January.
    assert (found.figure("active_customers").value, found.figure("active_accounts").value, found.figure("active_households").value) == (
        2,
        2,
        2,
    )


def test_status_and_answer_count_alike(tied_once: Path) -> None:
    opened = flow.open_project(tied_once, {})
    rows = flow.examining.status(opened)["summary"]["definitions"]
    with flow.open_base(opened) as base:
        assert answers.customers_side_by_side(rows, opened.config) == answers.answer("customers", base.base).table


def test_a_count_of_customers_takes_no_level_and_no_rule_over_entries(tied_once: Path) -> None:
    with flow.open_base(flow.open_project(tied_once, {})) as opened:
        with pytest.raises(AnswerError) as told:
            answers.answer("customers", opened.base, level=Level.REVENUE)
        assert told.value.code == "ANS011"
        with pytest.raises(PredicateError):
            answers.answer("customers", opened.base, where="channel = 'web'")
        persons = answers.answer("customers", opened.base, where="kind = 'person'")
        assert persons.figure("customers").value == answers.answer("customers", opened.base).figure("persons").value


def test_a_rule_about_no_column_is_told_before_any_data_is_read(tied: Path) -> None:
    edit(tied / "unequal.yaml", ("as = 'home'", "az = 'home'"))
    with pytest.raises(Problems) as told:
        run(tied)
    assert "az" in str(told.value)


@pytest.mark.parametrize(("name", "rows"), [("households", 2), ("relationships", 3)])
def test_households_and_relationships_are_taken_out_whole(tied_once: Path, name: str, rows: int) -> None:
    with flow.open_base(flow.open_project(tied_once, {})) as opened:
        assert opened.engine.count(flow.exporting.export_table(opened, name)) == rows
        with pytest.raises(AnswerError) as told:
            flow.exporting.export_table(opened, name, where="channel = 'web'")
    assert told.value.code == "ANS007"


def test_a_customer_is_shown_with_its_household_and_who_introduced_it(tied_once: Path) -> None:
    who = customers(tied_once)
    with flow.open_base(flow.open_project(tied_once, {})) as opened:
        ann, bert = (flow.examining.customer(opened, f"crm:{record}").related for record in ("1", "2"))
    assert [(row["stands"], row["to"]) for row in ann] == [("has introducer", one) for one in sorted((who["2"], who["4"]))]
    assert bert[0]["stands"] == "member of household"
    assert ("introducer of", who["1"]) in [(row["stands"], row["to"]) for row in bert]
