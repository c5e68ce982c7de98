"""Where two policies met in the same customers, four arms arise, and it is told what both bring beyond their sum."""

from __future__ import annotations

import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.flow.reaching import approve
from tests.flow.test_earned import AT, CONFIG, POLICY, earned, moment

from unequal import flow, storage
from unequal.flow.live import Asked

PEOPLE = 560
ROLLS, JAM = 2, 3
JAM_POLICY = (
    POLICY.replace("policy: rolls", "policy: jam").replace("rolls_offer", "jam_offer").replace('margin: "100.00"', 'margin: "90.00"')
)


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everybody has drawn a lot of both: on one day of the better, and on the next of the other."""
    return drawn(tmp_path_factory.mktemp("met") / "bakery", apart=1)


def drawn(folder: Path, *, apart: int) -> Path:
    """Everybody comes by twice, so many days apart: whom the rolls hold out draws the lot of the jam at once, whom they treat at the second visit."""
    (folder / "data").mkdir(parents=True)
    people = range(1, PEOPLE + 1)
    names = [f"{n},{chr(65 + n % 26)}{'abcdefghijklmnopqrstuvwx'[n // 26]}elin Miller{n},DE" for n in people]
    (folder / "data" / "crm.csv").write_text("\n".join(["no,name,land", *names]) + "\n", encoding="utf-8")
    before = [f"b{n},{n},2026-02-{n % 26 + 1:02},{20 + n % 7}.00" for n in people]
    (folder / "data" / "orders-before.csv").write_text("\n".join(["order_no,customer,day,total", *before]) + "\n", encoding="utf-8")
    (folder / "unequal.yaml").write_text(CONFIG, encoding="utf-8")
    flow.run(flow.open_project(folder))
    with moment(folder) as live:
        for text in (POLICY, JAM_POLICY):
            approve(live, text)
    for day in (0, apart):
        with moment(folder, AT + timedelta(days=day)) as live:
            for one in live.profiles.customers():
                live.decide(Asked("web", one))
    return folder


def answered(met: Path, to: Path, *, beyond: int) -> Path:
    """Customers buy more for the rolls, for the jam, and something beyond for having had both."""
    folder = shutil.copytree(met, to / "bakery")
    with moment(folder) as live:
        arms = {n: live.state.contacts.standing(live.lookup("crm", str(n))[0]).arms for n in range(1, PEOPLE + 1)}
    rows = []
    for n, of in arms.items():
        rolls, jam = (of.get(name) == "treated" for name in ("rolls", "jam"))
        brings = 20 + n % 7 + Decimal(n * 37 % 50) / 10 + ROLLS * rolls + JAM * jam + beyond * (rolls and jam)
        rows.append(f"m{n},{n},2026-03-{n % 25 + 4:02},{brings}")
    text = "\n".join(["order_no,customer,day,total", *rows, "l1,1,2026-04-15,5.00"])
    (folder / "data" / "orders-after.csv").write_text(text + "\n", encoding="utf-8")
    flow.run(flow.open_project(folder))
    return folder


def test_what_both_bring_beyond_their_sum_is_found(met: Path, tmp_path: Path) -> None:
    found = earned(answered(met, tmp_path, beyond=4))
    (row,) = found.tables["together"].to_pylist()
    assert (row["policies"], row["customers"], row["days"]) == ("jam and rolls", PEOPLE, 30)
    assert row["together_expected"] == pytest.approx(4, abs=0.8)
    assert row["together_low"] < 4 < row["together_high"]
    assert (row["verdict"], row["said"]) == ("earned", "more together than apart")
    assert any("jam and rolls bring more together than apart" in finding for finding in found.findings)
    assert any(one.table == "together" for one in found.shown)


def test_policies_that_add_up_and_policies_that_take_from_each_other_are_told_apart(met: Path, tmp_path: Path) -> None:
    (added,) = earned(answered(met, tmp_path / "adds", beyond=0)).tables["together"].to_pylist()
    assert (added["verdict"], added["said"]) == ("no_detectable_difference", "no detectable difference")
    found = earned(answered(met, tmp_path / "takes", beyond=-5))
    (taken,) = found.tables["together"].to_pylist()
    assert taken["said"] == "take from each other"
    assert taken["together_high"] < 0


def test_nothing_is_told_where_too_few_drew_both_lots(met: Path, tmp_path: Path) -> None:
    folder = answered(met, tmp_path, beyond=4)
    assert "together" not in earned(folder, where="brought <= 46").tables
    assert "together" not in earned(met).tables, "nobody's days are over"


def test_policies_that_add_up_do_so_where_the_second_lot_falls_weeks_after_the_first(tmp_path: Path) -> None:
    """Each treatment brings its dollars fifteen days after it, and nothing for the other: 35 days after the first lot for whom the rolls treated."""
    folder = drawn(tmp_path / "bakery", apart=20)
    with moment(folder) as live:
        numbers = {live.lookup("crm", str(n))[0]: n for n in range(1, PEOPLE + 1)}
    with storage.open_state(flow.open_project(folder).state_url) as state:
        made = state.contacts_made().to_pylist()
    brings = {"rolls": 6, "jam": 8}
    rows = [
        f"t{at},{numbers[one['customer_id']]},{one['made_at'].date() + timedelta(days=15)},{brings[one['policy']]}.00"
        for at, one in enumerate(made)
    ]
    usual = [f"m{n},{n},2026-03-{n % 26 + 3:02},{20 + n * 37 % 9}.00" for n in range(1, PEOPLE + 1)]
    text = "\n".join(["order_no,customer,day,total", *usual, *rows, "l1,1,2026-06-15,5.00"])
    (folder / "data" / "orders-after.csv").write_text(text + "\n", encoding="utf-8")
    flow.run(flow.open_project(folder))
    found = earned(folder)
    (row,) = found.tables["together"].to_pylist()
    assert row["customers"] == PEOPLE
    assert row["together_expected"] == pytest.approx(0, abs=2)
    assert row["verdict"] == "no_detectable_difference"
    assert not any("take from each other" in finding for finding in found.findings)
