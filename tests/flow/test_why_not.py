"""Before a batch decides, it can be told for how many customers each policy falls, and on what."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.flow.reaching import AT, CUSTOMERS, POLICIES, approve, moment_of_contact

from unequal.flow.audiences import Wanted, decide_all
from unequal.flow.live import Live

TOO_POOR = 9
"""Customers with less than the club asks for."""


def fallen(live: Live, **wanted: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for row in live.why_not(**wanted):
        found.setdefault(row["policy"], Counter())[row["fell"]] += row["customers"]
    return found


def test_each_customer_is_counted_once_for_a_policy_unless_it_wins_for_him(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        fell, would = fallen(live, channel="email"), decide_all(live, Wanted(channel="email"), dry=True)
        wins = Counter(row["policy"] for row in would.rows)
        for policy in ("bread_club", "cake"):
            assert fell[policy].total() + wins[policy] == would.looked_at == CUSTOMERS - 1
        assert fell["bread_club"]["not_eligible"] == TOO_POOR
        # Whoever has the better one is not offered the other; lots hold a few back from either.
        assert fell["cake"]["outbid"] + fell["cake"]["held_out"] >= wins["bread_club"]


def test_what_was_said_and_done_in_between_is_told_as_a_reason(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        who = live.lookup("crm", "20")[0]
        live.consent(who, purpose="marketing", channel=None, status="objected", at=AT, evidence="said so")
        assert {fell["objected"] for fell in fallen(live).values()} == {1}
        reached = Counter(row["policy"] for row in decide_all(live, Wanted(channel="email")).rows)
        assert {name: fell["policy_limit"] for name, fell in fallen(live, channel="email").items()} == dict(reached)


def test_a_policy_is_counted_in_the_channel_in_which_it_comes_furthest(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        # By letter the cake has no content, and the club costs more; by email either goes further.
        assert "channel_not_offered" not in fallen(live)["cake"]
        assert "cake" not in fallen(live, channel="letter"), "a policy without content for any channel waits, and the batch names it"


def test_policies_that_wait_are_left_out_unless_they_are_asked_for(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        approve(live, POLICIES["cake"].replace("policy: cake", "policy: cake_again") + "trigger: {on: order, delay_minutes: 30}\n")
        assert set(fallen(live)) == {"bread_club", "cake"}
        assert set(fallen(live, policy="bread_club", where="sales < 100")) == {"bread_club"}
        assert fallen(live, policy="bread_club", where="sales < 100")["bread_club"] == {"not_eligible": TOO_POOR}
        assert "not_its_moment" not in fallen(live, policy="cake_again", channel="email").get("cake_again", {})


def test_telling_why_writes_nothing(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        live.why_not()
        assert all(live.state.contacts.decisions(one) == [] for one in live.profiles.customers())
