"""Tasks of hosts from the published base to what came of them, by the desk and on the command line."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.flow.looking import edit
from tests.flow.test_live import Clock

from unequal import answers, flow
from unequal.answers import base as bases
from unequal.answers.host_contacts import host_contacts
from unequal.cli import main
from unequal.flow.host_outcomes import host_outcomes
from unequal.flow.live import open_hosts
from unequal.flow.profiles import Profiles
from unequal.storage.state import HostTaskRow, open_live, open_state
from unequal.terms.errors import ContactCentreError
from unequal.terms.periods import Period

NOON = datetime(2026, 3, 2, 12)
HOSTS = """
live:
  tiers:
    first: {words: "We answer you first.", when: "orders >= 1", host: mia}
    all: {words: "We answer."}
  hosts:
    at_most: 1
    due_days: 3
    rest_days: 10
    signals:
      austrian: {words: "She lives abroad.", when: "country = 'AT'"}
      bought: {words: "Bought once.", when: "orders >= 1"}
storage: {threads: 1}
"""


@pytest.fixture
def project(company: Path):
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", HOSTS.lstrip()))
    return flow.open_project(company, {})


def expected(project) -> list[tuple[str, float]]:
    """Customers of the tier's host with something to lose, the most first, one profile after the other."""
    with Profiles.open(project) as profiles:
        rows = {one: dict(zip(profiles.columns, profiles.row(one), strict=True)) for one in profiles.customers()}
    found = [(one, row["value_expected"]) for one, row in rows.items() if (row["orders"] or 0) >= 1 and (row["value_expected"] or 0) > 0]
    return sorted(found, key=lambda one: -one[1])


def test_each_host_has_the_customers_with_most_at_stake_as_far_as_there_is_room(project):
    wanted = expected(project)
    assert len(wanted) >= 2
    with open_hosts(project, clock=lambda: NOON) as desk:
        plan = desk.plan()
        assert [one.customer_id for one in plan.made] == [wanted[0][0]]
        (task,) = desk.tasks(host="mia")
        assert (float(task.stake), task.due_on, task.host) == (pytest.approx(wanted[0][1], abs=0.005), date(2026, 3, 5), "mia")
        assert (plan.deserving, plan.resting, plan.without_room) == (len(wanted), 0, len(wanted) - 1)
        again = desk.plan()
        assert (again.made, again.resting, desk.tasks(host="tom")) == ([], 1, [])


def test_a_customer_whose_task_was_done_rests_and_then_may_have_another(project):
    clock, wanted = Clock(), expected(project)
    clock.now = NOON
    with open_hosts(project, clock=clock) as desk:
        (first,) = desk.plan().made
        desk.finish(first.task_id, outcome="no_answer", author="person:mia")
        (second,) = desk.plan().made
        assert second.customer_id == wanted[1][0]
        desk.finish(second.task_id, outcome="kept", author="person:mia")
        clock.now = NOON + timedelta(days=10)
        assert [one.customer_id for one in desk.plan().made] == [wanted[0][0]]
        assert len(desk.tasks(is_open=False)) == 3


def test_a_task_is_finished_once_with_an_outcome_that_there_is(project):
    with open_hosts(project, clock=lambda: NOON) as desk:
        (task,) = desk.plan().made
        with pytest.raises(ContactCentreError, match="CTC043"):
            desk.finish(task.task_id, outcome="perhaps", author="person:mia")
        desk.finish(task.task_id, outcome="kept", author="person:mia")
        with pytest.raises(ContactCentreError, match="CTC042"):
            desk.finish(task.task_id, outcome="lost", author="person:mia")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("  hosts:\n", "  unused:\n"), "CTC040"),
        ((", host: mia", ""), "CTC041"),
        (("    at_most: 1\n", "    attribute: manager\n"), "CTC041"),
    ],
    ids=["no tasks are declared", "no tier has a host", "the attribute is nowhere"],
)
def test_what_is_not_declared_is_told(project, change, code):
    path = project.folder / "unequal.yaml"
    if code == "CTC040":
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: text.index("  hosts:")] + "storage: {threads: 1}\n", encoding="utf-8")
    else:
        edit(path, change)
    with open_hosts(flow.open_project(project.folder, {}), clock=lambda: NOON) as desk, pytest.raises(ContactCentreError, match=code):
        desk.plan()


def test_the_host_that_a_customers_attribute_names_goes_before_that_of_the_tier(project):
    edit(project.folder / "unequal.yaml", ("    at_most: 1\n", "    attribute: country\n    at_most: 5\n"))
    with open_hosts(flow.open_project(project.folder, {}), clock=lambda: NOON) as desk:
        made = desk.plan().made
    assert {one.host for one in made} == {"DE", "AT"}
    assert {one.reason for one in made if one.host == "AT"} == {"She lives abroad."}


def tasks_of(project, *told: tuple[int, int | None, str | None]) -> None:
    """Tasks that were due on a day of March, done on a day of it, and what came of them."""
    with open_live(project.state_url) as state:
        for number, (due, done, outcome) in enumerate(told):
            row = HostTaskRow(f"t{number}", f"c{number}", "mia", "", Decimal(1), date(2026, 3, due), datetime(2026, 2, 20))
            state.hosts.add([row], at_most=1000)
            if done is not None:
                state.hosts.finish(f"t{number}", outcome=str(outcome), at=datetime(2026, 3, done, 12), author="person:mia")


def test_metrics_tell_of_tasks_that_were_done_in_time_and_of_customers_who_stayed(project):
    tasks_of(project, *[(5, 5, "kept")] * 7, *[(5, 6, "lost")] * 3, *[(5, 4, "no_answer")] * 2, (5, None, None), (30, None, None))
    with flow.open_base(project) as opened, open_state(project.state_url) as state:
        whole = opened.base.host_tasks()
        assert whole.num_rows == 14, "all those days are over by now"
        assert host_outcomes(state, project.config, datetime(2026, 3, 10)).num_rows == 13, "nobody is late before his day"
        assert host_outcomes(state, project.config, datetime(2026, 3, 5, 13)).num_rows == 9, "what came later was not known"
        found = {one.name: one.rows for one in host_contacts(opened.base, None, None, None)}
        answer = answers.answer("metrics", opened.base)
        assert host_contacts(opened.base, "orders > 1", None, None) == []
        assert host_contacts(opened.base, None, None, Period(date(2026, 4, 1), date(2026, 5, 1))) == []
    ((in_time,), (kept,)) = found["host_tasks_in_time"], found["host_customers_kept"]
    assert (in_time["month"], in_time["rows"], float(in_time["value"])) == ("2026-03", 14, pytest.approx(9 / 14, abs=1e-6))
    assert (kept["rows"], float(kept["value"])) == (10, pytest.approx(0.7))
    assert {"host_tasks_in_time", "host_customers_kept"} <= set(answer.table["metric"].to_pylist())
    assert bases.no_host_tasks().num_rows == 0


def test_the_command_plans_lists_and_writes_down_what_came_of_a_task(project):
    def asked(*words: str, code: int = 0) -> str:
        found = CliRunner().invoke(main, ["-C", str(project.folder), "hosts", *words])
        assert found.exit_code == code, found.output
        return found.output

    assert "There are none. Make some" in asked("list")
    made = asked("plan")
    assert "host has no room" in made
    assert "1 new task;" in made
    assert asked("list", "--host", "nobody").strip() == "nobody has none."
    (task,) = json.loads(asked("list", "--host", "mia", "--json"))
    assert task["customer_id"] in asked("list")
    assert "kept, by ann" in asked("done", task["task_id"], "--outcome", "kept", "--as", "ann")
    (done,) = json.loads(asked("list", "--all", "--json"))
    assert (done["status"], done["outcome"], done["author"]) == ("done", "kept", "person:ann")
    assert "person:ann" in asked("list", "--all")
    assert "CTC042" in asked("done", task["task_id"], "--outcome", "lost", "--as", "ann", code=1)
    assert json.loads(asked("plan", "--json"))["made"][0]["host"] == "mia"
