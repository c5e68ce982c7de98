"""People, keys, sessions and the audit in the state, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from unequal.storage.state import AccessState, BegunRow, DirectoryRow, Head, KeyRow, PersonRow, SessionRow, Told, audit, open_access

AT = datetime(2026, 3, 2, 9, 30, 15, 250)
TOLD = Told(AT, "cli:jo", "people.manage", "person:jo", "added as steward")


@pytest.fixture
def access(state_url: str) -> Iterator[AccessState]:
    """The state, open for who may come in."""
    opened = open_access(state_url)
    yield opened
    opened.close()


def person(name: str = "jo") -> PersonRow:
    return PersonRow(f"person_{name}", name, "hash", "steward", AT)


def test_a_person_is_kept_as_given_and_a_name_is_taken_once(access: AccessState) -> None:
    assert access.add_person(person(), TOLD)
    assert not access.add_person(PersonRow("other", "jo", "hash", "viewer", AT), TOLD)
    assert access.people() == [person()] == [access.person(name="jo")]
    assert [entry.number for entry in access.audit()] == [1], "what was refused is not told as done"


def test_of_many_first_starts_at_once_one_comes_in(access: AccessState) -> None:
    assert access.new_setup_token("token", AT, AT + timedelta(hours=1))
    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(lambda i: access.add_person(person(f"p{i}"), TOLD, setup_hash="token"), range(8)))
    assert sorted(came) == [False] * 7 + [True]
    assert not access.new_setup_token("another", AT, AT + timedelta(hours=1)), "somebody is there"


def test_a_set_up_token_that_has_run_out_or_was_replaced_is_no_good(access: AccessState) -> None:
    access.new_setup_token("early", AT - timedelta(hours=25), AT - timedelta(hours=1))
    assert not access.add_person(person(), TOLD, setup_hash="early")
    access.new_setup_token("late", AT, AT + timedelta(hours=1))
    assert not access.add_person(person(), TOLD, setup_hash="early")
    assert access.people() == []
    assert access.add_person(person(), TOLD, setup_hash="late")


def test_a_key_is_found_by_its_hash_and_revoked_once(access: AccessState) -> None:
    key = KeyRow("key_1", "shop", "ingest", "a" * 64, "", "shop", "cli:jo", AT, AT + timedelta(days=30))
    access.add_key(key, TOLD)
    assert access.key(secret_hash="a" * 64) == key
    assert access.key(secret_hash="b" * 64) is None
    later = Told(AT + timedelta(days=1), "cli:jo", "keys.manage", "key_1", "revoked")
    assert access.revoke_key("key_1", later)
    assert not access.revoke_key("key_1", later)
    assert [found.revoked_at for found in access.all_keys()] == [later.at]


def test_a_change_of_roles_ends_every_session_of_the_person(access: AccessState) -> None:
    access.add_person(person(), TOLD)
    access.add_person(person("ann"), TOLD)
    for number, who in enumerate(("jo", "jo", "ann")):
        access.open_session(SessionRow(f"s{number}", f"person_{who}", AT, AT, AT + timedelta(hours=12)), TOLD)
    assert access.change_person("person_jo", TOLD, roles="viewer")
    assert [access.session(f"s{number}") is None for number in range(3)] == [True, True, False]
    assert access.session("s2")[1].name == "ann"
    assert not access.change_person("person_nobody", TOLD, roles="viewer")


def test_sessions_that_have_run_out_are_swept_by_the_next(access: AccessState) -> None:
    access.add_person(person(), TOLD)
    access.open_session(SessionRow("old", "person_jo", AT, AT, AT + timedelta(hours=12)), TOLD)
    late = AT + timedelta(hours=13)
    access.open_session(SessionRow("new", "person_jo", late, late, late + timedelta(hours=12)), TOLD)
    assert access.session("old") is None
    access.seen("new", late + timedelta(minutes=5))
    assert access.session("new")[0].seen_at == late + timedelta(minutes=5)
    access.close_session("new", TOLD)
    assert access.session("new") is None


def test_writers_at_once_make_one_chain(access: AccessState) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: access.tell(Told(AT, f"person:{i}", "policies.approve", "p", "é“\x01")), range(40)))
    chain = access.audit()
    assert [entry.number for entry in chain] == list(range(1, 41))
    assert audit.faults(chain, [access.audit_head()]) == []
    assert [entry.number for entry in access.audit(after=10, limit=3)] == [11, 12, 13]


@pytest.mark.parametrize(
    ("tampering", "shows"),
    [
        ("UPDATE audit SET detail = 'nothing' WHERE number = 2", "entry 2 is not what was sealed"),
        ("DELETE FROM audit WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM audit WHERE number >= 4", "entry 5 is not what a head says"),
        ("DELETE FROM audit", "entry 5 is not what a head says"),
        ("UPDATE audit SET actor = 'person:x', number = 9 WHERE number = 5", "entry 5 is missing"),
    ],
)
def test_an_audit_that_was_altered_in_the_database_shows_it(access: AccessState, tampering: str, shows: str) -> None:
    for number in range(5):
        access.tell(Told(AT, "person:jo", "people.manage", f"p{number}"))
    head = access.audit_head()
    assert audit.faults(access.audit(), [head, Head(0, audit.BEGINNING)]) == []
    with access._engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(sa.text(tampering))
    assert any(fault.startswith(shows) for fault in audit.faults(access.audit(), [head]))


def from_directory(name: str, subject: str = "u-1") -> tuple[PersonRow, DirectoryRow]:
    return PersonRow(f"person_{name}", name, "", "viewer", AT), DirectoryRow(f"person_{name}", "https://login.example", subject, AT)


def test_somebody_of_a_directory_is_one_by_issuer_and_subject_and_whatever_fails_writes_nothing(access: AccessState) -> None:
    person, row = from_directory("ann")
    assert access.directory.add(person, row, TOLD)
    for other in (from_directory("bea"), from_directory("ann", "u-2")):
        assert not access.directory.add(*other, TOLD)
    assert access.directory.rows() == [row]
    assert access.people() == [person]
    assert access.directory.person("https://login.example", "u-1") == person
    assert access.directory.person("https://other.example", "u-1") is None
    assert len(access.audit()) == 1


def test_of_many_who_come_for_the_first_time_at_once_one_is_written(access: AccessState) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda i: access.directory.add(*from_directory(f"ann{i}"), TOLD), range(8)))
    assert sorted(added) == [False] * 7 + [True]
    assert len(access.people()) == 1


def test_other_roles_end_the_sessions_and_are_told_and_the_same_ones_are_not(access: AccessState) -> None:
    access.directory.add(*from_directory("ann"), TOLD)
    access.open_session(SessionRow("s", "person_ann", AT, AT, AT + timedelta(hours=12)), TOLD)
    later = AT + timedelta(hours=1)
    access.directory.came("person_ann", "viewer", later, TOLD)
    assert (access.session("s") is not None, len(access.audit()), access.directory.rows()[0].signed_in_at) == (True, 2, later)
    access.directory.came("person_ann", "", later + timedelta(hours=1), TOLD)
    assert (access.session("s"), len(access.audit()), access.directory.rows()[0].signed_in_at) == (None, 3, later)
    assert access.people()[0].roles == ""


def test_a_sign_in_that_was_begun_is_ended_once_however_many_try_at_once(access: AccessState) -> None:
    begun = BegunRow("hash", "/agent", AT + timedelta(minutes=10))
    access.directory.begin(begun, AT)
    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(lambda _: access.directory.end("hash", AT), range(8)))
    assert [one for one in ended if one is not None] == [begun]
    access.directory.begin(begun, AT)
    access.directory.begin(BegunRow("other", "/agent", AT + timedelta(minutes=30)), AT + timedelta(minutes=10))
    assert access.directory.end("hash", AT) is None, "it was swept"
    assert access.directory.end("other", AT + timedelta(minutes=30)) is None, "it has run out"
