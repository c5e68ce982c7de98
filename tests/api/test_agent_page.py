"""Pages for agents: who gets in, what a form may do, what is never shown, and that all of it works without the script."""

from __future__ import annotations

import re
import socket
import threading
import time
from datetime import timedelta
from html.parser import HTMLParser

import pytest
import uvicorn
from tests.api.browser import browser
from tests.api.doors import Client, client_of
from tests.flow.looking import edit
from tests.flow.test_agent_desk import AT_THE_DESK, ON_PHONE
from tests.flow.test_live import NOON, Clock, acting, one, sent, track

from unequal import flow
from unequal.access import csrf_of
from unequal.flow.live import Asked, open_live

ROLE = {"mia": "agent", "vic": "viewer"}
PASSWORD = "correct horse battery"
CRM = "https://crm.example.com"
FORM = {"content-type": "application/x-www-form-urlencoded"}
NEVER_SHOWN = ("profit", "lifetime", "margin", "uplift", "contribution", "worth", "below_zero", "break_even", "band", "stable")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def live(company, clock):
    at_the_desk = AT_THE_DESK.replace("agent_page: {", f"agent_page: {{embed_in: ['{CRM}'], ").lstrip()
    at_the_desk = at_the_desk.replace(
        "  questions:", "  cases: {left_cart: {opened_by: [cart], closed_by: [order], days: 7}}\n  questions:"
    )
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", at_the_desk))
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=clock) as moment:
        acting(moment, ON_PHONE)
        yield moment


@pytest.fixture
def client(live, tmp_path):
    with client_of(tmp_path, world=live) as (client, door):
        for name, role in ROLE.items():
            door.members.add(name, door.passwords.hashed(PASSWORD), [role], by="test")
        yield client


def session(client: Client, name: str = "mia") -> tuple[dict[str, str], str]:
    """Headers of somebody signed in, and what his forms send back."""
    token = client.door.members.open_session(client.door.members.named(name))
    return {"cookie": f"__Host-unequal={token}"}, csrf_of(token)


def opened(client: Client, live, name: str = "mia", query: str = ""):
    headers, _ = session(client, name)
    return client.get(f"/agent/{one(live, '1')}{query}", headers=headers)


def pressed(client: Client, live, form: dict[str, str], *, csrf: str | None = None, follow: bool = True, **more: str):
    """The page after a button."""
    headers, good = session(client)
    path = f"/agent/{one(live, '1')}"
    decision = re.search(r'name="decision_id" value="(\w+)"', client.get(path, headers=headers).text)[1]
    sent = {"csrf": good if csrf is None else csrf, "decision_id": decision, **form}
    answer = client.post(path, data=sent, headers={**headers, **more})
    return client.get(answer.headers["location"], headers=headers) if follow and answer.status_code == 303 else answer


def test_a_stranger_signs_in_and_comes_to_the_page_that_he_wanted(client, live):
    path = f"/agent/{one(live, '1')}?channel=phone"
    first = client.get(path)
    assert first.status_code == 303
    assert 'name="next" value="' + path in client.get(first.headers["location"]).text
    wrong = client.post("/sign-in", data={"name": "mia", "password": "no such password", "next": path})
    assert (wrong.status_code, "The name or the password is wrong" in wrong.text, "set-cookie" in wrong.headers) == (401, True, False)
    right = client.post("/sign-in", data={"name": "mia", "password": PASSWORD, "next": path})
    assert (right.status_code, right.headers["location"]) == (303, path)
    assert right.headers["set-cookie"].endswith("; Path=/; Secure; HttpOnly; SameSite=Strict")
    cookie = {"cookie": right.headers["set-cookie"].partition(";")[0]}
    assert "Two euros on your next order." in client.get(path, headers=cookie).text


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example/agent", "/agent\\@evil.example", "/agent/../v1/keys\n", "javascript:1", ""]
)
def test_nobody_is_led_to_another_site_by_signing_in(client, after):
    answer = client.post("/sign-in", data={"name": "mia", "password": PASSWORD, "next": after})
    assert answer.headers["location"] == "/agent"


def test_who_signs_out_is_out(client, live):
    headers, csrf = session(client)
    answer = client.post("/sign-out", data={"csrf": csrf}, headers=headers)
    assert (answer.headers["location"], "Max-Age=0" in answer.headers["set-cookie"]) == ("/sign-in", True)
    assert client.get(f"/agent/{one(live, '1')}", headers=headers).status_code == 303


def test_only_an_agent_serves_customers(client, live):
    assert opened(client, live).status_code == 200
    refused = opened(client, live, "vic")
    assert (refused.status_code, "You may not do this" in refused.text) == (403, True)
    headers, _ = session(client)
    assert client.get("/agent/c_nobody", headers=headers).status_code == 404
    assert client.get(f"/agent/{one(live, '1')}?channel=smoke", headers=headers).status_code == 404


def test_nothing_of_profit_lifetime_value_or_band_is_on_the_page_or_in_its_json(client, live):
    headers, _ = session(client)
    path = f"/agent/{one(live, '1')}"
    page, document = client.get(path, headers=headers).text, client.get(f"/v1{path}", headers=headers).text
    known = live.profile(one(live, "1"))
    hidden = {known["worth"]["contribution"], *(line["amount"] for line in known["worth"]["lines"])}
    # What the customer pays he knows himself, and agents may.
    paid = {known["spend"]["sales"], *(order["amount"] for order in known["orders"]["latest"])}
    amounts = {f"{abs(amount):.2f}" for amount in hidden if amount} - {f"{amount:.2f}" for amount in paid}
    assert amounts
    for text in (page.lower(), document.lower()):
        told = re.sub(r"data:image[^\"]*", "", text)
        assert [word for word in (*NEVER_SHOWN, str(known["band"]["band"])) if word in told] == []
        assert amounts & set(re.findall(r"\d+\.\d\d", told)) == set()
    assert '"dollars"' not in document


def test_what_happened_since_the_run_is_on_the_page_once_with_its_time_and_in_the_document(client, live, clock):
    events = [("Order Completed", 90), ("Order Completed", 60 * 24 * 60), *(("Cart Updated", minutes) for minutes in range(10, 15))]
    sent(live, clock, *(track(name, "1", NOON - timedelta(minutes=ago), f"{name}{ago}") for name, ago in events))
    page, (headers, _) = opened(client, live).text, session(client)
    listed = re.findall(r"<time [^>]*>([^<]*)</time><span><bdi>([^<]*)</bdi></span><span class=\"where\">([^<]*)<", page)
    assert [line for line in listed if line[2] == "shop"] == [
        *(("today 12:50", "Cart", "shop"), ("today 12:49", "Cart", "shop"), ("today 12:48", "Cart", "shop")),
        ("today 11:30", "Order", "shop"),
    ]
    assert [what for _, what, where in listed if not where] == ["Order b1", "Order a1"], "orders up to February are the run's"
    assert "2 orders and 1 new" in page
    told = client.get(f"/v1/agent/{one(live, '1')}", headers=headers).json()["customer"]["events"]
    assert told["counts"] == {"cart": 5, "order": 1}
    assert told["latest"][-1] == {"event": "order", "source": "shop", "at": "2026-03-02T10:30:00Z"}


def test_an_open_case_says_since_when_it_is_open(client, live, clock):
    sent(live, clock, track("Cart Updated", "1", NOON - timedelta(days=1), "c"))
    assert "<bdi>Left cart, opened yesterday</bdi>" in opened(client, live).text


def test_a_page_stands_within_the_sites_named_alone_and_then_has_no_navigation(client, live):
    alone, embedded = opened(client, live), opened(client, live, query="?embed=1")
    assert "frame-ancestors 'none'" in alone.headers["content-security-policy"]
    assert (alone.headers["x-frame-options"], "<nav" in alone.text) == ("DENY", True)
    # The session of a page within another site's is another one.
    assert embedded.status_code == 303
    answer = client.post("/sign-in?embed=1", data={"name": "mia", "password": PASSWORD, "next": f"/agent/{one(live, '1')}?embed=1"})
    assert answer.headers["set-cookie"].endswith("; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")
    page = client.get(answer.headers["location"], headers={"cookie": answer.headers["set-cookie"].partition(";")[0]})
    assert f"frame-ancestors {CRM}" in page.headers["content-security-policy"]
    assert ("x-frame-options" in page.headers, "<nav" in page.text, "embed=1" in page.text) == (False, False, True)


@pytest.mark.parametrize(
    ("csrf", "more"), [("", {}), ("0" * 64, {}), (None, {"origin": "https://evil.example"}), (None, {"origin": "null"})]
)
def test_a_form_of_another_site_does_nothing(client, live, csrf, more):
    answer = pressed(client, live, {"do": "wish", "wish": "channel/email/never"}, csrf=csrf, **more)
    assert (answer.status_code, live.state.contacts.preferences(one(live, "1"))) == (403, [])


def test_what_is_no_form_is_refused(client, live):
    headers, csrf = session(client)
    path = f"/agent/{one(live, '1')}"
    assert client.post(path, json={"csrf": csrf}, headers=headers).status_code == 415
    assert client.post(path, content=b"csrf=%00&do=wish", headers={**headers, **FORM}).status_code == 400
    assert client.post(path, content=b"&".join(b"a=1" for _ in range(40)), headers={**headers, **FORM}).status_code == 400
    assert client.post(path, content=b"x" * 20_000, headers={**headers, **FORM}).status_code == 413
    assert client.post(path, data={"csrf": csrf, "do": "dance"}, headers=headers).status_code == 422


@pytest.mark.parametrize(("kind", "told"), [("accepted", "Accepted"), ("declined", "Declined"), ("not_now", "Not now")])
def test_a_button_records_what_came_of_the_suggestion(client, live, kind, told):
    page = pressed(client, live, {"do": "outcome", "outcome": "offered"})
    assert ("Recorded: offered." in page.text, 'value="offered"' in page.text) == (True, False)
    page = pressed(client, live, {"do": "outcome", "outcome": kind})
    assert (f"<strong>{told}</strong> today" in page.text, 'name="outcome"' in page.text) == (True, False)
    (decision, *_) = live.state.contacts.decisions(one(live, "1"))
    assert {(row.kind, row.author) for row in live.state.contacts.outcomes(decision.decision_id)} >= {(kind, "person:mia")}


def test_whoever_calls_a_suggestion_wrong_says_why(client, live):
    refused = pressed(client, live, {"do": "outcome", "outcome": "overridden"})
    assert (refused.status_code, "not said why" in refused.text) == (422, True)
    page = pressed(client, live, {"do": "outcome", "outcome": "overridden", "why": "Has it already", "note": "<script>alert(1)</script>"})
    assert "Has it already: &lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text


def test_a_gift_beyond_the_limit_is_refused_with_what_was_typed_and_a_good_one_is_given_once(client, live):
    refused = pressed(client, live, {"do": "goodwill", "amount": "99", "reason": "Late delivery", "note": "two days"})
    assert (refused.status_code, 'value="99"' in refused.text, 'value="two days"' in refused.text) == (422, True, True)
    assert "99.00 asked, 25.00 left" in refused.text
    assert ("only whoever keeps the config can raise a limit" in refused.text, "supervisor" in refused.text) == (True, False)
    gift = {"do": "goodwill", "amount": "10,50", "reason": "Late delivery", "goodwill_id": "the-same-form"}
    for _ in range(2):
        page = pressed(client, live, gift)
    assert "€10.50 · Late delivery" in page.text
    assert "<b>€14.50</b>" in page.text
    assert pressed(client, live, {**gift, "amount": "ten", "goodwill_id": "another"}).status_code == 422
    refused = pressed(client, live, {**gift, "amount": "5"})
    assert (refused.status_code, "Another gift has this goodwill_id" in refused.text, "€14.50" in refused.text) == (422, True, True)
    headers, csrf = session(client)
    decision = live.state.contacts.decisions(one(live, "1"))[0].decision_id
    sent = {"goodwill_id": "the-same-form", "amount": "5", "reason": "Late delivery"}
    answer = client.post(f"/v1/decisions/{decision}/goodwill", json=sent, headers={**headers, "x-csrf-token": csrf})
    assert (answer.status_code, answer.json()["code"]) == (409, "LIV406")


@pytest.mark.parametrize("amount", ["1e30", "1e9999999", "1e-9999999", "1000000000", "NaN", "-5"])
def test_an_amount_that_could_not_be_given_is_refused_before_it_is_written_anywhere(client, live, amount):
    refused = pressed(client, live, {"do": "goodwill", "amount": amount, "reason": "Late delivery"})
    assert (refused.status_code, "That is no amount that could be given" in refused.text) == (422, True)
    assert [entry for entry in client.door.members.audit() if entry.action == "goodwill.give"] == []
    headers, csrf = session(client)
    decision = live.state.contacts.decisions(one(live, "1"))[0].decision_id
    sent = {"goodwill_id": "gift-one", "amount": amount, "reason": "Late delivery"}
    answer = client.post(f"/v1/decisions/{decision}/goodwill", json=sent, headers={**headers, "x-csrf-token": csrf})
    assert answer.status_code == 422


def test_a_wish_told_by_one_click_is_obeyed_by_the_next_request_on_another_channel(client, live, clock):
    customer = one(live, "1")
    page = pressed(client, live, {"do": "wish", "wish": "channel/email/never"})
    assert ("<b>Never</b> by e-mail" in page.text, "Every channel obeys it" in page.text) == (True, True)
    assert live.decide(Asked("email", customer, purpose="service"))["treatment"] is None
    pressed(client, live, {"do": "wish", "wish": "topic:welcome//never"})
    clock.now += timedelta(days=40)
    assert live.decide(Asked("web", customer, purpose="service"))["treatment"] is None
    assert pressed(client, live, {"do": "wish", "wish": "shoes//red"}).status_code == 422
    page = pressed(client, live, {"do": "consent", "consent": "marketing/objected"})
    assert "<b>No</b> offers, on any channel" in page.text


def test_a_customer_is_found_by_what_he_says_and_never_listed(client, live):
    headers, csrf = session(client)
    found = client.post("/agent", data={"csrf": csrf, "kind": "customer_id", "value": one(live, "1")}, headers=headers)
    assert found.headers["location"] == f"/agent/{one(live, '1')}"
    nobody = client.post("/agent", data={"csrf": csrf, "kind": "email", "value": "nobody@example.com"}, headers=headers)
    assert (nobody.status_code, "Nobody is known by this" in nobody.text) == (422, True)


def test_a_browser_that_fetches_ahead_takes_no_contact(client, live):
    headers, _ = session(client)
    answer = client.get(f"/agent/{one(live, '1')}", headers={**headers, "sec-purpose": "prefetch"})
    assert (answer.status_code, live.state.contacts.contacts(one(live, "1"))) == (404, [])


class Read(HTMLParser):
    """What a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.above: list[str] = []
        self.loose: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "form":
            self.above.append(tag)
        if tag in {"button", "input", "select"} and not self.above:
            self.loose.append(tag)

    def handle_endtag(self, tag):
        if tag == "form":
            self.above.pop()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_every_button_is_a_plain_form_and_every_field_has_a_label(client, live):
    read = Read(opened(client, live).text)
    assert read.loose == []
    assert {form["method"] for form in read.all("form")} == {"post"}
    assert len([one for one in read.all("input") if one["name"] == "csrf"]) == len(read.all("form"))
    labels = {label.get("for") for label in read.all("label")}
    fields = [one for one in (*read.all("input"), *read.all("select")) if one.get("type") not in {"hidden", "radio"}]
    assert [one["name"] for one in fields if one.get("id") not in labels] == []
    ids = [attributes["id"] for _, attributes in read.tags if attributes.get("id")]
    assert (len(ids), len(read.all("h1")), len(read.all("main"))) == (len(set(ids)), 1, 1)
    named = {section["aria-labelledby"] for section in read.all("section")}
    assert named <= set(ids)


def test_nothing_stands_in_the_page_that_its_policy_forbids_and_its_files_are_kept(client, live):
    read = Read(opened(client, live).text)
    assert not [attributes for _, attributes in read.tags if "style" in attributes or any(name.startswith("on") for name in attributes)]
    assert (read.all("style"), [script for script in read.all("script") if "src" not in script]) == ([], [])
    for path in (read.all("script")[0]["src"], next(link["href"] for link in read.all("link") if link["rel"] == "stylesheet")):
        file = client.get(path)
        assert (file.status_code, "immutable" in file.headers["cache-control"]) == (200, True)
    assert client.get("/static/agent-0.css").status_code == 404


@pytest.fixture
def address(client):
    """Where a browser reaches the application."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(client.app, port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://localhost:{port}"
    server.should_exit = True
    thread.join()


def test_an_agent_serves_a_customer_in_a_browser(address, live, tmp_path):
    with browser(tmp_path) as page:
        page.size(360, 900)
        page.open(f"{address}/agent/{one(live, '1')}")
        page.write("#name", "mia")
        page.write("#password", PASSWORD)
        page.press(".first")
        page.wait("document.querySelector('.columns')")
        assert page.tell("document.documentElement.scrollWidth") == 360
        page.press('[value="channel/email/never"]')
        page.wait("document.querySelector('[value=\"channel/email/any\"]')")
        # Whoever listens hears what was done, and goes on from there.
        assert page.tell("[document.activeElement.id, document.activeElement.textContent]") == [
            "status", "Recorded. Every channel obeys it from now on.",
        ]  # fmt: skip
        page.write("#amount", "99")
        page.tell("document.querySelector('#reason').selectedIndex = 1")
        page.press(".give button")
        page.wait("document.querySelector('#wrong')")
        assert page.tell("document.querySelector('#amount').value") == "99"
        page.press("[value=accepted]")
        page.wait("document.querySelector('.ended')")
    (decision, *_) = live.state.contacts.decisions(one(live, "1"))
    assert [row.kind for row in live.state.contacts.outcomes(decision.decision_id)] == ["accepted"]
