"""Segment's own client library for Python sends its events to us unchanged: only `host` is ours."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from segment.analytics import Client
from tests.access.doors import SmallWorld, gate

from unequal.access import Accounts, Gate, on_this_machine
from unequal.api import application

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:segment")


@contextmanager
def served(world: SmallWorld, door: Gate) -> Iterator[str]:
    """A server on loopback; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(world, door), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_segments_library_sends_every_kind_of_event_unchanged(tmp_path: Path, packed: bool) -> None:
    world, door, failed = SmallWorld(), gate(tmp_path), []
    _, secret = Accounts(door).add_key(on_this_machine("jo"), "shop", "ingest", days=1, source="shop")
    with served(world, door) as host:
        client = Client(secret, host=host, gzip=packed, max_retries=0, on_error=lambda error, batch: failed.append((error, batch)))
        at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        client.identify("u1", {"email": "ann@example.com", "name": "Ann Lée 🙂"}, timestamp=at)
        client.track("u1", "Order Completed", {"total": 19.42, "products": [{"sku": "A1"}]}, timestamp=at, message_id="order-7")
        client.page("u1", "Docs", "Start", {"url": "https://shop.example/start"})
        client.screen("u1", "App", "Home")
        client.group("u1", "g1", {"plan": "gold"})
        client.alias("anonymous-1", "u1")
        client.shutdown()
    assert failed == []
    assert {source for source, _ in world.told} == {"shop"}
    events = [event for _, events in world.told for event in events]
    assert [event["type"] for event in events] == ["identify", "track", "page", "screen", "group", "alias"]
    assert events[0]["traits"] == {"email": "ann@example.com", "name": "Ann Lée 🙂"}
    assert (events[1]["messageId"], events[1]["event"], events[1]["properties"]["total"]) == ("order-7", "Order Completed", 19.42)
    assert events[1]["timestamp"].startswith("2026-03-02T09:30:00")
    assert events[5]["previousId"] == "anonymous-1"
    assert all(event["messageId"] for event in events)


def test_segments_library_is_told_that_its_key_is_not_known(tmp_path: Path) -> None:
    world, failed = SmallWorld(), []
    with served(world, gate(tmp_path)) as host:
        client = Client("guess", host=host, max_retries=0, on_error=lambda error, _batch: failed.append(error))
        client.track("u1", "Order Completed")
        client.shutdown()
    assert [error.status for error in failed] == [401]
    assert world.told == []
