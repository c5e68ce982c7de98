"""Signing in by the company's directory: the whole way over the served application and a real provider, and every refusal by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from schemathesis.generation import GenerationMode
from tests.access.doors import Clock
from tests.api import provider
from tests.api.doors import Client, client_of
from tests.api.made_up import tried_out
from tests.api.provider import KEYS, Provider

from unequal import flow
from unequal.access import Accounts, on_this_machine, permissions
from unequal.config.sign_in import Role
from unequal.flow import directory as flow_directory
from unequal.flow.directory import Directory
from unequal.terms.errors import AccessError, ConfigError, Problems

CONFIG = """
project: hill-bakery
reporting_currency: EUR
time_zone: UTC
sources:
  crm: {{read: "crm.csv", records: {{id: no, attributes: {{email: mail}}}}}}
live:
  sign_in:
    name: Meridian & Sons
    issuer: {issuer}
    client_id: unequal
    client_secret: "env:SIGN_IN_SECRET"
    address: https://testserver
    allow_private: true
    roles: {{stewards: [steward, viewer], call-centre: [agent], admins: [administrator]}}
"""
ADMIN = on_this_machine("jo")
PAGE = {"accept": "text/html"}


@contextmanager
def company(folder: Path, url: str | None = None) -> Iterator[tuple[Client, Provider, Clock]]:
    """A client, the directory, and the clock of both."""
    clock = Clock()
    with provider.directory(lambda: int(clock.at.replace(tzinfo=UTC).timestamp())) as there:
        (folder / "unequal.yaml").write_text(CONFIG.format(issuer=there.issuer))
        project = flow.open_project(folder, {"SIGN_IN_SECRET": provider.SECRET})
        with client_of(folder, clock=clock, url=url, directory=Directory(project, ticks=clock.ticks)) as (client, _):
            yield client, there, clock
            client.door.members.close()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Client, Provider, Clock]]:
    with company(tmp_path) as found:
        yield found


def begun(client: Client, then: str = "") -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and the cookie that it keeps."""
    answer = client.get("/v1/session/oidc", params={"next": then} if then else None)
    assert answer.status_code == 303, answer.text
    kept = answer.headers["set-cookie"]
    assert kept.startswith("__Host-unequal-sign-in=")
    assert kept.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600")
    return answer.headers["location"], {"cookie": kept.partition(";")[0]}


def ended(client: Client, back: dict[str, str], cookie: dict[str, str]) -> httpx.Response:
    return client.get("/v1/session/oidc/callback", params=back, headers=cookie)


def came(client: Client, there: Provider, then: str = "") -> httpx.Response:
    """The whole way."""
    url, cookie = begun(client, then)
    return ended(client, there.visited(url), cookie)


def session_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    (kept,) = (one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-unequal="))
    assert kept.endswith("; Path=/; Secure; HttpOnly; SameSite=Strict")
    return {"cookie": kept.partition(";")[0]}


def refused(answer: httpx.Response, code: str, status: int) -> str:
    """What was seen; and that nobody is signed in."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "set-cookie" not in answer.headers
    return str(answer.json()["seen"])


def audit(client: Client) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.action, entry.detail) for entry in client.door.members.audit()]


def test_somebody_of_the_directory_signs_in_with_the_roles_of_his_groups_and_stands_in_the_audit(opened) -> None:
    client, there, clock = opened
    answer = came(client, there, "/agent/c_1?channel=phone")
    me = client.get("/v1/session", headers=session_of(answer)).json()["person"]
    assert (me["name"], me["roles"]) == ("ann@meridian.example", ["steward", "viewer"])
    assert 'content="0; url=/agent/c_1?channel=phone"' in answer.text, "our own page leads on, so that the Strict cookie is sent"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert any(one.startswith("__Host-unequal-sign-in=;") and "Max-Age=0" in one for one in answer.headers.get_list("set-cookie"))
    assert audit(client) == [
        ("directory", "people.manage", "added as steward viewer"),
        ("person:ann@meridian.example", "session.open", "by Meridian & Sons"),
    ]
    clock.later(hours=2)
    session_of(came(client, there))
    (row,) = client.door.members.directory.rows()
    assert (row.issuer, row.subject, row.signed_in_at) == (there.issuer, "u-1", clock.at)
    assert len(client.door.members.people()) == 1, "he is known again"


@pytest.mark.postgresql
def test_the_same_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with company(tmp_path, postgres_url) as (client, there, _):
        assert client.get("/v1/session", headers=session_of(came(client, there))).json()["person"]["roles"] == ["steward", "viewer"]
        there.person["groups"] = ["call-centre"]
        assert client.get("/v1/session", headers=session_of(came(client, there))).json()["person"]["roles"] == ["agent"]


def test_what_the_directory_is_asked_has_state_nonce_and_the_hash_of_a_verifier_that_is_shown_with_the_code(opened) -> None:
    client, there, _ = opened
    url, cookie = begun(client)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"{there.issuer}/authorize?")
    assert asked["redirect_uri"] == "https://testserver/v1/session/oidc/callback"
    assert asked["scope"] == "openid email profile"
    secrets = [asked[name] for name in ("state", "nonce", "code_challenge")]
    assert {len(one) for one in secrets} == {43}
    assert len({*secrets, cookie["cookie"].partition("=")[2]}) == 4, "none tells another"
    session_of(ended(client, there.visited(url), cookie))
    (redeemed,) = there.redeemed
    assert len(redeemed["code_verifier"]) == 43
    assert redeemed["code_verifier"] not in url


def test_no_token_code_verifier_or_secret_is_kept_or_logged(opened, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client, there, _ = opened
    caplog.set_level(logging.DEBUG)
    answers = [came(client, there)]
    there.spoil["nonce"] = "another"
    answers.append(came(client, there))
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.name != "unequal.yaml")
    assert b"ann@meridian.example" in kept, "the scan finds what is there"
    assert len(there.given) > 12
    # The test's own browser logs where it goes.
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name != "httpx")
    for canary in there.given:
        assert canary.encode() not in kept
        assert canary not in logged
        assert all(canary not in answer.text for answer in answers)


NOT_BELIEVED = [
    ({"iss": "https://evil.example"}, "its iss"), ({"iss": None}, "its iss"), ({"aud": "another"}, "its aud"), ({"aud": ["another"]}, "its aud"),
    ({"aud": None}, "its aud"), ({"aud": ["unequal", "another"]}, "its azp"), ({"azp": "another"}, "its azp"),
    ({"aud": ["unequal", "another"], "azp": "another"}, "its azp"), ({"nonce": "another"}, "its nonce"), ({"nonce": None}, "its nonce"),
    ({"sub": None}, "its sub"), ({"sub": ""}, "its sub"), ({"sub": 7}, "its sub"), ({"exp": None}, "its exp"), ({"iat": None}, "its iat"),
    ({"exp": "tomorrow"}, "its exp"),
]  # fmt: skip


@pytest.mark.parametrize(("spoiled", "seen"), NOT_BELIEVED, ids=[str(spoiled) for spoiled, _ in NOT_BELIEVED])
def test_a_token_that_is_not_for_us_or_not_of_this_sign_in_is_not_believed(opened, spoiled: dict[str, Any], seen: str) -> None:
    client, there, _ = opened
    there.spoil |= spoiled
    assert seen in refused(came(client, there), "ACC022", 401)
    assert client.door.members.people() == []
    assert [(actor, action) for actor, action, _ in audit(client)] == [("anonymous", "session.refused")]
    assert "ACC022" in audit(client)[0][2]


def test_a_nonce_in_a_list_is_none(opened) -> None:
    client, there, _ = opened
    there.sign = lambda claims: there.token({**claims, "nonce": [claims["nonce"]]})
    assert refused(came(client, there), "ACC022", 401) == "its nonce"


@pytest.mark.parametrize(("claim", "seconds", "is_good"), [("exp", -61, False), ("exp", -30, True), ("nbf", 61, False), ("nbf", 30, True),
                                                           ("iat", 61, False), ("iat", 30, True)])  # fmt: skip
def test_a_token_that_has_run_out_or_is_not_good_yet_is_not_believed_beyond_a_minute(
    opened, claim: str, seconds: int, is_good: bool
) -> None:
    client, there, _ = opened
    there.spoil[claim] = there.now() + seconds
    answer = came(client, there)
    if is_good:
        session_of(answer)
    else:
        assert refused(answer, "ACC022", 401) == f"its {claim}"


@pytest.mark.parametrize("sign", [provider.unsigned, provider.signed_with_the_public_key])
def test_a_token_without_a_signature_or_signed_with_the_public_key_is_not_believed(opened, sign: Any) -> None:
    client, there, _ = opened
    there.sign = sign
    assert refused(came(client, there), "ACC022", 401) == "unsupported algorithm"


@pytest.mark.parametrize("token", ["", "a.b.c", "a.b", "ey.ey.ey", "x" * 200_000, "é.é.é"])
def test_what_is_no_token_is_not_believed(opened, token: str) -> None:
    client, there, _ = opened
    there.sign = lambda _claims: token
    refused(came(client, there), "ACC022", 401)


def test_a_token_altered_after_it_was_signed_is_not_believed(opened) -> None:
    client, there, _ = opened

    def altered(claims: dict[str, Any]) -> str:
        head, _, signature = there.token(claims).split(".")
        return ".".join([head, there.token({**claims, "groups": ["admins"]}).split(".")[1], signature])

    there.sign = altered
    assert refused(came(client, there), "ACC022", 401) == "bad signature"


def test_keys_are_asked_for_once_and_once_more_for_an_unknown_one_but_not_again_within_a_minute(opened) -> None:
    client, there, clock = opened
    session_of(came(client, there))
    session_of(came(client, there))
    assert there.asked.count("/keys") == 1
    clock.later(minutes=2)
    there.signer = "stranger"
    for _ in range(3):
        assert refused(came(client, there), "ACC022", 401) == "invalid key id"
    assert there.asked.count("/keys") == 2
    assert there.asked.count("/.well-known/openid-configuration") == 1


def test_a_key_that_the_directory_takes_anew_is_believed_and_one_that_it_took_back_no_more_within_the_hour(opened) -> None:
    client, there, clock = opened
    session_of(came(client, there))
    clock.later(minutes=2)
    there.signer, there.published = "second", ["second"]
    session_of(came(client, there))
    there.signer = "first"
    refused(came(client, there), "ACC022", 401)
    there.signer, there.published = "second", []
    clock.later(hours=1)
    refused(came(client, there), "ACC022", 401)


def test_a_short_key_is_no_key() -> None:
    weak = {**KEYS["first"].as_dict(private=False), "n": KEYS["first"].as_dict(private=False)["n"][:170]}
    for other in (
        weak,
        {"kty": "oct", "k": "c2hhcmVk"},
        {"kty": "RSA"},
        {**KEYS["first"].as_dict(private=False), "use": "enc"},
        "key",
        None,
    ):
        assert flow_directory._key(other) is None
    assert flow_directory._key(KEYS["first"].as_dict(private=False)) is not None


def test_a_sign_in_ends_only_in_the_browser_that_began_it_and_once(opened) -> None:
    client, there, clock = opened
    url, cookie = begun(client)
    _, other = begun(client)
    back = there.visited(url)
    for wrong, held in (({}, cookie), ({**back, "state": ""}, cookie), ({**back, "state": "é"}, cookie), (back, {}), (back, other)):
        refused(ended(client, wrong, held), "ACC020", 403)
    assert there.redeemed == [], "the directory is not asked"
    clock.later(minutes=5)
    session_of(ended(client, back, cookie))
    assert "already" in refused(ended(client, back, cookie), "ACC020", 403)
    assert len(there.redeemed) == 1


def test_a_sign_in_that_takes_more_than_ten_minutes_is_over(opened) -> None:
    client, there, clock = opened
    url, cookie = begun(client)
    clock.later(minutes=10)
    refused(ended(client, there.visited(url), cookie), "ACC020", 403)
    begun(client)
    assert there.redeemed == []


def test_a_code_is_good_with_the_verifier_of_its_own_sign_in_alone(opened) -> None:
    client, there, _ = opened
    stolen = there.visited(begun(client)[0])["code"]
    url, cookie = begun(client)
    seen = refused(ended(client, {**there.visited(url), "code": stolen}, cookie), "ACC021", 401)
    assert seen == "invalid_grant"


def test_an_answer_in_another_issuers_name_or_without_a_code_is_refused(opened) -> None:
    client, there, _ = opened
    for change in ({"iss": "https://evil.example"}, {"code": ""}):
        url, cookie = begun(client)
        refused(ended(client, {**there.visited(url), **change}, cookie), "ACC020", 403)
    assert there.redeemed == []


@pytest.mark.parametrize(("error", "seen"), [("access_denied", "access_denied"), ("<script>alert(1)</script>", "no reason that is known")])
def test_whom_the_directory_turns_away_is_told_so_in_its_own_known_words_alone(opened, error: str, seen: str) -> None:
    client, there, _ = opened
    url, cookie = begun(client)
    back = {"error": error, "error_description": "canary", "state": there.visited(url)["state"]}
    answer = ended(client, back, cookie)
    assert refused(answer, "ACC021", 401) == seen
    assert "canary" not in answer.text


AWAY = [
    "https://evil.example/",
    "//evil.example/agent",
    "/\\evil.example",
    "/agent\\@evil.example",
    "/agent/x\r\nLocation: x",
    "javascript:1",
    "/v1/keys",
    "",
]


@pytest.mark.parametrize("then", AWAY)
def test_nobody_is_led_to_another_site_by_signing_in(opened, then: str) -> None:
    client, there, _ = opened
    answer = came(client, there, then)
    assert 'content="0; url=/agent"' in answer.text
    assert "evil" not in answer.text


def test_a_page_address_cannot_break_out_of_the_page_that_leads_there(opened) -> None:
    client, there, _ = opened
    answer = came(client, there, '/agent/"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/keys"])
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (provider.failing(500), "ACC018"), (provider.failing(302, Location="http://127.0.0.1:1/"), "ACC018"), (provider.dripping, "ACC018"),
        (provider.huge, "ACC019"), (provider.failing(200, b"<html>"), "ACC019"), (provider.failing(200, b"[" * 100_000), "ACC019"),
        (provider.failing(200, b"[]"), "ACC019"),
    ],
    ids=["500", "redirect", "slow", "huge", "no JSON", "deep", "list"],
)  # fmt: skip
def test_a_directory_that_fails_stalls_floods_or_leads_elsewhere_signs_nobody_in(
    opened, monkeypatch: pytest.MonkeyPatch, path: str, answer: Any, code: str
) -> None:
    client, there, _ = opened
    monkeypatch.setattr(flow_directory, "_SECONDS", 0.4)
    if path.startswith("/.well"):
        there.answers[path] = answer
        refused(client.get("/v1/session/oidc"), code, 502)
    else:
        url, cookie = begun(client)
        there.answers[path] = answer
        refused(ended(client, there.visited(url), cookie), code, 502)
    assert there.asked.count(path) == 1
    assert client.door.members.people() == []
    assert audit(client) == [], "nobody was refused"


def test_while_the_directory_is_silent_nobody_waits_for_it_again_for_five_seconds(opened, monkeypatch: pytest.MonkeyPatch) -> None:
    client, there, clock = opened
    monkeypatch.setattr(flow_directory, "_SECONDS", 0.4)
    there.answers["/.well-known/openid-configuration"] = provider.dripping
    refused(client.get("/v1/session/oidc"), "ACC018", 502)
    there.answers.clear()
    assert "a moment ago" in refused(client.get("/v1/session/oidc"), "ACC018", 502)
    clock.later(seconds=5)
    begun(client)


MISFITS = [
    {"issuer": "https://evil.example"}, {"issuer": None}, {"token_endpoint": None}, {"jwks_uri": 7}, {"token_endpoint": "ftp://127.0.0.1/"},
    {"token_endpoint": "https://user:secret@login.example/"}, {"authorization_endpoint": "javascript:alert(1)"},
    {"code_challenge_methods_supported": ["plain"]}, {"id_token_signing_alg_values_supported": ["HS256"]},
]  # fmt: skip


@pytest.mark.parametrize("said", MISFITS, ids=str)
def test_a_directory_that_says_of_itself_what_does_not_fit_is_not_gone_to(opened, said: dict[str, Any]) -> None:
    client, there, _ = opened
    there.said |= said
    refused(client.get("/v1/session/oidc"), "ACC019", 502)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "9.9.9.9", "::ffff:10.0.0.1"])
def test_plain_http_goes_nowhere_but_to_this_machine(tmp_path: Path, address: str) -> None:
    (tmp_path / "unequal.yaml").write_text(CONFIG.format(issuer="http://localhost:1"))
    project = flow.open_project(tmp_path, {"SIGN_IN_SECRET": "x"})
    with pytest.raises(AccessError, match="ACC019"):
        Directory(project, lambda _host, _port: [address]).described()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"])
def test_a_directory_whose_name_leads_inside_is_not_gone_to_unless_the_config_says_so(tmp_path: Path, address: str) -> None:
    text = CONFIG.format(issuer="https://login.example").replace("    allow_private: true\n", "")
    (tmp_path / "unequal.yaml").write_text(text)
    project = flow.open_project(tmp_path, {"SIGN_IN_SECRET": "x"})
    with pytest.raises(AccessError, match="ACC019"):
        Directory(project, lambda _host, _port: [address]).described()


@pytest.mark.parametrize(
    "groups", [None, [], ["everybody"], "everybody", {"stewards": True}, [["stewards"]], ["Stewards"], ["call-centre", "admins"]]
)
def test_whoever_is_in_no_group_that_gives_a_role_or_in_two_that_nobody_holds_together_is_not_let_in(opened, groups: Any) -> None:
    client, there, _ = opened
    there.person["groups"] = groups
    refused(came(client, there), "ACC023", 403)
    assert client.door.members.people() == []


def test_a_role_that_was_taken_away_is_gone_with_the_next_sign_in_and_with_it_every_session(opened) -> None:
    client, there, _ = opened
    first = session_of(came(client, there))
    there.person["groups"] = ["admins"]
    second = session_of(came(client, there))
    assert client.get("/v1/session", headers=first).status_code == 401
    assert client.get("/v1/session", headers=second).json()["person"]["roles"] == ["administrator"]
    there.person["groups"] = []
    refused(came(client, there), "ACC023", 403)
    assert client.get("/v1/session", headers=second).status_code == 401
    assert [person.roles for person in client.door.members.people()] == [""]
    assert [detail for actor, _, detail in audit(client) if actor == "directory"] == [
        "added as steward viewer", "roles administrator", "no role any more",
    ]  # fmt: skip
    there.person["groups"] = ["stewards"]
    session_of(came(client, there))


def test_whose_access_was_closed_stays_out_and_what_the_directory_says_is_not_changed_here(opened) -> None:
    client, there, _ = opened
    session = session_of(came(client, there))
    accounts = Accounts(client.door)
    ((person, _),) = accounts.everybody(ADMIN)
    for change in ({"roles": ["viewer"]}, {"password": "correct horse battery"}):
        with pytest.raises(AccessError, match="ACC025"):
            accounts.change_person(ADMIN, person.person_id, **change)
    accounts.change_person(ADMIN, person.person_id, is_disabled=True)
    assert client.get("/v1/session", headers=session).status_code == 401
    refused(came(client, there), "ACC024", 403)
    assert client.door.members.audit()[-1].subject == person.person_id
    accounts.change_person(ADMIN, person.person_id, is_disabled=False)
    session_of(came(client, there))


@pytest.mark.parametrize("password", ["", "nobody has this password", "correct horse battery"])
def test_no_password_signs_in_somebody_of_the_directory(opened, password: str) -> None:
    client, there, _ = opened
    session_of(came(client, there))
    with pytest.raises(AccessError, match="ACC006"):
        client.door.sign_in("ann@meridian.example", password, "192.0.2.1")


def test_nobody_of_the_directory_becomes_somebody_who_has_the_name_already(opened) -> None:
    client, there, _ = opened
    local = Accounts(client.door).add_person(ADMIN, "ann@meridian.example", "correct horse battery", ["viewer"])
    me = client.get("/v1/session", headers=session_of(came(client, there))).json()["person"]
    assert me["person_id"] != local.person_id
    assert me["name"] == f"ann@meridian.example ({me['person_id'].removeprefix('person_')})"
    there.person |= {"sub": "u-2"}
    other = client.get("/v1/session", headers=session_of(came(client, there))).json()["person"]
    assert len({me["name"], other["name"], local.name}) == 3


def test_refusals_are_counted_against_the_address_and_sign_ins_are_not(opened) -> None:
    client, there, _ = opened
    for _ in range(8):
        session_of(came(client, there))
    statuses = [client.get("/v1/session/oidc/callback", params={"state": "x"}).status_code for _ in range(7)]
    assert statuses == [403] * 5 + [429] * 2
    assert [action for _, action, _ in audit(client)].count("session.refused") == 5, "a stranger cannot fill the audit"
    session_of(came(client, there))


def test_administrators_see_who_comes_by_the_directory_and_when_he_came_last(opened) -> None:
    client, there, clock = opened
    there.person["groups"] = ["admins"]
    session = session_of(came(client, there))
    Accounts(client.door).add_person(ADMIN, "jo", "correct horse battery", ["viewer"])
    told = client.get("/v1/people", headers=session).json()["people"]
    listed = {one["name"]: (one["issuer"], one["subject"], one["signed_in_at"]) for one in told}
    assert listed == {
        "jo": (None, None, None),
        "ann@meridian.example": (there.issuer, "u-1", clock.at.isoformat() + "Z"),
    }


def test_the_sign_in_page_offers_the_directory_where_there_is_one_and_not_within_another_site(opened, tmp_path: Path) -> None:
    client, _, _ = opened
    page = client.get("/sign-in", params={"next": "/agent/c_1?channel=phone"}).text
    assert "Sign in with Meridian &amp; Sons" in page
    assert 'href="/v1/session/oidc?next=%2Fagent%2Fc_1%3Fchannel%3Dphone"' in page
    assert "oidc" not in client.get("/sign-in", params={"embed": "1"}).text
    (tmp_path / "other").mkdir()
    with client_of(tmp_path / "other") as (without, _):
        assert "oidc" not in without.get("/sign-in").text
        assert refused(without.get("/v1/session/oidc"), "ACC017", 404) == ""
        refused(without.get("/v1/session/oidc/callback"), "ACC017", 404)


def test_a_browser_is_told_of_a_refusal_on_a_page(opened) -> None:
    client, _, _ = opened
    answer = client.get("/v1/session/oidc/callback", headers=PAGE)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "This sign-in was not begun in this browser" in answer.text


def test_too_many_at_once_are_sent_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_directory, "_PATIENCE_SECONDS", 0.01)
    (tmp_path / "unequal.yaml").write_text(CONFIG.format(issuer="http://127.0.0.1:1"))
    found = Directory(flow.open_project(tmp_path, {"SIGN_IN_SECRET": "x"}))
    for _ in range(8):
        assert found._seats.acquire(blocking=False)
    with pytest.raises(AccessError, match="ACC007"):
        found.described()


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
def test_nothing_made_up_brings_a_server_with_a_directory_down(opened, mode: GenerationMode) -> None:
    client, there, _ = opened
    assert {"GET /v1/session/oidc", "GET /v1/session/oidc/callback"} <= tried_out(client, {}, mode, is_signed_in=False)
    assert there.redeemed == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("https://testserver", "http://shop.example", "CFG088"), ("{issuer}", "http://login.example", "CFG088"),
        ("    allow_private: true\n", "", "CFG088"), ("{issuer}", "ldap://login.example", "CFG014"), ("{issuer}", "https://a:b@login.example", "CFG008"),
        ("https://testserver", "https://shop.example/path", "CFG014"), ('"env:SIGN_IN_SECRET"', "my-own-secret", "CFG014"),
        ("    roles:", "    scopes: [email]\n    roles:", "CFG089"), ("[agent]", "[agent, viewer]", "CFG090"), ("[agent]", "[boss]", "CFG014"),
        ("    roles:", "    algorithms: [HS256]\n    roles:", "CFG014"), ("    roles:", "    algorithms: [none]\n    roles:", "CFG014"),
        ("    roles:", "    algorithms: []\n    roles:", "CFG0"),
    ],
)  # fmt: skip
def test_a_config_that_would_let_in_astray_is_refused(tmp_path: Path, old: str, new: str, code: str) -> None:
    (tmp_path / "unequal.yaml").write_text(CONFIG.replace(old, new).format(issuer="http://127.0.0.1:1"))
    with pytest.raises((ConfigError, Problems), match=code) as told:
        flow.open_project(tmp_path, {})
    assert "my-own-secret" not in str(told.value)


def test_the_roles_that_a_config_can_give_are_those_that_people_have() -> None:
    assert set(get_args(Role)) == set(permissions.ROLES)


def test_a_secret_that_is_not_there_is_told_when_the_server_starts(tmp_path: Path) -> None:
    (tmp_path / "unequal.yaml").write_text(CONFIG.format(issuer="http://127.0.0.1:1"))
    with pytest.raises(ConfigError, match="CFG009"):
        flow.people.open_directory(flow.open_project(tmp_path, {}))
