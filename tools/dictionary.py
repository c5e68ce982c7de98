"""docs/dictionary.md: every published table and column, from the contracts in the rooms' tables.py."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator

import unequal
from tools.markdown import anchor, table
from unequal.terms.tables import Column, TableContract

_BEGINNING = """# Dictionary

The tables that a run publishes, and what each of their columns is, means and is measured in. Money is
DECIMAL(18,4) in an entry and DECIMAL(28,4) in a sum; timestamps are naive UTC; a day is a day in the company's zone.
"""
_NUMBERS = ("int", "float", "decimal")


def contracts() -> Iterator[TableContract]:
    """Every contract that a module named `tables` of a room defines, once."""
    seen: set[str] = set()
    for module in pkgutil.walk_packages(unequal.__path__, "unequal."):
        if module.name.endswith(".tables") and module.name != "unequal.terms.tables":
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, TableContract) and value.name not in seen:
                    seen.add(value.name)
                    yield value


def faults_of(contract: TableContract) -> list[str]:
    """What the dictionary cannot say of a table: columns without a meaning, numbers without a unit, keys that are not there."""
    faults = [] if contract.meaning.strip() else [f"{contract.name} has no meaning"]
    for column in contract.columns:
        if not column.meaning.strip():
            faults.append(f"{contract.name}.{column.name} has no meaning")
        if not column.unit.strip() or (column.unit == "-" and column.type.startswith(_NUMBERS)):
            faults.append(f"{contract.name}.{column.name} has no unit")
    faults += [f"{contract.name} has the key {name} and no such column" for name in contract.key if name not in contract.names]
    return faults


def dictionary(found: Iterable[TableContract] | None = None) -> str:
    """The page.

    Raises:
        ValueError: a published column has no meaning or, being a number, no unit.
    """
    tables = sorted(contracts() if found is None else found, key=lambda contract: contract.name)
    faults = [fault for contract in tables for fault in faults_of(contract)]
    if faults:
        raise ValueError("; ".join(faults))
    contents = [f"- [{contract.name}](#{anchor(contract.name)}): {contract.meaning}" for contract in tables]
    return "\n".join([_BEGINNING, *contents, "", *map(_section, tables)]).rstrip() + "\n"


def _section(contract: TableContract) -> str:
    key = f"Key: {', '.join(contract.key)}.\n" if contract.key else ""
    rows = table(("column", "type", "unit", "meaning"), map(_row, contract.columns))
    return f"## {contract.name}\n\n{contract.meaning}\n{key}\n{rows}"


def _row(column: Column) -> tuple[str, str, str, str]:
    notes = [note for note, holds in (("May be absent.", column.nullable), ("Personal.", column.personal)) if holds]
    return column.name, column.type, column.unit, " ".join([column.meaning, *notes])
