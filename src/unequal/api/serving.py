"""The server: on loopback, unless the way to it is guarded; with the timers that tick beside it."""

from __future__ import annotations

import gc
import ipaddress
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import uvicorn

from unequal.access import Gate, verbs
from unequal.api.application import application
from unequal.terms.errors import ApiError

_LOG: Final = logging.getLogger("unequal.api")
_TICK_SECONDS: Final = 1.0
_GRACE_SECONDS: Final = 10
_OBJECTS: Final = 50_000
"""So many more objects than were let go before it is looked which of them hold each other: some hundred answers at work have thousands."""


@dataclass(frozen=True)
class Bound:
    """Where the server listens.

    Args:
        host, port: the address.
        certificate, key: files of TLS, where the server itself speaks it.
        proxy: address of a proxy that speaks TLS in front of it.
    """

    host: str = "127.0.0.1"
    port: int = 8600
    certificate: Path | None = None
    key: Path | None = None
    proxy: str | None = None

    @property
    def url(self) -> str:
        """Where it is reached on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.certificate else ''}://{host}:{self.port}"


def check_bound(bound: Bound) -> None:
    """Let nobody outside the machine send passwords and keys in the clear.

    Raises:
        ApiError: API007, the address is no loopback, and neither TLS nor a proxy guards it; or half of TLS is missing.
    """
    if (bound.certificate is None) != (bound.key is None):
        raise ApiError("API007", "the server cannot listen so", seen="a certificate without its key, or a key without its certificate",
                       do="give --tls-certificate and --tls-key together")  # fmt: skip
    if not (_is_loopback(bound.host) or bound.certificate or bound.proxy):
        raise ApiError("API007", "the server cannot listen so", seen=f"{bound.host}, without TLS",
                       do="listen on 127.0.0.1; or give --tls-certificate and --tls-key; or name the proxy that speaks TLS by --proxy")  # fmt: skip


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def serve(live: verbs.LiveVerbs | None, gate: Gate, bound: Bound) -> None:
    """Serve until the process is told to stop: requests at work are answered, then timers rest.

    Raises:
        ApiError: API007, see check_bound.
    """
    check_bound(bound)
    # What is open now stays open: looked through again and again for what can be let go, it would hold up every answer.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS)
    with ticking(live.tick if live else None, gate.members.now):
        settings = uvicorn.Config(
            application(live, gate), host=bound.host, port=bound.port, log_level="warning", access_log=False, server_header=False,
            ssl_certfile=bound.certificate, ssl_keyfile=str(bound.key) if bound.key else None,
            proxy_headers=bound.proxy is not None, forwarded_allow_ips=bound.proxy or "", timeout_graceful_shutdown=_GRACE_SECONDS,
        )  # fmt: skip
        with _stopping_in_good_order():
            uvicorn.Server(settings).run()


@contextmanager
def _stopping_in_good_order() -> Iterator[None]:
    """Let a signal to stop end the block instead of the process: the server raises it once more when all is answered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda _number, _frame: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, done in before.items():
            signal.signal(number, done)


@contextmanager
def ticking(tick: Callable[[datetime], int] | None, now: Callable[[], datetime], every_seconds: float = _TICK_SECONDS) -> Iterator[None]:
    """Fire timers beside the block, again and again; one that fails is logged and tried at the next tick."""
    if tick is None:
        yield
        return
    rest = threading.Event()
    thread = threading.Thread(target=_tick, args=(tick, now, every_seconds, rest), name="unequal-timers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        rest.set()
        thread.join()


def _tick(tick: Callable[[datetime], int], now: Callable[[], datetime], every_seconds: float, rest: threading.Event) -> None:
    while not rest.is_set():
        try:
            tick(now())
        except Exception:  # noqa: BLE001 - whatever it is, the other timers must go on
            _LOG.exception("timers did not tick")
        rest.wait(every_seconds)
