"""Messages arrive at least once, signed, at declared receivers, and nowhere else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flow.receiving import AT, SECRET, Receiver, is_signed, later, project, receiving, sender, state_in, write
from tests.storage.conftest import state_url

from unequal import flow, storage
from unequal.flow import connecting, places, receivers, sending
from unequal.storage.state import LiveState
from unequal.terms.errors import LiveError, UnequalError

__all__ = ["state_url"]

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
    import sys
    from pathlib import Path
    from tests.flow.receiving import AT, sender, state_in

    folder, url = Path(sys.argv[1]), sys.argv[2]
    with state_in(folder) as state:
        sender(folder, url).send_waiting(state, AT)
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def state(tmp_path: Path) -> Iterator[LiveState]:
    with state_in(tmp_path) as found:
        yield found


def test_a_message_arrives_once_signed_as_the_standard_says(tmp_path: Path, receiver: Receiver, state_url: str) -> None:
    with storage.state.open_live(state_url) as state:
        write(state, "a", "b", payload='{"words":"Grüße"}')
        assert sender(tmp_path, receiver.url).send_waiting(state, AT) == 2
        assert sender(tmp_path, receiver.url).send_waiting(state, later(600)) == 0
        assert state.outbox.waiting() == {"waiting": 0, "sent": 2, "failed": 0}
    assert sorted(receiver.keys) == ["a", "b"]
    for headers, body in receiver.received:
        assert json.loads(body) == {"words": "Grüße"}
        assert headers["webhook-timestamp"] == "1767614400"  # 2026-01-05T12:00:00Z
        assert headers["idempotency-key"] == headers["webhook-id"]
        assert is_signed(headers, body)
        assert not is_signed(headers, body + b" ")
        assert not is_signed({**headers, "webhook-timestamp": "1767614401"}, body)
        assert not is_signed({**headers, "webhook-id": "c"}, body)
        assert not is_signed(headers, body, b"another key that nobody shares..")


def test_a_sender_killed_between_sending_and_writing_it_down_sends_again_under_the_same_key(tmp_path: Path, receiver: Receiver) -> None:
    with state_in(tmp_path) as state:
        write(state, "the-key")
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(CHILD), str(tmp_path), receiver.url], cwd=ROOT)
    receiver.kill = child.pid
    assert child.wait(60) == -9
    receiver.kill = None
    with state_in(tmp_path) as state:
        assert sender(tmp_path, receiver.url).send_waiting(state, later(1)) == 0, "the one that died may still be at it"
        assert sender(tmp_path, receiver.url).send_waiting(state, later(3)) == 1
        assert state.outbox.waiting()["sent"] == 1
    assert receiver.keys == ["the-key", "the-key"]


def test_a_receiver_that_is_down_is_tried_again_later_and_longer_and_given_up_after_half_a_day(tmp_path: Path, state: LiveState, receiver: Receiver) -> None:  # fmt: skip
    receiver.answers[:] = [503]
    write(state, "a")
    now, tried = AT, []
    for _ in range(20):
        sender(tmp_path, receiver.url).send_waiting(state, now)
        tried.append(len(receiver.received))
        now += (later(60) - AT) if len(receiver.received) < 12 else (later(600) - AT)
    assert len(receiver.received) == storage.state.outbox.MOST_ATTEMPTS
    assert state.outbox.waiting() == {"waiting": 0, "sent": 0, "failed": 1}
    assert sorted(tried) == tried


@pytest.mark.parametrize(("status", "then"), [(204, "sent"), (302, "waiting"), (307, "waiting"), (401, "waiting"), (404, "waiting"), (429, "waiting"),
                                              (500, "waiting"), (410, "failed"), (400, "failed"), (413, "failed")])  # fmt: skip
def test_what_a_receiver_answers_says_what_becomes_of_a_message(
    tmp_path: Path, state: LiveState, receiver: Receiver, status: int, then: str
) -> None:
    receiver.answers[:] = [status]
    write(state, "a")
    sender(tmp_path, receiver.url).send_waiting(state, AT)
    assert state.outbox.waiting()[then] == 1
    assert len(receiver.received) == 1, "a redirect is not followed"


def test_a_receiver_that_drips_its_answer_is_cut_off(tmp_path: Path, state: LiveState, receiver: Receiver, monkeypatch) -> None:
    monkeypatch.setattr(sending, "_SECONDS_IN_ALL", 0.5)
    receiver.drip = 0.2
    write(state, "a")
    began = time.monotonic()
    assert sender(tmp_path, receiver.url).send_waiting(state, AT) == 0
    assert time.monotonic() - began < 20, "it would have dripped for 40 seconds"
    assert state.outbox.waiting()["waiting"] == 1


def test_a_receiver_that_is_not_there_costs_one_wait_and_not_one_for_each_message(tmp_path: Path, state: LiveState) -> None:
    with receiving() as gone:
        pass
    write(state, *(f"key-{number}" for number in range(30)))
    assert sender(tmp_path, gone.url).send_waiting(state, AT) == 0
    assert state.outbox.waiting()["waiting"] == 30


def test_a_channel_without_a_webhook_is_delivered_into_a_file(tmp_path: Path, state: LiveState, receiver: Receiver) -> None:
    write(state, "a", "b", destination="letter")
    assert sender(tmp_path, receiver.url).send_waiting(state, AT) == 2
    assert (tmp_path / ".unequal/delivered/letter.jsonl").read_text(encoding="utf-8") == '{"for":"Ann"}\n' * 2
    assert not receiver.received


def test_a_message_may_name_a_webhook_itself(tmp_path: Path, state: LiveState, receiver: Receiver) -> None:
    write(state, "a", destination="webhook:mailer")
    assert sender(tmp_path, receiver.url).send_waiting(state, AT) == 1
    write(state, "b", destination="webhook:nobody")
    assert sender(tmp_path, receiver.url).send_waiting(state, AT) == 0
    assert receiver.keys == ["a"]


def test_a_message_that_is_too_large_is_not_sent(tmp_path: Path, state: LiveState, receiver: Receiver) -> None:
    write(state, "a", payload="x" * (sending.LARGEST_BODY + 1))
    assert sender(tmp_path, receiver.url).send_waiting(state, AT) == 0
    assert not receiver.received


HOSTILE = [
    # Not what an address is
    "ftp://hooks.example/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "https:hooks.example", "https://", "https:///path", "//hooks.example/",
    "https://good.example@evil.example/", "https://user:secret@hooks.example/", "https://hooks.example#@evil.example/", "https://hooks.example\\@evil.example/",
    "https://hooks.example /", "https://hooks.exa\tmple/", "https://hooks.example/\r\nX-Evil: 1", "https://hooks.example:0/", "https://hooks.example:99999/",
    "https://hooks.example:80:80/", "https://höoks.example/", "https://１２７.0.0.1/", "https://127。0。0。1/", "https://hooks%2eexample/", "https://hooks..example/",
    "https://hooks.example./", "https://-hooks.example/", "http://hooks.example/",
    # Numbers that some read as 127.0.0.1
    "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.0.0.01/",
    "https://[::1%25eth0]/", "https://[::ffff:127.0.0.1.nip.io]/", "https://[::1", "https://::1/",
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE)
def test_an_address_that_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(LiveError, match="LIV601") as refused:
        receivers.taken_apart(url, "mailer", allow_private=False)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(("url", "parts"), [
    ("https://hooks.example", ("https", "hooks.example", 443, "/")),
    ("https://Hooks.Example:8443/a/b?c=d%20e", ("https", "hooks.example", 8443, "/a/b?c=d%20e")),
    ("https://xn--hoks-5qa.example/", ("https", "xn--hoks-5qa.example", 443, "/")),
    ("https://9.9.9.9/x", ("https", "9.9.9.9", 443, "/x")), ("https://[2620:fe::fe]/x", ("https", "2620:fe::fe", 443, "/x")),
])  # fmt: skip
def test_an_address_that_is_one_is_taken_apart(url: str, parts: tuple[str, str, int, str]) -> None:
    assert receivers.taken_apart(url, "mailer", allow_private=False) == places.Place(*parts)


INSIDE = ["127.0.0.1", "127.255.255.254", "::1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1",
          "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"]  # fmt: skip
NOWHERE = ["0.0.0.0", "0.1.2.3", "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
           "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001::1",
           "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "::ffff:0.0.0.0", "no address"]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_refused_unless_the_config_allows_it(address: str) -> None:
    assert places.why_refused(address) is not None
    assert places.why_refused(address, allow_private=True) is None


@pytest.mark.parametrize("address", NOWHERE)
def test_what_is_no_system_of_anybodys_is_refused_whatever_the_config_says(address: str) -> None:
    assert places.why_refused(address) is not None
    assert places.why_refused(address, allow_private=True) is not None


@pytest.mark.parametrize("address", ["9.9.9.9", "172.32.0.1", "11.0.0.1", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909"])
def test_a_public_address_is_sent_to(address: str) -> None:
    assert places.why_refused(address) is None


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["9.9.9.9", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]])
def test_a_name_that_leads_inside_is_not_connected_to(tmp_path: Path, state: LiveState, receiver: Receiver, answers: list[str]) -> None:
    url = f"https://rebound.example:{receiver.url.split(':')[2].partition('/')[0]}/"
    write(state, "a", destination="webhook:public")
    assert sender(tmp_path, url, lambda _host, _port: answers).send_waiting(state, AT) == 0
    assert not receiver.received
    assert state.outbox.waiting() == {"waiting": 0, "sent": 0, "failed": 1}, "no later attempt may go there either"
    ((status, why, count),) = state.outbox.unreceived(AT)
    assert (status, why[:6], count) == ("failed", "LIV602", 1)
    assert state.outbox.unreceived(later(1)) == []


def test_a_name_is_looked_up_once_so_that_it_cannot_lead_elsewhere_by_the_time_of_connecting(
    tmp_path: Path, state: LiveState, receiver: Receiver
) -> None:
    asked = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    write(state, "a")
    port = receiver.url.split(":")[2].partition("/")[0]
    assert sender(tmp_path, f"http://rebound.example:{port}/", rebinding).send_waiting(state, AT) == 1
    assert asked == ["rebound.example"]
    assert receiver.received[0][0]["host"] == f"rebound.example:{port}"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is needed to make a certificate")
def test_the_certificate_must_be_of_the_name_and_not_of_the_address(tmp_path: Path, state: LiveState, monkeypatch) -> None:
    both = tmp_path / "both.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=hooks.example", "-addext",
                    "subjectAltName=DNS:hooks.example", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"], check=True, capture_output=True)  # fmt: skip
    both.write_text((tmp_path / "key.pem").read_text() + (tmp_path / "cert.pem").read_text())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    connecting.trusting.cache_clear()
    with receiving(both) as receiver:
        port = receiver.url.split(":")[2].partition("/")[0]
        write(state, "a")
        assert sender(tmp_path, f"https://other.example:{port}/", lambda _host, _port: ["127.0.0.1"]).send_waiting(state, AT) == 0
        assert sender(tmp_path, f"https://127.0.0.1:{port}/").send_waiting(state, later(1)) == 0
        assert not receiver.received
        assert sender(tmp_path, f"https://hooks.example:{port}/", lambda _host, _port: ["127.0.0.1"]).send_waiting(state, later(5)) == 1
        assert receiver.keys == ["a"]
    connecting.trusting.cache_clear()


def test_a_secret_that_could_be_guessed_is_refused(tmp_path: Path) -> None:
    for weak in ("short", "whsec_c2hvcnQ=", "whsec_not base64 at all, though it is long enough"):
        with pytest.raises(LiveError, match="LIV604"):
            receivers.receiver(project(tmp_path, "https://hooks.example/", weak), "mailer")
    found = receivers.receiver(project(tmp_path, "https://hooks.example/", SECRET), "mailer")
    assert SECRET not in repr(found)
    assert "thirty-two" not in repr(found)


@pytest.mark.parametrize(("text", "code"), [
    ("channels: {email: {outbound: true, deliver_to: nobody}}", "CFG085"),
    ("channels: {web: {outbound: false, deliver_to: mailer}}\n  webhooks: {mailer: {url: 'https://hooks.example/', secret: 'env:SECRET'}}", "CFG086"),
    ("webhooks: {mailer: {url: 'http://hooks.example/', secret: 'env:SECRET'}}", "CFG087"),
    ("webhooks: {mailer: {url: 'https://127.0.0.1/', secret: 'env:SECRET'}}", "CFG097"),
    ("webhooks: {mailer: {url: 'https://[::ffff:10.0.0.1]:8443/', secret: 'env:SECRET'}}", "CFG097"),
    ("webhooks: {mailer: {url: 'http://169.254.169.254/latest/', secret: 'env:SECRET', allow_private: true}}", "CFG097"),
    ("webhooks: {mailer: {url: 'ftp://hooks.example/', secret: 'env:SECRET'}}", "CFG014"),
    ("webhooks: {mailer: {url: 'https://hooks.example/', secret: 'my secret'}}", "CFG014"),
])  # fmt: skip
def test_a_config_that_would_send_astray_is_refused(tmp_path: Path, text: str, code: str) -> None:
    head = 'project: a\nreporting_currency: EUR\ntime_zone: UTC\nsources: {crm: {read: "crm.csv", records: {id: no}}}\n'
    (tmp_path / "unequal.yaml").write_text(f"{head}live:\n  {text}\n", encoding="utf-8")
    with pytest.raises(UnequalError, match=code):
        flow.open_project(tmp_path, {})


@pytest.mark.parametrize("webhook", [
    "{url: 'https://9.9.9.9/', secret: 'env:SECRET'}", "{url: 'http://127.0.0.1:8/', secret: 'env:SECRET', allow_private: true}",
    "{url: 'https://hooks.example/', secret: 'env:SECRET'}",
])  # fmt: skip
def test_a_webhook_that_may_be_sent_to_is_no_mistake_of_the_config(tmp_path: Path, webhook: str) -> None:
    head = 'project: a\nreporting_currency: EUR\ntime_zone: UTC\nsources: {crm: {read: "crm.csv", records: {id: no}}}\n'
    (tmp_path / "unequal.yaml").write_text(f"{head}live:\n  webhooks: {{mailer: {webhook}}}\n", encoding="utf-8")
    assert flow.open_project(tmp_path, {}).config.live.webhooks
