"""Windows over events: how often something happened within a span up to a moment, and whether it did.

`count(order, 30 days)` is a number, `last(call) within 7 days` a truth. In a tree both are columns under the name that the window
has, so that whoever answers a predicate only has to bring their values: for a table, customer_base.happened; for one customer,
`value`. A window ends with the moment it is asked for and begins a span before it, which is itself outside: (at - span, at].
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final, Literal

from unequal.predicates.refusals import Text, printable
from unequal.terms.errors import PredicateError

UNITS: Final[dict[str, timedelta]] = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
"""The units of a span; each is written with one as well (`1 day`)."""
LONGEST: Final = timedelta(days=36_525)
"""The longest span: a hundred years."""

_LONGEST_NAME: Final = 64
_LONGEST_TEXT: Final = 4096
_PIECE: Final = re.compile(
    r"""[ \t\r\n]*(?:(?P<word>[A-Za-z_]\w*)|(?P<name>"(?:[^"]|"")*")|(?P<number>\d+)(?![\w.])|(?P<sign>[(),]))""", re.ASCII
)
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_OUTSIDE: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<word>[A-Za-z_]\w*)|.""", re.ASCII | re.DOTALL)
_NAMED: Final = re.compile(r'(?P<what>count|within)\((?P<event>\w+|"(?:[^"]|"")*"), (?P<amount>[1-9]\d*) (?P<unit>[a-z]+)\)', re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """One window.

    Args:
        what: count how often, or tell whether within the span.
        event: the event's name.
        amount: of the unit; 1 or more.
        unit: minutes, hours, days or weeks.
    """

    what: Literal["count", "within"]
    event: str
    amount: int
    unit: str

    @property
    def name(self) -> str:
        """The name of the column that holds its value, the same however it was written.

        >>> Window("within", "store visit", 1, "days").name
        'within("store visit", 1 day)'
        """
        return f"{self.what}({_as_written(self.event)}, {self.amount} {self.unit[:-1] if self.amount == 1 else self.unit})"

    @property
    def written(self) -> str:
        """How a predicate writes it."""
        return self.name if self.what == "count" else f"last({_as_written(self.event)}) within {self.name.rpartition(', ')[2][:-1]}"

    @property
    def span(self) -> timedelta:
        """How far back it reaches."""
        return UNITS[self.unit] * self.amount

    @property
    def stored(self) -> str:
        """The type of its column."""
        return "int64" if self.what == "count" else "boolean"


def value(window: Window, times: Sequence[datetime], at: datetime) -> int | bool:
    """What a window comes to for one customer.

    Args:
        window: as a predicate names it.
        times: when its event happened to the customer, earliest first; naive, in UTC. Empty where it never did.
        at: the moment that is asked for; naive, in UTC, of the year 101 or later.

    Returns:
        How often it happened later than the span before `at` and not later than `at`: a number for a count, else whether at all.

    >>> value(Window("count", "order", 7, "days"), [datetime(2026, 1, 1), datetime(2026, 1, 8)], datetime(2026, 1, 8))
    1
    """
    happened = bisect_right(times, at)
    if window.what == "count":
        return happened - bisect_right(times, at - window.span, 0, happened)
    return happened > 0 and times[happened - 1] > at - window.span


def values(windows: Iterable[Window], happened: Mapping[str, Sequence[datetime]], at: datetime) -> tuple[int | bool, ...]:
    """What several windows come to for one customer, in their order; see `value`.

    Args:
        windows: of any events.
        happened: for each event the times it happened, earliest first; one that never did may be left out.
        at: the moment that is asked for.
    """
    return tuple([value(window, happened.get(window.event, ()), at) for window in windows])


def of_name(name: str) -> Window | None:
    """The window whose column has a name; None where no window has it.

    >>> of_name("count(order, 30 days)")
    Window(what='count', event='order', amount=30, unit='days')
    """
    found = _NAMED.fullmatch(name)
    if found is None:
        return None
    event, unit = found["event"], found["unit"].removesuffix("s") + "s"
    if unit not in UNITS or len(found["amount"]) > _DIGITS:
        return None
    window = Window("count" if found["what"] == "count" else "within", _unquoted(event), int(found["amount"]), unit)
    return window if window.name == name and window.span <= LONGEST else None


def named_in(text: str, events: Collection[str], *, where: str = "") -> tuple[Window, ...]:
    """The windows that a predicate's text names, each once; without reading anything else of it.

    Args:
        text: a predicate, perhaps one that `parse` refuses for other reasons.
        events: the names of the events there are.
        where: what holds the text.

    Raises:
        PredicateError: PRD021, PRD022, as `parse`.
    """
    source = Text(text, where)
    return tuple(dict.fromkeys(read(source, start, events)[0] for start in _places(text)))


def events_in(text: str) -> tuple[str, ...]:
    """The events that a text has windows over, by the names it writes, be there such or not; for reading a rule before anything is known of events.

    >>> events_in("count(order, 30 days) >= 2 or last(call) within 7 days")
    ('order', 'call')
    """
    pieces = (_PIECE.match(text, text.index("(", start) + 1) for start in _places(text))
    return tuple(
        dict.fromkeys(_unquoted(piece[0].lstrip()) for piece in pieces if piece is not None and piece.lastgroup in {"word", "name"})
    )


def are_named(text: str) -> bool:
    """Whether a text names a window, be it written well or not."""
    return bool(_places(text))


def _places(text: str) -> list[int]:
    if len(text) > _LONGEST_TEXT:
        return []
    words = (found for found in _OUTSIDE.finditer(text) if found["word"])
    return [found.start() for found in words if begins(text, found.start(), found.end())]


def begins(text: str, start: int, end: int) -> bool:
    """Whether the word from `start` up to `end` begins a window."""
    following = _PIECE.match(text, end)
    return text[start:end].lower() in _FORMS and following is not None and following["sign"] == "("


_FORMS: Final = {"count": "count(order, 30 days)", "last": "last(order) within 7 days"}
_WRITTEN: Final = {
    "count": ("(", "event", ",", "number", "unit", ")"),
    "last": ("(", "event", ")", "within", "number", "unit"),
}
_DIGITS: Final = 8
_NO_UNITS: Final = {
    "second": "write minutes",
    "month": "months differ in length: write days or weeks",
    "quarter": "quarters differ in length: write days or weeks",
    "year": "years differ in length: write days or weeks",
}


def read(source: Text, start: int, events: Collection[str]) -> tuple[Window, int]:
    """The window that begins at a place of a text, and where it ends.

    Raises:
        PredicateError: PRD021, its event is not among `events`; PRD022, it is not written as a window.
    """
    return _Reading(source, start, events).window()


class _Reading:
    """One pass over one window, piece by piece in the order of its form."""

    def __init__(self, source: Text, start: int, events: Collection[str]) -> None:
        self.source, self.start, self.events = source, start, events
        first = _PIECE.match(source.text, start)
        assert first is not None, "a window begins with a word"
        self.word, self.at = first["word"].lower(), first.end()

    def window(self) -> tuple[Window, int]:
        found: dict[str, str] = {}
        number = (self.at, self.at)
        for wanted in _WRITTEN[self.word]:
            space = _SPACE.match(self.source.text, self.at)
            self.at = self.at if space is None else space.end()
            begin, piece = self.at, _PIECE.match(self.source.text, self.at)
            found[wanted] = self._piece(wanted, piece, begin)
            self.at = begin if piece is None else piece.end()
            number = (begin, self.at) if wanted == "number" else number
        window = Window("count" if self.word == "count" else "within", found["event"], int(found["number"][:_DIGITS]), found["unit"])
        if len(found["number"]) > _DIGITS or not timedelta() < window.span <= LONGEST:
            raise self.source.refusal("PRD022", f"a span is of 1 minute to {LONGEST.days:,} days", *number, do="write another number")
        return window, self.at

    def _piece(self, wanted: str, piece: re.Match[str] | None, begin: int) -> str:
        """What stands at a place where something certain is wanted."""
        if piece is None:
            raise self._refused(begin, begin + 1)
        written, end = piece[str(piece.lastgroup)], piece.end()
        if wanted == "event" and piece.lastgroup in {"word", "name"}:
            return self._event(written, begin, end)
        if wanted == "unit" and piece.lastgroup == "word":
            return self._unit(written.lower(), begin, end)
        if piece.lastgroup != wanted and written.lower() != wanted:
            raise self._refused(begin, end)
        return written

    def _refused(self, begin: int, end: int) -> PredicateError:
        return self.source.refusal(
            "PRD022", "a window over events is not written as one", begin, end, do=f"write it as in {_FORMS[self.word]}"
        )

    def _event(self, written: str, begin: int, end: int) -> str:
        name = _unquoted(written)
        alike = [event for event in self.events if event.lower() == name.lower()] if written == name else []
        if name in self.events or len(alike) == 1:
            return name if name in self.events else alike[0]
        near = get_close_matches(name.lower()[:_LONGEST_NAME], self.events, n=1)
        known = ", ".join(_as_written(event) for event in sorted(self.events)[:12]) or "none"
        do = f"did you mean {_as_written(near[0])}?" if near else f"events: {known}"
        raise self.source.refusal("PRD021", f"no event is called {printable(name[:_LONGEST_NAME])}", begin, end, do=do)

    def _unit(self, written: str, begin: int, end: int) -> str:
        unit = written.removesuffix("s") + "s"
        if unit in UNITS:
            return unit
        do = _NO_UNITS.get(written.removesuffix("s"), f"write one of {', '.join(UNITS)}")
        raise self.source.refusal("PRD022", "a span has no such unit", begin, end, do=do)


def _as_written(event: str) -> str:
    return event if re.fullmatch(r"[A-Za-z_]\w*", event, re.ASCII) else '"' + event.replace('"', '""') + '"'


def _unquoted(written: str) -> str:
    return written[1:-1].replace('""', '"') if written.startswith('"') else written
