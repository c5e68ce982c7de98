"""Another share is held out from some day on: customers are compared with those of the share at which their own lots were drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.flow.looking import edit
from tests.flow.reaching import approve
from tests.flow.test_earned import AT, CONFIG, CUSTOMERS, POLICY, earned, moment, rows_of, usual, write_bakery

from unequal import flow
from unequal.flow.live import Asked

EARLY, LATE = range(1, 121), range(121, CUSTOMERS + 1)
UNIVERSAL = '  experiments: {universal_holdout: "SHARE"}\n'
TIERS = '  tiers: {first: {words: "At once.", when: "orders > 100"}, all: {words: "In a day."}}\n  tier_trial: "SHARE"\n'


def shared_out(folder: Path, config: str, policy: str, then: Callable[[], str]) -> None:
    """The early half of the customers comes; `then` the share changes, and the late half comes, who buy ten less. Nothing does anything."""
    write_bakery(folder, config, policy, EARLY)
    later = then()
    with moment(folder, AT + timedelta(days=2)) as live:
        if later:
            approve(live, later)
        for n in LATE:
            live.decide(Asked("web", live.lookup("crm", str(n))[0]))
    bought = [f"m{n},{n},2026-03-{n % 26 + 5:02},{usual(n) - (10 if n in LATE else 0)}" for n in range(1, CUSTOMERS + 1)]
    rows = ["order_no,customer,day,total", *bought, "l,1,2026-06-15,5.00"]
    (folder / "data" / "orders-after.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    flow.run(flow.open_project(folder))


def shares(folder: Path, name: str) -> set[tuple[object, str]]:
    return {(one["share_held_out"], str(one["drawn_on"])) for one in rows_of(folder) if one["policy"] == name}


def test_what_changed_between_two_shares_is_not_taken_for_what_the_policy_did(tmp_path: Path) -> None:
    folder = tmp_path / "bakery"
    shared_out(folder, CONFIG, POLICY.replace('holdout: "0.5"', 'holdout: "0.2"'), lambda: POLICY)
    (row,) = earned(folder).table.to_pylist()
    # Each contact cost one; those held out are mostly late ones, who would lend the policy some euros.
    assert row["customer_expected"] == pytest.approx(-1, abs=0.2)
    assert row["verdict"] == "lost", "the arms are as they were drawn, and what contacts cost is lost"
    assert shares(folder, "rolls") == {(0.2, "2026-03-02"), (0.5, "2026-03-04")}


@pytest.mark.parametrize(
    ("name", "declared", "early", "late", "held_out", "cost"),
    [("holdout:universal", UNIVERSAL, "0.15", "0.5", {0.15, 0.5}, 0.5), ("tier:all", TIERS, "0.2", "0.6", {0.8, 0.4}, 0)],
    ids=["the universal holdout", "the trial of a tier"],
)
def test_a_share_of_the_config_that_changed_is_that_of_each_lot_too(
    tmp_path: Path, name: str, declared: str, early: str, late: str, held_out: set[float], cost: float
) -> None:
    folder = tmp_path / "bakery"

    def then() -> str:
        edit(folder / "unequal.yaml", (f'"{early}"', f'"{late}"'))
        return ""

    shared_out(folder, CONFIG + declared.replace("SHARE", early), POLICY, then)
    row = next(one for one in earned(folder).table.to_pylist() if one["policy"] == name)
    assert {share for share, _ in shares(folder, name)} == held_out
    assert row["verdict"] != "arms_not_as_drawn"
    told = {"holdout:universal": "all direct marketing", "tier:all": "the service above that of all"}[name]
    assert row["called"] == told
    assert any(one.lower().startswith(told) for one in earned(folder).findings)
    assert ("2 trials" in earned(folder).sentence) is (name == "tier:all"), "a level of service is not called a policy"
    # Half of whom all marketing reaches have a contact that costs one; a tier costs nothing here.
    assert row["customer_expected"] == pytest.approx(-cost, abs=0.4)
