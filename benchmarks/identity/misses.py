"""What a run got wrong, record by record, for people to look at."""

from __future__ import annotations

import pandas as pd
from benchmarks.identity.data import DataSet
from benchmarks.identity.ours import Resolved, with_entities

AT_MOST = 200
"""Entities that are listed of each kind of miss."""


def misses_of(dataset: DataSet, resolved: Resolved) -> str:
    """Entities found in pieces, and customers made of several entities, each with what their records say."""
    together = with_entities(resolved.found, dataset.truth)
    said = _said(dataset)
    customers = together.groupby("entity")["customer_id"].nunique()
    entities = together.groupby("customer_id")["entity"].nunique()
    apart = _listed(together, said, "entity", customers[customers > 1].index, "customer_id")
    joined = _listed(together, said, "customer_id", entities[entities > 1].index, "entity")
    heading = f"{dataset.name}: {(customers > 1).sum()} entities left in pieces, {(entities > 1).sum()} customers of several entities"
    return "\n".join([heading, "-- left in pieces:", *apart, "-- wrongly joined:", *joined])


def _said(dataset: DataSet) -> dict[tuple[str, str], str]:
    """What each record says, its values with strokes between."""
    out: dict[tuple[str, str], str] = {}
    for name, source in dataset.sources.items():
        columns = [column for column in source.rows.columns if column != source.record_id]
        for record, rows in source.rows.groupby(source.record_id):
            values = [str(value) for row in rows[columns].itertuples(index=False) for value in row if not pd.isna(value)]
            out[name, str(record)] = " | ".join(dict.fromkeys(values))
    return out


def _listed(together: pd.DataFrame, said: dict[tuple[str, str], str], by: str, wanted: pd.Index, beside: str) -> list[str]:
    lines = []
    chosen = together[together[by].isin(wanted[:AT_MOST])].sort_values([by, beside, "source", "record_id"])
    for key, rows in chosen.groupby(by):
        lines.append(f"{by} {key}")
        short = {value: at for at, value in enumerate(rows[beside].unique(), 1)}
        lines += [
            f"   [{short[row[beside]]}] {row.source} {row.record_id}: {said[row.source, row.record_id]}" for _, row in rows.iterrows()
        ]
    return lines
