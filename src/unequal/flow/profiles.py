"""Profiles at the moment of contact: one customer's row and what happened to it, from the published run in memory, in microseconds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from types import TracebackType
from typing import Final, Self

from unequal import identity, storage
from unequal.flow.holding import Held, hold, number_of, profile_table, types_of
from unequal.flow.opening import OpenProject
from unequal.terms.errors import LiveError
from unequal.terms.ids import SEPARATOR

__all__ = ["ANYBODY", "Profiles", "nobody", "profile_table", "types_of"]

_GRACE_SECONDS: Final = 5.0
"""For which a run is held after a newer one was taken: far less than erasing waits for readers."""

ANYBODY: Final = datetime.fromisoformat("0001-01-01")
"""The watermark of an event that no run has told of: all that the state holds of it is later."""


class Profiles:
    """The profiles of the current run, held in memory; use it in a `with` block, or close it.

    Rows lie in files that are mapped into memory, in the project's scratch folder: a million of them take what the system has to spare. The run
    is held open against sweeping, as every reader holds it. `refresh` takes a newer run, or what stewards did since; nothing else changes what is
    told, so that whoever reads several things of one customer reads them of one run.
    """

    def __init__(self, project: OpenProject) -> None:
        self._project = project
        self._state = storage.open_state(project.state_url)
        self._busy = Lock()
        self._before: list[tuple[float, Held]] = []
        try:
            self._held = hold(project)
        except BaseException:
            self._state.close()
            raise
        self.types: Mapping[str, str] = types_of(project.config)
        self.columns: Mapping[str, int] = {name: place for place, name in enumerate(self.types)}

    @classmethod
    def open(cls, project: OpenProject) -> Self:
        """Open the current run.

        Raises:
            StorageError: STO009, nothing is published yet.
            LiveError: LIV201, the run is older than profiles: run once more; LIV203, an amount is too large to be held.
        """
        return cls(project)

    @property
    def held(self) -> Held:
        """The run as it is held now: take it once to read several things of one state."""
        return self._held

    @property
    def version(self) -> tuple[str, int]:
        """The run, and the last steward's action that is in it."""
        return self._held.version

    @property
    def watermark(self) -> datetime:
        """When anything last happened in the run's tables; ANYBODY where nothing did."""
        return max(self._held.watermarks.values(), default=ANYBODY)

    @property
    def events(self) -> frozenset[str]:
        """Events that the run tells of, and those that any ledger may."""
        return frozenset({"order", "return", *self._held.laid.happened.names})

    def known_until(self, event: str) -> datetime:
        """Until when the run's tables tell of an event: what the state holds is added from then on, and not before."""
        return self._held.watermarks.get(event, ANYBODY)

    def refresh(self) -> bool:
        """Take the current run where it is newer than the one held, or stewards have acted since; tells whether anything changed.

        The run of before is let go by a later call, some seconds after: whoever erases somebody waits for that.
        """
        self._let_go()
        current = self._state.current_run()
        now = (current.run_id, self._state.last_action()) if current else None
        with self._busy:
            if now is None or now == self._held.version:
                return False
            held = hold(self._project, self._held)
            # Who is reading the run of before may finish.
            self._before.append((time.monotonic(), self._held))
            self._held = held
            return True

    def _let_go(self) -> None:
        """Let runs of before go: who took one has begun to read it by now, and what is being read stays until the next call."""
        until = time.monotonic() - _GRACE_SECONDS
        with self._busy:
            self._before = [(since, held) for since, held in self._before if since > until or not held.let_go()]

    def lay_out(self) -> None:
        """Lay out what customer profiles tell beside the rows, before the first is asked for: it takes a while of a large base."""
        self._held.lay_out()

    def customers(self) -> list[str]:
        """Every customer as the base stands today, by id."""
        anew = self._held.anew
        kept = {one for one in self._held.ids() if one not in anew}
        return sorted(kept | {one for one, row in anew.items() if row is not None})

    def today(self, customer_id: str) -> str | None:
        """The id under which a customer stands today; None where nobody is known by that id."""
        return self._held.today(customer_id)

    def row(self, customer_id: str) -> tuple[object, ...] | None:
        """The values of a customer in the order of `columns`, under the id of today; None where nobody is known by that id."""
        return self._held.row(customer_id)

    def some(self, customer_id: str, wanted: Sequence[int]) -> tuple[object, ...] | None:
        """As `row`, of a customer of today, with the columns alone whose places are wanted: the others are None."""
        return self._held.some(customer_id, wanted)

    def happened(self, customer_id: str) -> Mapping[str, list[datetime]]:
        """Event -> when it happened to a customer, earliest first, as the run tells; not to be changed. Nothing of who is not known."""
        return self._held.happened(customer_id)

    def lookup(self, kind: str, value: str) -> list[str]:
        """Who is known by an identifier: the customers as they stand today, by id; several where several share it, none where nobody has it.

        Args:
            kind: customer_id; email, phone, tax_id or a declared key; or a source, whose record's id is meant.
            value: as anybody writes it.

        Raises:
            IdentityError: IDN020, nobody can be looked up by that.
        """
        if kind == "customer_id":
            return [today] if (today := self.today(value)) else []
        if kind in self._project.config.sources and kind not in identity.lookup.identifiers(self._project.config):
            record = (kind, value.replace("|", SEPARATOR))
            return sorted({today for one in self._state.customers_of([record]).values() if (today := self.today(one))})
        held, exact = self._held, identity.lookup.exact(kind, value, self._project.config)
        if exact is None:
            return []
        return sorted({today for one in held.owning(number_of(kind, exact)) if (today := held.today(one))})

    def known(self, customer_id: str) -> tuple[object, ...]:
        """As `row`, of somebody who must be known.

        Raises:
            LiveError: LIV202, nobody is known by that id.
        """
        found = self.row(customer_id)
        if found is None:
            raise nobody(customer_id)
        return found

    def close(self) -> None:
        """Let go of the runs and the state."""
        for held in (*(held for _, held in self._before), self._held):
            held.stack.close()
        self._state.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def nobody(asked_id: str) -> LiveError:
    """LIV202: nobody is known by an id."""
    return LiveError(
        "LIV202", "nobody is known by that id", seen=asked_id, do="look the customer up by an identifier, or give an id of ours"
    )
