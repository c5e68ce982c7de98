"""A published run laid out for looking at one customer after the other: opened once, and read without asking an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, customer_base, identity
from unequal.flow import packing
from unequal.flow.by_customer import ByCustomer, Row, asked_anew, lay_out
from unequal.flow.opening import OpenProject
from unequal.flow.reading import OpenBase, customer_attributes, open_base, sliceable
from unequal.terms.errors import LiveError

_PROFILE: Final = customer_base.steps.profiling.PROFILE
_HOT: Final = 4096
_RowsAnew = dict[str, tuple[object, ...] | None]
_HappenedAnew = dict[str, dict[str, list[datetime]]]


def types_of(project: config.Project) -> dict[str, str]:
    """What rules over customers may name: column and type. The project's own attributes are text, as everywhere; they go first by name."""
    return {**_PROFILE.types, **dict.fromkeys(sliceable(project), "string")}


def profile_table(opened: OpenBase, *texts: str | None) -> ibis.Table:
    """PROFILE beside the attributes of a run that these texts name: what a rule over customers is asked of for a whole base.

    Args:
        opened: a published run.
        texts: rules, and names of columns; all attributes have their values without any.

    Raises:
        LiveError: LIV201, the run is older than profiles.
    """
    rows, known = _rows(opened), _attributes(opened, texts)
    kept = [name for name in rows.columns if name not in known.columns or name == "customer_id"]
    joined = rows.left_join(known, "customer_id")
    return joined.select(*kept, *(name for name in known.columns if name != "customer_id")).select(*types_of(opened.base.project))


def _attributes(opened: OpenBase, texts: Sequence[str | None]) -> ibis.Table:
    base, every = opened.base, sliceable(opened.base.project)
    given = " ".join(text.lower() for text in texts if text is not None)
    named = [name for name in every if not texts or name.lower() in given]
    found = customer_attributes(base.tables, every, named)
    return found.select("customer_id", *every)


def _rows(opened: OpenBase) -> ibis.Table:
    """PROFILE as it stands now: of customers whom stewards joined or parted since the run made anew."""
    kept = _published(opened, "profile")
    if "concerned" not in opened.base.tables:
        return kept
    anew, _ = _made_anew(opened)
    return identity.stewardship.overlay.replaced(kept, anew, opened.base.table("concerned"))


def _published(opened: OpenBase, name: str) -> ibis.Table:
    """A table of the run as it was published."""
    steps = opened.run.steps("profile")
    if not steps:
        raise LiveError("LIV201", "the published run holds no profiles", seen=opened.run.run_id,
                        do="it was made by an older version: run `unequal run` once more")  # fmt: skip
    found = opened.engine.read(steps[0].table(name))
    if name != _PROFILE.name:
        return found
    # A run of before a column was told of knows nothing of it.
    untold = {column: ibis.null(kind) for column, kind in _PROFILE.types.items() if column not in found.columns}
    return found.mutate(**untold) if untold else found


def tells(opened: OpenBase, column: str) -> bool:
    """Whether the run tells a column of PROFILE of any customer."""
    rows = _published(opened, _PROFILE.name)
    return opened.engine.count(rows.filter(rows[column].notnull()).limit(1)) > 0


def published_moments(opened: OpenBase) -> ibis.Table:
    """MOMENT of a run: what happened to each customer, and when."""
    return _published(opened, "moment")


def _made_anew(opened: OpenBase) -> tuple[ibis.Table, ibis.Table]:
    """PROFILE and MOMENT of the customers whom stewards joined or parted since the run."""
    concerned, only_of = opened.base.table("concerned"), identity.stewardship.overlay.only_of
    told = ("entry", "interaction", "gained", "lost", "won_back", "signal", "promise", "plan_fit", "lifetime")
    tables = {**opened.base.tables, **{name: only_of(opened.base.table(name), concerned) for name in told if name in opened.base.tables}}
    tables["customer"] = only_of(opened.base.table("customer"), concerned)
    steps = customer_base.steps.profiling
    day = steps.as_of(opened.engine, opened.base.tables)
    rows = steps.profile(tables, level=opened.base.level, as_of=day, keep=opened.engine.materialise)
    return rows, steps.moments(tables["entry"], tables.get("interaction"))


@dataclass(frozen=True)
class Laid:
    """What does not change while a run stands: its rows, its moments, its identifiers, for the customers of the run.

    Args:
        ids: sorted, numpy bytes.
        rows: the profile of each, without its id.
        happened: what happened to each.
        hashes, owners: numbers made of identifiers, sorted; and the place of the customer of each.
        sheets: what is told of each beside its row; empty until it is asked for.
    """

    ids: Any
    rows: packing.Packed
    happened: packing.Happened
    hashes: Any
    owners: Any
    sheets: dict[str, ByCustomer] = field(default_factory=dict)

    def place(self, customer_id: str) -> int:
        """Where a customer stands; -1 where the run knows no such id."""
        try:
            asked = np.bytes_(customer_id.encode("ascii"))
        except UnicodeEncodeError:
            return -1
        at = int(np.searchsorted(self.ids, asked))
        return at if at < len(self.ids) and self.ids[at] == asked else -1

    def owning(self, number: int) -> list[str]:
        """The customers of the run who have an identifier."""
        first, last = (int(np.searchsorted(self.hashes, number, side)) for side in ("left", "right"))
        return sorted({self.ids[place].decode() for place in self.owners[first:last].tolist()})


@dataclass
class Held:
    """A run, open, as stewards have it now.

    Args:
        opened: the run.
        laid: what does not change while the run stands.
        anew: profiles of the customers whom stewards joined or parted since, by id; a customer of the run who is nobody now has None.
        happened_anew: what happened to them.
        owned_anew: numbers made of their identifiers -> who has them.
        watermarks: event -> when it last happened in the run's tables.
        folder: where files of this holding go.
    """

    opened: OpenBase
    laid: Laid
    anew: Mapping[str, tuple[object, ...] | None]
    happened_anew: Mapping[str, Mapping[str, list[datetime]]]
    owned_anew: Mapping[int, list[str]]
    watermarks: Mapping[str, datetime]
    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self._asking, self._counting, self._uses = Lock(), Lock(), 0
        self.place = lru_cache(maxsize=_HOT)(self.laid.place)
        self.today = lru_cache(maxsize=_HOT)(self._today)
        self.row = lru_cache(maxsize=_HOT)(self._row)
        self.happened = lru_cache(maxsize=_HOT)(self._happened)

    @property
    def version(self) -> tuple[str, int]:
        """The run, and the last steward's action that is in it."""
        return self.opened.run.run_id, self.opened.last_action

    def ids(self) -> list[str]:
        """The customers of the run, sorted."""
        return [one.decode() for one in self.laid.ids.tolist()]

    def lay_out(self) -> None:
        """Lay out what is told of customers beside their rows, once a run: some seconds for each 100,000 customers."""
        with self.in_use(), self._asking:
            if not self.laid.sheets:
                self.laid.sheets.update(lay_out(self.opened, self.laid.ids, self.folder))

    def told_of(self, customer_id: str) -> Mapping[str, list[Row]]:
        """What is told of a customer of today beside its row, by the names of by_customer.TOLD."""
        if customer_id in self.anew:
            # An engine answers one at a time.
            with self.in_use(), self._asking:
                return asked_anew(self.opened, customer_id)
        if not self.laid.sheets:
            self.lay_out()
        place = self.place(customer_id)
        return {name: sheet.of(place) for name, sheet in self.laid.sheets.items()}

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """While the run's own tables are read, or waited for: rows that were laid out need them no more."""
        with self._counting:
            self._uses += 1
        try:
            yield
        finally:
            with self._counting:
                self._uses -= 1

    def let_go(self) -> bool:
        """Close the run, unless somebody reads its tables; tells whether it is closed."""
        with self._counting:
            if self._uses:
                return False
            self.stack.close()
            return True

    def is_anew(self, customer_id: str) -> bool:
        """Whether a steward has joined or parted the customer since the run."""
        return customer_id in self.anew

    def owning(self, number: int) -> list[str]:
        """Who has an identifier today."""
        return sorted({one for one in self.laid.owning(number) if one not in self.anew} | set(self.owned_anew.get(number, ())))

    def _stands(self, customer_id: str) -> bool:
        return self.anew[customer_id] is not None if customer_id in self.anew else self.place(customer_id) >= 0

    def _today(self, customer_id: str) -> str | None:
        if self._stands(customer_id):
            return customer_id
        led = self.opened.base.leads_to(customer_id)
        return led if led != customer_id and self._stands(led) else None

    def _row(self, customer_id: str) -> tuple[object, ...] | None:
        today = self.today(customer_id)
        if today is None:
            return None
        anew = self.anew.get(today)
        return anew or (today, *self.laid.rows.row(self.place(today)))

    def some(self, customer_id: str, wanted: Sequence[int]) -> tuple[object, ...] | None:
        """As `row`, of a customer of today, with the columns alone whose places are wanted: the others are None."""
        anew = self.anew.get(customer_id)
        if anew is not None:
            return tuple(value if at in wanted else None for at, value in enumerate(anew))
        place = self.place(customer_id)
        return (
            None if place < 0 or customer_id in self.anew else (customer_id, *self.laid.rows.some(place, [at - 1 for at in wanted if at]))
        )

    def _happened(self, customer_id: str) -> Mapping[str, list[datetime]]:
        today = self.today(customer_id)
        if today is None:
            return {}
        return self.happened_anew.get(today, {}) if today in self.anew else self.laid.happened.of(self.place(today))


def hold(project: OpenProject, before: Held | None = None) -> Held:
    """Open the current run; what an earlier holding of the same run has laid out is used again.

    Raises:
        StorageError: STO009, nothing is published yet.
        LiveError: LIV201, the run is older than profiles; LIV203, an amount is too large.
    """
    with ExitStack() as stack:
        opened = stack.enter_context(open_base(project))
        scratch = stack.enter_context(project.run_folder.scratch())
        same = before is not None and before.opened.run.run_id == opened.run.run_id
        laid = before.laid if before and same else _laid(opened, scratch)
        anew, happened_anew, owned_anew = _anew(opened, laid)
        watermarks = before.watermarks if before and same else last_told(opened)
        return Held(opened, laid, anew, happened_anew, owned_anew, watermarks, scratch, stack.pop_all())


def _laid(opened: OpenBase, folder: Path) -> Laid:
    rows, moments = _published(opened, "profile"), _published(opened, "moment")
    types = {name: kind for name, kind in types_of(opened.base.project).items() if name != "customer_id"}
    ids = np.sort(_bytes(opened.engine.arrow(rows.select("customer_id"))["customer_id"]))
    packed = packing.Packing(types, len(ids), folder / "profile.rows")
    own = _attributes(opened, ())
    for table in (rows.select("customer_id", *(name for name in rows.columns if name not in own.columns)), own):
        for batch in opened.engine.batches(table, 100_000):
            places = packing.places_among(ids, batch.column("customer_id"))
            packed.put(places[places >= 0], batch.filter(pa.array(places >= 0)))
    ordered = opened.engine.batches(moments.order_by("customer_id", "event", "happened_at"))
    happened = packing.happened(ordered, ids, opened.engine.count(moments), folder)
    hashes, owners = _identifiers(opened, ids)
    return Laid(ids, packed.done(), happened, hashes, owners)


def _bytes(ids: pa.ChunkedArray) -> Any:
    return np.array(ids.to_pylist(), dtype=np.bytes_) if len(ids) else np.array([], dtype="S1")


def number_of(name: str, value: str) -> int:
    """A number made of an identifier, for this process alone: Python's own keyed hash."""
    return hash((name, value))


def _identifiers(opened: OpenBase, ids: Any) -> tuple[Any, Any]:
    """Numbers made of the identifiers that records hold, sorted, and the places of the customers whose records they are."""
    hashes, owners = [np.array([], np.int64)], [np.array([], np.int64)]
    for batch in opened.engine.batches(_owned(opened), 100_000):
        pairs = zip(batch.column("attribute").to_pylist(), batch.column("value").to_pylist(), strict=True)
        hashes.append(np.fromiter((number_of(*pair) for pair in pairs), np.int64, batch.num_rows))
        owners.append(packing.places_among(ids, batch.column("customer_id")))
    every, whose = np.concatenate(hashes), np.concatenate(owners)
    order = np.argsort(every[whose >= 0], kind="stable")
    return every[whose >= 0][order], whose[whose >= 0][order].astype(np.int32)


def _owned(opened: OpenBase) -> ibis.Table:
    """Identifiers and who has them today: customer_id, attribute, value."""
    known = opened.base.table("person_attribute")
    wanted = known.filter(known["attribute"].isin(identity.lookup.identifiers(opened.base.project)), known["value_normalised"].notnull())
    records = opened.base.table("customer_record")
    return wanted.inner_join(records, ["source", "record_id"]).select("customer_id", "attribute", value="value_normalised")


def _anew(opened: OpenBase, laid: Laid) -> tuple[_RowsAnew, _HappenedAnew, dict[int, list[str]]]:
    """Rows, moments and identifiers of the customers whom stewards joined or parted since the run, told as those of the run."""
    if "concerned" not in opened.base.tables:
        return {}, {}, {}
    fetch, concerned = opened.engine.fetch, opened.base.table("concerned")
    known = [str(row["customer_id"]) for row in fetch(concerned)]
    rows: _RowsAnew = {one: None for one in known if laid.place(one) >= 0}
    columns = list(types_of(opened.base.project))
    found = fetch(profile_table(opened).semi_join(concerned, "customer_id"))
    rows |= {str(row["customer_id"]): tuple(row[name] for name in columns) for row in found}
    happened: _HappenedAnew = {}
    for row in fetch(_made_anew(opened)[1].order_by("customer_id", "event", "happened_at")):
        happened.setdefault(str(row["customer_id"]), {}).setdefault(str(row["event"]), []).append(row["happened_at"])
    owned: dict[int, list[str]] = {}
    for row in fetch(_owned(opened).semi_join(concerned, "customer_id")):
        owned.setdefault(number_of(str(row["attribute"]), str(row["value"])), []).append(str(row["customer_id"]))
    return rows, happened, owned


def last_told(opened: OpenBase) -> dict[str, datetime]:
    """When each event last happened in the run's tables; what a source dates ahead counts up to the run's own time."""
    moments = _published(opened, "moment")
    published = datetime.fromisoformat(opened.base.published_at.removesuffix("Z"))
    last = moments.group_by("event").aggregate(last=moments["happened_at"].max())
    return {str(row["event"]): min(row["last"], published) for row in opened.engine.fetch(last)}
