"""The API over a moment of contact as it is: what channels say, what was not taken, and whom pages are for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.api.doors import Client, client_of, signed_in
from tests.flow.looking import edit
from tests.flow.reaching import approve, moment_of_contact, open_bakery

from unequal.access import csrf_of, fields
from unequal.flow.live import Live

CONTEXT = """\
  context:
    items: {type: decimal, meaning: Things in the cart.}
    postcode: {type: text, meaning: Where it goes.}
  agent_page: {channel: web}
  assumed: {counts"""
OFFER = """\
policy: NAME
issue: growth
group: NAME
action: order_offer
objective: grow
channels: {web: {text: "One more?"}}
eligible: "RULE"
effect: {uplift: "0.50", margin: "900.00"}
cost: "0.10"
holdout: "0.000001"
pushes: [more_orders]
"""
STEWARD = {"purpose": "stewardship", "reason": "what the shop sent"}


@pytest.fixture
def live(bakery: Path) -> Iterator[Live]:
    edit(bakery / "unequal.yaml", ("  assumed: {counts", CONTEXT))
    with moment_of_contact(bakery) as moment:
        yield moment


@pytest.fixture
def client(bakery: Path, live: Live) -> Iterator[Client]:
    with client_of(bakery, world=live, url=open_bakery(bakery).state_url, source_of=live.source_of) as (client, door):
        for role in ("administrator", "steward", "agent"):
            door.members.add(f"a {role}", "no password", [role], by="test")
        yield client


def key(client: Client, *scopes: str) -> dict[str, str]:
    _, secret = client.door.members.add_key("desk", "service", by="test", days=1, scopes=scopes)
    return {"authorization": f"Bearer {secret}"}


def track(client: Client, **event: Any) -> dict[str, Any]:
    sent = {"userId": "3", "event": "Order Completed", **event}
    [taken] = client.post("/v1/track", json=sent, headers={"authorization": "Bearer key"}).json()["events"]
    return taken


# What channels say


@pytest.mark.parametrize(
    ("rule", "said", "acts"),
    [
        ("context_items >= 1", {"items": 1}, True), ("context_items >= 1", {"items": 1.0}, True), ("context_items >= 1", {"items": "1"}, True),
        ("context_items >= 1", {"items": 0}, False), ("context_items < 1", {"items": 0}, True), ("context_items >= 1", {"items": True}, False),
        ("context_postcode = '10115'", {"postcode": "10115"}, True), ("context_postcode = '007'", {"postcode": "007"}, True),
        ("context_postcode = 'no'", {"postcode": "no"}, True), ("context_postcode = 'y'", {"postcode": "y"}, True),
        ("context_postcode = '10115'", {"postcode": 10115}, False),
    ],
)  # fmt: skip
def test_a_rule_reads_what_a_channel_says_as_json_says_it(client: Client, live: Live, rule: str, said: dict[str, Any], acts: bool) -> None:
    approve(live, OFFER.replace("NAME", "basket").replace("RULE", rule))
    asked = {"channel": "web", "customer_id": live.lookup("crm", "5")[0], "context": said}
    told = client.post("/v1/decide", json=asked, headers=key(client, "decisions.make", "fields.contact")).json()
    assert (told["treatment"] is not None) == acts


# What was not taken


def test_who_may_not_see_what_was_sent_sees_of_an_event_that_was_not_taken_its_number_and_the_reason_alone(client: Client) -> None:
    secret = "ann.secret@bakery.example"
    assert track(client, messageId="m1", timestamp=secret)["reason"] == "bad_time"
    seen = [
        client.get("/v1/events/quarantined", headers=headers, params=asked)
        for headers, asked in (
            (signed_in(client.door, "administrator"), {}),
            (key(client, "events.quarantined"), {}),
            (signed_in(client.door, "steward"), {"purpose": "analysis"}),
        )
    ]
    for answer in seen:
        [event] = answer.json()["events"]
        assert secret not in answer.text
        assert (event.pop("quarantined_id") > 0, event.pop("received_at")[:4]) == (True, "2026")
        assert event == {"source": "shop", "message_id": "m1", "reason": "bad_time"}


def test_who_may_see_what_was_sent_is_told_all_of_an_event_that_was_not_taken(client: Client, live: Live) -> None:
    track(client, messageId="m1", timestamp="noon")
    ways = ((signed_in(client.door, "steward"), STEWARD), (key(client, "events.quarantined", "fields.raw"), {}))
    for headers, asked in ways:
        [event] = client.get("/v1/events/quarantined", headers=headers, params=asked).json()["events"]
        assert (event["detail"], '"timestamp":"noon"' in event["payload"]) == ("timestamp is no ISO 8601 time: 'noon'", True)
    [whole] = live.quarantined(source=None, reason=None, after=0, limit=10)
    assert fields.hidden_classes("quarantined", whole, frozenset(fields.CLASSES)) == [], "a field stands in no list"


def test_events_that_were_not_taken_are_read_page_by_page(client: Client) -> None:
    for number in range(3):
        track(client, messageId=f"m{number}", userId=None)
    headers, after, read = key(client, "events.quarantined"), 0, []
    while page := client.get("/v1/events/quarantined", headers=headers, params={"after": after, "limit": 2}).json()["events"]:
        read += [event["message_id"] for event in page]
        after = page[-1]["quarantined_id"]
    assert read == ["m0", "m1", "m2"]


def test_events_that_were_not_taken_are_listed_by_why(client: Client) -> None:
    track(client, messageId="m1", userId=None)
    track(client, messageId="m2", timestamp="noon")
    headers = key(client, "events.quarantined")
    for why, expected in (("bad_time", ["m2"]), ("no_identifier", ["m1"]), ("conflict", [])):
        events = client.get("/v1/events/quarantined", headers=headers, params={"quarantined_for": why}).json()["events"]
        assert [event["message_id"] for event in events] == expected


@pytest.mark.parametrize("depth", [300, 900, 1010])
def test_of_a_batch_with_an_event_that_is_nested_too_deeply_the_others_are_taken(client: Client, depth: int) -> None:
    deep = b'{"type":"track","userId":"3","event":"x","writeKey":"key","properties":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    good = b'{"type":"track","messageId":"m1","userId":"2","event":"Order Completed"}'
    for around in (b"", b'"context":{"a":"b"},'):
        body = b"{" + around + b'"batch":[' + good.replace(b"m1", b"m%d" % len(around)) + b"," + deep + b"]}"
        answer = client.post("/v1/batch", content=body, headers={"authorization": "Bearer key"})
        assert [event["reason"] or event["status"] for event in answer.json()["events"]] == ["taken", "not_json"]
    [kept] = client.get("/v1/events/quarantined", headers=key(client, "events.quarantined", "fields.raw")).json()["events"]
    assert '"userId":"3"' in kept["payload"], "whom it names is found when he is erased"
    assert "writeKey" not in kept["payload"]


def test_what_a_batch_says_for_all_may_be_too_deep_for_all_of_them(client: Client) -> None:
    deep = b'{"a":' * 300 + b"1" + b"}" * 300
    body = b'{"batch":[{"type":"track","userId":"2","event":"x"}],"context":{"a":' + deep + b"}}"
    answer = client.post("/v1/batch", content=body, headers={"authorization": "Bearer key"})
    assert [event["reason"] for event in answer.json()["events"]] == ["not_json"]


# Whom pages are for


@pytest.mark.parametrize("visitor", ["日本", "a?b#c", "50% of", "é", "+f/9w==", "a%2Fb"])
def test_a_button_on_the_page_of_a_visitor_leads_back_to_him_whatever_letters_his_id_has(client: Client, live: Live, visitor: str) -> None:
    track(client, messageId="m1", userId=None, anonymousId=visitor)
    customer_id = f"anonymous:shop:{visitor}"
    token = client.door.members.open_session(client.door.members.named("a agent"))
    headers, path = {"cookie": f"__Host-unequal={token}"}, f"/agent/{quote(customer_id, safe='')}"
    form = {"csrf": csrf_of(token), "do": "consent", "consent": "marketing/objected"}
    assert f'action="{path}"' in client.get(path, headers=headers).text
    pressed = client.post(path, data=form, headers=headers)
    assert (pressed.status_code, pressed.headers["location"]) == (303, f"{path}?told=consent")
    assert [row.status for row in live.state.contacts.consents(customer_id)] == ["objected"]
    assert client.get(pressed.headers["location"], headers=headers).status_code == 200


def test_a_stranger_comes_after_signing_in_to_the_page_of_the_visitor_whom_he_asked_for(client: Client) -> None:
    client.door.members.add("mia", client.door.passwords.hashed("correct horse battery"), ["agent"], by="test")

    def signed_in_for(after: str) -> Any:
        return client.post("/sign-in", data={"name": "mia", "password": "correct horse battery", "next": after})

    for visitor in ("日本", "a?b#c", "+f/9w==", "a%2Fb"):
        path = f"/agent/{quote(f'anonymous:shop:{visitor}', safe=':')}"
        form = client.get(client.get(path).headers["location"]).text
        assert f'name="next" value="{path}"' in form
        assert signed_in_for(path).headers["location"] == path
    assert signed_in_for("/agent/日本").headers["location"] == f"/agent/{quote('日本')}"


@pytest.mark.parametrize("visitor", ["+f/9w==", "/", "a%2Fb"])
def test_a_visitor_whose_id_holds_slashes_is_served_as_any_other(client: Client, live: Live, visitor: str) -> None:
    track(client, messageId="m1", userId=None, anonymousId=visitor)
    customer_id, headers = f"anonymous:shop:{visitor}", key(client, "customers.read", "consents.write")
    path = f"/v1/customers/{quote(customer_id, safe='')}"
    assert client.get(path, headers=headers).json()["customer_id"] == customer_id
    said = {"purpose": "marketing", "status": "objected", "evidence": "said so"}
    assert client.post(f"{path}/consents", json=said, headers=headers).status_code == 204
    assert [row.status for row in live.state.contacts.consents(customer_id)] == ["objected"]
    assert client.get(f"{path}/", headers=headers).status_code in {200, 307}, "a slash too many does no harm"
    for end in ("", "/"):
        nothing = client.get(f"/v1/no/{quote('a/b', safe='')}{end}", headers=headers)
        assert (nothing.status_code, "/v1/no/a%2Fb" in nothing.text) == (404, True)
