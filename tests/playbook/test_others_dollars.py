"""What goes with a customer: the others of his household, and whom he brought, in the dollars by which a policy is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import yaml
from tests.playbook.conftest import Make
from tests.playbook.moments import Scene

LIVE = {"channels": {"web": {"outbound": False}}}
UPLIFT, HOUSEHOLD, REFERRAL = Decimal("0.10"), Decimal("0.25"), Decimal("0.10")
COUNTS = {"household": str(HOUSEHOLD), "referral": str(REFERRAL)}


def policy(name: str, margin: str, **more: Any) -> str:
    """The text of a policy for everybody, whose effect was measured and which costs a dollar."""
    effect = {"uplift": str(UPLIFT), "margin": margin, "measured": True, "measured_on": "2025-12-31"}
    keys = {"policy": name, "issue": "retention", "group": "shop", "action": "invite", "objective": "keep", "purpose": "service",
            "channels": {"web": {"text": "Come and see us."}}, "effect": effect, "cost": "1.00", "holdout": "0.000001"}  # fmt: skip
    return yaml.safe_dump({**keys, **more}, sort_keys=False)


def acts(on: Scene, *texts: str) -> None:
    """Policies act, as their author and another person would have it."""
    for text in texts:
        draft = on.live.policies.submit(text, author="mia")
        on.live.policies.preview(draft["name"], draft["version"])
        on.live.policies.approve(draft["name"], draft["version"], by="finn")


def everybody(on: Scene) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each customer, and what the profile tells of him."""
    columns = on.live.profiles.columns
    for one in on.live.profiles.customers():
        row = on.live.profiles.known(one)
        yield one, {name: row[at] for name, at in columns.items()}


def counted(told: float | None, share: Decimal) -> Decimal:
    """What a share of a forecast comes to in a policy's dollars: nothing where there is none."""
    return (UPLIFT * share * Decimal(repr(told or 0.0))).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def test_the_profile_tells_what_the_other_members_of_a_household_are_expected_to_bring(scene: Make) -> None:
    on = scene(**LIVE)
    rows = dict(everybody(on))
    at_home = 0
    for one, row in rows.items():
        known = [value for other in on.household(one) if (value := rows[other]["value_expected"]) is not None]
        if known:
            at_home += 1
            assert row["household_others_expected"] == pytest.approx(sum(known), abs=1e-6)
        else:
            assert row["household_others_expected"] is None
        if row["household_id"] is None:
            assert (row["household_value_expected"], row["household_others_expected"]) == (None, None)
    assert at_home > 50


def test_household_and_referral_value_are_told_in_dollars_and_change_which_policy_wins(scene: Make) -> None:
    on = scene(**LIVE)
    acts(on, policy("counting", "40.00", counts=COUNTS), policy("plain", "45.00"))
    won: dict[str, int] = {"counting": 0, "plain": 0}
    both = 0
    for one, row in everybody(on):
        others, through = row["household_others_expected"], row["through_others_expected"]
        if won["counting"] >= 5 and won["plain"] >= 5 and both and not (others and through):
            continue
        explained = on.live.explain(on.asks(one, "web")["decision_id"])
        parts = next(each["parts"] for each in explained["candidates"] if each["policy"] == "counting")
        told = {name: Decimal(str(parts[name])) for name in ("gain", "household", "referral")}
        assert told == {"gain": Decimal(4), "household": counted(others, HOUSEHOLD), "referral": counted(through, REFERRAL)}
        plain = next(each["parts"] for each in explained["candidates"] if each["policy"] == "plain")
        assert (Decimal(str(plain["household"])), Decimal(str(plain["referral"]))) == (0, 0)
        beside = told["household"] + told["referral"]
        winner = explained["winner"]["policy"]
        # The one gains 4.00 and what goes with the customer, the other 4.50.
        assert winner == ("counting" if beside >= Decimal("0.50") else "plain")
        won[winner] += 1
        both += bool(others and through)
    assert min(won.values()) >= 5
    assert both
