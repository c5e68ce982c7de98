"""A model as tables and back: what was learned is kept with the run that learned it, and used by the runs that follow.

Frozen are the chances, the frequencies of values, the keys and the threshold. A model is named by a digest of all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.arrays import Ints, arrow, column, strings
from unequal.identity.matching.comparisons import Comparison, Kind, comparison_named
from unequal.identity.matching.frequencies import Frequency
from unequal.identity.matching.keys import Key, key_named, parts_of_features
from unequal.identity.matching.training import Model
from unequal.identity.matching.weighing import CLASSES, Chances
from unequal.identity.tables import MATCH_FIGURE, MATCH_LEVEL, VALUE_FREQUENCY

_OF_CLASSES: Final = (*(kind.name.replace(" ", "_") for kind in CLASSES), "strangers")
_SHARE: Final = "share of pairs: "
_TOGETHER: Final = "together: "
_KNOWN: Final = "known: "
_KEY: Final = "key"

Tables = Mapping[str, pa.Table]
"""`match_level`, `match_figure` and `value_frequency`."""


def model_tables(models: Mapping[Kind, Model], report: Mapping[Kind, Mapping[str, float]]) -> dict[str, pa.Table]:
    """Models as MATCH_LEVEL, MATCH_FIGURE and VALUE_FREQUENCY, each in the order of its key.

    Args:
        models: by kind.
        report: figures of the run beside what the models need, by kind and name.
    """
    levels = [row for kind, model in models.items() for row in _levels(kind, model)]
    figures = [row for kind, model in models.items() for row in _figures(kind, model, report.get(kind, {}))]
    frequencies = [_frequencies(kind, name, of) for kind, model in models.items() for name, of in sorted(model.frequencies.items())]
    empty = pa.table({"kind": strings([]), "feature": strings([]), "hash": pa.array([], pa.int64()), "records": pa.array([], pa.int64())})
    return {
        "match_level": _by_key(pa.Table.from_pylist(levels, _schema(MATCH_LEVEL.types)), MATCH_LEVEL.key),
        "match_figure": _by_key(pa.Table.from_pylist(figures, _schema(MATCH_FIGURE.types)), MATCH_FIGURE.key),
        "value_frequency": _by_key(pa.concat_tables([empty, *frequencies]).select(VALUE_FREQUENCY.names), VALUE_FREQUENCY.key),
    }


def _by_key(table: pa.Table, key: tuple[str, ...]) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in key])


def models_of(tables: Tables) -> dict[Kind, Model]:
    """The models that tables hold; exactly those that were kept."""
    kinds: list[Kind] = ["person", "organisation"]
    held = set(column(tables["match_level"], "kind").to_pylist())
    return {
        kind: _model(kind, *(_of_kind(tables[name], kind) for name in ("match_level", "match_figure", "value_frequency")))
        for kind in kinds
        if kind in held
    }


def digest_of(models: Mapping[Kind, Model]) -> str:
    """A name for what was learned: the same models have the same one."""
    digest = hashlib.md5(usedforsecurity=False)
    for kind, model in sorted(models.items()):
        rows = (kind, [sorted(row.items()) for row in _levels(kind, model)], [sorted(row.items()) for row in _figures(kind, model, {})])
        digest.update(repr(rows).encode())
        for name, frequency in sorted(model.frequencies.items()):
            digest.update(name.encode() + frequency.hashes.tobytes() + frequency.counts.tobytes())
    return digest.hexdigest()[:12]


def _levels(kind: Kind, model: Model) -> list[dict[str, Any]]:
    rows = []
    for at, comparison in enumerate(model.comparisons):
        bits = model.chances.bits(0, at)
        for level, meaning in enumerate(comparison.levels, 1):
            chances = {name: float(of[at][level]) for name, of in zip(_OF_CLASSES, model.chances.of, strict=True)}
            rows.append(
                {
                    "kind": kind,
                    "place": at,
                    "comparison": comparison.name,
                    "level": level,
                    "meaning": meaning.label,
                    **chances,
                    "weight": float(bits[level]),
                }
            )
    return rows


def _figures(kind: Kind, model: Model, report: Mapping[str, float]) -> list[dict[str, Any]]:
    named = {
        "link_from": model.link_from,
        "block_at_most": float(model.block_at_most),
        "learned_from": float(model.learned_from),
        **{f"{_SHARE}{name}": float(share) for name, share in zip(_OF_CLASSES, model.chances.shares, strict=True)},
        **{f"{_TOGETHER}{name}": frequency.together for name, frequency in sorted(model.frequencies.items())},
        **{f"{_KNOWN}{name}": float(frequency.known) for name, frequency in sorted(model.frequencies.items())},
        **report,
    }
    figures = [{"kind": kind, "name": name, "place": 0, "value": value, "text": None} for name, value in named.items()]
    return [*figures, *({"kind": kind, "name": _KEY, "place": at, "value": None, "text": key.name} for at, key in enumerate(model.keys))]


def _frequencies(kind: Kind, name: str, frequency: Frequency) -> pa.Table:
    count = len(frequency.hashes)
    columns = {
        "kind": strings([kind]).take(arrow(np.zeros(count, dtype=np.int64))),
        "feature": strings([name]).take(arrow(np.zeros(count, dtype=np.int64))),
        "hash": arrow(frequency.hashes.view(np.int64)),
        "records": arrow(frequency.counts),
    }
    return pa.table(columns)


def _model(kind: Kind, levels: pa.Table, figures: pa.Table, frequencies: pa.Table) -> Model:
    named = {row["name"]: row["value"] for row in figures.to_pylist() if row["name"] != _KEY}
    keys = sorted((row["place"], row["text"]) for row in figures.to_pylist() if row["name"] == _KEY)
    comparisons, of = _chances(kind, levels)
    found = {
        name: _frequency(frequencies, name, named)
        for name in sorted({name.removeprefix(_KNOWN) for name in named if name.startswith(_KNOWN)})
    }
    parts = parts_of_features(kind, found)
    return Model(
        kind=kind,
        comparisons=comparisons,
        chances=Chances(of, np.array([named[f"{_SHARE}{name}"] for name in _OF_CLASSES])),
        frequencies=found,
        keys=tuple(key for _, name in keys if isinstance(key := key_named(name, parts), Key)),
        block_at_most=int(named["block_at_most"]),
        learned_from=int(named["learned_from"]),
        link_from=named["link_from"],
    )


def _chances(kind: Kind, levels: pa.Table) -> tuple[tuple[Comparison, ...], tuple[tuple[Any, ...], ...]]:
    rows = sorted(levels.to_pylist(), key=lambda row: (row["place"], row["level"]))
    places = sorted({row["place"] for row in rows})
    of_place = [[row for row in rows if row["place"] == place] for place in places]
    comparisons = tuple(comparison_named(kind, some[0]["comparison"]) for some in of_place)
    of = tuple(tuple(np.array([1.0, *(row[name] for row in some)]) for some in of_place) for name in _OF_CLASSES)
    return comparisons, of


def _frequency(frequencies: pa.Table, name: str, named: Mapping[str, float]) -> Frequency:
    equal: Any = pc.equal
    some = frequencies.filter(equal(frequencies["feature"], name))
    hashes = np.asarray(column(some, "hash"), dtype=np.int64).view(np.uint64)
    counts: Ints = np.asarray(column(some, "records"), dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    return Frequency(hashes[order], counts[order], int(named[f"{_KNOWN}{name}"]), named[f"{_TOGETHER}{name}"])


def _of_kind(table: pa.Table, kind: Kind) -> pa.Table:
    equal: Any = pc.equal
    return table.filter(equal(table["kind"], kind))


def _schema(types: Mapping[str, str]) -> pa.Schema:
    arrow_types = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64()}
    return pa.schema([pa.field(name, arrow_types[kind]) for name, kind in types.items()])
