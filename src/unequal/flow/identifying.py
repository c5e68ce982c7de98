"""Who somebody is: a partial record, or a pair of records, held against the published run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Literal, Self

from unequal import storage
from unequal.flow.arrivals import Arrivals
from unequal.flow.opening import OpenProject
from unequal.flow.pairs import PRIOR, TAKEN_OFF, PairExplained, explain_match, published
from unequal.flow.reading import OpenBase, open_base
from unequal.identity import lookup

__all__ = [
    "LIMIT",
    "PRIOR",
    "TAKEN_OFF",
    "Arrivals",
    "Identified",
    "Kind",
    "PairExplained",
    "Resolver",
    "explain_match",
    "identify",
    "published",
]

LIMIT: Final = 5
Kind = Literal["person", "organisation"]
Identified = lookup.Identified


def identify(project: OpenProject, given: Mapping[str, str], *, kind: Kind | None = None, limit: int = LIMIT) -> lookup.Identified:
    """Which customers a partial record may be, best first. One look-up: only what it needs is read.

    Args:
        project: the project.
        given: attribute, or declared key -> value, as anybody writes it.
        kind: person or organisation; by default as what is given says.
        limit: how many customers.

    Raises:
        IdentityError: IDN020, there is no such attribute; IDN021, nothing says anything; IDN022, no model of this kind.
        StorageError: STO009, nothing is published; STO012, the published run is older than look-ups.
    """
    asked = lookup.asked(given, project.config, kind)
    with open_base(project) as opened:
        base = lookup.base_for(opened.engine, published(opened), asked, project.config)
        found = lookup.found(base, asked)
        return lookup.identified(base, found, _customers(opened, base, found.records), kind=asked.kind, limit=limit)


def _customers(opened: OpenBase, base: lookup.Askable, records: Any) -> list[str | None]:
    """Whose each of some records is today."""
    wanted = _names(base, records)
    types = {"source": "string", "record_id": "string"}
    rows = opened.engine.rows(types, [dict(zip(types, name, strict=True)) for name in sorted(set(wanted))])
    crosswalk = opened.base.table("customer_record").semi_join(rows, list(types)).select(*types, "customer_id")
    customer_of = {(row["source"], row["record_id"]): str(row["customer_id"]) for row in opened.engine.fetch(crosswalk)}
    return [customer_of.get(name) for name in wanted]


def _names(base: lookup.Askable, records: Any) -> list[tuple[str, str]]:
    source, record_id = base.names(records)
    return list(zip(source, record_id, strict=True))


@dataclass
class _Loaded:
    """A run in memory."""

    run_id: str
    last_action: int
    bases: Mapping[Kind, lookup.Askable]
    customers: Mapping[Kind, Any]


class Resolver:
    """Many look-ups, one after the other: a published run is loaded once, and a newer one as soon as it is published.

    Use it in a `with` block; it holds the state open and all records' features in memory.
    """

    def __init__(self, project: OpenProject) -> None:
        self._project = project
        self._state = storage.open_state(project.state_url)
        self._loaded: _Loaded | None = None

    def identify(self, given: Mapping[str, str], *, kind: Kind | None = None, limit: int = LIMIT) -> lookup.Identified:
        """As flow.identifying.identify, from memory."""
        asked = lookup.asked(given, self._project.config, kind)
        loaded = self.load()
        base = lookup.of_kind(loaded.bases, asked.kind)
        found = lookup.found(base, asked)
        customers = loaded.customers[asked.kind].take(found.records).to_pylist()
        return lookup.identified(base, found, customers, kind=asked.kind, limit=limit)

    def load(self) -> _Loaded:
        """The current run in memory: loaded now, unless it is there already."""
        current = self._state.current_run()
        now = (current.run_id, self._state.last_action()) if current else None
        if self._loaded is None or now is None or now != (self._loaded.run_id, self._loaded.last_action):
            self._loaded = self._read()
        return self._loaded

    def _read(self) -> _Loaded:
        with open_base(self._project) as opened:
            known = self._loaded
            # Only stewards have acted: the records are the same, and only whose they are is read again.
            same = known is not None and known.run_id == opened.run.run_id
            bases = known.bases if known and same else lookup.everybody(opened.engine, published(opened), self._project.config)
            whose = opened.engine.arrow(opened.base.table("customer_record").select("source", "record_id", "customer_id"))
            return _Loaded(opened.run.run_id, opened.last_action, bases, {kind: base.customers(whose) for kind, base in bases.items()})

    def close(self) -> None:
        """Let go of the state."""
        self._state.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
