"""Decisions, and routes of contacts, that are asked for at once, made together: what they share is read once, and they are durable by one commit.

Whoever asks while a group is made waits for the next; so a group is as large as the crowd, and one who asks alone is a group alone. One thread
chooses and writes: threads that run Python by turns hold each other up for longer than it takes to do all of it in one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, cast

from unequal import storage, treatments
from unequal.terms.errors import LiveError, StorageError

if TYPE_CHECKING:
    from unequal.flow.live import Asking, Live
    from unequal.flow.routes import RouteAsking

_AT_ONCE: Final = 64
_TRIES: Final = 50

Told = Callable[[dict[str, Any]], dict[str, Any]]
"""What of an answer is handed over."""


@dataclass(eq=False)
class _Waiting:
    """A question, what is told of its answer, and where that goes."""

    asking: Asking | RouteAsking
    told: Told
    is_route: bool = False
    answer: Future[dict[str, Any]] = field(default_factory=Future)
    tries: int = 0


@dataclass(frozen=True)
class _Made:
    """A decision that is to be written down."""

    waiting: _Waiting
    reservation: storage.state.Reservation
    response: dict[str, Any]


class Together:
    """A thread that decides for whoever asks. Safe for threads; close it before the state."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="unequal-decisions", daemon=True)
        self._thread.start()

    def ask(self, asking: Asking, told: Told = lambda answer: answer) -> Future[dict[str, Any]]:
        """What is told of the answer, once it is durable; or what was wrong with the question. STO110: it is being closed."""
        return self._put(_Waiting(asking, told))

    def route(self, asking: RouteAsking, told: Told = lambda answer: answer) -> Future[dict[str, Any]]:
        """What is told of where a contact goes; or what was wrong with the question. STO110: it is being closed."""
        return self._put(_Waiting(asking, told, is_route=True))

    def _put(self, waiting: _Waiting) -> Future[dict[str, Any]]:
        with self._closing:
            if self._closed:
                raise StorageError("STO110", "the state takes no more: it is being closed", do="send it again to a process that serves")
            self._queue.put(waiting)
        return waiting.answer

    def close(self) -> None:
        """Answer all who have asked, then stop."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        later: list[_Waiting] = []
        ended = False
        while later or not ended:
            asked, closing = self._next(later, may_wait=not ended)
            ended = ended or closing
            try:
                later = self._decided(asked)
            except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
                later = []
                for waiting in asked:
                    if not waiting.answer.done():
                        waiting.answer.set_exception(error)

    def _next(self, first: Sequence[_Waiting], *, may_wait: bool) -> tuple[list[_Waiting], bool]:
        """Who is decided for now, those of before first; and whether it was closed behind them."""
        found = list(first)
        # Who waits for an answer about the same customer takes nobody else's place.
        while len(found) < len(first) + _AT_ONCE:
            try:
                waiting = self._queue.get(block=may_wait and not found)
            except Empty:
                break
            if waiting is None:
                return found, True
            if waiting.answer.set_running_or_notify_cancel():
                found.append(waiting)
        return found, False

    def _decided(self, asked: Sequence[_Waiting]) -> list[_Waiting]:
        """Decide for each customer once, write it down, and answer; who must be decided for again."""
        routes = [one for one in asked if one.is_route]
        if routes:
            self._routed(routes)
        now, later = self._named([one for one in asked if not one.is_route])
        made, more = self._made(now)
        return [*later, *more, *self._written(made)]

    def _routed(self, routes: Sequence[_Waiting]) -> None:
        """Say where contacts go. Nothing is decided on, and so nobody has to be looked at again."""
        for waiting, found in zip(routes, self._live.routes.routed([cast("RouteAsking", one.asking) for one in routes]), strict=True):
            if isinstance(found, Exception):
                waiting.answer.set_exception(found)
                continue
            try:
                waiting.answer.set_result(waiting.told(found))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this one's alone
                waiting.answer.set_exception(error)

    def _named(self, asked: Sequence[_Waiting]) -> tuple[dict[str, _Waiting], list[_Waiting]]:
        """Whom each asks about; and those who ask about one that another asks about already."""
        now: dict[str, _Waiting] = {}
        later: list[_Waiting] = []
        for waiting in asked:
            try:
                customer_id = self._live.named(waiting.asking)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this one's alone
                waiting.answer.set_exception(error)
            else:
                if now.setdefault(customer_id, waiting) is not waiting:
                    later.append(waiting)
        return now, later

    def _made(self, now: Mapping[str, _Waiting]) -> tuple[list[_Made], list[_Waiting]]:
        """A decision for each, from what is known of all of them; and those for whom it turns out that one was made."""
        live = self._live
        at, active = live.clock(), live.policies.active()
        standings = live.standings(list(now))
        made: dict[str, _Made] = {}
        later: list[_Waiting] = []
        for waiting, found in zip(now.values(), standings, strict=True):
            try:
                moment = live.moment_of(waiting.asking, found, at, active)
                # Two may have become one customer since they were named.
                if moment.profile.customer_id in made:
                    later.append(waiting)
                    continue
                chosen = treatments.choose(moment, active.policies, active.rules, every=False)
                made[moment.profile.customer_id] = _Made(waiting, *live.reservation(waiting.asking, moment, chosen, active))
            except Exception as error:  # noqa: BLE001 - as above
                waiting.answer.set_exception(error)
        return list(made.values()), later

    def _written(self, made: Sequence[_Made]) -> list[_Waiting]:
        """Write decisions down and answer those that stand; who must be decided for again."""
        again = []
        came = self._live.state.contacts.reserve_all([one.reservation for one in made]) if made else []
        for one, result in zip(made, came, strict=True):
            if isinstance(result, int):
                self._live.still(one.reservation, result)
                self._answer(one)
            elif self._may_try_again(one.waiting, result):
                again.append(one.waiting)
        return again

    def _answer(self, one: _Made) -> None:
        try:
            one.waiting.answer.set_result(one.waiting.told(one.response))
        except Exception as error:  # noqa: BLE001 - the decision stands, and so do those of the others
            one.waiting.answer.set_exception(error)

    def _may_try_again(self, waiting: _Waiting, error: LiveError) -> bool:
        """Whether what went wrong may go well on another look; who waits is told where it may not."""
        waiting.tries += 1
        if isinstance(error, storage.state.OverBudget):
            self._live.forget_spent()
        elif not isinstance(error, storage.state.Stale):
            waiting.answer.set_exception(error)
            return False
        if waiting.tries >= _TRIES:
            waiting.answer.set_exception(LiveError("LIV303", "the customer's state did not stand still long enough", seen=f"{_TRIES} tries",
                                                   do="ask again"))  # fmt: skip
        return waiting.tries < _TRIES
