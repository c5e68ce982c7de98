"""How firm bands stand, and forecasts of before a steward's word, as readers see them between two runs."""

from __future__ import annotations

from tests.flow.looking import ask, customers, edit, figures, run, table

from unequal import answers, flow
from unequal.flow import reviewing
from unequal.flow.exporting import export_table

WORD = {"author": "jo", "reason": "spoke to them", "commit": True}


def merged(folder):
    reviewing.merge(flow.open_project(folder, {}), ("crm:2", "crm:4"), **WORD)


def told(folder, question):
    with flow.open_base(flow.open_project(folder, {})) as opened:
        return " ".join(answers.answer(question, opened.base).findings)


def sheet(folder, asked):
    with flow.open_base(flow.open_project(folder, {})) as opened:
        return flow.examining.customer(opened, asked)


def exported(folder, name):
    with flow.open_base(flow.open_project(folder, {})) as opened:
        return opened.base.fetch(export_table(opened, name))


def steady(folder):
    """Record -> what is said of its customer's band."""
    rows = {row["customer_id"]: row for row in table(folder, "band_stability")}
    return {record: rows[customer] for record, customer in customers(folder).items() if customer in rows}


def test_a_base_without_costs_doubts_or_a_second_quarter_says_that_nothing_was_tried(company):
    found = steady(company)
    assert {row["band"] for row in found.values()} == {"profitable", "unprofitable"}
    for row in found.values():
        assert row["stable"] is True
        assert (row["costs_stable"], row["links_stable"], row["window_stable"]) == (None, None, None)
    assert figures(ask(company))["unstable_customers"] == 0
    assert "does not stand firm" not in told(company, "profit")


def test_the_other_window_is_the_one_that_the_config_names(company):
    edit(company / "unequal.yaml", ("storage: {threads: 1}", "customer_base: {other_window: month_earlier}\nstorage: {threads: 1}"))
    report = run(company)
    assert [name for name, made in report.steps.items() if made] == ["band", "judge", "equity", "profile"]
    # In January Ann brought 55, Bert -15 and Cleo 9.5; Cleo's row of the 30th of February is kept out.
    assert {record: row["window_band"] for record, row in steady(company).items()} == {
        "1": "profitable", "2": "unprofitable", "3": "profitable", "4": "profitable",
    }  # fmt: skip
    assert "0 with another window of time, as of a month earlier (of 3 whom it concerns)" in told(company, "profit")


def test_two_records_that_a_rule_keeps_apart_are_in_doubt_and_judged_together(company):
    edit(company / "unequal.yaml", ("      id: no\n", "      id: no\n      deduplicated: true\n"))
    edit(company / "data" / "crm.csv", ("3,Ann Arbour,ANN@bakery.example,DE", "3,Bert Brook,BERT@bakery.example,DE"))
    edit(company / "data" / "orders-2026-02.csv", ("b1,3,", "b1,3,"))
    run(company)
    found, ids = steady(company), customers(company)
    assert ids["2"] != ids["3"], "no longer one"
    amounts = {record: row["amount"] for row in table(company, "band") for record, name in ids.items() if name == row["customer_id"]}
    assert amounts["2"] < 0 < amounts["2"] + amounts["3"], "so the sum stands on the other side"
    assert (found["2"]["stable"], found["2"]["links_stable"], found["2"]["flipped_by_link"]) == (False, False, f"one with {ids['3']}")
    assert (found["3"]["stable"], found["3"]["links_stable"], found["3"]["links"]) == (True, True, 1)
    assert found["1"]["links_stable"] is None
    assert figures(ask(company))["unstable_customers"] == 1
    assert "1 with a doubtful link otherwise (of 2 whom it concerns)" in told(company, "profit")
    assert "unstable_customers" not in figures(ask(company, where="channel = 'web'")), "it is of the whole base alone"
    reviewing.judge(flow.open_project(company, {}), [reviewing.Said("crm:2", "crm:3", "different")], **WORD)
    run(company)
    assert steady(company)["2"]["links_stable"] is None, "a steward has said so: it is in no doubt"


def test_after_a_stewards_word_the_customers_concerned_are_told_of_as_of_before_until_the_next_run(company):
    before = steady(company)
    assert not sheet(company, "crm:2").is_of_before_verdict
    assert {row["is_of_before_verdict"] for name in ("values", "lifetimes") for row in exported(company, name)} == {False}
    ids = customers(company)
    merged(company)
    after = steady(company)
    assert after == {record: row for record, row in before.items() if record in {"1", "3"}}
    assert sheet(company, "crm:4").steady == {}
    assert sheet(company, "crm:4").is_of_before_verdict
    assert not sheet(company, "crm:1").is_of_before_verdict
    for name in ("values", "lifetimes"):
        assert {row["customer_id"] for row in exported(company, name) if row["is_of_before_verdict"]} == {ids["2"], ids["4"]}
    said = "The forecasts of 2 customers are of before a steward's word, as the run made them; `unequal run` forecasts them anew."
    assert said in told(company, "value")
    assert "of before a steward's word" not in told(company, "profit"), "facts are of now"
    run(company)
    assert set(steady(company)) == set(before)
    assert "steward" not in told(company, "value")
    assert not sheet(company, "crm:4").is_of_before_verdict
    assert {row["is_of_before_verdict"] for row in exported(company, "values")} == {False}
