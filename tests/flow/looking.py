"""How tests of runs look at what was published."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from unequal import answers, flow


def run(folder: Path) -> flow.RunReport:
    return flow.run(flow.open_project(folder, {}))


def ask(folder: Path, *, as_of: str | None = None, **narrowed: Any) -> answers.Answer:
    with flow.open_base(flow.open_project(folder, {}), as_of=as_of) as opened:
        return answers.answer("profit", opened.base, **narrowed)


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    with flow.open_base(flow.open_project(folder, {})) as opened:
        return opened.base.fetch(opened.base.table(name))


def customers(folder: Path) -> dict[str, str]:
    """Record -> customer id, of the CRM."""
    return {row["record_id"]: row["customer_id"] for row in table(folder, "customer_record")}


def worth(folder: Path) -> dict[str, Decimal]:
    """Record -> what its customer brings."""
    amounts = {row["customer_id"]: row["amount"] for row in table(folder, "band")}
    return {record: amounts[customer] for record, customer in customers(folder).items() if customer in amounts}


def buckets(folder: Path) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in ask(folder).tables["unassigned"].to_pylist():
        found[row["reason"]] = found.get(row["reason"], Decimal(0)) + row["amount"]
    return found


def figures(answer: answers.Answer) -> Mapping[str, Any]:
    return {figure.name: figure.value for figure in answer.figures}


def state_rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / ".unequal" / "state.db")) as connection:
        return connection.execute(query).fetchall()


def edit(path: Path, *changes: tuple[str, str]) -> None:
    """Change a text file; each change must find what it replaces."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
