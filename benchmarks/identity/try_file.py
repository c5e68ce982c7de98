"""Resolve any file whose truth is known, with all defaults, and print the figures.

    python benchmarks/identity/try_file.py FILE.csv --id unique_id --truth cluster \\
        --map given_name=first_name --map family_name=surname --map street=house_no+road --map occupation=job

An attribute that Unequal does not know is declared as the project's own; a column that is not
mapped is not read. `--key NAME=COLUMN` declares a key, `--source COLUMN` says which application a row
is from.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity import ours
from benchmarks.identity.data import Columns, DataSet, Source, texts
from benchmarks.identity.machine import facts
from benchmarks.identity.metrics import line
from benchmarks.identity.misses import misses_of

from unequal.config.sources import ATTRIBUTES


def dataset_of(table: pd.DataFrame, *, record_id: str, truth: str, mapped: dict[str, Columns], keys: dict[str, str], source: str | None, kind: str,
               region: str) -> DataSet:  # fmt: skip
    """The set that a file is, by what its owner says of its columns."""
    columns = {column for value in mapped.values() for column in ([value] if isinstance(value, str) else value)}
    absent = ({record_id, truth, *columns, *keys.values()} | ({source} if source else set())) - set(table.columns)
    if absent:
        raise SystemExit(f"no such column: {', '.join(sorted(absent))}; the file has {', '.join(map(str, table.columns))}")
    rows = texts(table)
    names = rows[source].astype(str).str.lower().str.replace(r"\W+", "_", regex=True) if source else pd.Series("file", index=rows.index)
    own = tuple(sorted(mapped.keys() - set(ATTRIBUTES)))
    wanted = [record_id, *sorted({*columns, *keys.values()} - {record_id})]
    sources = {str(name): Source(part[wanted], record_id, mapped, keys, kind, own) for name, part in rows.groupby(names)}
    known = pd.DataFrame({"source": names, "record_id": rows[record_id], "entity": rows[truth]})
    return DataSet("file", sources, known.drop_duplicates(["source", "record_id"]).dropna(), region)


def _pairs(given: list[str]) -> dict[str, str]:
    out = {}
    for each in given:
        name, mark, column = each.partition("=")
        if not mark:
            raise SystemExit(f"write NAME=COLUMN, not {each}")
        out[name] = column
    return out


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("file", type=Path, help="CSV (.csv, .tsv) or Parquet")
    asked.add_argument("--id", required=True, help="column of the record's id")
    asked.add_argument("--truth", required=True, help="column of the true entity; a record without one is resolved but not scored")
    asked.add_argument("--map", action="append", default=[], metavar="ATTRIBUTE=COLUMN", help="COLUMN+COLUMN joins two")
    asked.add_argument("--key", action="append", default=[], metavar="NAME=COLUMN")
    asked.add_argument("--source", help="column of the application that a row is from")
    asked.add_argument("--kind", choices=["person", "organisation"], default="person")
    asked.add_argument("--region", default="US", help="ISO 3166 code that local phones belong to")
    asked.add_argument("--misses", action="store_true")
    given = asked.parse_args()
    table = pd.read_parquet(given.file) if given.file.suffix == ".parquet" else pd.read_csv(
        given.file, dtype=str, sep="\t" if given.file.suffix == ".tsv" else ",", skipinitialspace=True
    )  # fmt: skip
    mapped: dict[str, Columns] = {name: column.split("+") if "+" in column else column for name, column in _pairs(given.map).items()}
    dataset = dataset_of(table, record_id=given.id, truth=given.truth, mapped=mapped, keys=_pairs(given.key), source=given.source,
                         kind=given.kind, region=given.region)  # fmt: skip
    print(facts())
    with tempfile.TemporaryDirectory() as place:
        resolved = ours.resolve(dataset, Path(place))
        scored = resolved.figures(dataset.truth)
        print(f"{dataset.records:,} records, {scored.true_entities:,} entities, {scored.found_clusters:,} customers; "
              + ", ".join(f"{part} {seconds:.1f} s" for part, seconds in resolved.seconds.items()))  # fmt: skip
        print(line("Unequal, all defaults", scored))
        if given.misses:
            print(misses_of(dataset, resolved))


if __name__ == "__main__":
    main()
