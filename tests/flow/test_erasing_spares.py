"""Somebody is erased, and others who share his placeholders, his telephone or his number stay who they are; he comes back by no restored state."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.company import write_company
from tests.flow.canaries import hits
from tests.flow.looking import edit, run, state_rows
from tests.flow.test_live import LIVE, NOON, Clock, one, track

from unequal import flow
from unequal.flow import erasing
from unequal.flow.blanking import plain
from unequal.flow.live import open_live
from unequal.storage.state import Message, digest_of

CRM = """\
no,name,mail,land,tel
1,Ann Arbour,ann@bakery.example,DE,030 5624714
2,Bert Brook,bert@bakery.example,DE,(030) 562-47 14
4,Cleo Cole,cleo@bakery.example,DE,n/a
5,Dora Dell,dora@bakery.example,DE,unknown
"""
ELODIE = "Élodie Österreich-Brontë"


@pytest.fixture
def company(tmp_path) -> Path:
    folder = tmp_path / "company"
    config = write_company(folder)
    edit(config, ("storage: {threads: 1}\n", LIVE.lstrip()), ("email: mail, country: land", "email: mail, country: land, phone: tel"))
    (folder / "data" / "crm.csv").write_text(CRM, encoding="utf-8")
    run(folder)
    return folder


@contextmanager
def moment(company):
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=Clock()) as live:
        yield live


def tell(live, *events) -> list[str]:
    """Send events; what became of each."""
    given = [{"messageId": f"m{at}-{len(live.state.events.after(0))}", **event} for at, event in enumerate(events)]
    return [answer.status for answer in live.ingest("shop", json.dumps({"batch": given}).encode(), None, live.clock())]


def identify(**said) -> dict:
    traits = {name: said.pop(name) for name in ("email", "phone", "name") if name in said}
    return {"type": "identify", **said, "traits": traits}


def erase(company, named):
    project = flow.open_project(company, {})
    return erasing.erase(project, named if ":shop:" in named else erasing.customer_named(project, named), actor="cli:jo")


def mails(live) -> list[str]:
    """Of Ann, Bert, Cleo and Dora those whom an e-mail address still finds."""
    return [name for name in ("ann", "bert", "cleo", "dora") if live.lookup("email", f"{name}@bakery.example")]


def test_who_left_a_field_empty_takes_nobody_with_him_who_left_it_empty_too(company):
    empty = [identify(userId=no, phone=phone) for no, phone in [("2", ""), ("4", "n/a"), ("5", "-"), ("77", "0000000")]]
    with moment(company) as live:
        assert tell(live, identify(userId="1", phone="", email="none"), identify(userId="1", phone="n/a")) == ["taken"] * 2
    erase(company, "crm:1")
    with moment(company) as live:
        assert tell(live, *empty, identify(userId="6", email="none")) == ["taken"] * 5
    run(company)
    with moment(company) as live:
        assert mails(live) == ["bert", "cleo", "dora"]


def test_a_placeholder_that_was_put_down_as_an_erased_persons_does_no_more_harm(company):
    erase(company, "crm:1")
    with closing(sqlite3.connect(company / ".unequal" / "state.db")) as state, state:
        ((key,),) = state.execute("SELECT key FROM suppression_key").fetchall()
        for identifier in (("phone", ""), ("email", "none"), ("email", "")):
            state.execute("INSERT INTO suppression (digest, erasure_id) VALUES (?, 'e_old')", [digest_of(key, identifier)])
    run(company)
    with moment(company) as live:
        assert mails(live) == ["bert", "cleo", "dora"]
        assert tell(live, identify(userId="4", phone="unknown", email="none"), identify(userId="5", phone="", email="")) == ["taken"] * 2


def test_a_telephone_that_a_family_shares_in_two_spellings_stays_the_others(company):
    erase(company, "crm:1")
    run(company)
    with moment(company) as live:
        assert mails(live) == ["bert", "cleo", "dora"]
        assert tell(live, identify(anonymousId="v1", phone="+49 30 5624714")) == ["taken"]


def test_what_another_visitor_said_before_he_may_say_again(company):
    visitor = identify(anonymousId="v1", email="Cleo@Bakery.example", phone="0151 / 55 51 26 87")
    with moment(company) as live:
        assert tell(live, identify(userId="4", phone="+4915155512687"), visitor) == ["taken"] * 2
    erase(company, "crm:4")
    with moment(company) as live:
        assert tell(live, {**visitor, "messageId": "later"}) == ["taken"]


@pytest.mark.parametrize(("before", "after"), [(4915155512687, "0151 / 55 51 26 87"), ("0151 / 55 51 26 87", 4915155512687)])
def test_an_erased_persons_telephone_is_known_again_though_a_form_sends_it_as_a_number(company, before, after):
    with moment(company) as live:
        assert tell(live, identify(userId="4", phone=before), identify(userId="5", phone=15198765432)) == ["taken"] * 2
    erase(company, "crm:4")
    with moment(company) as live:
        again = [
            identify(anonymousId="v1", phone=after),
            identify(anonymousId="v2", phone="0151 98765432"),
            identify(anonymousId="v3", phone=True),
        ]
        assert tell(live, *again) == ["quarantined", "taken", "taken"]


def test_a_telephone_that_another_visitor_sent_as_a_number_stays_his(company):
    with moment(company) as live:
        assert tell(live, identify(userId="4", phone="+4915155512687"), identify(anonymousId="v1", phone=4915155512687)) == ["taken"] * 2
    erase(company, "crm:4")
    with moment(company) as live:
        assert tell(live, identify(anonymousId="v1", phone="0151 / 55 51 26 87")) == ["taken"]


@pytest.mark.parametrize("value", ["12345", "0000 000 000", "123456789"])
def test_such_a_telephone_is_nobodys(value):
    assert plain("phone", value) == ""


def test_a_name_in_other_letters_than_ascii_is_found_in_whatever_case(company):
    with moment(company) as live:
        assert tell(live, identify(userId="2", name=ELODIE), identify(userId="5", name="Zoë Unrelated")) == ["taken"] * 2
        wrong = [{"type": "track", "anonymousId": "v9", "properties": {"q": text}} for text in (ELODIE, ELODIE.upper(), "Zoë")]
        assert tell(live, *wrong) == ["quarantined"] * 3
        live.state.outbox.enqueue([Message("crm", f'{{"words":"for {ELODIE.upper()}"}}', "k1", NOON)])
    erase(company, "crm:2")
    assert [payload for (payload,) in state_rows(company, "SELECT payload FROM event_quarantined") if "Zoë" not in payload] == []
    assert state_rows(company, "SELECT payload FROM outbox") == []


def test_a_refused_event_is_his_by_his_number_and_not_for_a_count_that_looks_like_it(company):
    wrong = {"type": "track", "properties": {"q": "his"}}
    others = {"type": "track", "userId": "4", "properties": {"q": "others", "quantity": "2", "places": 2}}
    deep: list = []
    for _ in range(300):
        deep = [deep]
    unwritable = {"type": "track", "userId": 2, "properties": {"q": "his", "deep": deep}}
    with moment(company) as live:
        # Another user shows that this source's users are records of the CRM: of him himself nothing was ever taken.
        assert tell(live, track("Seen", "4", NOON, "t4")) == ["taken"]
        his = [{**wrong, "userId": 2}, {**wrong, "userId": "2"}, unwritable]
        assert tell(live, *his, others) == ["quarantined"] * 4
    done = erase(company, "crm:2")
    assert done.state["event_quarantined"] == 3
    ((left,),) = state_rows(company, "SELECT payload FROM event_quarantined")
    assert "others" in left


@pytest.mark.parametrize("name", ["user:shop:4", "anonymous:shop:zqvisitorcanary"])
def test_a_customer_who_is_erased_by_what_a_source_calls_him_is_erased_whole(company, name):
    with moment(company) as live:
        visit = {"type": "track", "anonymousId": "zqvisitorcanary", "event": "Seen"}
        assert tell(live, visit, identify(userId="4", anonymousId="zqvisitorcanary", name="zqnameofacanary Canary")) == ["taken"] * 2
        cleo = one(live, "4")
    done = erase(company, name)
    assert (done.customer_id, done.records) == (cleo, ("crm:4",))
    assert hits(company / ".unequal", ["cleo@bakery.example", "Cleo Cole", "zqvisitorcanary", "zqnameofacanary"]) == []
    run(company)
    with moment(company) as live:
        assert mails(live) == ["ann", "bert", "dora"]


def test_a_visitor_does_not_come_back_with_a_state_from_before_he_was_erased(company, tmp_path):
    words = {"email": "zqmailofacanary@bakery.example", "name": "zqnameofacanary Canary"}
    with moment(company) as live:
        assert (
            tell(live, identify(anonymousId="zqvisitorcanary", **words), identify(anonymousId="other", name="Other One")) == ["taken"] * 2
        )
        other = one(live, "5")
    state = company / ".unequal" / "state.db"
    with closing(sqlite3.connect(state)) as old, closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        old.backup(backup)
    erase(company, "anonymous:shop:zqvisitorcanary")
    erase(company, "crm:5")
    for path in state.parent.glob("state.db*"):
        path.unlink()
    shutil.copy(tmp_path / "backup.db", state)
    run(company)
    assert hits(company / ".unequal", ["zqvisitorcanary", "zqmailofacanary", "zqnameofacanary", "dora@bakery.example"]) == []
    assert state_rows(company, "SELECT value FROM handle") == [("other",)]
    assert state_rows(company, "SELECT customer_id FROM erasure WHERE finished_at IS NOT NULL ORDER BY at")[1] == (other,)
