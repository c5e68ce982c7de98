"""A receiver of webhooks on this machine, and a project that sends to it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import signal
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from unequal import flow, storage
from unequal.flow.sending import Sender
from unequal.storage.state import LiveState
from unequal.storage.state.outbox import Message

AT = datetime(2026, 1, 5, 12)
SECRET = "whsec_" + base64.b64encode(b"thirty-two bytes of a shared key").decode()

CONFIG = """
project: hill-bakery
reporting_currency: EUR
time_zone: UTC
sources:
  crm: {read: "crm.csv", records: {id: no, attributes: {email: mail}}}
live:
  channels:
    email: {outbound: true, deliver_to: mailer}
    letter: {outbound: true}
  webhooks:
    mailer: {url: "env:MAILER", secret: "env:SECRET", allow_private: true}
    public: {url: "env:MAILER", secret: "env:SECRET"}
"""


@dataclass
class Receiver:
    """What was received; `answers` are given in turn, and the last for ever.

    Attributes:
        drip: seconds after each letter of the answer.
        kill: a process that dies as its message arrives, before it is answered.
    """

    url: str
    answers: list[int] = field(default_factory=lambda: [200])
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    drip: float = 0
    kill: int | None = None

    @property
    def keys(self) -> list[str]:
        """The key of each message that came."""
        return [headers["webhook-id"] for headers, _ in self.received]


@contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """Receive on this machine, by HTTPS where there is a certificate with its key."""

    class Told(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if here.kill is not None:
                os.kill(here.kill, signal.SIGKILL)
                return
            status = here.answers.pop(0) if len(here.answers) > 1 else here.answers[0]
            if here.drip:
                for _ in range(200):
                    self.wfile.write(b"H")
                    time.sleep(here.drip)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", here.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    here = Receiver(f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}/hook?of=shop")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()


def project(folder: Path, url: str, secret: str = SECRET) -> flow.OpenProject:
    """A project that sends e-mails to an address, and letters into a file."""
    (folder / "unequal.yaml").write_text(CONFIG, encoding="utf-8")
    return flow.open_project(folder, {"MAILER": url, "SECRET": secret})


def sender(folder: Path, url: str, resolve: Callable[[str, int], list[str]] | None = None, at: datetime = AT) -> Sender:
    """Sends for that project."""
    found = project(folder, url)
    return Sender(found, lambda: at, resolve) if resolve else Sender(found, lambda: at)


def write(state: LiveState, *keys: str, destination: str = "email", payload: str = '{"for":"Ann"}') -> None:
    """Messages that wait."""
    state.outbox.enqueue([Message(destination, payload, key, AT) for key in keys])


def later(minutes: float) -> datetime:
    """Some minutes after AT."""
    return AT + timedelta(minutes=minutes)


def is_signed(headers: dict[str, str], body: bytes, key: bytes = b"thirty-two bytes of a shared key") -> bool:
    """As a receiver checks it that has read nothing but the standard."""
    text = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    version, _, given = headers["webhook-signature"].partition(",")
    return version == "v1" and hmac.compare_digest(base64.b64decode(given), hmac.digest(key, text, hashlib.sha256))


@contextmanager
def state_in(folder: Path) -> Iterator[LiveState]:
    """An open state."""
    with storage.state.open_live(f"sqlite:///{folder / 'state.db'}") as live:
        yield live
