"""A lot that draws households, from the sources to what the policy earned: nobody who is held out lives with somebody who is treated."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.flow.reaching import approve
from tests.flow.test_earned import AT, CONFIG, POLICY, moment

from unequal import answers, flow
from unequal.flow.live import Asked

HOMES = 120
TIES = """\
  ties:
    read: data/ties.csv
    relationships:
      - {kind: household_member, from: {source: crm, id: who}, to: {source: crm, id: whom}}
"""
GAIN = 7


def write(folder: Path) -> None:
    """Two live in each home, and both buy as much as the other; customers 2 n and 2 n + 1."""
    data = folder / "data"
    data.mkdir(parents=True)
    people = range(2, 2 * HOMES + 2)
    names = [f"{n},{chr(65 + n % 26)}{'abcdefghij'[n // 26]}elin Miller{n},DE" for n in people]
    (data / "crm.csv").write_text("\n".join(["no,name,land", *names]) + "\n", encoding="utf-8")
    (data / "ties.csv").write_text("\n".join(["who,whom", *(f"{2 * n},{2 * n + 1}" for n in range(1, HOMES + 1))]) + "\n", encoding="utf-8")
    orders = [f"b{n},{n},2026-02-{n % 26 + 1:02},{20 + n // 2 % 7}.00" for n in people]
    (data / "orders-before.csv").write_text("\n".join(["order_no,customer,day,total", *orders]) + "\n", encoding="utf-8")
    (folder / "unequal.yaml").write_text(CONFIG.replace("storage: {threads: 1}\n", TIES + "storage: {threads: 1}\n"), encoding="utf-8")


def begun(folder: Path) -> flow.OpenProject:
    """The company, run once, with a policy in force whose lot draws households."""
    write(folder)
    project = flow.open_project(folder)
    flow.run(project)
    with moment(folder) as live:
        approve(live, POLICY + "assign_by: household\n")
    return project


def arms_by_home(folder: Path) -> dict[int, set[str]]:
    with moment(folder) as live:
        numbers = {n: live.lookup("crm", str(n))[0] for n in range(2, 2 * HOMES + 2)}
        arms = {n: live.state.contacts.standing(one).arms["rolls"] for n, one in numbers.items()}
    return {home: {arms[2 * home], arms[2 * home + 1]} for home in range(1, HOMES + 1)}


def test_households_are_drawn_whole_and_are_what_is_compared(tmp_path: Path) -> None:
    project = begun(tmp_path)
    with moment(tmp_path) as live:
        for one in live.profiles.customers():
            live.decide(Asked("web", one))
    homes = arms_by_home(tmp_path)
    assert {len(arms) for arms in homes.values()} == {1}, "all of a home stand in one arm"
    treated = [home for home, arms in homes.items() if arms == {"treated"}]
    assert HOMES / 4 < len(treated) < 3 * HOMES / 4
    bought = [
        f"m{n},{n},2026-03-{n % 26 + 3:02},{20 + home % 7 + Decimal(home * 37 % 5) / 10 + (GAIN if home in treated else 0)}"
        for home in homes for n in (2 * home, 2 * home + 1)
    ]  # fmt: skip
    late = ["l1,2,2026-04-15,5.00"]
    (tmp_path / "data" / "orders-after.csv").write_text("\n".join(["order_no,customer,day,total", *bought, *late]) + "\n", encoding="utf-8")
    flow.run(project)
    with flow.open_base(project) as opened:
        (row,) = answers.answer("earned", opened.base).table.to_pylist()
    assert (row["treated"], row["held_out"]) == (2 * len(treated), 2 * (HOMES - len(treated))), (
        "customers are told, though homes are compared"
    )
    # Seven more each, less the one that the contact cost.
    assert row["customer_expected"] == pytest.approx(GAIN - 1, abs=0.2)
    assert row["customer_low"] < GAIN - 1 < row["customer_high"]
    assert row["verdict"] == "earned"


def test_a_member_who_is_met_on_another_day_has_the_arm_of_his_household(tmp_path: Path) -> None:
    begun(tmp_path)
    with moment(tmp_path) as live:
        first = {n: live.lookup("crm", str(n))[0] for n in range(2, 2 * HOMES + 2, 2)}
        for one in first.values():
            live.decide(Asked("web", one))
    with moment(tmp_path, AT + timedelta(days=1)) as live:
        for home in range(1, HOMES + 1):
            live.decide(Asked("web", live.lookup("crm", str(2 * home + 1))[0]))
    assert {len(arms) for arms in arms_by_home(tmp_path).values()} == {1}
