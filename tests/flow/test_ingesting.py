"""Events in: what is taken, repeated, in conflict or quarantined, and when each happened."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from tests.flow.events import NOON, PROJECT, identify, opened, send, told, track, written
from tests.storage.conftest import state_url

from unequal import storage
from unequal.flow.event_checks import checked
from unequal.flow.ingesting import ingest, read, write_keys
from unequal.flow.opening import open_project
from unequal.storage.state import LiveState
from unequal.terms.errors import ConfigError, LiveError

__all__ = ["state_url"]


@pytest.fixture
def live(state_url: str) -> Iterator[LiveState]:
    with opened(state_url) as live:
        yield live


def test_an_event_is_taken_once_however_often_it_is_sent(live: LiveState) -> None:
    assert told(send(live, [track("a"), track("b"), track("a")])) == ["taken", "taken", "repeated"]
    assert told(send(live, [track("b"), track("c")], at=NOON + timedelta(hours=1))) == ["repeated", "taken"]
    assert [row.message_id for row in live.events.of_customer("user:shop:1")] == ["a", "b", "c"]


def test_another_event_under_a_known_message_id_is_a_conflict_that_is_kept_once(live: LiveState) -> None:
    first, other = track("a", properties={"total": 10}), track("a", properties={"total": 99})
    assert told(send(live, [first, other])) == ["taken", "conflict"]
    assert told(send(live, [other, first])) == ["conflict", "repeated"]
    assert [orjson.loads(row.payload)["properties"] for row in live.events.of_customer("user:shop:1")] == [{"total": 10}]
    [kept] = live.events.quarantined(reason="conflict")
    assert (kept.message_id, orjson.loads(kept.payload)["properties"]) == ("a", {"total": 99})


def test_two_sources_may_use_the_same_message_id(live: LiveState) -> None:
    assert told(send(live, [track("a")])) == told(send(live, [track("a")], source="app")) == ["taken"]


def test_an_event_happened_as_long_before_it_was_received_as_before_it_was_sent(live: LiveState) -> None:
    clock = timedelta(hours=-37)  # the device's clock is off by so much
    send(live, [track("a", at=NOON + clock)], around={"sentAt": written(NOON + timedelta(hours=2) + clock)}, at=NOON + timedelta(hours=2))
    [row] = live.events.of_customer("user:shop:1")
    assert (row.original_timestamp, row.sent_at) == (NOON + clock, NOON + clock + timedelta(hours=2))
    assert (row.received_at, row.timestamp) == (NOON + timedelta(hours=2), NOON)


def test_without_a_time_of_sending_the_events_own_is_believed_and_without_any_ours(live: LiveState) -> None:
    send(live, [track("a", at=NOON - timedelta(days=3)), track("b", timestamp=None)], around={"sentAt": None})
    rows = {row.message_id: row for row in live.events.of_customer("user:shop:1")}
    assert rows["a"].timestamp == NOON - timedelta(days=3)
    assert rows["b"].timestamp == rows["b"].received_at
    assert (rows["b"].sent_at, rows["b"].original_timestamp) == (None, None)


def test_times_in_another_zone_or_to_the_microsecond_are_read(live: LiveState) -> None:
    texts = ["2026-01-05T13:00:00+01:00", "2026-01-05T12:00:00.123456Z", "2026-01-05T12:00:00"]
    send(live, [track(str(at), timestamp=text) for at, text in enumerate(texts)], around={"sentAt": None})
    assert [row.timestamp for row in live.events.of_customer("user:shop:1")] == [NOON, NOON, NOON.replace(microsecond=123456)]


def test_times_are_kept_in_sqlite_to_the_microsecond_whatever_was_sent(tmp_path: Path) -> None:
    first, last = "0031-01-05T12:00:00", "2026-01-05T23:59:59.999999+14:00"
    with opened(f"sqlite:///{tmp_path / 'state.db'}") as live:
        messages = [track("a", timestamp=first, sentAt=first), track("b", timestamp=last), track("c", timestamp=None)]
        send(live, messages, around={"sentAt": None})
        with live._engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT message_id, original_timestamp, sent_at, received_at FROM event").all()
    early, received = "0031-01-05 12:00:00.000000", "2026-01-05 12:00:01.000000"
    assert [tuple(row) for row in rows] == [
        ("a", early, early, received),
        ("b", "2026-01-05 09:59:59.999999", None, received),
        ("c", None, None, received),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"userId": None}, "no_identifier"), ({"userId": "undefined"}, "no_identifier"), ({"userId": "999999", "anonymousId": ""}, "no_identifier"),
        ({"userId": ["1"]}, "bad_id"), ({"userId": "x" * 256}, "bad_id"), ({"userId": "a\0b"}, "bad_id"), ({"messageId": True}, "bad_id"),
        ({"event": None}, "no_name"), ({"event": 7}, "bad_name"), ({"event": "a\0"}, "bad_name"), ({"type": "buy"}, "unknown_type"),
        ({"type": None}, "unknown_type"), ({"properties": [1]}, "bad_shape"), ({"context": "x"}, "bad_shape"),
        ({"timestamp": "yesterday"}, "bad_time"), ({"timestamp": 1767614400}, "bad_time"), ({"timestamp": "0001-01-01T00:00:00+01:00"}, "bad_time"),
        ({"timestamp": "2026-01-07T12:00:00Z"}, "in_the_future"), ({"timestamp": "1970-01-01T00:00:00Z"}, "before_time"),
        ({"type": "alias"}, "no_identifier"), ({"type": "group"}, "no_group"), ({"sentAt": "noon"}, "bad_time"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_quarantined_with_its_reason_and_the_rest_goes_on(tmp_path, change: dict[str, object], reason: str) -> None:
    with opened(f"sqlite:///{tmp_path / 'state.db'}") as live:
        assert told(send(live, [track("a") | change, track("b")])) == [reason, "taken"]
        [kept] = live.events.quarantined()
        assert (kept.reason, kept.source) == (reason, "shop")
        assert {key: value for key, value in orjson.loads(kept.payload).items() if key in change} == {
            key: value for key, value in change.items() if key != "sentAt"
        }


def test_quarantine_is_queried_by_source_and_reason_and_paged_and_holds_each_event_once(live: LiveState) -> None:
    bad = [7, track("a", userId=None), track("b", event=None), "x"]
    assert told(send(live, bad)) == told(send(live, bad)) == ["not_an_object", "no_identifier", "no_name", "not_an_object"]
    send(live, bad[1:2], source="site")
    assert [row.reason for row in live.events.quarantined(source="shop")] == ["not_an_object", "no_identifier", "no_name", "not_an_object"]
    assert [row.source for row in live.events.quarantined(reason="no_identifier")] == ["shop", "site"]
    first = live.events.quarantined(at_once=1)
    assert [row.message_id for row in live.events.quarantined(after=first[0].quarantined_id, at_once=2)] == ["a", "b"]


def test_a_visitor_is_who_an_event_came_from_where_the_user_is_a_programs_word_for_nobody(live: LiveState) -> None:
    send(live, [track("a", userId="null", anonymousId="v1")])
    assert [row.message_id for row in live.events.of_customer("anonymous:shop:v1")] == ["a"]


def test_ids_may_be_whole_numbers(live: LiveState) -> None:
    assert told(send(live, [track("a", userId=42, messageId=7)])) == ["taken"]
    assert [row.message_id for row in live.events.of_customer("user:shop:42")] == ["7"]


def test_an_event_without_a_message_id_counts_once_where_it_says_when_it_happened(live: LiveState) -> None:
    timed, timeless = track("", properties={"total": 1}), track("", timestamp=None)
    assert told(send(live, [timed, timeless, timeless])) == ["taken", "taken", "taken"]
    assert told(send(live, [timed, timeless], at=NOON + timedelta(minutes=1))) == ["repeated", "taken"]


def test_events_inherit_context_and_integrations_of_their_batch_and_what_they_say_themselves_stands(live: LiveState) -> None:
    around = {"context": {"ip": "10.0.0.1", "locale": "de"}, "integrations": {"All": False}}
    send(live, [track("a", context={"locale": "fr"}), track("b")], around=around)
    first, second = (orjson.loads(row.payload) for row in live.events.of_customer("user:shop:1"))
    assert (first["context"], second["context"]) == ({"ip": "10.0.0.1", "locale": "fr"}, around["context"])
    assert first["integrations"] == second["integrations"] == {"All": False}
    # In another batch the library may have grouped them otherwise: it is the same event.
    assert told(send(live, [track("b")])) == ["repeated"]


def test_a_write_key_in_an_event_is_not_kept(live: LiveState) -> None:
    send(live, [track("a", writeKey="secret"), track("b", writeKey="secret", userId=None)])
    kept = [*live.events.of_customer("user:shop:1"), *live.events.quarantined()]
    assert len(kept) == 2
    assert not any("secret" in row.payload for row in kept)


def test_one_event_alone_is_of_the_kind_that_its_address_says(live: LiveState) -> None:
    sent = read(orjson.dumps({"userId": "1", "name": "Home", "messageId": "a"}), PROJECT, "page")
    assert sent.messages == ({"userId": "1", "name": "Home", "messageId": "a", "type": "page"},)


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b'{"batch": [{"type": "track", "event": "\\ud800"}]}', None, "LIV001"), (b"{", None, "LIV001"), (b'{"a": NaN}', "track", "LIV001"),
        (b"\xff\xfe{}", "track", "LIV001"), (b"[" * 5000, None, "LIV001"), (b"[]", "track", "LIV003"), (b"{}", None, "LIV003"),
        (b'{"batch": {}}', None, "LIV003"), (b'{"userId": "%s"}' % (b"x" * 32_768), "track", "LIV002"),
        (b'{"batch": [{"userId": "%s"}]}' % (b"x" * 32_768), None, "LIV002"), (b'{"batch": []}' + b" " * 512_000, None, "LIV002"),
        (b'{"batch": [%s]}' % b",".join([b"{}"] * 2501), None, "LIV002"),
        (b'{"batch": [{}], "context": {"x": "%s"}}' % (b"x" * 32_768), None, "LIV002"),
        (b'{"batch": [%s], "context": {"x": "%s"}}' % (b",".join([b"{}"] * 1000), b"x" * 600), None, "LIV002"),
    ],
)  # fmt: skip
def test_a_request_that_is_no_json_or_too_large_is_refused_whole(body: bytes, kind: str | None, code: str) -> None:
    with pytest.raises(LiveError) as refused:
        read(body, PROJECT, kind)
    assert refused.value.code == code


def test_the_largest_that_is_allowed_is_taken(live: LiveState) -> None:
    event = track("a")
    event["properties"] = {"x": "x" * (32 * 1024 - len(orjson.dumps(event | {"properties": {"x": ""}})))}
    assert told(send(live, [event])) == ["taken"]
    assert told(send(live, [track(str(at)) for at in range(2500)])) == ["taken"] * 2500


def test_an_event_too_deep_to_be_written_is_quarantined(live: LiveState) -> None:
    deep = b"[" * 400 + b"]" * 400
    body = b'{"batch": [{"type": "track", "event": "x", "userId": "1", "messageId": "a", "properties": {"x": %s}}]}' % deep
    assert told(ingest(live, PROJECT, "shop", read(body, PROJECT), NOON).result(60)) == ["not_json"]


def test_effects_see_new_events_alone_and_are_undone_with_them(live: LiveState) -> None:
    seen: list[tuple[str, str]] = []

    def effects(connection: object, new: list[storage.state.Happening]) -> None:
        seen.extend((one.incoming.message_id, one.customer_id) for one in new)
        if any(one.incoming.message_id == "bad" for one in new):
            raise ValueError("no")

    send(live, [track("a"), track("a")], effects=effects)
    send(live, [track("a"), track("b", userId="2")], effects=effects)
    assert seen == [("a", "user:shop:1"), ("b", "user:shop:2")]
    with pytest.raises(ValueError, match="no"):
        send(live, [track("bad")], effects=effects)
    assert live.events.version("user:shop:1") == 1
    assert told(send(live, [track("bad")])) == ["taken"]


def test_what_happens_to_a_customer_counts_its_version_up(live: LiveState) -> None:
    send(live, [track("a"), track("b"), track("c", userId="2")])
    send(live, [track("a"), identify("d", "1", "v1")])
    assert [live.events.version(f"user:shop:{user}") for user in "123"] == [2, 1, 0]
    assert live.events.version("anonymous:shop:v1") == 1


def test_a_version_counts_up_by_one_for_all_of_a_batch_whoever_is_new_and_by_however_many_names_he_came(live: LiveState) -> None:
    send(live, [identify("a", "1", "v1"), track("b", userId="2")])
    send(live, [track("c"), track("d", userId=None, anonymousId="v1"), track("e", userId="2"), track("f", userId="3")])
    assert [live.events.version(f"user:shop:{user}") for user in "123"] == [2, 2, 1]


def test_of_a_batch_that_the_database_refuses_midway_nothing_is_kept_and_others_of_its_group_are(live: LiveState) -> None:
    sent = read(orjson.dumps({"batch": [track(name) for name in "abcd"]}), PROJECT)
    [*sound, last] = checked(sent, NOON, timedelta(hours=1))
    assert isinstance(last, storage.state.Incoming)
    shop, go = storage.state.Sender("shop"), threading.Event()
    held = live.writer.submit(lambda _: go.wait(30))
    refused = live.events.take(shop, [*sound, last._replace(payload=None)])  # type: ignore[arg-type]
    after = live.events.take(shop, sound[:1])
    go.set()
    assert held.result(30)
    with pytest.raises(sa.exc.IntegrityError):
        refused.result(30)
    assert told(after.result(30)) == ["taken"]
    with pytest.raises(sa.exc.IntegrityError):
        live.events.take(shop, [*sound[1:], last._replace(payload=None)]).result(30)  # type: ignore[arg-type]
    assert [row.message_id for row in live.events.of_customer("user:shop:1")] == ["a"]


def test_all_events_after_a_number_come_in_its_order(live: LiveState) -> None:
    send(live, [track("b"), track("a")])
    known = live.events.last()
    send(live, [track("c", at=NOON - timedelta(days=1)), track("a")])
    send(live, [track("d", userId="2")])
    after = live.events.after(known)
    assert [(row.message_id, row.customer_id) for row in after] == [("c", "user:shop:1"), ("d", "user:shop:2")]
    assert [row.message_id for row in live.events.after(known, up_to=after[0].event_id)] == ["c"]
    assert live.events.after(live.events.last()) == []
    assert isinstance(after[0].timestamp, datetime)


def test_by_its_write_key_we_know_who_sends(tmp_path) -> None:
    text = """
        project: hill-bakery
        reporting_currency: EUR
        time_zone: UTC
        sources: {crm: {read: crm.csv, records: {id: no, attributes: {email: mail}}}}
        live:
          sources:
            shop: {write_key: "env:SHOP", verified: true, user_id: {source: crm}}
            site: {write_key: "file:site.key"}
    """
    (tmp_path / "unequal.yaml").write_text(textwrap.dedent(text))
    (tmp_path / "site.key").write_text("k-site\n")
    source_of = write_keys(open_project(tmp_path, {"SHOP": "k-shop"}))
    assert [source_of(key) for key in ("k-shop", "k-site", "k-shop ", "", "\ud800")] == ["shop", "site", None, None, None]
    with pytest.raises(LiveError, match="LIV004"):
        write_keys(open_project(tmp_path, {"SHOP": "k-site"}))
    with pytest.raises(ConfigError, match="CFG009"):
        write_keys(open_project(tmp_path, {}))
