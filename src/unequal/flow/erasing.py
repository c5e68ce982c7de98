"""Taking a person out, top to bottom: the state first, then every kept run, then what lies beside them.

His dollars stay under an id that leads to nobody, so that every total is the same to the cent. What identified him is put
down as keyed hashes: a file or an event that brings him back is emptied as it comes in (suppressing.py). An erasure that was
stopped goes on where it stood: by the next one, or by the next run.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unequal import storage
from unequal.flow import blanking
from unequal.flow.blanking import Blanks, Counts
from unequal.flow.clock import utc_now
from unequal.flow.opening import OpenProject
from unequal.flow.publishing import publish
from unequal.flow.returning import bring_back
from unequal.terms.errors import LiveError
from unequal.terms.placeholder_words import WORDS

LIST: Final = "suppressed.json"
"""The list of the suppressed beside the state, for a state that is restored from before an erasure."""

_KEPT_FILES: Final = frozenset({LIST, "writer.lock"})
_NAMING: Final = (*blanking.IDENTIFYING, "full_name", "given_name", "family_name", "organisation_name", "address", "street")
_WHOLE: Final = (*blanking.IDENTIFYING, "full_name", "organisation_name", "address", "street", "name")
_SHORTEST: Final = 6
_ANY: Final = ""
_WAIT_SECONDS: Final = 60.0
_ERASED: Final = "erased"
"""Of a step in a manifest: the erasures that it was written anew for."""


@dataclass(frozen=True)
class Erased:
    """What an erasure took out, or would.

    Args:
        erasure_id: its name; empty where nothing was done.
        customer_id: under which his dollars stay.
        records: of him, as SOURCE:ID.
        state: table of the state -> rows removed or emptied.
        tables: table of the kept runs -> rows emptied, over all runs.
        runs: ids of the runs that were written anew.
        files: what lay beside the runs and was removed or written anew.
        sources: file of the company's own -> rows that still hold him.
        audit: numbers of sealed entries whose words hold a value of his.
    """

    erasure_id: str
    customer_id: str
    records: tuple[str, ...]
    state: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sources: Mapping[str, int] = field(default_factory=dict)
    audit: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Known:
    """Somebody, with what the kept runs say of him."""

    who: storage.state.Person
    texts: frozenset[str]
    own: frozenset[str]
    identifiers: frozenset[storage.state.Identifier]

    @property
    def blanks(self) -> Blanks:
        return Blanks(lambda source, record: (source, record) in self.who.records, texts=self.texts, own=self.own)


def customer_named(opened: OpenProject, named: str) -> str:
    """The customer of a record SOURCE:ID.

    Raises:
        LiveError: LIV500, nobody has it.
    """
    source, _, record_id = named.partition(":")
    with storage.open_state(opened.state_url) as state:
        found = state.customers_of([(source, record_id.replace("|", "\x1f"))])
    if not found:
        raise _nobody(named)
    return next(iter(found.values()))


def erase(
    opened: OpenProject, customer_id: str, *, actor: str, reason: str = "", dry_run: bool = False, clock: Callable[[], datetime] = utc_now
) -> Erased:
    """Take a person out of the state, of every kept run, and of what lies beside them.

    Args:
        customer_id: his, one that was merged into it, or what a source of events calls somebody (`user:SOURCE:ID`), which leads to
            the customer where he is one.
        actor: who does it, for the audit.
        reason: why, for the audit; it must not name him.
        dry_run: only say what would go.

    Raises:
        LiveError: LIV500, nobody has this id; LIV502, the reason holds a value of his; LIV503, a reader still holds a run.
        StorageError: STO006, a run is at work; see docs/errors.md.
    """
    folder = opened.run_folder
    if not dry_run:
        replay(opened, clock)
    with folder.writing(), storage.state.open_erasing(opened.state_url) as state, storage.open_state(opened.state_url) as base:
        runs = base.runs()
        known = _known(opened, runs, state, state.person(customer_id))
        if not known.who.records and not known.who.handles:
            raise _nobody(customer_id)
        if any(text.lower() in reason.lower() for text in known.texts):
            raise LiveError(
                "LIV502", "the reason holds a value of the person's", do="give a reason that names nobody: the audit keeps it for good"
            )
        found = Erased(
            "", known.who.customer_id, tuple(sorted(f"{source}:{record}" for source, record in known.who.records)),
            sources=_in_sources(opened, folder, runs, known.blanks), audit=tuple(state.told_in_audit(known.texts)),
        )  # fmt: skip
        if dry_run:
            with folder.scratch() as aside:
                counts = _counted(opened, folder, runs, known, aside)
            return replace(found, state=state.held(known.who, known.texts), tables=counts, runs=tuple(run.run_id for run in runs),
                           files=tuple(sorted(_beside(folder, known))))  # fmt: skip
        erasure_id = f"e_{secrets.token_hex(8)}"
        if not known.who.records:
            # Whom only events know is called by what they call him: that name must not stay in the place of an id.
            known = replace(known, who=replace(known.who, customer_id=f"erased:{erasure_id}"))
            found = replace(found, customer_id=known.who.customer_id)
        row = storage.state.ErasureRow(erasure_id, known.who.customer_id, clock())
        told = storage.state.Told(row.at, actor, "customers.erase", row.customer_id, reason)
        done = state.erase(row, known.who, known.texts, known.identifiers, told)
        return _through(opened, folder, (state, base), known, replace(found, erasure_id=row.erasure_id, state=done), clock)


def replay(opened: OpenProject, clock: Callable[[], datetime] = utc_now) -> int:
    """Do again what the state does not know of, for it was restored from before, and end what was stopped.

    Returns:
        How many erasures that was.
    """
    folder = opened.run_folder
    path = folder.folder / LIST
    with storage.state.open_erasing(opened.state_url) as state:
        known = {row.erasure_id for row in state.erasures() if row.finished_at is not None}
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"erasures": []}
        if all(row["erasure_id"] in known for row in kept["erasures"]) and len(state.erasures()) == len(known):
            return 0
        with folder.writing(), storage.open_state(opened.state_url) as base:
            if kept["erasures"]:
                state.take_in(kept)
            rows = [row for row in state.erasures() if row.finished_at is None]
            for row, who in zip(rows, state.known_again(rows), strict=True):
                known_now = _known(opened, base.runs(), state, who)
                told = storage.state.Told(clock(), "replay", "customers.erase", row.customer_id, "an erasure was done again")
                state.erase(row, known_now.who, known_now.texts, known_now.identifiers, told)
                _through(opened, folder, (state, base), known_now, Erased(row.erasure_id, row.customer_id, ()), clock)
            return len(rows)


def _through(
    opened: OpenProject, folder: storage.RunFolder, states: tuple[storage.state.ErasingState, storage.State], known: _Known,
    found: Erased, clock: Callable[[], datetime],
) -> Erased:  # fmt: skip
    """The rest of an erasure that the state knows of; done again, it does what is left."""
    state, base = states
    keep_list(folder, state)
    counts, changed = _rewrite_runs(opened, folder, states, known, found.erasure_id)
    files = _clear_beside(opened, folder, known)
    # Stopped between the two, it has written runs anew of which readers were not told; told once, they need no other run.
    if changed or (_is_rewritten(folder, base, found.erasure_id) and not _is_told(base, found.erasure_id)):
        _publish_again(opened, folder, base, clock(), found.erasure_id)
    reading = folder.wait_for_readers([run.run_id for run in base.runs()[:-1]], _WAIT_SECONDS)
    if reading:
        raise LiveError("LIV503", "somebody still reads a run as it was", seen=", ".join(reading),
                        do="end what reads it, then run `unequal erase` again: what was done is kept")  # fmt: skip
    folder.sweep([run.run_id for run in base.runs()])
    state.finish(found.erasure_id, clock())
    return replace(found, tables=counts, runs=tuple(changed), files=tuple(files))


def _nobody(named: str) -> LiveError:
    return LiveError("LIV500", "there is nobody to erase by that name", seen=named, do="give a customer's id, or --record SOURCE:ID")


def keep_list(folder: storage.RunFolder, state: storage.state.ErasingState) -> None:
    """Put the list of the suppressed beside the state."""
    storage.durable.write_whole(folder.folder / LIST, json.dumps(state.taken_out(), indent=1).encode())


# What is known of him


def _known(
    opened: OpenProject, runs: Iterable[storage.state.RunRow], state: storage.state.ErasingState, who: storage.state.Person
) -> _Known:  # fmt: skip
    """What kept runs and events say of him; what others say of themselves too, in whatever spelling, is not his alone."""
    his: set[tuple[str, str]] = set()
    others: set[tuple[str, str]] = set()
    tables = {
        path
        for run in runs
        for _, output in _outputs(opened.run_folder, run.run_id, "gather ")
        for path in (output.tables.get("person_attribute"),)
        if path
    }
    for path in sorted(tables):
        his |= set(_said_of(path, who.records))
    his |= set(who.values)
    nobodys = WORDS | {value.strip().lower() for value in opened.config.identity.placeholders}
    forms = {(_ANY, value.lower()) for _, value in his} | set(_plain_forms(his))
    for path in sorted(tables):
        others |= _also_said(path, who.records, forms)
    others |= set(_plain_forms((kind, value) for kind in blanking.IDENTIFYING for value in opened.config.identity.placeholders))
    mine = {
        (kind, value)
        for kind, value in his
        if value.strip().lower() not in nobodys and (_ANY, value.lower()) not in others
        if _is_his_alone(kind, value, others)
    }
    texts = {
        form
        for kind, value in mine
        if kind in _WHOLE or kind.startswith("key")
        for form in (value, value.strip())
        if len(form) >= _SHORTEST
    }
    # An id is what dollars hang on: it stays, whatever it is.
    ids = [record.lower() for _, record in who.records]
    texts = {text for text in texts if not any(text.lower() in record for record in ids)}
    own = {value for kind, value in his if (kind in _NAMING or kind == "name") and len(value) > 2}  # noqa: PLR2004 - initials are in every word
    own_forms = set(_plain_forms(mine))
    # With what others' events say too on the list, their next events would be refused.
    identifiers: set[storage.state.Identifier] = {*own_forms.difference(_plain_forms(state.said_by_others(who, own_forms)))}
    identifiers |= {("record", source, record) for source, record in who.records}
    identifiers |= {("handle", source, kind, value) for _, source, kind, value in who.handles}
    return _Known(who, frozenset(texts), frozenset(own), frozenset(identifiers))


def _outputs(folder: storage.RunFolder, run_id: str, prefix: str = "") -> Iterator[tuple[str, storage.StepOutput]]:
    """A run's outputs, for the writer: nobody else changes them."""
    manifest = folder.manifest(run_id)
    if manifest is not None:
        run = storage.Run(manifest, folder.folder, "")
        yield from ((name, run.step(name)) for name in manifest.steps if name.startswith(prefix))


def _said_of(path: Path, records: frozenset[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for batch in _batches(path, ["source", "record_id", "attribute", "value_given", "value_normalised"]):
        ids = pa.array(sorted({record for _, record in records}), pa.string())
        for row in batch.filter(pc.is_in(batch["record_id"], ids)).to_pylist():
            if (row["source"], row["record_id"]) in records:
                yield from ((row["attribute"], row[name]) for name in ("value_given", "value_normalised") if row[name])


def _is_his_alone(kind: str, value: str, others: set[tuple[str, str]]) -> bool:
    form = blanking.plain(kind, value) if kind in blanking.IDENTIFYING else ""
    if form:
        return (kind, form) not in others
    # A telephone of noughts may be a number in any text, and an address that is none may be a word.
    return kind not in blanking.IDENTIFYING or (kind == "email" and "@" in value)


def _plain_forms(said: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Of kinds and values those that may identify somebody, as they are compared."""
    forms = ((kind, blanking.plain(kind, value)) for kind, value in said if kind in blanking.IDENTIFYING)
    return (one for one in forms if one[1])


def _also_said(path: Path, records: frozenset[tuple[str, str]], forms: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some values that records of others say too: of any kind in lower case, and of one kind in its plain form."""
    found: set[tuple[str, str]] = set()
    wanted = {kind: pa.array(sorted(form for of, form in forms if of == kind), pa.string()) for kind in {kind for kind, _ in forms}}
    for batch in _batches(path, ["source", "record_id", "attribute", "value_given", "value_normalised"]):
        for kind, some in wanted.items():
            rows = batch if kind == _ANY else batch.filter(pc.equal(batch["attribute"], kind))
            for name in ("value_given", "value_normalised"):
                said = pc.utf8_lower(rows[name]) if kind == _ANY else blanking.plain_of_column(kind, rows[name])
                hits = rows.append_column("said", said).filter(pc.is_in(said, some))
                found |= {(kind, row["said"]) for row in hits.to_pylist() if (row["source"], row["record_id"]) not in records}
    return found


def _batches(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    for part in blanking.parts(path):
        with pq.ParquetFile(part) as file:
            for batch in file.iter_batches(columns=columns):
                yield pa.Table.from_batches([batch])


def _in_sources(opened: OpenProject, folder: storage.RunFolder, runs: list[storage.state.RunRow], blanks: Blanks) -> dict[str, int]:
    """Which of the company's own files still hold rows of his, and how many, as the last run read them."""
    found: dict[str, int] = {}
    for name, output in _outputs(folder, runs[-1].run_id, "accept ") if runs else ():
        source = name.removeprefix("accept ")
        if source not in opened.config.sources:
            continue
        named = blanking.references(opened.config, source)
        for table in _batches(output.table("rows")):
            his = table.filter(blanking.his_rows(table, opened.config, source, named, blanks))
            for value in his["_file"].to_pylist():
                found[value] = found.get(value, 0) + 1
    return dict(sorted(found.items()))


# The kept runs


def _rewrite_runs(
    opened: OpenProject, folder: storage.RunFolder, states: tuple[storage.state.ErasingState, storage.State], known: _Known, erasure_id: str
) -> tuple[dict[str, int], list[str]]:  # fmt: skip
    """Give every kept run tables without him: first the tables, then the manifest that names them, then the row that vouches for it."""
    state, base = states
    counts: dict[str, int] = {}
    anew: dict[str, storage.StepOutput | None] = {}
    changed: list[str] = []
    for row in base.runs():
        manifest = folder.manifest(row.run_id)
        if manifest is None:
            continue
        steps = {name: dict(step) for name, step in manifest.steps.items()}
        numbers = _numbers(folder, row.run_id, known.who.records)
        for name, output in _outputs(folder, row.run_id):
            before = steps[name].get(_ERASED, "").split()
            if erasure_id in before:
                continue
            if output.folder.name not in anew:
                anew[output.folder.name] = _made_anew(opened, folder, (name, output), known, numbers, erasure_id, counts)
            made = anew[output.folder.name]
            if made is not None:
                steps[name] = {"key": made.key, "digest": made.digest, "folder": made.folder.name, _ERASED: " ".join([*before, erasure_id])}
        path = folder.runs / f"{row.run_id}.json"
        if steps != manifest.steps:
            path = folder.write_manifest(replace(manifest, steps=steps))
            changed.append(row.run_id)
        # Of a run that was written anew before, too: the state may be from before that.
        if (digest := storage.durable.digest_of_file(path)) != row.manifest_sha256:
            state.repoint(row.run_id, digest)
    return dict(sorted(counts.items())), changed


def _made_anew(
    opened: OpenProject, folder: storage.RunFolder, step: tuple[str, storage.StepOutput], known: _Known, numbers: list[int],
    erasure_id: str, counts: dict[str, int],
) -> storage.StepOutput | None:  # fmt: skip
    """A step's tables without him; None where they never held anything of him."""
    name, output = step
    with folder.scratch() as aside:
        found = _blanked(opened, step, known, numbers, aside)
        if not found:
            return None
        for table, rows in found.items():
            counts[table] = counts.get(table, 0) + rows
        key = storage.durable.digest_of_texts(output.key, erasure_id)
        return folder.store.make(name, key, lambda place: _move_tables(aside, place))


def _move_tables(aside: Path, place: Path) -> None:
    for path in aside.glob("*.parquet"):
        shutil.move(path, place / path.name)


def _blanked(opened: OpenProject, step: tuple[str, storage.StepOutput], known: _Known, numbers: list[int], aside: Path) -> dict[str, int]:
    """Copy a step's tables aside and take him out of them; how many rows that concerned, by step and table."""
    name, output = step
    for table in output.folder.glob("*.parquet"):
        if table.is_dir():
            shutil.copytree(table, aside / table.name)
        else:
            shutil.copy(table, aside / table.name)
    counts = Counts()
    kind, _, source = name.partition(" ")
    if kind == "accept" and source in opened.config.sources:
        blanking.blank_accepted(aside, opened.config, source, known.blanks, counts)
    elif kind == "gather":
        blanking.blank_gathered(aside, source, known.blanks, counts)
    elif name == "index":
        blanking.blank_index(aside, numbers, counts)
    blanking.blank_texts(aside, known.blanks, counts)
    tables = {*counts.rows, *counts.values}
    return {f"{name}/{table}": counts.rows.get(table, 0) + counts.values.get(table, 0) for table in tables}


def _numbers(folder: storage.RunFolder, run_id: str, records: frozenset[tuple[str, str]]) -> list[int]:
    """The numbers of his records in a run: their places among all records, by the bytes of source and id."""
    paths = {name.removeprefix("gather "): output.table("record") for name, output in _outputs(folder, run_id, "gather ")}
    numbers, begin = [], 0
    for source in sorted(paths, key=str.encode):
        ids = pq.read_table(paths[source], columns=["record_id"])["record_id"]
        numbers += [begin + int(pc.sum(pc.less(ids, record)).as_py() or 0) for place, record in records if place == source]
        begin += len(ids)
    return sorted(numbers)


def _counted(
    opened: OpenProject, folder: storage.RunFolder, runs: list[storage.state.RunRow], known: _Known, aside: Path
) -> dict[str, int]:
    """What rewriting would find, run by run, each step once."""
    counts: dict[str, int] = {}
    seen: set[str] = set()
    for run in runs:
        numbers = _numbers(folder, run.run_id, known.who.records)
        for name, output in _outputs(folder, run.run_id):
            if output.folder.name in seen:
                continue
            seen.add(output.folder.name)
            place = aside / output.folder.name
            place.mkdir()
            for table, rows in _blanked(opened, (name, output), known, numbers, place).items():
                counts[table] = counts.get(table, 0) + rows
            shutil.rmtree(place)
    return dict(sorted(counts.items()))


def _is_rewritten(folder: storage.RunFolder, base: storage.State, erasure_id: str) -> bool:
    """Whether a kept run was written anew for an erasure, now or by one that was stopped."""
    manifests = (folder.manifest(row.run_id) for row in base.runs())
    return any(erasure_id in step.get(_ERASED, "").split() for one in manifests if one is not None for step in one.steps.values())


def _is_told(base: storage.State, erasure_id: str) -> bool:
    """Whether a run was published for an erasure, so that readers let go of those before it."""
    return any(row.run_id.endswith(_told_by(erasure_id)) for row in base.runs())


def _told_by(erasure_id: str) -> str:
    return f"-{storage.durable.digest_of_texts(erasure_id)[:8]}"


def _publish_again(opened: OpenProject, folder: storage.RunFolder, base: storage.State, at: datetime, erasure_id: str) -> None:
    """The current run under a new id: who reads the old one sees that there is a newer, and lets go of it."""
    before = base.current_run()
    manifest = folder.manifest(before.run_id) if before else None
    if before is not None and manifest is not None:
        run_id = f"{at:%Y-%m-%dT%H%M%S}-{secrets.token_hex(3)}{_told_by(erasure_id)}"
        publish(
            folder, base, replace(manifest, run_id=run_id), storage.state.MembershipDifference.empty(), previous=before,
            published_at=at, keep_runs=opened.config.storage.keep_runs + 1, last_action=base.last_action(),
        )  # fmt: skip


# What lies beside


def _beside(folder: storage.RunFolder, known: _Known) -> Iterator[str]:
    """Files that may hold him: reports and exports, and messages handed over for him."""
    for path in folder.folder.iterdir():
        if path.is_file() and path.name not in _KEPT_FILES and not path.name.startswith(("state.db", ".")):
            yield path.name
    yield from (f"crm/{path.name}" for path in (folder.folder / "crm").glob("*"))
    for path in (folder.folder / "delivered").glob("*"):
        if any(_is_his(line, known) for line in path.read_text(encoding="utf-8").splitlines()):
            yield f"delivered/{path.name}"


def _is_his(line: str, known: _Known) -> bool:
    low = line.lower()
    return any(f'"{one.lower()}"' in low for one in known.who.ids) or any(text.lower() in low for text in known.texts)


def _clear_beside(opened: OpenProject, folder: storage.RunFolder, known: _Known) -> list[str]:
    """Reports and exports go, for they are made again at will; of messages handed over, his lines."""
    found = sorted(_beside(folder, known))
    for name in found:
        path = folder.folder / name
        if name.startswith("delivered/"):
            left = [line for line in path.read_text(encoding="utf-8").splitlines() if not _is_his(line, known)]
            storage.durable.write_whole(path, "".join(f"{line}\n" for line in left).encode())
        else:
            path.unlink()
    bring_back(opened)
    return found


def as_json(erased: Erased) -> dict[str, Any]:
    """Plain JSON."""
    return {
        **vars(erased),
        "records": list(erased.records),
        "runs": list(erased.runs),
        "files": list(erased.files),
        "audit": list(erased.audit),
    }
