"""Somebody is erased from the small company: nothing of him is found anywhere, and every dollar is where it was."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from tests.company import write_company
from tests.faults.children import in_child
from tests.flow.canaries import canaries, hits
from tests.flow.looking import buckets, edit, table
from tests.flow.test_live import LIVE, NOON, WELCOME, Asked, Clock, acting, one, sent, track

from unequal import flow, storage
from unequal.api.serving import ticking
from unequal.flow import erasing
from unequal.flow.live import open_live
from unequal.storage import faults
from unequal.storage.durable import digest_of_file
from unequal.storage.state import HostTaskRow, Message
from unequal.storage.state import erasing as state_erasing
from unequal.terms.errors import LiveError

GIFTS = """  goodwill: {at_once: "25.00", agent_a_day: "90.00", customer_a_year: "60.00", reasons: [Late delivery]}
  contact_limits:"""
PEOPLE = {"1": canaries("ann"), "2": canaries("bert")}
EVERY = [word for words in PEOPLE.values() for word in words.values()]
MAIL = "bakery.example"


def _crm() -> str:
    rows = ["no,name,mail,land,tel,road,note"]
    rows += [f"{no},{c['given']} {c['family']},{c['mail']}@{MAIL},DE,0{c['phone']},{c['street']} 4,{c['note']}" for no, c in PEOPLE.items()]
    return "\n".join([*rows, "3,Dora Dell,dora@bakery.example,DE,,,", "4,Cleo Cole,,AT,,,", "9,Test Person,qa@example.test,DE,,,"]) + "\n"


def _with_deliveries(path: Path) -> None:
    """Orders also say, in a column that nothing is made of, to whom they go."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    said = {no: words["delivery"] for no, words in PEOPLE.items()}
    lines = [f"{line},{said.get(line.split(',')[1], '')}" for line in lines]
    lines += [f"z{no},{no},31.02.2026,1.00,1.00,0.00,web,{c['scrap']} {c['mail']}@{MAIL}" for no, c in PEOPLE.items()]
    path.write_text("\n".join([f"{head},to", *lines]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> Path:
    """A company with two runs whose persons are all canaries, and a moment of contact for each; not to be changed."""
    return _made(tmp_path_factory.mktemp("erasing") / "company", {})


def _made(folder: Path, environment: dict[str, str]) -> Path:
    config = write_company(folder)
    edit(
        config,
        ("storage: {threads: 1}\n", LIVE.lstrip().replace("  contact_limits:", GIFTS)),
        ("email: mail, country: land", "email: mail, country: land, phone: tel, address: road"),
    )
    (folder / "data" / "crm.csv").write_text(_crm(), encoding="utf-8")
    for path in (folder / "data").glob("orders-*"):
        _with_deliveries(path)
    if "STATE" in environment:
        edit(config, ("storage: {threads: 1}", 'storage: {threads: 1, state: "env:STATE"}'))
    flow.run(flow.open_project(folder, environment))
    with open_live(flow.open_project(folder, {**environment, "SHOP_KEY": "secret"}), clock=Clock()) as live:
        acting(live, WELCOME)
        for no, words in PEOPLE.items():
            _live_with(live, no, words)
    return folder


def _live_with(live, no, words):
    """Everything that a moment of contact may put down of a person."""
    clock = live.clock
    traits = {"name": words["trait_name"], "email": f"{words['trait_mail']}@{MAIL}"}
    told = {"type": "identify", "userId": no, "anonymousId": words["visitor"], "messageId": f"i{no}", "traits": traits}
    visit = {
        "type": "track",
        "anonymousId": words["visitor"],
        "event": "Seen",
        "messageId": words["message"],
        "properties": {"q": words["said"]},
    }
    wrong = {"type": "track", "userId": no, "messageId": f"w{no}", "context": {"traits": {"email": f"{words['trait_mail']}@{MAIL}"}},
             "properties": {"q": words["refused"]}}  # fmt: skip
    numbered = {"type": "track", "userId": int(no), "messageId": f"u{no}", "properties": {"q": words["numbered"]}}
    answers = sent(live, clock, told, visit, wrong, numbered)
    assert [one.status for one in answers] == ["taken", "taken", "quarantined", "quarantined"]
    customer = one(live, no)
    made = live.decide(Asked("web", customer, purpose="service"))
    assert live.record_outcome(made["decision_id"], kind="accepted", at=NOON, amount=None, reason=words["reason"], author=words["author"])
    assert live.agents.give_goodwill(
        made["decision_id"], goodwill_id=f"gift-{no}", agent="mia", amount=Decimal(5), reason="Late delivery", note=words["gift"]
    )
    assert live.consent(customer, purpose="service", channel="email", status="granted", at=NOON, evidence=words["evidence"])
    assert live.prefer(customer, name=f"topic:{words['likes']}", value="never", channel=None, at=NOON, source="told")
    body = f'{{"customer_id":"{customer}","words":"{words["outbox"]}"}}'
    live.state.outbox.enqueue([Message("crm", body, f"k{no}", NOON)])
    task = HostTaskRow(f"task{no}", customer, "mia", words["reason"], Decimal(9), NOON.date(), NOON)
    assert live.state.hosts.add([task], at_most=9) == [task]
    beside = live.project.folder / ".unequal"
    (beside / "report.html").write_text(" ".join(words["report"] for words in PEOPLE.values()), encoding="utf-8")
    (beside / "delivered").mkdir(exist_ok=True)
    with (beside / "delivered" / "email.jsonl").open("a", encoding="utf-8") as file:
        file.write(f'{{"customer_id":"{customer}","text":"{words["passed_on"]}"}}\n{{"customer_id":"c_other","text":"for another"}}\n')


@pytest.fixture
def company(seeded, tmp_path) -> Path:
    return shutil.copytree(seeded, tmp_path / "company")


def erase(company: Path, record: str, **more) -> erasing.Erased:
    project = flow.open_project(company, {})
    return erasing.erase(project, erasing.customer_named(project, record), actor="cli:jo", **more)


def total(company: Path) -> dict[tuple[str, str], Decimal]:
    """Every dollar by month and line, whoever's it is."""
    found: dict[tuple[str, str], Decimal] = {}
    for row in table(company, "entry"):
        at = f"{row['booked_on']:%Y-%m}", row["line"]
        found[at] = found.get(at, Decimal(0)) + row["amount"]
    assert found
    return found


def test_every_canary_is_there_before(company):
    found = hits(company / ".unequal", EVERY)
    assert {line.rpartition(": ")[2] for line in found} == set(EVERY), "a harness that does not see them proves nothing"


def test_nothing_of_the_erased_is_found_in_any_byte_and_no_total_moves(company):
    before, held = total(company), buckets(company)
    for record in ("crm:1", "crm:2"):
        erase(company, record, reason="asked by letter")
    assert hits(company / ".unequal", EVERY) == []
    assert (total(company), buckets(company)) == (before, held)
    assert "for another" in (company / ".unequal" / "delivered" / "email.jsonl").read_text()


def test_the_next_run_reads_the_same_files_and_keeps_nothing_of_the_erased(company):
    before, held = total(company), buckets(company)
    for record in ("crm:1", "crm:2"):
        erase(company, record)
    flow.run(flow.open_project(company, {}))
    assert hits(company / ".unequal", EVERY) == []
    assert (total(company), buckets(company)) == (before, held)


def test_a_dry_run_counts_the_same_and_changes_nothing(company):
    would = erase(company, "crm:1", dry_run=True)
    assert {line.rpartition(": ")[2] for line in hits(company / ".unequal", EVERY)} == set(EVERY)
    done = erase(company, "crm:1")
    assert (would.state, would.tables, would.files) == (done.state, done.tables, done.files)
    assert done.sources == {"data/crm.csv": 1, "data/orders-2026-01.csv": 1}


def test_a_state_restored_from_before_loses_the_erased_again_with_the_next_run(company, tmp_path):
    state = company / ".unequal" / "state.db"
    with closing(sqlite3.connect(state)) as old, closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        old.backup(backup)
    for record in ("crm:1", "crm:2"):
        erase(company, record)
    for path in state.parent.glob("state.db*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", state)
    flow.run(flow.open_project(company, {}))
    assert hits(company / ".unequal", EVERY) == []


def test_events_of_the_erased_are_told_of_and_not_kept(company):
    erase(company, "crm:1")
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=Clock()) as live:
        words = PEOPLE["1"]
        known = {"type": "track", "anonymousId": "new", "event": "Seen", "messageId": "n1",
                 "context": {"traits": {"email": f"{words['mail'].upper()}@{MAIL}"}}}  # fmt: skip
        other = track("Seen", "3", NOON, "n3")
        answers = sent(live, live.clock, track("Seen", "1", NOON, "n0"), known, other)
        assert [(one.message_id, one.status, one.reason) for one in answers] == [
            ("n0", "quarantined", "erased"), ("n1", "quarantined", "erased"), ("n3", "taken", ""),
        ]  # fmt: skip
    assert hits(company / ".unequal", words.values()) == []


def test_what_a_decision_was_made_from_is_gone_and_says_so(company):
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=Clock()) as live:
        customer = one(live, "1")
        (decision, *_) = live.state.contacts.decisions(customer)
    erase(company, "crm:1")
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=Clock()) as live, pytest.raises(LiveError, match="LIV501"):
        live.explain(decision.decision_id)


def test_nobody_unknown_is_erased_and_a_reason_that_names_the_person_is_refused(company):
    with pytest.raises(LiveError, match="LIV500"):
        erase(company, "crm:77")
    with pytest.raises(LiveError, match="LIV502"):
        erase(company, "crm:1", reason=f"{PEOPLE['1']['mail']}@{MAIL} wrote to us")


@pytest.mark.parametrize("left_out", ["event", "consent", "outcome", "outbox", "preference", "host_task", "goodwill"])
def test_the_harness_sees_a_table_that_is_left_out(company, monkeypatch, left_out):
    touched = state_erasing._touched
    monkeypatch.setattr(state_erasing, "_touched", lambda *given: [each for each in touched(*given) if each.table.name != left_out])
    erase(company, "crm:1")
    assert hits(company / ".unequal", PEOPLE["1"].values())


@pytest.mark.parametrize(
    "at", ["state erase consent", "state erasure is committed", "list gather crm", "rename RUN.json", "state write run", "state vacuum"]
)
def test_an_erasure_that_is_killed_anywhere_is_whole_or_is_ended_by_the_next_one(company, at):
    before, held = total(company), buckets(company)

    def killed() -> None:
        run = flow.open_project(company, {}).run_folder.runs
        stem = next(run.glob("*.json")).name
        faults.listen(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == at.replace("RUN.json", stem) else None)
        erase(company, "crm:1")

    assert in_child(killed)[0] == signal.SIGKILL, "the point was passed"
    assert (total(company), buckets(company)) == (before, held), "readers go on"
    erasing.replay(flow.open_project(company, {}))
    if at == "state erase consent":
        assert {line.rpartition(": ")[2] for line in hits(company / ".unequal", EVERY)} == set(EVERY), "nothing was done"
    else:
        assert hits(company / ".unequal", PEOPLE["1"].values()) == []
    assert (total(company), buckets(company)) == (before, held)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def beside(request, tmp_path) -> tuple[Path, dict[str, str]]:
    """A company of the test's own, with its state on SQLite and then on PostgreSQL; and what its config reads of the environment."""
    if request.param == "sqlite":
        return request.getfixturevalue("company"), {"SHOP_KEY": "secret"}
    environment = {"STATE": request.getfixturevalue("postgres_url")}
    return _made(tmp_path / "served", environment), {**environment, "SHOP_KEY": "secret"}


def published(project) -> list[tuple[str, str]]:
    """Every run that the state knows of, with the digest of its manifest."""
    with storage.open_state(project.state_url) as state:
        return [(row.run_id, row.manifest_sha256) for row in state.runs()]


def test_an_erasure_ends_beside_a_server_that_goes_on(beside):
    company, environment = beside
    project = flow.open_project(company, environment)
    before = published(project)
    with open_live(project, clock=Clock()) as live, ticking(live.tick, Clock(), 0.1):
        other = one(live, "4")
        done = erasing.erase(project, erasing.customer_named(project, "crm:1"), actor="cli:jo")
        assert len(done.runs) == len(before)
        assert live.profile(other)["contact_points"] is not None
        assert live.lookup("email", f"{PEOPLE['1']['mail']}@{MAIL}") == []
        assert hits(company / ".unequal" / "store", PEOPLE["1"].values()) == []
    with storage.state.open_erasing(project.state_url) as state:
        assert [row.finished_at is None for row in state.erasures()] == [False]


def test_an_erasure_that_waited_in_vain_is_ended_without_writing_or_publishing_anything_anew(beside, monkeypatch):
    company, environment = beside
    project = flow.open_project(company, environment)
    customer = erasing.customer_named(project, "crm:1")
    monkeypatch.setattr(erasing, "_WAIT_SECONDS", 0.1)
    before = len(published(project))
    with flow.open_base(project):
        with pytest.raises(LiveError, match="LIV503"):
            erasing.erase(project, customer, actor="cli:jo")
        waited, store = published(project), sorted(path.name for path in (company / ".unequal" / "store").iterdir())
        assert len(waited) == before + 1
        for again in (lambda: erasing.erase(project, customer, actor="cli:jo"), lambda: flow.run(project)):
            with pytest.raises(LiveError, match="LIV503"):
                again()
            assert published(project) == waited
            assert sorted(path.name for path in (company / ".unequal" / "store").iterdir()) == store
    assert erasing.replay(project) == 1
    assert published(project) == waited
    assert hits(company / ".unequal", PEOPLE["1"].values()) == []


def test_an_erasure_that_was_stopped_before_it_published_tells_readers_by_one_run(company):
    project = flow.open_project(company, {})
    before = [run_id for run_id, _ in published(project)]

    def killed() -> None:
        faults.listen(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == "state write run" else None)
        erase(company, "crm:1")

    assert in_child(killed)[0] == signal.SIGKILL
    assert [run_id for run_id, _ in published(project)] == before
    assert erasing.replay(project) == 1
    runs = dict(published(project))
    assert len(runs) == len(before) + 1
    assert {run_id: digest_of_file(project.run_folder.runs / f"{run_id}.json") for run_id in runs} == runs


def test_postgresql_keeps_nothing_of_the_erased_in_any_table(tmp_path, postgres_url):
    environment = {"STATE": postgres_url}
    company = _made(tmp_path / "company", environment)
    project = flow.open_project(company, environment)
    for record in ("crm:1", "crm:2"):
        erasing.erase(project, erasing.customer_named(project, record), actor="cli:jo")
    with psycopg.connect(postgres_url) as connection:
        names = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]
        dump = tmp_path / "dump"
        dump.mkdir()
        for name in names:
            rows = connection.execute(f'SELECT t::text FROM "{name}" t').fetchall()
            (dump / name).write_text("\n".join(row[0] for row in rows), encoding="utf-8")
    assert "handle" in names
    assert hits(dump, EVERY) == []
    assert hits(company / ".unequal", EVERY) == []
