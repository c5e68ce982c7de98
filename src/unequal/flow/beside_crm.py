"""Files for a CRM: what we know of its records, in fields of our own, under its own record ids.

The CRM stays the master of its records: no file holds a field of its own beside the id that finds the record. What we found out of records
that are one customer, and of ids that lead elsewhere, is told for the CRM's people to act on.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from unequal.flow.audiences import chosen_by_channel
from unequal.flow.deciding import rfc3339
from unequal.flow.exporting import spreadsheet_safe
from unequal.flow.live import Asked
from unequal.flow.suppressing import blanks_of
from unequal.storage import durable
from unequal.terms.errors import LiveError
from unequal.terms.ids import SEPARATOR

if TYPE_CHECKING:
    from unequal.flow.live import Live
    from unequal.flow.policy_desk import Active

OURS: Final = ("customer_id", "band", "next_action", "reason")
"""The fields that are ours, in the order in which they stand."""
LONGEST_TEXT: Final = 255
"""Letters of a field: what a text field of Salesforce holds."""

_NOT_ITS_OWN: Final = "the id is not as the CRM writes its own"
_IS_TEST: Final = "a test account, as the source's test_when says"
_FORMULA: Final = ("=", "+", "-", "@")
_TOLD_EVERY: Final = 100


@dataclass(frozen=True)
class Shape:
    """How a CRM reads what it imports.

    Args:
        key: the header of the record's id.
        fields: the headers of OURS, in their order.
        nothing: what a field is set to that has no value: an empty cell leaves what stood there before.
        id_written: how the CRM writes its own ids.
        key_written: how the header of another field may be written that holds the record's id.
        pair: the headers of two records that are one: the one that stays, and the one that goes into it.
        most_rows, most_bytes: of a file.
    """

    key: str
    fields: tuple[str, str, str, str]
    nothing: str
    id_written: re.Pattern[str]
    key_written: re.Pattern[str]
    pair: tuple[str, str]
    most_rows: int
    most_bytes: int


_ANY_ID: Final = re.compile(r"[^\x00-\x1f\x7f]{1,255}")
_ANY_NAME: Final = re.compile(r"[^\x00-\x1f\x7f\",;]{1,100}")
SHAPES: Final[Mapping[str, Shape]] = {
    "csv": Shape("record_id", OURS, "", _ANY_ID, _ANY_NAME, ("record_id", "merge_record_id"), 10_000_000, 1 << 40),
    "salesforce": Shape(
        "Id", ("Unequal_Customer_Id__c", "Unequal_Band__c", "Unequal_Next_Action__c", "Unequal_Reason__c"), "#N/A",
        re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?"), re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*__c"), ("MasterRecordId", "MergeRecordId"),
        500_000, 90_000_000,
    ),
    "hubspot": Shape(
        "Record ID", ("Unequal customer ID", "Unequal band", "Unequal next action", "Unequal reason"), "none",
        re.compile(r"[0-9]{1,19}"), _ANY_NAME, ("primaryObjectId", "objectIdToMerge"), 1_000_000, 19_000_000,
    ),
}  # fmt: skip
"""By the name of the CRM. Sources: Salesforce, Bulk API 2.0 Developer Guide, "Prepare CSV Files" (UTF-8, names of fields as headers, empty
values are ignored and #N/A sets null, 100 MB); HubSpot, Knowledge Base, "Set up import files" (UTF-8, a header for each column, Record ID
finds the record, 1,048,576 rows, and 20 MB in the smallest subscription)."""


@dataclass(frozen=True)
class Wanted:
    """What is exported.

    Args:
        source: the CRM, as the config names it.
        shape: one of SHAPES.
        key: the header under which the CRM holds the record's id, where it is not the CRM's own.
    """

    source: str
    shape: str = "csv"
    key: str | None = None


@dataclass
class Exported:
    """What was written: how many rows of each kind, and into which files."""

    folder: Path
    counts: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Record:
    record_id: str
    customer_id: str
    since: Any


def export_crm(live: Live, wanted: Wanted, folder: Path, *, tell: Callable[[str, float], None] = lambda _what, _share: None) -> Exported:
    """Write the files into a folder, each whole; `export.json` last.

    Args:
        live: the moment of contact, whose run and policies are told.
        wanted: of which CRM, in which shape.
        folder: made where it is not there; files of an export before are replaced.
        tell: is told what goes on, and which share of it is done.

    Raises:
        LiveError: LIV620, there is no such source, or it holds no records; LIV621, the shape needs another key.
    """
    shape, key = _shape(live, wanted)
    records, left_out = _records(live, wanted, shape)
    actions = _next_actions(live, {one.customer_id for one in records}, tell)
    folder.mkdir(parents=True, exist_ok=True)
    written = Exported(folder)
    writer = _Writer(written, shape)
    writer.write("upserts", (key, *shape.fields), ((one.record_id, *actions[one.customer_id]) for one in records))
    writer.write("merges", (*shape.pair, shape.fields[0]), _merges(records))
    writer.write("redirects", ("old_customer_id", "customer_id"), _redirects(live))
    gone = _gone(live, wanted, {one.record_id for one in records} | {one for one, _ in left_out}, shape)
    writer.write("deletions", (key, *shape.fields), ((one, *[None] * len(OURS)) for one in gone))
    writer.write("left_out", ("record_id", "because"), ((spreadsheet_safe(one), why) for one, why in left_out))
    _finish(live, wanted, written)
    return written


def _shape(live: Live, wanted: Wanted) -> tuple[Shape, str]:
    source = live.project.config.sources.get(wanted.source)
    if source is None or source.records is None:
        known = ", ".join(name for name, one in live.project.config.sources.items() if one.records)
        raise LiveError(
            "LIV620", "no source of records has that name", where="--source", seen=wanted.source[:80], do=f"name one of: {known}"
        )
    shape = SHAPES[wanted.shape]
    key = wanted.key or shape.key
    if key != shape.key and (
        not shape.key_written.fullmatch(key) or key.startswith(_FORMULA) or key.lower() in {one.lower() for one in shape.fields}
    ):
        raise LiveError("LIV621", "the record's id cannot stand under that header", where="--key", seen=key[:80],
                        do=f"leave it out, and the header is {shape.key}; or name the field that holds the id, as {wanted.shape} writes names")  # fmt: skip
    return shape, key


# The CRM's records


def _records(live: Live, wanted: Wanted, shape: Shape) -> tuple[list[_Record], list[tuple[str, str]]]:
    """The CRM's records with their customers of today, by id; and those that cannot be told of, with why."""
    own = wanted.key is None or wanted.key == shape.key
    found: dict[str, list[_Record]] = defaultdict(list)
    left_out: list[tuple[str, str]] = []
    for row in _rows_of(live, wanted.source):
        one = _Record(_told_id(str(row["record_id"]), shape, own=own), str(row["customer_id"]), row["since"])
        why = _IS_TEST if row["is_test"] else _why_left_out(one.record_id, shape, own=own)
        if why is None:
            found[one.record_id].append(one)
        else:
            left_out.append((one.record_id, why))
    records = []
    for record_id, several in sorted(found.items()):
        if len({one.customer_id for one in several}) == 1:
            records.append(several[0])
        else:
            left_out.append((record_id, "the same record twice, of two customers"))
    if not records and any(why == _NOT_ITS_OWN for _, why in left_out):
        raise LiveError("LIV621", "no record has an id as the CRM writes its own", where="--key", seen=f"{left_out[0][0][:40]}, and so on",
                        do=f"name the field of {wanted.shape} that holds these ids, as in --key {_example(wanted.shape)}")  # fmt: skip
    return records, sorted(left_out)


def _rows_of(live: Live, source: str) -> list[dict[str, Any]]:
    """Records that the CRM has still, and may have: those that it delivers no more, or whose person was erased, must not be made there again."""
    opened = live.profiles.held.opened
    told, delivered = opened.base.table("customer_record"), opened.base.table("record")
    of_source = told.filter(told["source"] == source).semi_join(delivered, ["source", "record_id"])
    rows = opened.engine.fetch(of_source.select("record_id", "customer_id", "since").order_by("record_id"))
    tests = delivered.filter(delivered["source"] == source, delivered["is_test"]).select("record_id")
    marked = {row["record_id"] for row in opened.engine.fetch(tests)}
    erased = blanks_of(opened.state.suppressed())
    return [row | {"is_test": row["record_id"] in marked} for row in rows if not erased.is_record(source, str(row["record_id"]))]


def _told_id(record_id: str, shape: Shape, *, own: bool) -> str:
    """A record's id as it leaves: parts of a compound one apart by a bar, Salesforce's own in the form that tells small letters apart."""
    told = record_id.replace(SEPARATOR, "|")
    return with_checksum(told) if own and shape is SHAPES["salesforce"] else told


def _why_left_out(record_id: str, shape: Shape, *, own: bool) -> str | None:
    if own and not shape.id_written.fullmatch(record_id):
        return _NOT_ITS_OWN
    if not _ANY_ID.fullmatch(record_id):
        return "the id is longer than 255 letters, or holds what no file of lines can"
    return "a spreadsheet would take the id for a formula" if record_id.lstrip().startswith(_FORMULA) else None


def with_checksum(record_id: str) -> str:
    """An id of Salesforce in 18 letters, which no two records share even where capitals are not told apart; another text as it is.

    >>> with_checksum("0015000000Gv7qj")
    '0015000000Gv7qjAAB'
    """
    if re.fullmatch(r"[A-Za-z0-9]{15}", record_id) is None:
        return record_id
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    fives = (record_id[at : at + 5] for at in range(0, 15, 5))
    return record_id + "".join(letters[sum(1 << place for place, letter in enumerate(five) if letter.isupper())] for five in fives)


def _example(shape: str) -> str:
    return {"salesforce": "Customer_Number__c", "hubspot": '"Customer number"', "csv": "record_id"}[shape]


# What is told of them


def _next_actions(live: Live, customers: Iterable[str], tell: Callable[[str, float], None]) -> dict[str, tuple[str | None, ...]]:
    """Of each customer the values of OURS."""
    active, found = live.policies.active(), dict[str, tuple[str | None, ...]]()
    band, every = live.profiles.columns.get("band"), sorted(customers)
    for number, customer_id in enumerate(every):
        if number % _TOLD_EVERY == 0:
            tell("looking at customers", number / len(every))
        row = live.profiles.row(customer_id)
        known = None if row is None or band is None else row[band]
        found[customer_id] = (customer_id, None if known is None else str(known), *_next_action(live, customer_id, active))
    return found


def _next_action(live: Live, customer_id: str, active: Active) -> tuple[str | None, str | None]:
    """What would be done for a customer now, on whatever channel, and why; nothing is reserved."""
    channels = tuple(active.rules.moments.channels)
    if not channels or not len(active.policies):
        return None, None
    moment = live.moment(Asked(channels[0], customer_id), live.clock(), active)
    winners = [(chosen.winner, here.channel) for here, chosen in chosen_by_channel(moment, channels, active) if chosen.winner is not None]
    if not winners:
        return None, None
    best, _ = max(winners, key=lambda one: (one[0].dollars or Decimal(0)) + one[0].lever)
    return active.declared(best.policy).action, "; ".join(best.why)


def _merges(records: Sequence[_Record]) -> Iterator[tuple[str, str, str]]:
    """Records of the CRM that are one customer: the one that has been so for longest stays, and then the first by id."""
    of: dict[str, list[_Record]] = defaultdict(list)
    for one in records:
        of[one.customer_id].append(one)
    for customer_id, several in sorted(of.items()):
        first, *others = sorted(several, key=lambda one: (one.since, one.record_id))
        yield from ((first.record_id, one.record_id, customer_id) for one in others)


def _redirects(live: Live) -> Iterator[tuple[str, str]]:
    """Ids of ours that the CRM may still hold, and the id that stands for them today."""
    yield from sorted((row["old_id"], row["customer_id"]) for row in live.profiles.held.opened.state.redirects().to_pylist())


def _gone(live: Live, wanted: Wanted, known: set[str], shape: Shape) -> list[str]:
    """Records that we knew once, and that the CRM delivers no more or that are erased: what we wrote there goes."""
    own = wanted.key is None or wanted.key == shape.key
    gone = {_told_id(one, shape, own=own) for one in live.profiles.held.opened.state.ever_known(wanted.source)}
    return sorted(one for one in gone - known if _why_left_out(one, shape, own=own) is None)


# The files


class _Writer:
    """Writes files of one export, in parts where one would be too large for the CRM."""

    def __init__(self, written: Exported, shape: Shape) -> None:
        self._written, self._shape = written, shape

    def write(self, name: str, header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
        """Write the rows under a header; with none, the header alone."""
        count, part, text = 0, 0, self._begun(header)
        in_part = 0
        for row in rows:
            line = _line([_cell(value, self._shape.nothing, is_ours=at > 0) for at, value in enumerate(row)])
            if in_part and (in_part >= self._shape.most_rows or text.tell() + 4 * len(line) > self._shape.most_bytes):
                self._put(name, part, text)
                part, text, in_part = part + 1, self._begun(header), 0
            text.write(line)
            count, in_part = count + 1, in_part + 1
        self._put(name, part, text)
        self._written.counts[name] = count

    def _begun(self, header: Sequence[str]) -> io.StringIO:
        text = io.StringIO(newline="")
        text.write(_line(header))
        return text

    def _put(self, name: str, part: int, text: io.StringIO) -> None:
        file = f"{name}.csv" if part == 0 else f"{name}-{part + 1}.csv"
        durable.write_whole(self._written.folder / file, text.getvalue().encode())
        self._written.files.append(file)


def _line(cells: Sequence[str]) -> str:
    """A row as both CRMs read it: commas, quotes doubled where they are needed, and one line feed."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cell(value: str | None, nothing: str, *, is_ours: bool) -> str:
    """A cell: ids as they are, for the CRM must find them; texts of ours on one line, no longer than a field holds, and safe to open."""
    if value is None or not value.strip():
        return nothing
    if not is_ours:
        return value
    plain = " ".join(value.split())
    return spreadsheet_safe(plain if len(plain) < LONGEST_TEXT else f"{plain[: LONGEST_TEXT - 2]}…")


def _finish(live: Live, wanted: Wanted, written: Exported) -> None:
    """Say what was written, and take away parts of an export before that was larger."""
    for old in written.folder.glob("*-[0-9]*.csv"):
        if old.name not in written.files and re.fullmatch(r"(upserts|merges|redirects|deletions|left_out)-\d+\.csv", old.name):
            old.unlink()
    run, action = live.profiles.version
    document = {
        "source": wanted.source, "for": wanted.shape, "run": run, "stewards_action": action, "at": rfc3339(live.clock()), "rows": written.counts,
        "files": written.files,
    }  # fmt: skip
    durable.write_whole(written.folder / "export.json", orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
