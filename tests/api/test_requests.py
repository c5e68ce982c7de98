"""What is sent to the API, good and bad, and what comes back."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.access.doors import Clock, SmallWorld
from tests.api.doors import ADDRESS, Client, client_of, credentials, signed_in

from unequal.access.limits import Limits, Rate
from unequal.api.bodies import LONGEST_BATCH, LONGEST_EVENT
from unequal.terms.errors import Problems, StorageError, UnequalError

WORDS = "correct horse battery"
TRACK = {"messageId": "m1", "userId": "u1", "event": "Order Completed"}


@pytest.fixture(scope="module")
def world() -> SmallWorld:
    return SmallWorld()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, world: SmallWorld) -> Iterator[Client]:
    with client_of(tmp_path_factory.mktemp("api"), world=world) as (made, _):
        yield made


@pytest.fixture(scope="module")
def shown(client: Client) -> dict[str, dict[str, Any]]:
    return credentials(client.door)


def code_of(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"urn:unequal:error:{problem['code']}"
    return answer.status_code, problem["code"]


# Coming in


def test_from_the_first_start_to_the_first_decision(tmp_path: Path) -> None:
    with client_of(tmp_path) as (client, door):
        token = door.members.set_up_token()
        made = client.post("/v1/setup", json={"token": token, "name": "jo", "password": WORDS})
        assert (made.status_code, made.json()["roles"]) == (201, ["administrator"])
        assert code_of(client.post("/v1/setup", json={"token": token, "name": "ann", "password": WORDS})) == (403, "ACC010")
        session = client.post("/v1/session", json={"name": "jo", "password": WORDS})
        cookie = session.headers["set-cookie"]
        assert cookie.startswith("__Host-unequal=session_")
        assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=strict", "Secure"}
        headers = {"cookie": cookie.partition(";")[0], "x-csrf-token": session.json()["csrf_token"], "origin": ADDRESS}
        assert client.get("/v1/session", headers={"cookie": headers["cookie"]}).json() == session.json()
        new = {"name": "desk", "kind": "service", "scopes": ["decisions.make", "fields.contact"]}
        key = client.post("/v1/keys", json=new, headers=headers).json()
        asked = {"channel": "web", "customer_id": "c_1"}
        decided = client.post("/v1/decide", json=asked, headers={"authorization": f"Bearer {key['secret']}"})
        assert decided.json()["tier"] == "canary decision tier"
        assert "dollars" not in decided.json()
        assert client.request("DELETE", f"/v1/keys/{key['key_id']}", headers=headers).status_code == 204
        again = client.post("/v1/decide", json=asked, headers={"authorization": f"Bearer {key['secret']}"})
        assert code_of(again) == (401, "ACC001")
        assert "Bearer" in again.headers["www-authenticate"]
        gone = client.request("DELETE", "/v1/session", headers=headers)
        assert (gone.status_code, "Max-Age=0" in gone.headers["set-cookie"]) == (204, True)
        assert code_of(client.get("/v1/session", headers=headers)) == (401, "ACC001")


def test_no_answer_holds_a_password_a_hash_or_a_secret_but_the_one_that_makes_it(client: Client, shown: dict[str, Any]) -> None:
    texts = [client.get(path, headers=shown["administrator"]).text for path in ("/v1/people", "/v1/keys", "/v1/audit", "/v1/session")]
    assert all("a viewer" in text or "ingest" in text or "seal" in text or "csrf" in text for text in texts)
    for canary in ("no password", "password_hash", "secret", "uneq_", "session_"):
        assert not any(canary in text for text in texts), canary


def test_a_change_by_session_needs_its_csrf_token_and_our_own_origin(client: Client, shown: dict[str, Any]) -> None:
    good = signed_in(client.door, "administrator")
    new = {"name": "k", "kind": "ingest", "source": "shop"}
    for wrong in (
        {"x-csrf-token": ""},
        {"x-csrf-token": shown["agent"]["x-csrf-token"]},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ):
        assert code_of(client.post("/v1/keys", json=new, headers={**good, **wrong})) == (403, "ACC014")
    without = {"cookie": good["cookie"]}
    assert code_of(client.post("/v1/keys", json=new, headers=without)) == (403, "ACC014")
    assert client.get("/v1/keys", headers=without).status_code == 200
    foreign = {"origin": "https://evil.example"}
    assert code_of(client.post("/v1/session", json={"name": "jo", "password": WORDS}, headers=foreign)) == (403, "ACC014")


def test_a_form_of_another_site_cannot_sign_anybody_in(client: Client) -> None:
    body = orjson.dumps({"name": "jo", "password": WORDS})
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert code_of(client.post("/v1/session", content=body, headers={"content-type": kind})) == (415, "API006")


def test_strangers_who_ask_too_often_are_told_when_to_come_back(tmp_path: Path) -> None:
    with client_of(tmp_path, clock=Clock(), limits=Limits(address=Rate(1 / 7, 2))) as (client, _):
        assert [client.get("/v1/health").status_code for _ in range(3)] == [200, 200, 429]
        sent_away = client.get("/v1/health")
        assert code_of(sent_away) == (429, "ACC005")
        assert sent_away.headers["retry-after"] == "7"


def test_wrong_names_and_wrong_passwords_answer_alike(tmp_path: Path) -> None:
    with client_of(tmp_path) as (client, door):
        door.members.add("jo", door.passwords.hashed(WORDS), ["viewer"], by="test")
        answers = [client.post("/v1/session", json={"name": name, "password": "wrong"}) for name in ("jo", "nobody")]
        assert [code_of(answer) for answer in answers] == [(401, "ACC006")] * 2
        assert answers[0].content == answers[1].content


# Events


@pytest.mark.parametrize("way", ["basic", "bearer", "body"])
def test_a_write_key_comes_as_basic_as_bearer_or_in_the_body(client: Client, shown: dict[str, Any], world: SmallWorld, way: str) -> None:
    secret = shown["ingest"]["authorization"].removeprefix("Bearer ")
    basic = base64.b64encode(f"{secret}:".encode()).decode()
    headers = {"basic": {"authorization": f"Basic {basic}"}, "bearer": shown["ingest"], "body": {}}[way]
    body = {**TRACK, "writeKey": secret} if way == "body" else TRACK
    answer = client.post("/v1/track", content=orjson.dumps(body), headers={**headers, "content-type": "text/plain"})
    assert answer.json() == {"success": True, "events": [{"messageId": "m1", "status": "taken", "reason": "", "detail": ""}]}
    source, messages = world.told[-1]
    assert (source, messages[0]["type"], messages[0]["event"]) == ("shop", "track", "Order Completed")


@pytest.mark.parametrize("kind", ["identify", "track", "page", "screen", "group", "alias"])
def test_each_kind_of_event_has_its_address(client: Client, shown: dict[str, Any], world: SmallWorld, kind: str) -> None:
    assert client.post(f"/v1/{kind}", json=TRACK, headers=shown["ingest"]).json()["success"] is True
    assert world.told[-1][1][0]["type"] == kind


def test_a_key_brings_the_events_of_its_own_source_alone(client: Client, shown: dict[str, Any]) -> None:
    assert code_of(client.post("/v1/track", params={"source": "other"}, json=TRACK, headers=shown["ingest"])) == (403, "ACC002")
    assert code_of(client.post("/v1/track", json=TRACK, headers=shown["service"])) == (422, "ACC013")
    assert code_of(client.post("/v1/track", json=TRACK)) == (401, "ACC001")
    assert code_of(client.post("/v1/track", json={**TRACK, "writeKey": "guess"})) == (401, "ACC001")


def test_a_body_in_gzip_is_unpacked_within_its_limit(client: Client, shown: dict[str, Any], world: SmallWorld) -> None:
    headers = {**shown["ingest"], "content-encoding": "gzip"}
    assert client.post("/v1/track", content=gzip.compress(orjson.dumps(TRACK)), headers=headers).status_code == 200
    assert world.told[-1][1][0]["messageId"] == "m1"
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < LONGEST_BATCH
    assert code_of(client.post("/v1/batch", content=bomb, headers=headers)) == (413, "API001")
    assert code_of(client.post("/v1/track", content=b"no gzip", headers=headers)) == (400, "API002")
    assert code_of(client.post("/v1/track", content=gzip.compress(b"{}")[:-4], headers=headers)) == (400, "API002")


def test_an_event_over_32_kb_and_a_batch_over_500_kb_are_refused_before_they_are_read(client: Client, shown: dict[str, Any]) -> None:
    def of_length(length: int, **body: Any) -> bytes:
        empty = len(orjson.dumps({**body, "x": ""}))
        return orjson.dumps({**body, "x": "a" * (length - empty)})

    for path, limit, body in (("/v1/track", LONGEST_EVENT, TRACK), ("/v1/batch", LONGEST_BATCH, {"batch": []})):
        assert client.post(path, content=of_length(limit, **body), headers=shown["ingest"]).status_code == 200
        assert code_of(client.post(path, content=of_length(limit + 1, **body), headers=shown["ingest"])) == (413, "API001")


def test_a_body_that_does_not_say_how_long_it_is_is_cut_at_its_limit(client: Client, shown: dict[str, Any]) -> None:
    async def endless() -> Any:
        while True:
            yield b" " * 10_000

    assert code_of(client.post("/v1/track", content=endless(), headers=shown["ingest"])) == (413, "API001")


# Bodies


@pytest.mark.parametrize(
    "bad",
    [
        rb'{"channel": "\ud800", "customer_id": "c_1"}', rb'{"channel": "a\u0000b", "customer_id": "c_1"}', b'{"channel": NaN}', b"{", b"",
        b'{"channel": "\xff", "customer_id": "c_1"}', b"[" * 2000 + b"]" * 2000, b"[" * 1020 + rb'"\u0000"' + b"]" * 1020,
        b'{"channel": "web", "customer_id": "c_1", "context": {"a": 1e400}}',
    ],
)  # fmt: skip
def test_what_is_no_json_or_holds_half_a_letter_or_nul_is_a_bad_request(client: Client, shown: dict[str, Any], bad: bytes) -> None:
    headers = {**shown["agent"], "content-type": "application/json"}
    assert code_of(client.post("/v1/decide", content=bad, headers=headers)) == (400, "API002")


def test_a_backslash_before_u0000_is_no_nul(client: Client, shown: dict[str, Any]) -> None:
    headers = {**shown["agent"], "content-type": "application/json; charset=utf-8"}
    body = rb'{"channel": "a\\u0000b", "customer_id": "c_1"}'
    assert client.post("/v1/decide", content=body, headers=headers).status_code == 200
    assert code_of(client.get("/v1/customers/c%00", headers=shown["agent"])) == (400, "API002")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "channel"), ({"channel": "web"}, "customer_id"), ({"channel": "web", "customer_id": "c_1", "kind": "email"}, "customer_id"),
        ({"channel": "web", "kind": "email"}, "customer_id"), ({"channel": "web", "customer_id": "c_1", "extra": 1}, "extra"),
        ({"channel": "", "customer_id": "c_1"}, "channel"), ({"channel": "a\nb", "customer_id": "c_1"}, "channel"),
        ({"channel": "web", "customer_id": "c_1", "context": {"a": [1]}}, "context.a"), ([], "the body"),
        *(({"channel": "web", "customer_id": "c_1", "context": {"a": said}}, "context.a")
          for said in (10**18, -(10**18), 1e18, 1e300, 1e-41, 1e-300, "x" * 501, "0" * 501, None, {"b": 1})),
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_told_by_place_and_never_by_value(client: Client, shown: dict[str, Any], body: Any, place: str) -> None:
    answer = client.post("/v1/decide", json=body, headers=shown["agent"])
    assert code_of(answer) == (422, "API003")
    assert answer.json()["where"].startswith(place)
    secret = {"channel": "web", "customer_id": ["4111-1111-1111-1111"]}
    assert "4111" not in client.post("/v1/decide", json=secret, headers=shown["agent"]).text


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"channel": "web", "customer_id": "c_1"}, None), ({"channel": "web", "customer_id": "c_2"}, (404, "LIV202")),
        ({"channel": "web"}, (422, "API003")), ({"channel": "web", "customer_id": "c_1", "context": {"a": "x" * 70_000}}, (413, "API001")),
    ],
)  # fmt: skip
def test_a_decision_is_answered_alike_however_its_request_is_written(client: Client, sent: dict[str, Any], code: Any) -> None:
    _, secret = client.door.members.add_key("desk", "service", by="test", days=1, scopes=("decisions.make", "fields.contact"))
    plain = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    basic = base64.b64encode(f"{secret}:".encode()).decode()
    body = orjson.dumps(sent)
    # The first is by a key that is not known yet, the second as nearly all are sent.
    answers = [
        client.post("/v1/decide", content=body, headers=plain),
        client.post("/v1/decide", content=body, headers=plain),
        client.post("/v1/decide", content=body, headers={**plain, "content-type": "application/json; charset=utf-8"}),
        client.post("/v1/decide", content=gzip.compress(body), headers={**plain, "content-encoding": "gzip"}),
        client.post("/v1/decide", content=body, headers={**plain, "authorization": f"bearer  {secret}"}),
        client.post("/v1/decide", content=body, headers={**plain, "authorization": f"Basic {basic}"}),
        client.post("/v1/decide?more=1", content=body, headers=plain),
    ]
    if code is None:
        assert {(one.status_code, one.headers["content-type"], one.headers["cache-control"], one.text) for one in answers} == {
            (200, "application/json", "no-store", answers[0].text)
        }
    else:
        assert {code_of(one) for one in answers} == {code}


def test_a_key_that_may_not_decide_or_is_nobodys_is_refused_on_every_way(client: Client) -> None:
    _, secret = client.door.members.add_key("desk", "service", by="test", days=1, scopes=("customers.read",))
    for _ in range(2):
        answer = client.post("/v1/decide", json={"channel": "web", "customer_id": "c_1"}, headers={"authorization": f"Bearer {secret}"})
        assert code_of(answer) == (403, "ACC002")
        assert code_of(client.post("/v1/decide", json={}, headers={"authorization": "Bearer nobody's"})) == (401, "ACC001")


@pytest.mark.parametrize(
    "wrong", ["2026-03-01", "2026-03-01T09:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-05:00", 1_700_000_000]
)
def test_a_time_without_a_zone_or_out_of_this_world_does_not_fit(client: Client, shown: dict[str, Any], wrong: Any) -> None:
    answer = client.post("/v1/decisions/d_1/outcome", json={"kind": "bought", "at": wrong}, headers=shown["agent"])
    assert code_of(answer) == (422, "API003")


def test_times_come_in_with_a_zone_and_amounts_exact(client: Client, shown: dict[str, Any], world: SmallWorld) -> None:
    told = {"kind": "bought", "at": "2026-03-01T09:30:00+02:00", "amount": "12345678901234.5678"}
    assert client.post("/v1/decisions/d_1/outcome", json=told, headers=shown["agent"]).status_code == 204
    _, given = world.told[-1]
    assert (given["at"], given["amount"]) == (datetime(2026, 3, 1, 7, 30), Decimal("12345678901234.5678"))
    assert client.post("/v1/decisions/d_1/outcome", json={"kind": "bought"}, headers=shown["agent"]).status_code == 204
    assert world.told[-1][1]["at"] is None, "nobody said when: what is sent again is no other purchase"
    asked = {"channel": "web", "customer_id": "c_1", "context": {"delay": 0.1, "is_vip": True, "place": "SFO", "bags": 2}}
    client.post("/v1/decide", json=asked, headers=shown["agent"])
    context = world.told[-1][1].context
    assert context == {"delay": Decimal("0.1"), "is_vip": True, "place": "SFO", "bags": Decimal(2)}
    assert [type(value) for value in context.values()] == [Decimal, bool, str, Decimal]


@pytest.mark.parametrize("path", ["/v1/decide", "/v1/route"])
def test_what_is_said_of_the_moment_stays_a_number_a_text_or_true_as_json_has_it(
    client: Client, shown: dict[str, Any], world: SmallWorld, path: str
) -> None:
    said = {"one": 1, "none": 0, "whole": 1.0, "digits": "10115", "zeros": "007", "agent": "007", "yes": "yes", "y": "y", "on": "on", "no": "no",
            "true": "true", "is": True, "large": 999_999_999_999_999_999, "small": 0.1 * 0.003, "exact": 2**53 + 1}  # fmt: skip
    asked = {"channel": "web", "customer_id": "c_1", "context": said}
    assert client.post(path, json=asked, headers=shown["service"]).status_code == 200
    context = world.told[-1][1].context
    assert context == {name: value if isinstance(value, bool | str) else Decimal(str(value)) for name, value in said.items()}
    assert {type(context[name]) for name, value in said.items() if not isinstance(value, bool | str)} == {Decimal}
    assert (type(context["is"]), type(context["yes"]), type(context["digits"])) == (bool, str, str)


def test_what_is_not_there_is_404_and_a_wrong_method_405(client: Client, shown: dict[str, Any]) -> None:
    assert code_of(client.get("/v1/nothing")) == (404, "API004")
    wrong = client.request("PUT", "/v1/decide")
    assert code_of(wrong) == (405, "API005")
    assert wrong.headers["allow"] == "POST"
    assert code_of(client.get("/v1/customers/c_9", headers=shown["analyst"])) == (404, "ACC012")
    assert code_of(client.get("/v1/policies/q", headers=shown["analyst"])) == (404, "ACC012")


# What is shown


def test_an_agent_is_told_one_customer_or_how_many_never_a_list(client: Client, shown: dict[str, Any]) -> None:
    def found(who: str, value: str, **more: str) -> Any:
        return client.get("/v1/customers", params={"kind": "email", "value": value, **more}, headers=shown[who]).json()

    assert found("agent", "one") == {"customer_ids": ["c_1"], "candidates": 1}
    assert found("agent", "two") == {"customer_ids": [], "candidates": 2}
    assert found("agent", "none") == {"customer_ids": [], "candidates": 0}
    steward = {"purpose": "stewardship", "reason": "two records"}
    assert found("steward", "two", **steward) == {"customer_ids": ["c_1", "c_2"], "candidates": 2}


def test_whoever_may_not_see_an_identifier_may_not_search_by_it(client: Client, shown: dict[str, Any]) -> None:
    for kind in ("email", "phone", "loyalty_no", "nonsense"):
        answer = client.get("/v1/customers", params={"kind": kind, "value": "one"}, headers=shown["steward"])
        assert code_of(answer) == (403, "ACC003")
    by_mail = {"channel": "web", "kind": "email", "value": "one"}
    assert client.post("/v1/decide", json=by_mail, headers=shown["agent"]).status_code == 200
    _, secret = client.door.members.add_key("narrow", "service", by="test", days=1, scopes=["decisions.make", "customers.look_up"])
    narrow = {"authorization": f"Bearer {secret}"}
    for refused in (
        client.post("/v1/decide", json=by_mail, headers=narrow),
        client.get("/v1/customers", params={"kind": "email", "value": "one"}, headers=narrow),
    ):
        assert code_of(refused) == (403, "ACC003")
        assert "fields.personal" in refused.json()["do"], "a key has scopes, and no purpose to name"


def test_personal_fields_are_shown_with_a_reason_and_the_audit_keeps_it(client: Client, shown: dict[str, Any]) -> None:
    for who, purpose in (("steward", "stewardship"), ("privacy_officer", "privacy")):
        assert code_of(client.get("/v1/customers/c_1", params={"purpose": purpose}, headers=shown[who])) == (403, "ACC004")
        answer = client.get("/v1/customers/c_1", params={"purpose": purpose, "reason": "letter of 2 March"}, headers=shown[who])
        assert answer.json()["attributes"]["anything"] == "canary customer attributes.*"
        last = client.door.members.audit()[-1]
        assert (last.actor, last.action, last.subject, last.detail) == (
            f"person:a {who}", "customers.read", "c_1", f"{purpose}: letter of 2 March",
        )  # fmt: skip
    assert code_of(client.get("/v1/customers/c_1", params={"purpose": "analysis"}, headers=shown["agent"])) == (403, "ACC015")


def test_an_agent_sees_no_profit_lifetime_value_or_band_anywhere(client: Client, shown: dict[str, Any]) -> None:
    texts = [
        client.get("/v1/customers/c_1", headers=shown["agent"]).text,
        client.get("/v1/customers/c_1?purpose=marketing", headers=shown["agent"]).text,
    ]
    texts.append(client.post("/v1/decide", json={"channel": "web", "customer_id": "c_1"}, headers=shown["agent"]).text)
    for text in texts:
        assert "canary" in text
        for hidden in ("worth.", "band.", "household.", "dollars", "lever", "reasons.", "shoe_size"):
            assert hidden not in text


def test_answers_are_kept_by_nobody_on_the_way(client: Client, shown: dict[str, Any]) -> None:
    assert client.get("/v1/customers/c_1", headers=shown["agent"]).headers["cache-control"] == "no-store"


# Errors of ours


class Faulty(SmallWorld):
    """A moment of contact in which something goes wrong."""

    def profile(self, customer_id: str) -> Any:
        raise {
            "full": StorageError("STO106", "the disk is full"),
            "two": Problems([UnequalError("PRD001", "one"), UnequalError("PRD002", "other", where="policies/p.yaml:3")]),
        }.get(customer_id, ZeroDivisionError("4111-1111"))  # type: ignore[arg-type]


def test_errors_have_their_status_and_what_nobody_foresaw_tells_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with client_of(tmp_path, world=Faulty()) as (client, door):
        agent = credentials(door)["agent"]
        assert code_of(client.get("/v1/customers/full", headers=agent)) == (503, "STO106")
        both = client.get("/v1/customers/two", headers=agent)
        assert code_of(both) == (422, "PRD001")
        assert [(problem["code"], problem["where"]) for problem in both.json()["problems"]] == [
            ("PRD001", ""),
            ("PRD002", "policies/p.yaml:3"),
        ]
        unforeseen = client.get("/v1/customers/other", headers=agent)
        assert code_of(unforeseen) == (500, "API000")
        assert "4111" not in unforeseen.text
        assert unforeseen.json()["seen"] in caplog.text
