"""A new version of a policy holds out another share: customers are compared with those of the share at which their own lots were drawn."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.flow.reaching import approve
from tests.flow.test_earned import AT, CUSTOMERS, POLICY, earned, moment, rows_of, usual, write_bakery

from unequal import flow
from unequal.flow.live import Asked

EARLY, LATE = range(1, 121), range(121, CUSTOMERS + 1)


def test_what_changed_between_two_shares_is_not_taken_for_what_the_policy_did(tmp_path: Path) -> None:
    """The early half of the customers comes under a holdout of a fifth; the others, who buy ten less, under one of a half. The policy does nothing."""
    folder = tmp_path / "bakery"
    write_bakery(folder, policy=POLICY.replace('holdout: "0.5"', 'holdout: "0.2"'), come=EARLY)
    with moment(folder, AT + timedelta(days=2)) as live:
        approve(live, POLICY)
        for n in LATE:
            live.decide(Asked("web", live.lookup("crm", str(n))[0]))
    bought = [f"m{n},{n},2026-03-{n % 26 + 5:02},{usual(n) - (10 if n in LATE else 0)}" for n in range(1, CUSTOMERS + 1)]
    rows = ["order_no,customer,day,total", *bought, "l,1,2026-04-15,5.00"]
    (folder / "data" / "orders-after.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    flow.run(flow.open_project(folder))
    (row,) = earned(folder).table.to_pylist()
    # Each contact cost one; those held out are mostly late ones, who would lend the policy some euros.
    assert row["customer_expected"] == pytest.approx(-1, abs=0.2)
    assert row["verdict"] == "lost", "the arms are as they were drawn, and what contacts cost is lost"
    assert {(one["share_held_out"], str(one["drawn_on"])) for one in rows_of(folder)} == {(0.2, "2026-03-02"), (0.5, "2026-03-04")}
