"""An audience as a file: CSV that a spreadsheet cannot be tricked by, or JSON."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import orjson

from unequal.flow.audiences import Audience, Tell, Wanted, decide_all, plain
from unequal.flow.deciding import rfc3339
from unequal.flow.exporting import spreadsheet_safe
from unequal.storage import durable
from unequal.terms.errors import LiveError

if TYPE_CHECKING:
    from unequal.flow.live import Live
    from unequal.flow.scarcity import Scarce

COLUMNS: Final = (
    "customer_id", "decision_id", "channel", "policy", "version", "action", "treatment", "subject", "text", "link", "coupon", "coupon_amount",
    "question", "dollars", "lever", "cost", "assumed", "reasons",
)  # fmt: skip


class AudienceFile:
    """A file that an audience goes into; use it in a `with` block, begun before the first decision.

    Rows are kept in NAME.part as they are reserved, one JSON object a line. The file itself appears whole, at the end; where it does not come to
    that, the rows that were reserved are in NAME.part, and their customers are not decided on again while limits hold them.

    Raises:
        LiveError: LIV613, the name ends in neither .csv nor .json.
        OSError: nothing can be written there.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix.lower() not in {".csv", ".json"}:
            raise LiveError(
                "LIV613", "an audience is written as CSV or JSON", seen=path.name, do="let the file's name end in .csv or .json"
            )
        self._path, self._part = path, path.with_name(f"{path.name}.part")
        self._kept = self._part.open("xb")

    def keep(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put down rows that are reserved."""
        self._kept.writelines(orjson.dumps(plain(row)) + b"\n" for row in rows)
        self._kept.flush()
        os.fsync(self._kept.fileno())

    def finish(self, audience: Audience) -> None:
        """Write the file, whole, in place of any that was there."""
        made = self._path.with_name(f"{self._path.name}.new")
        (_write_json if self._path.suffix.lower() == ".json" else write_csv)(audience, made)
        durable.sync_file(made)
        made.replace(self._path)
        self._kept.close()
        self._part.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._kept.close()
        if self._part.exists() and self._part.stat().st_size == 0:
            self._part.unlink()


def decide_into(
    path: Path | None, live: Live, wanted: Wanted, scarce: Scarce | None = None, *, dry: bool = False,
    tell: Tell = lambda _what, _share: None,
) -> Audience:  # fmt: skip
    """Decide for everybody, and hand the audience over as a file where a path is given, with its plan beside it; see audiences.decide_all.

    Args:
        path: of the file.
        live, wanted, dry, tell: as for `decide_all`.
        scarce: what does not reach for all; then see allocating.allot.
    """
    if path is None:
        return _decided(live, wanted, scarce, dry=dry, tell=tell)
    with AudienceFile(path) as file:
        found = _decided(live, replace(wanted, as_file=True), scarce, dry=dry, tell=tell, keep=file.keep)
        file.finish(found)
    if found.plan is not None:
        path.with_name(f"{path.stem}.plan.json").write_bytes(orjson.dumps(found.plan.told(), option=orjson.OPT_INDENT_2) + b"\n")
    return found


def _decided(live: Live, wanted: Wanted, scarce: Scarce | None, **how: Any) -> Audience:
    if scarce is None:
        return decide_all(live, wanted, **how)
    # Loaded where something is scarce: it brings the solvers with it.
    from unequal.flow import allocating

    return allocating.allot(live, wanted, scarce, **how)


def write_csv(audience: Audience, path: Path) -> None:
    """One row a customer, under the names of COLUMNS."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([_cell(row.get(name)) for name in COLUMNS] for row in audience.rows)


def _write_json(audience: Audience, path: Path) -> None:
    document = {
        "audience_id": audience.audience_id, "at": rfc3339(audience.at), "dry_run": audience.is_dry,
        "customers": [plain(row) for row in audience.rows],
    }  # fmt: skip
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else spreadsheet_safe(str(value))
