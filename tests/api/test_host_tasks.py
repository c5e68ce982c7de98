"""Tasks of hosts over HTTP: who may see, make and finish them, what of them he sees, and that a task is finished once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.api.doors import Client, client_of, signed_in
from tests.flow.looking import edit
from tests.flow.test_live import Clock

from unequal import flow
from unequal.access import csrf_of, permissions
from unequal.flow.live import Live, open_live
from unequal.storage.state import HostTaskRow

HOSTS = """
live:
  hosts:
    attribute: country
    at_most: 5
    due_days: 3
    worked_by: {AT: [tom, eva]}
    signals:
      bought: {words: "Bought once.", when: "orders >= 1"}
storage: {threads: 1}
"""
TASKS = "/v1/host-tasks"
PLANNERS = {"policy_author"}
READERS = {"analyst", "policy_author", "agent"}
FINISHERS = {"agent"}
OF_DE = ["t_late", "t_middle", "t_soon"]
"""Tasks of the host DE, the most dollars at stake first."""


@pytest.fixture
def live(company: Path) -> Iterator[Live]:
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", HOSTS.lstrip()))
    with open_live(flow.open_project(company, {}), clock=Clock()) as moment:
        yield moment


@pytest.fixture
def client(live: Live, tmp_path: Path) -> Iterator[Client]:
    with client_of(tmp_path, world=live) as (client, door):
        for role in permissions.ROLES:
            door.members.add(f"a {role}", "no password", [role], by="test")
        for name in ("DE", "AT", "tom"):
            door.members.add(name, "no password", ["agent"], by="test")
        yield client


@pytest.fixture
def tasks(live: Live) -> None:
    """Three tasks of DE, whose dollars and days run against each other, and one of AT."""
    for number, (name, host, stake) in enumerate(
        [("t_soon", "DE", "10.00"), ("t_middle", "DE", "20.00"), ("t_late", "DE", "30.00"), ("t_at", "AT", "25.00")]
    ):
        row = HostTaskRow(name, f"c_{number}", host, "Bought once.", Decimal(stake), date(2026, 3, 5 + number), datetime(2026, 3, 2))
        live.state.hosts.add([row], at_most=5)


def named(client: Client, name: str) -> dict[str, str]:
    """Headers of a new session of somebody by name."""
    token = client.door.members.open_session(client.door.members.named(name))
    return {"cookie": f"__Host-unequal={token}", "x-csrf-token": csrf_of(token)}


def key(client: Client, *scopes: str) -> dict[str, str]:
    """Headers of a new service key."""
    _, secret = client.door.members.add_key("crm", "service", by="test", days=1, scopes=scopes)
    return {"authorization": f"Bearer {secret}"}


def listed(client: Client, headers: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = client.get(TASKS, headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["tasks"]


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["task_id"] for one in found]


def finish(client: Client, headers: dict[str, str], task: str, **body: Any) -> Any:
    return client.post(f"{TASKS}/{task}/outcome", headers=headers, json=body or {"outcome": "kept"})


def refused(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def told(client: Client) -> list[tuple[str, str, str, str]]:
    """What the audit has of tasks: who, what, of which, and what of it."""
    entries = client.get("/v1/audit", headers=signed_in(client.door, "administrator")).json()["entries"]
    found = [(one["actor"], one["action"], one["subject"], one["detail"]) for one in entries]
    return [one for one in found if one[1].startswith("host_tasks.")]


@pytest.mark.usefixtures("tasks")
def test_each_role_may_do_what_is_written_here_and_a_stranger_nothing(client: Client) -> None:
    for role in permissions.ROLES:
        headers = signed_in(client.door, role)
        answers = {
            "read": (client.get(TASKS, headers=headers), role in READERS),
            "plan": (client.post(f"{TASKS}/plan", headers=headers, json={}), role in PLANNERS),
            "finish": (finish(client, headers, "t_soon"), role in FINISHERS),
        }
        for what, (answer, is_let_in) in answers.items():
            # An agent whose task it is not is let in, and finds none.
            assert (answer.status_code in {200, 404}) if is_let_in else (refused(answer) == (403, "ACC002")), (role, what)
    assert refused(client.get(TASKS)) == (401, "ACC001")
    assert refused(client.post(f"{TASKS}/plan", json={})) == (401, "ACC001")
    assert refused(finish(client, {}, "t_soon")) == (401, "ACC001")


@pytest.mark.usefixtures("tasks")
def test_an_agent_sees_his_own_tasks_alone_by_their_days_and_no_dollars(client: Client) -> None:
    found = listed(client, named(client, "DE"))
    assert ids(found) == OF_DE[::-1], "due first, though fewest dollars"
    assert found[0] == {
        "task_id": "t_soon", "customer_id": "c_0", "host": "DE", "reason": "Bought once.", "due_on": "2026-03-05",
        "created_at": "2026-03-02T00:00:00Z", "status": "open", "outcome": None, "outcome_at": None, "author": None,
    }  # fmt: skip
    assert listed(client, named(client, "DE"), host="AT") == []
    assert listed(client, signed_in(client.door, "agent")) == [], "who looks after nobody has no list"


@pytest.mark.usefixtures("tasks")
def test_a_hosts_tasks_are_seen_by_those_who_are_declared_to_work_them_off_in_the_place_of_its_namesake(client: Client) -> None:
    assert ids(listed(client, named(client, "tom"))) == ["t_at"]
    assert listed(client, named(client, "AT")) == []


@pytest.mark.usefixtures("tasks")
@pytest.mark.parametrize("role", ["analyst", "policy_author"])
def test_managers_see_the_tasks_of_every_host_the_most_dollars_first(client: Client, role: str) -> None:
    found = listed(client, signed_in(client.door, role))
    assert [(one["task_id"], one["stake"]) for one in found] == [
        ("t_late", "30.00"), ("t_at", "25.00"), ("t_middle", "20.00"), ("t_soon", "10.00"),
    ]  # fmt: skip


@pytest.mark.usefixtures("tasks")
def test_a_service_key_sees_the_classes_of_fields_that_it_is_scoped_for_and_its_order_tells_no_more(client: Client) -> None:
    bare, worded = key(client, "host_tasks.read"), key(client, "host_tasks.read", "fields.contact")
    found = listed(client, bare)
    assert set(found[0]) == {"task_id", "customer_id", "due_on", "created_at", "status"}
    assert ids(found) == ["t_soon", "t_middle", "t_late", "t_at"], "by their days"
    assert refused(client.get(TASKS, headers=bare, params={"host": "DE"})) == (403, "ACC003")
    assert ids(listed(client, worded, host="DE")) == OF_DE[::-1]
    assert "stake" not in listed(client, worded)[0]
    assert ids(listed(client, key(client, "host_tasks.read", "fields.worth", "fields.contact"), host="DE")) == OF_DE
    assert refused(client.get(TASKS, headers=key(client, "outcomes.write"))) == (403, "ACC002")
    assert refused(finish(client, worded, "t_soon")) == (403, "ACC002")


@pytest.mark.usefixtures("tasks")
def test_a_list_is_read_in_parts_whatever_becomes_of_the_task_read_last(client: Client) -> None:
    headers = named(client, "DE")
    (first,) = listed(client, headers, limit=1)
    assert finish(client, headers, first["task_id"]).status_code == 204
    assert ids(listed(client, headers, limit=1, after=first["task_id"])) == ["t_middle"]
    assert ids(listed(client, headers, after="t_middle")) == ["t_late"]
    assert listed(client, headers, after="t_late") == []
    for unseen in ("t_at", "t_none"):
        assert refused(client.get(TASKS, headers=headers, params={"after": unseen})) == (404, "ACC012")


@pytest.mark.usefixtures("tasks")
def test_a_list_is_narrowed_to_a_state_and_to_days(client: Client) -> None:
    headers = named(client, "DE")
    assert ids(listed(client, headers, due_until="2026-03-06")) == ["t_soon", "t_middle"]
    finish(client, headers, "t_middle", outcome="lost")
    assert ids(listed(client, headers)) == ["t_soon", "t_late"]
    (done,) = listed(client, headers, status="done")
    assert (done["task_id"], done["outcome"], done["author"]) == ("t_middle", "lost", "person:DE")
    assert ids(listed(client, headers, status="all")) == OF_DE[::-1]
    for wrong in (
        {"due_until": "20260306"},
        {"due_until": "1"},
        {"due_until": "2026-02-30"},
        {"status": "late"},
        {"limit": 0},
        {"who": "me"},
    ):
        assert refused(client.get(TASKS, headers=headers, params=wrong)) == (422, "API003"), wrong


@pytest.mark.usefixtures("tasks")
def test_a_task_is_finished_once_by_whose_it_is_and_the_audit_has_that_once(client: Client, live: Live) -> None:
    owner = named(client, "DE")
    assert refused(finish(client, named(client, "tom"), "t_soon")) == (404, "ACC012"), "another's is not there"
    assert refused(finish(client, owner, "t_none")) == (404, "ACC012")
    assert refused(finish(client, owner, "t_soon", outcome="perhaps")) == (422, "CTC043")
    assert refused(finish(client, owner, "t_soon", outcome="kept", author="person:eva")) == (422, "API003")
    assert finish(client, owner, "t_soon").status_code == 204
    assert refused(finish(client, owner, "t_soon", outcome="lost")) == (409, "CTC042")
    (task,) = [one for one in live.state.hosts.tasks() if one.task_id == "t_soon"]
    assert (task.status, task.outcome, task.author) == ("done", "kept", "person:DE")
    assert told(client) == [("person:DE", "host_tasks.finish", "t_soon", "kept")]


@pytest.mark.usefixtures("tasks")
def test_a_system_with_the_scope_says_what_came_of_any_hosts_task(client: Client, live: Live) -> None:
    shown = key(client, "host_tasks.finish")
    assert [finish(client, shown, name, outcome="no_answer").status_code for name in ("t_soon", "t_at")] == [204, 204]
    assert {one.author[:4] for one in live.state.hosts.tasks() if one.status == "done"} == {"key:"}


def test_tasks_are_planned_from_the_published_run_and_planned_again_there_are_none(client: Client) -> None:
    headers = signed_in(client.door, "policy_author")
    plan = client.post(f"{TASKS}/plan", headers=headers, json={}).json()
    assert {one["host"] for one in plan["made"]} == {"DE", "AT"}
    assert plan["made"] == listed(client, headers)
    assert plan["deserving"] == len(plan["made"])
    again = client.post(f"{TASKS}/plan", headers=key(client, "host_tasks.plan")).json()  # without a body
    assert (again["made"], again["resting"]) == ([], plan["deserving"])
    assert [(act, detail) for _, act, _, detail in told(client)] == [
        ("host_tasks.plan", f"{len(plan['made'])} made"),
        ("host_tasks.plan", "0 made"),
    ]


def test_a_system_that_sees_no_dollars_is_told_of_new_tasks_by_their_days(client: Client) -> None:
    made = client.post(f"{TASKS}/plan", headers=key(client, "host_tasks.plan"), json={}).json()["made"]
    assert len(made) >= 2
    assert [one["customer_id"] for one in made] == sorted(one["customer_id"] for one in made), "all are due on one day"
    assert not any("stake" in one or "reason" in one for one in made)


def test_where_no_tasks_are_declared_none_is_made_and_the_list_is_empty(company: Path, tmp_path: Path) -> None:
    with open_live(flow.open_project(company, {}), clock=Clock()) as live, client_of(tmp_path, world=live) as (client, door):
        door.members.add("a policy_author", "no password", ["policy_author"], by="test")
        headers = signed_in(door, "policy_author")
        assert refused(client.post(f"{TASKS}/plan", headers=headers, json={})) == (422, "CTC040")
        assert listed(client, headers) == []
