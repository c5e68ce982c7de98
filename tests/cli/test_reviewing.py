"""`unequal review`: what a steward types, and what is told."""

from __future__ import annotations

import json

import pytest

COMMANDS = ("same", "different", "verdicts", "merge", "unmerge", "undo", "log")


def ids(unequal):
    rows = {name: json.loads(unequal("customer", name, "--json").out)["customer_id"] for name in ("crm:1", "crm:2", "crm:4")}
    return rows["crm:1"], rows["crm:2"], rows["crm:4"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_part_of_review_explains_itself(unequal, command):
    told = unequal("review", command, "--help").out
    assert told.startswith("Usage: ")
    assert len(told.splitlines()) > 4
    assert f"  {command} " in unequal("review", "--help").out


def test_a_merge_is_looked_at_done_asked_for_and_taken_back(unequal_changing):
    unequal = unequal_changing
    _, bert, cleo = ids(unequal)
    profit = json.loads(unequal("ask", "profit", "--json").out)
    looked_at = json.loads(unequal("review", "merge", bert, cleo, "--reason", "one firm", "--dry-run", "--json").out)
    assert looked_at["action"] is None
    assert ids(unequal)[1:] == (bert, cleo)
    told = unequal("review", "merge", bert, cleo, "--reason", "one firm", "--author", "jo").out
    assert "Done: action 1, merge by jo." in told
    gone = looked_at["redirects"][0]["old_id"]
    kept = looked_at["redirects"][0]["customer_id"]
    assert f"Customer {kept} (asked for as {gone})" in unequal("customer", gone).out
    merged = json.loads(unequal("ask", "profit", "--json").out)
    totals = [next(one["value"] for one in answer["figures"] if one["name"] == "ledger_total") for answer in (profit, merged)]
    assert totals[0] == totals[1]
    assert kept in unequal("export", "customers").out
    assert gone not in unequal("export", "customers").out
    assert "Stewards' actions since: 1." in unequal("status").out
    unequal("run")
    assert ids(unequal)[1:] == (kept, kept)
    assert "Done: action 2, undo by" in unequal("review", "undo", "--reason", "two firms").out
    assert ids(unequal)[1:] == (bert, cleo)
    log = json.loads(unequal("review", "log", "--json").out)
    assert [(row["action"], row["kind"], row["reason"], row["undone_by"]) for row in log] == [
        (2, "undo", "two firms", None),
        (1, "merge", "one firm", 2),
    ]
    assert "one firm" in unequal("review", "log").out


def test_a_file_of_verdicts_is_previewed_and_done_only_with_yes(unequal_changing):
    unequal = unequal_changing
    path = unequal.folder / "verdicts.csv"
    path.write_text("a,b,verdict,reason,author\ncrm:2,crm:4,same,called,ann\ncrm:1,crm:3,different,,\n", encoding="utf-8")
    given = ("review", "verdicts", str(path), "--reason", "calls of March", "--author", "jo")
    told = unequal(*given).out
    assert "Nothing is changed yet." in told
    assert json.loads(unequal("review", "log", "--json").out) == []
    assert unequal("review", "log").out == "No steward has done anything yet.\n"
    outcome = json.loads(unequal(*given, "--yes", "--json").out)
    assert outcome["action"] == 1
    assert outcome["verdicts"] == [
        {"a": "crm:2", "b": "crm:4", "verdict": "same"}, {"a": "crm:1", "b": "crm:3", "verdict": "different"}]  # fmt: skip
    assert sorted(row["amount"] for row in outcome["moves"]) == ["35.0000", "9.5000"]


def test_the_queue_is_told_with_what_is_at_stake(unequal_changing):
    unequal = unequal_changing
    told = unequal("review").out
    assert "not measured yet" in told
    # Two records that share an e-mail and little else are one customer by weight alone: worth a look.
    waiting = json.loads(unequal("review", "--json", "--limit", "5").out)["pairs"]
    assert [(pair["a"], pair["b"]) for pair in waiting] == [("crm:1", "crm:3")]
    assert waiting[0]["at_stake"].removesuffix("00") in told
    assert "Done: action 1" in unequal("review", "different", "crm:1", "crm:3", "--reason", "two of a household").out
    assert json.loads(unequal("review", "--json").out)["pairs"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [(["merge", "crm:1", "crm:77", "--reason", "x"], "IDN010", 1), (["undo", "--reason", "x"], "STO108", 1),
     (["unmerge", "crm:1", "crm:3", "--reason", "x"], "IDN014", 1), (["merge", "crm:1", "--reason", "x"], "Usage: ", 2),
     (["same", "crm:1", "crm:2"], "Usage: ", 2), (["verdicts", "no-such-file.csv", "--reason", "x"], "Usage: ", 2)],
)  # fmt: skip
def test_what_cannot_be_done_is_told(unequal, arguments, code, exit_code):
    assert code in unequal("review", *arguments, code=exit_code).err


def test_accuracy_is_told_with_its_interval():
    from unequal.cli.printing import accuracy_words
    from unequal.flow.doubts import accuracy_of

    assert "not measured yet" in accuracy_words(accuracy_of([]))
    known = {"right": {"number": 81, "of": 263, "share": 81 / 263, "low": 0.2553, "high": 0.3662}, "missed": {"of": 0}}
    assert accuracy_words(known) == (
        "By pairs drawn at random: of links right 30.8% (81 of 263; 95% between 25.5% and 36.6%); "
        "of weighed pairs that are no links missed – (none judged)."
    )
