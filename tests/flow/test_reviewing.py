"""A steward at work on a small company: words act at once, the next run takes them in, and they can be taken back."""

from __future__ import annotations

import csv
from decimal import Decimal as D

import pytest
from tests.flow.looking import ask, customers, edit, figures, run, state_rows, table, worth

from unequal import flow
from unequal.flow import reviewing
from unequal.storage import faults
from unequal.terms.errors import IdentityError, Problems, StorageError

WHO = {"author": "jo", "reason": "spoke to them", "commit": True}
PER_CUSTOMER = ("customer_record", "entry", "statement", "customer", "band")
MEMBERSHIP = "SELECT source, record_id, customer_id, since FROM customer_membership ORDER BY 1, 2"
EVERY = "SELECT * FROM customer_membership ORDER BY source, record_id"


def opened(folder):
    return flow.open_project(folder, {})


def merge(folder, *names, **how):
    return reviewing.merge(opened(folder), names, **{**WHO, **how})


def unmerge(folder, *names, **how):
    return reviewing.unmerge(opened(folder), names, **{**WHO, **how})


def judge(folder, *said, **how):
    return reviewing.judge(opened(folder), [reviewing.Said(*word) for word in said], **{**WHO, **how})


def undo(folder, number=None, **how):
    return reviewing.undo(opened(folder), number, **{**WHO, **how})


def published(folder):
    """All that readers see of customers, in any order of rows; how strong the evidence is, the next run says anew."""

    def seen(row):
        return tuple((name, value) for name, value in row.items() if name != "match_weight")

    return {name: sorted((seen(row) for row in table(folder, name)), key=str) for name in PER_CUSTOMER}


def all_undone(folder):
    while any(row["undone_by"] is None and row["kind"] != "undo" for row in reviewing.log(opened(folder))):
        undo(folder)


CHANGES = {
    "a merge": lambda folder: merge(folder, "crm:2", "crm:4"),
    "a merge of three": lambda folder: merge(folder, "crm:4", "crm:2", "crm:1"),
    "an unmerge": lambda folder: unmerge(folder, "crm:3"),
    "a word on two records that keeps them apart": lambda folder: judge(folder, ("crm:1", "crm:3", "different")),
    "a word that brings in a customer without entries": lambda folder: judge(folder, ("crm:9", "crm:2", "same")),
    "words on many": lambda folder: judge(folder, ("crm:1", "crm:3", "different"), ("crm:3", "crm:4", "same"), ("crm:2", "crm:4", "different")),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_readers_see_at_once_is_what_the_next_run_publishes_and_undoing_restores_it(company, change):
    before, rows, total = published(company), state_rows(company, EVERY), figures(ask(company))
    CHANGES[change](company)
    at_once, membership = published(company), state_rows(company, MEMBERSHIP)
    assert at_once != before
    assert figures(ask(company))["ledger_total"] == total["ledger_total"]
    assert sum(row["amount"] for row in table(company, "statement")) == sum(row["amount"] for row in table(company, "entry")) == D("103.5")
    report = run(company)
    assert report.steps["who is who"]
    assert published(company) == at_once
    assert state_rows(company, MEMBERSHIP) == membership, "the run found who is who as the steward left it"
    all_undone(company)
    assert state_rows(company, EVERY) == rows
    assert published(company) == before
    assert figures(ask(company)) == total
    run(company)
    assert published(company) == before
    assert state_rows(company, EVERY) == rows


def test_an_action_undone_before_any_run_leaves_nothing_to_do(company):
    before = published(company)
    merge(company, "crm:2", "crm:4")
    undo(company)
    assert published(company) == before
    assert [name for name, made in run(company).steps.items() if made] == []


def test_an_id_merged_away_is_honoured_wherever_an_id_is_asked_for(company):
    ids = customers(company)
    outcome = merge(company, ids["2"], ids["4"])
    kept = customers(company)["2"]
    gone = ({ids["2"], ids["4"]} - {kept}).pop()
    assert outcome.redirects == [{"old_id": gone, "customer_id": kept}]
    with flow.open_base(opened(company)) as base:
        for name in (gone, kept, "crm:2", "crm:4"):
            assert flow.examining.customer(base, name).customer_id == kept
        found = flow.exporting.export_table(base, "customers", where=f"customer_id = '{gone}'")
        assert [row["customer_id"] for row in base.base.fetch(found)] == [kept]
    for where in (f"'{gone}' = customer_id", f"customer_id in ('{gone}', 'c_nobody')", f"not (customer_id <> '{gone}' or amount = 0)"):
        assert figures(ask(company, where=where))["total"] == D("-5.5")
    assert figures(ask(company, where=f"channel <> '{gone}'"))["total"] == D("84.5")
    assert worth(company) == {"1": D(90), "3": D(90), "2": D("-5.5"), "4": D("-5.5")}
    with pytest.raises(IdentityError, match="IDN014"):
        merge(company, gone, "crm:2")


def test_records_that_were_a_customer_before_a_run_merged_them_get_their_id_back(company):
    ids = customers(company)
    edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", "4,Bert Brook,bert@bakery.example,AT"))
    run(company)
    together = customers(company)
    assert together["2"] == together["4"]
    unmerge(company, "crm:4" if together["2"] == ids["2"] else "crm:2")
    assert customers(company) == ids
    run(company)
    assert customers(company) == ids, "the e-mail that they share joins them no more"


def test_a_verdict_holds_against_evidence_that_comes_later(company):
    judge(company, ("crm:2", "crm:4", "different"))
    edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", "4,Bert Brook,bert@bakery.example,AT"))
    ids = customers(company)
    run(company)
    assert customers(company) == ids
    assert [(row["record_id_a"], row["record_id_b"], row["refused_because"]) for row in table(company, "edge")] == [
        ("1", "3", None),
        ("2", "4", "verdict"),
    ]


def test_two_names_joined_by_a_verdict_do_not_split_a_third_record_off(company):
    """Records 1 and 3 hang together by their e-mail; Bert, called otherwise, joins one of them by a steward's word."""
    judge(company, ("crm:1", "crm:2", "same"), ("crm:3", "crm:4", "different"))
    ids = customers(company)
    assert ids["1"] == ids["2"] == ids["3"]
    run(company)
    assert customers(company) == ids


def test_a_look_says_what_would_change_and_changes_nothing(company):
    rows, before = state_rows(company, EVERY), published(company)
    ids = customers(company)
    outcome = merge(company, "crm:2", "crm:4", commit=False)
    kept, gone = (ids["2"], ids["4"]) if outcome.redirects[0]["old_id"] == ids["4"] else (ids["4"], ids["2"])
    amounts = {ids["2"]: D(-15), ids["4"]: D("9.5")}
    assert outcome.action is None
    assert outcome.moves == [{"from_customer": gone, "to_customer": kept, "records": 1, "amount": amounts[gone]}]
    assert {row["customer_id"]: (row["records_before"], row["records_after"], row["amount_before"], row["amount_after"])
            for row in outcome.customers} == {kept: (1, 2, amounts[kept], D("-5.5")), gone: (1, 0, amounts[gone], D(0))}  # fmt: skip
    assert (state_rows(company, EVERY), published(company), reviewing.log(opened(company))) == (rows, before, [])
    assert merge(company, "crm:2", "crm:4").moves == outcome.moves
    looked = undo(company, commit=False)
    assert looked.action is None
    assert looked.moves == [{"from_customer": kept, "to_customer": gone, "records": 1, "amount": amounts[gone]}]
    assert customers(company)["2"] == customers(company)["4"]


def test_a_contradiction_is_refused_with_its_whole_chain(company):
    judge(company, ("crm:1", "crm:2", "same"), author="ann")
    judge(company, ("crm:2", "crm:4", "same"), author="bert")
    rows = state_rows(company, EVERY)
    with pytest.raises(IdentityError) as refused:
        judge(company, ("crm:4", "crm:1", "different"))
    assert refused.value.code == "IDN012"
    chain = refused.value.seen.split("), ")
    assert [link.split(" (")[0] for link in chain] == ["crm:1 = crm:2", "crm:2 = crm:4", "crm:1 ≠ crm:4"]
    assert [link.split(" (")[1].split(",")[0] for link in chain] == ["ann", "bert", "jo"]
    assert "action 1" in chain[0]
    assert state_rows(company, EVERY) == rows


def test_customers_who_hold_two_different_records_cannot_be_merged(company):
    judge(company, ("crm:3", "crm:4", "different"))
    with pytest.raises(IdentityError, match=r"IDN013(.|\n)*crm:3 ≠ crm:4(.|\n)*undo action 1"):
        merge(company, "crm:1", "crm:4")
    undo(company)
    merge(company, "crm:1", "crm:4")


REFUSED = {
    "a record nobody knows": ("IDN010", lambda folder: judge(folder, ("crm:77", "crm:1", "same"))),
    "a customer nobody knows": ("IDN010", lambda folder: merge(folder, "c_nobody", "crm:1")),
    "a record with itself": ("IDN011", lambda folder: judge(folder, ("crm:1", "crm:1", "different"))),
    "one customer with itself": ("IDN014", lambda folder: merge(folder, "crm:1", "crm:3")),
    "all records of a customer taken out": ("IDN014", lambda folder: unmerge(folder, "crm:1", "crm:3")),
    "a customer taken out of itself": ("IDN010", lambda folder: unmerge(folder, customers(folder)["1"])),
    "records of two customers taken out": ("IDN015", lambda folder: unmerge(folder, "crm:1", "crm:2")),
    "nothing to undo": ("STO108", undo),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_makes_no_sense_is_refused_and_changes_nothing(company, what):
    code, give = REFUSED[what]
    rows = state_rows(company, EVERY)
    with pytest.raises((IdentityError, StorageError), match=code):
        give(company)
    assert state_rows(company, EVERY) == rows
    assert reviewing.log(opened(company)) == []


def test_a_word_that_is_in_force_is_not_taken_twice(company):
    judge(company, ("crm:1", "crm:2", "different"))
    with pytest.raises(IdentityError, match="IDN014"):
        judge(company, ("crm:2", "crm:1", "different"))
    assert (
        len(judge(company, ("crm:2", "crm:1", "different"), ("crm:1", "crm:4", "different"), ("crm:4", "crm:1", "different")).verdicts) == 1
    )


def test_all_that_is_wrong_with_a_batch_is_told_at_once(company):
    with pytest.raises(Problems) as refused:
        judge(company, ("crm:77", "crm:1", "same"), ("crm:1", "crm:3", "same"), ("crm:1", "crm:88", "same"))
    assert [problem.seen for problem in refused.value.problems] == ["crm:77", "crm:88"]


def test_a_file_of_verdicts_is_read_with_its_own_reasons_and_authors(tmp_path):
    path = tmp_path / "verdicts.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([["verdict", "a", "b", "reason", "author"], ["same", "crm:1", " shop:2 ", "called", ""]])
    assert reviewing.read_verdicts(path) == [reviewing.Said("crm:1", "shop:2", "same", "called", "")]
    path.write_text("a,b\ncrm:1,crm:2\n")
    with pytest.raises(IdentityError, match=r"IDN016(.|\n)*verdict"):
        reviewing.read_verdicts(path)
    path.write_text("a,b,verdict\ncrm:1,crm:2,maybe\ncrm:1,crm:2,same\ncrm:1,crm:2\n")
    with pytest.raises(Problems, match=r"IDN016(.|\n)*row 1(.|\n)*row 3"):
        reviewing.read_verdicts(path)


def test_a_run_that_a_steward_overtakes_is_not_published_and_the_next_one_is(company):
    edit(company / "data" / "crm.csv", ("9,Test", "5,Dora Dorn,dora@bakery.example,DE\n9,Test"))
    yesterday = ask(company).run_id

    def act(name):
        if name == "list book":
            faults.listen(None)
            merge(company, "crm:2", "crm:4")

    faults.listen(act)
    try:
        with pytest.raises(StorageError, match=r"STO104(.|\n)*a steward"):
            run(company)
    finally:
        faults.listen(None)
    assert ask(company).run_id == yesterday
    assert customers(company)["2"] == customers(company)["4"]
    run(company)
    assert customers(company)["2"] == customers(company)["4"]
    assert "5" in customers(company)


def test_an_older_run_is_shown_as_it_was_published(company):
    first, before = ask(company), figures(ask(company))
    merge(company, "crm:2", "crm:4")
    assert figures(ask(company)) != before
    assert ask(company).run_id == first.run_id
    run(company)
    assert figures(ask(company, as_of=first.run_id)) == before


def test_slices_and_narrowed_questions_follow_stewards_too(company):
    merge(company, "crm:2", "crm:4")
    by_shop = {row["value"]: row["customers"] for row in ask(company, by="channel").table.to_pylist()}
    assert by_shop == {"web": 2, "corner": 1}
    assert figures(ask(company, where="channel = 'web' or channel = 'corner'"))["customers"] == 2


def test_the_log_tells_every_action_the_last_first(company):
    merge(company, "crm:2", "crm:4")
    undo(company, reason="wrong firm")
    told = [
        {name: row[name] for name in ("action", "kind", "author", "reason", "undoes", "undone_by")}
        for row in reviewing.log(opened(company))
    ]
    assert told == [
        {"action": 2, "kind": "undo", "author": "jo", "reason": "wrong firm", "undoes": 1, "undone_by": None},
        {"action": 1, "kind": "merge", "author": "jo", "reason": "spoke to them", "undoes": None, "undone_by": 2},
    ]


def test_status_says_that_stewards_acted_since_the_run(company):
    assert flow.examining.status(opened(company))["stewards_since"] == 0
    merge(company, "crm:2", "crm:4")
    assert flow.examining.status(opened(company))["stewards_since"] == 1
    run(company)
    assert flow.examining.status(opened(company))["stewards_since"] == 0


def test_a_refused_link_waits_in_the_queue_until_it_is_judged(company):
    edit(
        company / "data" / "crm.csv",
        ("2,Bert Brook,", "2,Bert Brook sen.,"),
        ("4,Cleo Cole,,AT", "4,Bert Brook jun.,bert@bakery.example,AT"),
    )
    run(company)
    pair = ("crm:2", "crm:4", D("9.5"), "generations")
    before = reviewing.queue(opened(company))
    assert pair in [(row["a"], row["b"], row["at_stake"], row["refused_because"]) for row in before.pairs]
    judge(company, ("crm:2", "crm:4", "different"))
    after = reviewing.queue(opened(company))
    assert after.waiting == before.waiting - 1
    assert pair[:2] not in [(row["a"], row["b"]) for row in after.pairs]
