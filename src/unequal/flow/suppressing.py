"""Those who were erased, when a file or an event brings them back: what says who they are is not kept again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

import orjson

from unequal import config, storage
from unequal.flow import blanking
from unequal.flow.blanking import Blanks

REASON: Final = "erased"
_DETAIL: Final = "it is of a person who was erased; nothing of it is kept"


def blanks_of(suppressed: storage.state.Suppressed) -> Blanks:
    """Whom a source's rows are to be without."""
    return Blanks(
        is_record=lambda source, record: suppressed.holds(("record", source, record)),
        is_value=lambda kind, value: suppressed.holds((kind, value)),
    )


def blank(folder: Path, project: config.Project, source: str, suppressed: storage.state.Suppressed) -> None:
    """Empty what a source's files say of the erased, in what was accepted of them; nothing is done where nobody was erased."""
    if suppressed.digests:
        blanking.blank_accepted(folder, project, source, blanks_of(suppressed))


def take(
    live: storage.state.LiveState, sender: storage.state.Sender, sent: Iterable[storage.state.Incoming | storage.state.Refused],
    suppressed: storage.state.Suppressed, effects: Any,
) -> Future[list[storage.state.Taken]]:  # fmt: skip
    """Take events as `EventLog.take` does, those of the erased left out: of these the sender is told, and nothing is kept."""
    some = list(sent)
    words = [
        storage.state.Taken(one.message_id, "quarantined", REASON, _DETAIL) if _is_of_erased(sender, one, suppressed) else None
        for one in some
    ]
    told: Future[list[storage.state.Taken]] = Future()

    def tell(taken: Future[list[storage.state.Taken]]) -> None:
        error = taken.exception()
        if error is not None:
            told.set_exception(error)
            return
        rest = iter(taken.result())
        told.set_result([word if word is not None else next(rest) for word in words])

    live.events.take(sender, [one for one, word in zip(some, words, strict=True) if word is None], effects).add_done_callback(tell)
    return told


def _is_of_erased(
    sender: storage.state.Sender, one: storage.state.Incoming | storage.state.Refused, suppressed: storage.state.Suppressed
) -> bool:  # fmt: skip
    return any(suppressed.holds(identifier) for identifier in _identifiers(sender, one))


def _identifiers(sender: storage.state.Sender, one: storage.state.Incoming | storage.state.Refused) -> Iterator[storage.state.Identifier]:
    """All by which an event says whose it is."""
    if isinstance(one, storage.state.Incoming):
        for kind, value in (("user", one.user), ("anonymous", one.anonymous), ("anonymous", one.previous)):
            if value is not None:
                yield ("handle", sender.name, kind, value)
        if one.user is not None and sender.users_are is not None:
            yield ("record", sender.users_are, one.user)
    try:
        told = orjson.loads(one.payload)
    except orjson.JSONDecodeError:
        return
    yield from ((kind, form) for kind, value in _values(told) if (form := blanking.plain(kind, value)))


def _values(told: Any) -> Iterator[tuple[str, str]]:
    if isinstance(told, dict):
        for name, value in told.items():
            if (text := storage.state.erasing.personal(name, value)) is not None:
                yield name, text
            else:
                yield from _values(value)
    elif isinstance(told, list):
        for value in told:
            yield from _values(value)
