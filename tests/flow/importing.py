"""Imports as Salesforce and HubSpot make them: written from their manuals, to read our files back by."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path


class Rejected(Exception):  # noqa: N818 - named for what the import does
    """The import refuses the file, or a row of it."""


def rows_of(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a file, by the rules that both state: UTF-8 without a mark, one header, every row as long as it, line feeds."""
    content = path.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        raise Rejected("a byte order mark")
    if b"\r" in content or b"\x00" in content:
        raise Rejected("line ends are mixed")
    text = content.decode("utf-8", errors="strict")
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if len(set(header)) != len(header) or any(not name.strip() for name in header):
        raise Rejected("the header names a column twice, or not at all")
    if any(len(row) != len(header) for row in rows):
        raise Rejected("a row is not as long as the header")
    return header, rows


def _objects(path: Path, key: str, fields: dict[str, int]) -> list[dict[str, str]]:
    header, rows = rows_of(path)
    unknown = set(header) - {key, *fields}
    if unknown:
        raise Rejected(f"no such field: {unknown}")
    found = [dict(zip(header, row, strict=True)) for row in rows]
    if any(len(row[name]) > length for row in found for name, length in fields.items()):
        raise Rejected("STRING_TOO_LONG")
    return found


def salesforce_upsert(table: dict[str, dict[str, str]], path: Path, key: str, fields: dict[str, int]) -> list[str]:
    """A Bulk API 2.0 upsert by a key into a table, record by record; the ids that failed.

    Args:
        table: of each record's key its fields; changed in place.
        fields: text fields that exist, with their lengths.
    """
    if key != "Id" and not re.fullmatch(r"[A-Za-z](?:_?[A-Za-z0-9])*__c", key):
        raise Rejected("InvalidJob: no External ID of that name")
    found = _objects(path, key, fields)
    # Ids of 15 and of 18 letters are one record's.
    named = Counter(row[key][:15] if key == "Id" else row[key] for row in found)
    failed = []
    for row in found:
        name = row.pop(key)
        if named[name[:15] if key == "Id" else name] > 1:
            failed.append(name)  # DUPLICATE_VALUE
            continue
        if key == "Id" and name not in table:
            failed.append(name)  # an upsert by Id makes no record
            continue
        record = table.setdefault(name, {})
        for field, value in row.items():
            if value == "#N/A":
                record.pop(field, None)
            elif value != "":
                record[field] = value
    return failed


def hubspot_import(table: dict[str, dict[str, str]], path: Path, fields: dict[str, int], key: str = "Record ID") -> list[str]:
    """An import that updates existing records by Record ID; the ids of rows with errors. Empty cells change nothing."""
    failed = []
    for row in _objects(path, key, fields):
        name = row.pop(key)
        if name not in table or (key == "Record ID" and not name.isdigit()):
            failed.append(name)
            continue
        table[name].update({field: value for field, value in row.items() if value != ""})
    return failed
