"""Small customer bases to resolve: rows of sources in, tables of the identity steps out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from unequal import identity, storage
from unequal.config import Project
from unequal.identity.steps import VERDICT

DAY_ONE, DAY_TWO, DAY_THREE = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

COLUMNS = {
    "id": "string", "given": "string", "family": "string", "full": "string", "org": "string", "born": "string", "mail": "string",
    "tel": "string", "tax": "string", "card": "string", "suffix": "string", "seen": "timestamp(6)",
}  # fmt: skip
ATTRIBUTES = {
    "given_name": "given", "family_name": "family", "full_name": "full", "organisation_name": "org", "birth_date": "born",
    "email": "mail", "phone": "tel", "tax_id": "tax", "suffix": "suffix",
}  # fmt: skip
_FOLDERS = count(1)


def project(
    sources: Sequence[str] = ("crm", "billing"), *, records: Mapping[str, Mapping[str, Any]] | None = None, **identity_section: Any
) -> Project:
    """A project whose sources all have the columns above; `records` overrides parts of a source's section."""
    own = records or {}
    declared = {
        name: {
            "read": f"{name}.csv",
            "records": {"id": "id", "attributes": ATTRIBUTES, "keys": {"card": "card"}, "observed_at": "seen", **own.get(name, {})},
        }
        for name in sources
    }
    return Project.model_validate({"project": "made", "reporting_currency": "EUR", "time_zone": "Europe/Berlin", "default_region": "US",
                                   "sources": declared, "identity": identity_section})  # fmt: skip


@dataclass
class Base:
    """One base, run after run: what the state would hold is carried on from each to the next."""

    engine: storage.Engine
    folder: Path
    project: Project
    membership: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    written: Path = Path()
    by_files: bool = True

    def run(self, rows: Rows, day: date = DAY_ONE, *, verdicts: Sequence[tuple[str, str, str]] = ()) -> dict[tuple[str, str], str]:
        """Gather and resolve; hands back the customer of each record ever seen.

        Args:
            rows: of each source.
            day: the run's.
            verdicts: two records as source:id, and what a steward said of them.
        """
        self.written = self.folder / f"run-{next(_FOLDERS)}"
        gathered = [self._gather(name, rows.get(name, [])) for name in self.project.sources]
        before = [{"source": s, "record_id": r, **row} for (s, r), row in self.membership.items()]
        identity.resolve(
            self.engine,
            records=self.engine.read([folder / "record.parquet" for folder in gathered]),
            attributes=self.engine.read([folder / "person_attribute.parquet" for folder in gathered]),
            before=self.engine.rows(identity.BEFORE, before),
            redirects=self.engine.rows(
                {"old_id": "string", "customer_id": "string"}, [{"old_id": a, "customer_id": b} for a, b in self.redirects.items()]
            ),
            verdicts=self.engine.rows(VERDICT, [_verdict(*said) for said in verdicts]),
            files=identity.steps.files_of(dict(zip(self.project.sources, gathered, strict=True))) if self.by_files else None,
            project=self.project,
            day=day,
            folder=self.written,
        )
        self._carry_on()
        return {key: row["customer_id"] for key, row in self.membership.items()}

    def table(self, name: str) -> list[dict[str, Any]]:
        """A table of the last run."""
        return self.engine.arrow(self.engine.read(self.written / f"{name}.parquet")).to_pylist()

    def attributes(self, source: str) -> list[dict[str, Any]]:
        """PERSON_ATTRIBUTE of a source in the last run."""
        return self.engine.arrow(self.engine.read(self.written / source / "person_attribute.parquet")).to_pylist()

    def _gather(self, name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
        folder = self.written / name
        folder.mkdir(parents=True)
        table = self.engine.rows(COLUMNS, rows)
        identity.gather(self.engine, name, self.project.sources[name], rows=table, project=self.project, folder=folder)
        return folder

    def _carry_on(self) -> None:
        """What the state does with a difference, in the plainest way."""
        for event in self.table("customer_event"):
            key = (event["source"], event["record_id"])
            assert self.membership.get(key, {}).get("customer_id") == event["from_customer"]
            self.membership[key] = {"customer_id": event["to_customer"], "since": event["since"]}
        new = {row["old_id"]: row["customer_id"] for row in self.table("customer_redirect")}
        assert not new.keys() & self.redirects.keys()
        self.redirects = {old: new.get(to, to) for old, to in self.redirects.items()} | new
        crosswalk = {(row["source"], row["record_id"]): row["customer_id"] for row in self.table("customer_record")}
        assert crosswalk == {key: row["customer_id"] for key, row in self.membership.items()}


def _verdict(a: str, b: str, said: str) -> dict[str, str]:
    (source_a, _, id_a), (source_b, _, id_b) = a.partition(":"), b.partition(":")
    return {"source_a": source_a, "record_id_a": id_a, "source_b": source_b, "record_id_b": id_b, "verdict": said}


def parts(members: Mapping[tuple[str, str], str]) -> set[frozenset[str]]:
    """Who is together, by record id, whatever the customers are called."""
    together: dict[str, set[str]] = {}
    for (_, record_id), customer in members.items():
        together.setdefault(customer, set()).add(record_id)
    return {frozenset(records) for records in together.values()}
