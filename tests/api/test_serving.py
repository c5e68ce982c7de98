"""The server: where it may listen, what its first start prints, how it stops, and the timers beside it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson
import pytest
from tests.access.doors import NOON
from tests.api.served import serving, until_well

from unequal.api import Bound, check_bound
from unequal.api.serving import ticking
from unequal.terms.errors import ApiError


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_loopback_needs_no_guard(host: str) -> None:
    check_bound(Bound(host))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "shop.example", ""])
def test_any_other_address_needs_tls_or_a_proxy(host: str, tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="API007"):
        check_bound(Bound(host))
    check_bound(Bound(host, certificate=tmp_path / "c", key=tmp_path / "k"))
    check_bound(Bound(host, proxy="192.0.2.7"))


def test_half_of_tls_is_none() -> None:
    for half in ({"certificate": Path("c")}, {"key": Path("k")}):
        with pytest.raises(ApiError, match="API007"):
            check_bound(Bound(**half))


def test_timers_tick_until_the_block_ends_and_outlive_a_fault() -> None:
    ticked, thrice = [], threading.Event()

    def tick(at: datetime) -> int:
        ticked.append(at)
        if len(ticked) == 1:
            raise ZeroDivisionError
        if len(ticked) >= 3:
            thrice.set()
        return 0

    with ticking(tick, lambda: NOON, every_seconds=0.001):
        assert thrice.wait(30)
    count = len(ticked)
    assert set(ticked) == {NOON}
    assert not any(thread.name == "unequal-timers" for thread in threading.enumerate())
    assert len(ticked) == count


@pytest.fixture
def started(tmp_path: Path, yesterday: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`unequal serve` in a process of its own, and its address."""
    with serving(shutil.copytree(yesterday, tmp_path / "company")) as served:
        yield served


def test_the_first_start_prints_a_token_and_a_signal_ends_the_server_in_good_order(started: tuple[subprocess.Popen[str], str]) -> None:
    process, url = started
    until_well(process, url)
    lines = [process.stdout.readline() for _ in range(4)]
    token = re.fullmatch(r"\s*(setup_[\w-]{43})\n", lines[1])
    assert token, lines
    body = orjson.dumps({"token": token[1], "name": "jo", "password": "correct horse battery"})
    asked = urllib.request.Request(f"{url}/v1/setup", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 201
        assert "server" not in {name.lower() for name in answer.headers}
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert re.search(r"Head of the audit when serving ended: 1:[0-9a-f]{64}", rest), rest
    assert "correct horse" not in rest
    assert process.returncode == 0
