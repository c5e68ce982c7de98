"""Records that arrive between runs: whose each would be if a run took them in now, from the published base in memory.

Nothing is written. The next run reads the extracts, and comes to the same customers and ids for the same records while the
model in force stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from unequal import config, identity, sources
from unequal.flow.batch import MEMBERSHIP
from unequal.flow.opening import OpenProject
from unequal.flow.pairs import published
from unequal.flow.reading import OpenBase, open_base
from unequal.terms.errors import IdentityError

Row = Mapping[str, Any]

_TEXT: Final = config.sources.TEXT_FORMATS
_SHOWN: Final = 5


@dataclass(frozen=True)
class Whose:
    """A record, and the customer that it would be.

    Args:
        source, record_id: the record.
        customer_id: under which a run would have it now.
        customer_before: whose it is in the state; None for a record that is new.
        is_new: whether no record of the base is this customer's: it is founded by what arrives.
    """

    source: str
    record_id: str
    customer_id: str
    customer_before: str | None
    is_new: bool


@dataclass(frozen=True)
class Arrival:
    """What an arrival comes to; provisional until the next run.

    Args:
        run_id: the run against which it was held.
        records: those that arrived, in order of their ids.
        redirects: customers of the base that would be merged away -> where each leads.
        looked_at: every record that was looked at again, those that arrived among them, in order of source and id.
    """

    run_id: str
    records: tuple[Whose, ...]
    redirects: Mapping[str, str]
    looked_at: tuple[Whose, ...]


class Arrivals:
    """Arrivals one after the other, held against one published run and what stewards have said of it.

    Use it in a `with` block: it loads the run once, and holds it until the block ends, whatever is published meanwhile.
    What has arrived in the block stays; a new block begins with the base as it is then.
    """

    def __init__(self, project: OpenProject) -> None:
        self._project = project
        self._closing = ExitStack()
        self._rows: dict[str, ibis.Table] = {}
        self._ways: dict[str, identity.steps.Ways] = {}
        self._number = count(1)

    def arrive(self, source: str, rows: Sequence[Row]) -> Arrival:
        """Take in records of a source that are new, or have changed since its last extract.

        Args:
            source: its name in the config.
            rows: dicts of its columns, values as the source writes them; a column that is left out is empty. Where the rows
                of a source are its records, a row stands for all that is known of its record. Where they are not (orders, each
                with its own key), a row stands for the row of its key, and the others of its record count still. A row that
                names no record is nobody's.

        Raises:
            IdentityError: IDN024, no such source declares records; IDN025, rows that a run would not accept.
        """
        declared = self._project.config.sources.get(source)
        if declared is None or declared.records is None:
            holding = [name for name, one in self._project.config.sources.items() if one.records]
            raise IdentityError("IDN024", "no records arrive from such a source", seen=source,
                                do=f"name one that declares records: {', '.join(holding)}")  # fmt: skip
        if not rows:
            return Arrival(self._opened.run.run_id, (), {}, ())
        folder = self._opened.engine.scratch / f"arrival-{next(self._number)}"
        folder.mkdir()
        accepted = self._whole_records(source, declared, self._accepted(source, declared, rows, folder))
        known = identity.arrivals.known_rows(
            self._opened.engine,
            source,
            declared,
            accepted,
            ways=self._ways_of(source, declared),
            project=self._project.config,
            folder=folder,
        )
        arrived = self._standing.arrive(known)
        looked_at = self._whose(arrived)
        names = set(known.records["record_id"].to_pylist())
        own = tuple(one for one in looked_at if one.source == source and one.record_id in names)
        return Arrival(self._opened.run.run_id, own, arrived.redirects, looked_at)

    def _whose(self, arrived: identity.arrivals.Arrived) -> tuple[Whose, ...]:
        standing = self._standing
        found = []
        for row, customer in zip(arrived.rows.tolist(), arrived.customers, strict=True):
            before = standing.customer_before(row)
            found.append(Whose(standing.source[row], standing.record_id[row], customer, before, not standing.is_of_base(customer)))
        return tuple(found)

    def _accepted(self, name: str, source: config.Source, rows: Sequence[Row], folder: Path) -> ibis.Table:
        """Rows cast and checked as a run does it."""
        engine = self._opened.engine
        known = self._opened.source_table(name, "rows").drop(*sources.tables.BOOKKEEPING)
        strange = sorted({column for row in rows for column in row} - {*known.columns})
        if strange:
            raise IdentityError("IDN025", "these rows are not as the source writes them", where=f"sources.{name}",
                                seen=f"columns {', '.join(strange[:_SHOWN])}", do=f"its columns are {', '.join(known.columns)}")  # fmt: skip
        extract = self._opened.source_table(name, "extract").select("format").limit(1)
        form = next((row["format"] for row in engine.fetch(extract)), "csv")
        file = _written_as_text(rows, known.columns, folder) if form in _TEXT else _written_as_stored(name, rows, engine.arrow(known.limit(0)).schema, folder)  # fmt: skip
        plain = {
            "read": str(file),
            "format": file.suffix[1:],
            "footer": None,
            "header": None,
            "table": None,
            "sheet": None,
            "skip_lines": 0,
        }
        sources.accept(engine, name, source.model_copy(update=plain), files=[file], project=self._project.config, folder=folder)
        refused = engine.fetch(engine.read(folder / "quarantined.parquet").order_by("row").limit(_SHOWN))
        if refused:
            told = "; ".join(f"row {row['row']}, {row['column'] or 'as a whole'}: {row['detail']}" for row in refused)
            raise IdentityError("IDN025", "these rows are not as the source writes them", where=f"sources.{name}", seen=told,
                                do="a run would quarantine them: write values as the source's files have them")  # fmt: skip
        return engine.read(folder / "rows.parquet").select(*known.columns)

    def _whole_records(self, name: str, source: config.Source, new: ibis.Table) -> ibis.Table:
        """Rows with the others of their records, where a record has several."""
        declared = source.records
        if declared is None or source.key is None or _columns(source.key) == _columns(declared.id):
            return new
        engine, key = self._opened.engine, list(_columns(source.key))
        known = self._rows.get(name, self._opened.source_table(name, "rows").select(*new.columns))
        self._rows[name] = engine.materialise(known.anti_join(new.select(*key), key).union(new), "known-rows")
        records = new.select(_record=identity.record_key(new, declared.id)).distinct()
        marked = self._rows[name].mutate(_record=identity.record_key(self._rows[name], declared.id))
        return marked.semi_join(records, "_record").select(*new.columns)

    def _ways_of(self, name: str, source: config.Source) -> identity.steps.Ways:
        if name not in self._ways:
            tables = {table: self._opened.base.table(table) for table in ("record", "person_attribute")}
            self._ways[name] = identity.steps.ways_of(
                self._opened.engine,
                name,
                source,
                records=tables["record"],
                attributes=tables["person_attribute"],
                project=self._project.config,
            )
        return self._ways[name]

    def _load(self, opened: OpenBase) -> identity.arrivals.Standing:
        membership = pa.Table.from_batches(opened.state.membership_batches(), MEMBERSHIP)
        said = [((row.source_a, row.record_id_a), (row.source_b, row.record_id_b), row.verdict) for row in opened.state.verdicts()]
        return identity.arrivals.standing_in(
            opened.engine, published(opened), edges=opened.base.table("edge"), before=membership,
            given_up=opened.state.ids_given_up()["old_id"].to_pylist(), verdicts=said, project=self._project.config,
        )  # fmt: skip

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._opened = opening.enter_context(open_base(self._project))
            self._standing = self._load(self._opened)
            self._closing = opening.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.close()


def _columns(said: str | Sequence[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _written_as_text(rows: Sequence[Row], columns: Sequence[str], folder: Path) -> Path:
    """Rows as a text source has them: every value a text, as it is written there."""
    file = folder / "arrived.jsonl"
    whole = [{name: None if row.get(name) is None else str(row[name]) for name in columns} for row in rows]
    file.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in whole), encoding="utf-8")
    return file


def _written_as_stored(name: str, rows: Sequence[Row], schema: pa.Schema, folder: Path) -> Path:
    """Rows as a source has them that stores types."""
    file = folder / "arrived.parquet"
    try:
        table = pa.Table.from_pylist([dict(row) for row in rows], schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as wrong:
        raise IdentityError("IDN025", "these rows are not as the source writes them", where=f"sources.{name}", seen=str(wrong).splitlines()[0],
                            do="give values of the types that the source stores") from wrong  # fmt: skip
    pq.write_table(table, file)
    return file
