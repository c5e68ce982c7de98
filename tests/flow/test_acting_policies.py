"""The question about conflicts tells of policies that act, worked out when it is asked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from tests.flow.looking import edit

from unequal import answers, flow
from unequal.flow.policy_desk import acting_on
from unequal.terms.errors import AnswerError, LiveError, Problems

LIVE = """
live:
  channels: {web: {outbound: false}, phone: {outbound: false}}
storage: {threads: 1}
"""
VOUCHER = """
policy: voucher
issue: retention
group: shop
action: voucher
objective: keep
channels: {web: {text: "Two euros."}}
eligible: "count(order, 60 days) >= 1"
effect: {uplift: "0.50", margin: "20.00"}
cost: "2.00"
pushes: [keep]
"""
DEARER = """
policy: dearer
issue: cost
group: shop
action: charge
objective: serve_cheaper
channels: {web: {text: "Delivery is one euro."}}
eligible: "orders >= 2"
effect: {uplift: "0.10", margin: "50.00"}
pushes: [higher_price]
"""


@pytest.fixture
def project(company: Path):
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", LIVE.lstrip()))
    return flow.open_project(company, {})


def acting(project, *texts):
    with flow.live.open_policies(project) as desk:
        for text in texts:
            written = desk.submit(text, author="mia")
            desk.preview(written["name"], written["version"])
            desk.approve(written["name"], written["version"], by="finn")


def asked(project, **narrowed):
    with flow.open_base(project) as opened:
        return answers.answer("conflicts", opened.base, **narrowed)


def test_two_policies_that_act_and_oppose_each_other_are_told_with_whom_they_catch(project):
    acting(project, VOUCHER, DEARER)
    (row,) = asked(project).tables["policies"].to_pylist()
    # Ann alone has two orders, one of them within the 60 days.
    assert (row["pair"], row["customers"], str(row["lost"])) == ("dearer against voucher", 1, "2.5000")
    assert asked(project).sentence == "1 pair of policies work against each other in the same customers; in one of them €2.50 are at stake."
    (narrowed,) = asked(project, where="country = 'AT'").tables["policies"].to_pylist()
    assert narrowed["customers"] == 0


def test_a_preview_that_rests_on_other_policies_or_on_another_run_lets_nothing_act(project):
    with flow.live.open_policies(project) as desk:
        first, second = (desk.submit(text, author="mia") for text in (VOUCHER, DEARER))
        for one in (first, second):
            desk.preview(one["name"], one["version"])
        assert desk.approve(first["name"], 1, by="finn")["status"] == "approved"
        with pytest.raises(LiveError, match="LIV115") as raised:
            desk.approve(second["name"], 1, by="finn")
        assert raised.value.seen == "since then changed: voucher"
        told = desk.preview(second["name"], 1)["preview"]
        assert (told["of"]["policies"], len(told["conflicts"])) == ({"voucher": 1}, 1), "what acts since is in what the approver sees"
    flow.run(project)
    with flow.live.open_policies(project) as desk:
        with pytest.raises(LiveError, match="LIV115") as raised:
            desk.approve(second["name"], 1, by="finn")
        assert raised.value.seen.startswith(f"it is of run {told['of']['run']}, and ")
        desk.preview(second["name"], 1)
        assert desk.approve(second["name"], 1, by="finn")["status"] == "approved"


def test_a_policy_that_was_retired_is_at_odds_with_nobody_and_without_any_there_is_nothing_to_tell(project):
    with pytest.raises(AnswerError, match="ANS016"):
        asked(project)
    acting(project, VOUCHER, DEARER)
    with flow.live.open_policies(project) as desk:
        desk.retire("dearer", by="finn")
    assert asked(project).tables["policies"].num_rows == 0
    assert asked(project).sentence == "No two policies that act work against each other in one customer."


def test_an_older_run_is_told_of_the_policies_that_acted_when_it_was_published(project):
    acting(project, VOUCHER, DEARER)
    with flow.open_base(project) as opened:
        assert opened.base.acting() is not None
        at = datetime.fromisoformat(opened.base.published_at.removesuffix("Z"))
        assert acting_on(project, opened, at) is None


def test_a_policy_that_counts_what_the_run_tells_of_nobody_is_refused(project):
    # The bakery knows no households, and nobody is named to have brought anybody.
    with flow.live.open_policies(project) as desk:
        with pytest.raises(Problems) as refused:
            desk.submit(VOUCHER + 'counts: {household: "0.25", referral: "0.10"}\n', author="mia")
        assert [(one.code, one.seen) for one in refused.value.problems] == [
            ("TRT004", "household_others_expected"),
            ("TRT004", "through_others_expected"),
        ]
        assert desk.versions("voucher") == []
