"""Who is let in, and how often."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.access.doors import Clock, gate

from unequal.access import Accounts, Caller, TooManyRequests, csrf_of, is_csrf_of, on_this_machine
from unequal.access.limits import Buckets, Limits, Rate
from unequal.access.passwords import Passwords
from unequal.flow.people import hash_of
from unequal.storage.state import Head
from unequal.terms.errors import AccessError

WORDS = "correct horse battery"
CLI = on_this_machine("jo")


def test_the_first_person_comes_in_by_the_token_of_the_first_start_once(tmp_path: Path) -> None:
    door = gate(tmp_path)
    accounts, stranger = Accounts(door), Caller("anonymous")
    old, token = door.members.set_up_token(), door.members.set_up_token()
    for wrong in ("", "setup_x", old):
        with pytest.raises(AccessError, match="ACC010"):
            accounts.set_up(stranger, wrong, "jo", WORDS)
    assert accounts.set_up(stranger, token, "jo", WORDS).roles == "administrator"
    with pytest.raises(AccessError, match="ACC010"):
        accounts.set_up(stranger, token, "ann", WORDS)
    assert door.members.set_up_token() is None


def test_a_set_up_token_lasts_a_day(tmp_path: Path) -> None:
    clock = Clock()
    door = gate(tmp_path, clock)
    token = door.members.set_up_token()
    clock.later(hours=24)
    with pytest.raises(AccessError, match="ACC010"):
        Accounts(door).set_up(Caller("anonymous"), token, "jo", WORDS)


def test_secrets_are_in_no_file_of_the_state(tmp_path: Path) -> None:
    door = gate(tmp_path)
    accounts = Accounts(door)
    accounts.add_person(CLI, "jo", WORDS, ["viewer"])
    token = door.sign_in("jo", WORDS, "192.0.2.1")
    _, secret = accounts.add_key(CLI, "shop", "ingest", days=30, source="shop")
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for canary in (WORDS, token, secret, csrf_of(token), secret.removeprefix("uneq_ingest_")):
        assert canary.encode() not in kept
    assert hash_of(secret).encode() in kept
    assert len(secret) > 43, "256 bits"


def test_a_key_works_until_it_runs_out_or_is_revoked(tmp_path: Path) -> None:
    clock = Clock()
    door = gate(tmp_path, clock)
    accounts = Accounts(door)
    key, secret = accounts.add_key(CLI, "shop", "ingest", days=30, source="shop")
    assert door.by_key(secret, "192.0.2.1") == Caller(f"key:{key.key_id}", frozenset({"ingest"}), source="shop", subject=key.key_id)
    accounts.revoke_key(CLI, key.key_id)
    with pytest.raises(AccessError, match="ACC001"):
        door.by_key(secret, "192.0.2.1")
    with pytest.raises(AccessError, match="ACC012"):
        accounts.revoke_key(CLI, key.key_id)
    _, other = accounts.add_key(CLI, "shop", "service", days=1, scopes=["decisions.make"])
    clock.later(days=1)
    with pytest.raises(AccessError, match="ACC001"):
        door.by_key(other, "192.0.2.1")


def test_a_key_that_another_process_revokes_works_two_seconds_longer_at_most(tmp_path: Path) -> None:
    clock = Clock()
    door, other = gate(tmp_path, clock), gate(tmp_path, clock)
    key, secret = Accounts(door).add_key(CLI, "shop", "ingest", days=30, source="shop")
    door.by_key(secret, "192.0.2.1")
    Accounts(other).revoke_key(CLI, key.key_id)
    clock.later(seconds=2)
    with pytest.raises(AccessError, match="ACC001"):
        door.by_key(secret, "192.0.2.1")


def test_a_write_key_of_the_config_is_an_ingest_key_of_its_source(tmp_path: Path) -> None:
    door = gate(tmp_path, source_of={"from-the-environment": "web"}.get)
    assert door.by_key("from-the-environment", "192.0.2.1") == Caller("source:web", frozenset({"ingest"}), source="web")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "ingest"}, {"kind": "ingest", "source": "shop", "scopes": ["decisions.make"]}, {"kind": "service"},
        {"kind": "service", "scopes": ["keys.manage"]}, {"kind": "service", "scopes": ["fields.everything"]},
        {"kind": "service", "scopes": ["decisions.make"], "source": "shop"}, {"kind": "master", "source": "shop"},
        {"kind": "ingest", "source": "shop", "days": 0}, {"kind": "ingest", "source": "shop", "days": 99_999},
    ],
)  # fmt: skip
def test_a_key_that_would_open_too_much_or_nothing_is_not_made(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(AccessError, match="ACC013"):
        Accounts(gate(tmp_path)).add_key(CLI, "k", **{"days": 30, **wrong})


def test_a_session_ends_after_twelve_hours_or_one_without_use(tmp_path: Path) -> None:
    clock = Clock()
    door = gate(tmp_path, clock)
    Accounts(door).add_person(CLI, "jo", WORDS, ["viewer"])
    idle, used = door.sign_in("jo", WORDS, "a"), door.sign_in("jo", WORDS, "a")
    for _ in range(14):
        clock.later(minutes=50)
        assert door.by_session(used, "a").name == "person:jo"
    with pytest.raises(AccessError, match="ACC001"):
        door.by_session(idle, "a")
    clock.later(minutes=21)
    with pytest.raises(AccessError, match="ACC001"):
        door.by_session(used, "a")


def test_whoever_loses_a_role_or_his_access_is_signed_out(tmp_path: Path) -> None:
    door = gate(tmp_path)
    accounts = Accounts(door)
    person = accounts.add_person(CLI, "jo", WORDS, ["steward"])
    token = door.sign_in("jo", WORDS, "a")
    accounts.change_person(CLI, person.person_id, roles=["viewer"])
    with pytest.raises(AccessError, match="ACC001"):
        door.by_session(token, "a")
    accounts.change_person(CLI, person.person_id, is_disabled=True)
    with pytest.raises(AccessError, match="ACC006"):
        door.sign_in("jo", WORDS, "a")
    accounts.change_person(CLI, person.person_id, is_disabled=False, password="another pass phrase")
    assert door.by_session(door.sign_in("jo", "another pass phrase", "a"), "a").roles == {"viewer"}


def test_a_change_of_nothing_changes_nothing(tmp_path: Path) -> None:
    door = gate(tmp_path)
    accounts = Accounts(door)
    person = accounts.add_person(CLI, "jo", WORDS, ["viewer"])
    token, head = door.sign_in("jo", WORDS, "a"), accounts.audit_head(CLI)
    accounts.change_person(CLI, person.person_id)
    assert door.by_session(token, "a").name == "person:jo"
    assert accounts.audit_head(CLI).number == head.number
    with pytest.raises(AccessError, match="ACC012"):
        accounts.change_person(CLI, "person_x")


def test_the_last_administrator_stays(tmp_path: Path) -> None:
    accounts = Accounts(gate(tmp_path))
    first = accounts.add_person(CLI, "jo", WORDS, ["administrator"])
    for change in ({"is_disabled": True}, {"roles": ["viewer"]}):
        with pytest.raises(AccessError, match="ACC016"):
            accounts.change_person(CLI, first.person_id, **change)
    accounts.add_person(CLI, "ann", WORDS, ["administrator", "viewer"])
    accounts.change_person(CLI, first.person_id, is_disabled=True)


def test_names_are_taken_once_and_ids_must_exist(tmp_path: Path) -> None:
    accounts = Accounts(gate(tmp_path))
    accounts.add_person(CLI, "jo", WORDS, ["viewer"])
    with pytest.raises(AccessError, match="ACC011"):
        accounts.add_person(CLI, "jo", WORDS, ["viewer"])
    with pytest.raises(AccessError, match="ACC012"):
        accounts.change_person(CLI, "person_x", roles=["viewer"])


def test_wrong_passwords_are_counted_by_account_and_by_address(tmp_path: Path) -> None:
    clock = Clock()
    door = gate(tmp_path, clock, limits=Limits(sign_in=Rate(1 / 12, 3)))
    Accounts(door).add_person(CLI, "jo", WORDS, ["viewer"])
    for name in ("jo", "jo", "nobody"):
        with pytest.raises(AccessError, match="ACC006"):
            door.sign_in(name, "wrong", "192.0.2.1")
    with pytest.raises(TooManyRequests) as sent_away:
        door.sign_in("jo", WORDS, "192.0.2.1")
    assert sent_away.value.seconds == 12
    door.sign_in("jo", WORDS, "192.0.2.2")
    clock.later(seconds=12)
    door.sign_in("jo", WORDS, "192.0.2.1")
    assert [entry.action for entry in door.members.audit()].count("session.refused") == 3


def test_right_passwords_are_not_counted(tmp_path: Path) -> None:
    door = gate(tmp_path, limits=Limits(sign_in=Rate(1 / 12, 2)))
    Accounts(door).add_person(CLI, "jo", WORDS, ["viewer"])
    assert len({door.sign_in("jo", WORDS, "192.0.2.1") for _ in range(4)}) == 4


@pytest.mark.parametrize("wrong", ["short", "x" * 1025, "ä" * 600])
def test_a_password_too_short_or_too_long_is_refused(wrong: str) -> None:
    passwords = Passwords()
    with pytest.raises(AccessError, match="ACC008"):
        passwords.hashed(wrong)
    assert not passwords.is_right(None, wrong)


def test_a_password_is_the_same_however_its_accents_are_typed() -> None:
    passwords = Passwords()
    kept = passwords.hashed("café au lait, please")
    assert passwords.is_right(kept, "cafe\u0301 au lait, please")
    assert not passwords.is_right(kept, "cafe au lait, please")
    assert not passwords.is_dated(kept)


def test_only_so_many_passwords_are_hashed_at_once() -> None:
    passwords = Passwords(at_once=1, patience_seconds=0.05)
    inside, leave = threading.Event(), threading.Event()

    def sit() -> None:
        with passwords._seat():
            inside.set()
            leave.wait(30)

    sitting = threading.Thread(target=sit)
    sitting.start()
    inside.wait(30)
    with pytest.raises(AccessError, match="ACC007"):
        passwords.hashed(WORDS)
    leave.set()
    sitting.join()
    assert passwords.is_right(passwords.hashed(WORDS), WORDS)


def test_a_bucket_fills_with_time_and_never_beyond_its_brim() -> None:
    clock = Clock()
    buckets = Buckets(Rate(2, 4), clock.ticks)

    def taken() -> int:
        count = 0
        try:
            while True:
                buckets.take("a")
                count += 1
        except TooManyRequests:
            return count

    assert taken() == 4
    buckets.take("b")
    clock.later(seconds=1)
    assert taken() == 2
    clock.later(hours=1)
    assert taken() == 4


def test_a_key_that_asks_too_often_waits(tmp_path: Path) -> None:
    door = gate(tmp_path, limits=Limits(key=Rate(1, 2), address=Rate(1, 2)))
    _, secret = Accounts(door).add_key(CLI, "shop", "ingest", days=30, source="shop")
    for _ in range(2):
        door.by_key(secret, "192.0.2.1")
        with pytest.raises(AccessError, match="ACC001"):
            door.by_key("guess", "192.0.2.9")
    with pytest.raises(AccessError, match="ACC005"):
        door.by_key(secret, "192.0.2.1")
    for secretless in (
        lambda: door.by_key("guess", "192.0.2.9"),
        lambda: door.unknown("192.0.2.9"),
        lambda: door.by_session("x", "192.0.2.9"),
    ):
        with pytest.raises(AccessError, match="ACC005"):
            secretless()


def test_a_csrf_token_belongs_to_one_session() -> None:
    assert is_csrf_of("session_a", csrf_of("session_a"))
    assert not is_csrf_of("session_a", csrf_of("session_b"))
    assert not is_csrf_of("session_a", "")
    assert not is_csrf_of("session_a", "é")


def test_what_is_done_to_people_and_keys_is_told_in_one_whole_chain(tmp_path: Path) -> None:
    door = gate(tmp_path)
    accounts = Accounts(door)
    person = accounts.add_person(CLI, "jo", WORDS, ["viewer"])
    accounts.change_person(CLI, person.person_id, password=f"{WORDS} staple")
    head = accounts.audit_head(CLI)
    key, _ = accounts.add_key(CLI, "shop", "ingest", days=30, source="shop")
    accounts.revoke_key(CLI, key.key_id)
    told = [(entry.actor, entry.action, entry.subject, entry.detail) for entry in accounts.audit(CLI)]
    assert told == [
        ("cli:jo", "people.manage", "person:jo", "added as viewer"),
        ("cli:jo", "people.manage", person.person_id, "password changed"),
        ("cli:jo", "keys.manage", key.key_id, "ingest key shop: shop"),
        ("cli:jo", "keys.manage", key.key_id, "revoked"),
    ]
    assert accounts.check_audit(CLI, [head, accounts.audit_head(CLI)]) == []
    assert accounts.check_audit(CLI, [Head(2, "0" * 64)]) == ["entry 2 is not what a head says"]
