"""Messages leave: signed, to declared receivers alone, at least once, each under a key that never changes.

A message is handed over before it is written down as handed over. Whoever dies in between sends it again, and the receiver knows it by its key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from unequal import storage
from unequal.flow import connecting, leaving, places, receivers
from unequal.flow.opening import OpenProject
from unequal.flow.receivers import Receiver
from unequal.terms.errors import LiveError, UnequalError

if TYPE_CHECKING:
    from unequal.flow.live import Live

WEBHOOK: Final = "webhook:"
"""Before the name of a webhook, where a message is for it and for no channel."""
LARGEST_BODY: Final = 1_000_000

_AT_ONCE: Final = 50
_AT_A_TIME: Final = 8
_SECONDS_IN_ALL: Final = 10.0
_TAKEN: Final = 2
_ELSEWHERE: Final = 3
_LEADS_INSIDE: Final = "LIV602"
_NEVER_TAKEN: Final = frozenset({400, 410, 413, 415, 422})
"""Answers that speak of the message itself, or of an address that is gone for good; whatever else is no yes may be mended, and is tried again."""


class Sender:
    """Sends what waits in the outbox. Safe for several processes at once: each takes messages of its own.

    Args:
        project: its config says which channel delivers to which webhook; a channel that names none is delivered into a file.
        clock: the present moment, naive UTC; receivers refuse what was signed long ago.
        resolve: the addresses that a name has.
        live: the moment of contact, which knows what has come in between since a message was written; without it everything is sent.
    """

    def __init__(
        self, project: OpenProject, clock: Callable[[], datetime], resolve: places.Resolve = places.resolve, live: Live | None = None
    ) -> None:
        self._project, self._clock, self._resolve, self._live = project, clock, resolve, live

    def send_waiting(self, state: storage.state.LiveState, now: datetime) -> int:
        """Send what is due. How many messages were handed over."""
        sent = 0
        while messages := state.outbox.claim(now, at_most=_AT_ONCE):
            to = {message.message_id: self.webhook_of(message.destination) for message in messages}
            sent += self._into_files(state, self._that_stand([one for one in messages if to[one.message_id] is None], now))
            sent += self._to_webhooks(state, [(one, name) for one in messages if (name := to[one.message_id]) is not None], now)
        return sent

    def webhook_of(self, destination: str) -> str | None:
        """The webhook that a message's destination means today; None where it is delivered into a file."""
        if destination.startswith(WEBHOOK):
            return destination.removeprefix(WEBHOOK)
        channel = self._project.config.live.channels.get(destination)
        return channel.deliver_to if channel else None

    def receiver(self, name: str) -> Receiver:
        """A declared webhook, ready to be sent to; see receivers.receiver."""
        return receivers.receiver(self._project, name)

    def check(self, name: str) -> None:
        """Find out whether a declared webhook can be sent to, before anything is decided that it is to be told of.

        Raises:
            LiveError: as receivers.receiver; LIV602, it lies where nothing is sent; LIV603, its name leads nowhere.
        """
        receivers.checked_addresses(self.receiver(name), self._resolve)

    def _that_stand(self, messages: Sequence[storage.state.Claimed], now: datetime) -> Sequence[storage.state.Claimed]:
        """Those that nothing stands against by now; see leaving.that_stand."""
        if self._live is None or not messages:
            return messages
        # Those of a long queue are sent some time after it was begun with.
        return leaving.that_stand(self._live, messages, max(now, self._clock()))

    def _into_files(self, state: storage.state.LiveState, messages: Sequence[storage.state.Claimed]) -> int:
        """A file a channel, which the system that sends by it takes up."""
        folder = self._project.folder / ".unequal" / "delivered"
        folder.mkdir(parents=True, exist_ok=True)
        for destination in dict.fromkeys(message.destination for message in messages):
            with (folder / f"{destination}.jsonl").open("a", encoding="utf-8") as file:
                file.writelines(f"{message.payload}\n" for message in messages if message.destination == destination)
                file.flush()
                os.fsync(file.fileno())
        return state.outbox.all_done(messages) if messages else 0

    def _to_webhooks(self, state: storage.state.LiveState, messages: Sequence[tuple[storage.state.Claimed, str]], now: datetime) -> int:
        silent: set[str] = set()

        def send(one: tuple[storage.state.Claimed, str]) -> bool:
            claimed, name = one
            # Each by itself and right before it leaves, for those ahead of it in the queue may take long.
            stands = self._that_stand([claimed], now)
            if not stands:
                return False
            message = stands[0]
            try:
                if name in silent:
                    raise LiveError(
                        "LIV603", "a webhook was not reached", where=f"live.webhooks.{name}", seen="it did not answer a moment ago"
                    )
                status = self.deliver(message, self.receiver(name))
            except UnequalError as error:
                if error.code == _LEADS_INSIDE:
                    # No later attempt may go there either, and nothing has arrived anywhere: whoever mends the address decides anew.
                    state.outbox.withhold(message, list(leaving.told_of(message)), now, str(error), status="failed")
                    return False
                silent.add(name)
                state.outbox.retry(message, now, str(error))
                return False
            return _settled(state, message, status, now)

        with ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="sender") as pool:
            return sum(pool.map(send, messages))

    def deliver(self, message: storage.state.Claimed, to: Receiver) -> int:
        """Send one message.

        Returns:
            The status that the receiver answered.

        Raises:
            LiveError: LIV602, the receiver lies where nothing is sent; LIV603, it was not reached; LIV605, the message is too large.
        """
        body = message.payload.encode()
        if len(body) > LARGEST_BODY:
            raise LiveError("LIV605", "a message is too large to be sent", where=message.idempotency_key, seen=f"{len(body):,} bytes",
                            do=f"send at most {LARGEST_BODY:,} bytes at once")  # fmt: skip
        return _posted(
            to, receivers.checked_addresses(to, self._resolve), body, signed(to.key, message.idempotency_key, self._clock(), body)
        )


def signed(key: bytes, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that say who sends a message, as Standard Webhooks 1.0 has them: HMAC-SHA256 over id, time and body.

    Args:
        key: shared with the receiver.
        message_id: the same of every attempt at a message.
        at: naive UTC.
        body: as it is sent, to the byte.

    Source: https://www.standardwebhooks.com
    """
    seconds = int(at.replace(tzinfo=UTC).timestamp())
    digest = hmac.new(key, b".".join((message_id.encode(), str(seconds).encode(), body)), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": str(seconds), "webhook-signature": signature, "Idempotency-Key": message_id}


def _settled(state: storage.state.LiveState, message: storage.state.Claimed, status: int, now: datetime) -> bool:
    """Write what a receiver's answer means for a message; whether it was taken."""
    kind = status // 100
    if kind == _TAKEN:
        state.outbox.done(message)
        return True
    complaint = f"the receiver answered {status}{', and redirects are not followed' if kind == _ELSEWHERE else ''}"
    if status in _NEVER_TAKEN:
        state.outbox.give_up(message, complaint)
    else:
        state.outbox.retry(message, now, complaint)
    return False


def _posted(to: Receiver, addresses: Sequence[str], body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body to the first address that can be connected to; the status of the answer, of which nothing else is read."""
    try:
        return connecting.exchanged(
            to.place, addresses, "POST", body, {"Content-Type": "application/json", **headers}, seconds=_SECONDS_IN_ALL
        ).status
    except places.Unreached as error:
        raise receivers.no_answer(to, str(error)) from error
