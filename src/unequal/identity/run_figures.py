"""What a run states of its matching, in a few figures and in words: from MATCH_FIGURE alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from unequal.identity.matching import drift

_KEY = "key"
_LEVELS, _UNKNOWN = "drift: ", "drift of unknown: "


def figures_of_run(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The figures that a reader wants, by kind.

    Args:
        rows: MATCH_FIGURE.

    Returns:
        For each kind: records, pairs (compared), keys (how many), threshold (bits), probability (at the threshold),
        false_share (expected, of the pairs put together), missed (matches that no key reaches; a lower bound, None with
        fewer than two keys), and retrain (why a new model is advised; empty where none is).
    """
    by_kind: dict[str, dict[str, Any]] = {}
    keys: dict[str, int] = {}
    for row in rows:
        kind, name = str(row["kind"]), str(row["name"])
        keys[kind] = keys.get(kind, 0) + (name == _KEY)
        if name != _KEY:
            by_kind.setdefault(kind, {})[name] = row["value"]
    return {kind: _of_kind(named, keys[kind]) for kind, named in sorted(by_kind.items(), reverse=True)}


def _of_kind(named: Mapping[str, float], keys: int) -> dict[str, Any]:
    threshold = named["link_from"]
    return {
        "records": int(named.get("records", 0)),
        "pairs": int(named.get("pairs_compared", 0)),
        "keys": keys,
        "threshold": round(threshold, 2),
        "probability": round(1 / (1 + 2**-threshold), 4),
        "false_share": round(named.get("false_share_expected", 0.0), 5),
        # What one key alone has reached says nothing of what it has not.
        "missed": round(named.get("matches_missed_expected", 0.0), 1) if keys > 1 else None,
        "retrain": _why(named),
    }


def _why(named: Mapping[str, float]) -> list[str]:
    """Why a new model is advised; nothing where the one in force will do."""
    reasons = []
    growth = named.get("growth", 1.0)
    if growth > drift.GROWN:
        reasons.append(f"{growth:.1f} times the records that the model was learned from")
    for name, value in named.items():
        if name.startswith(_UNKNOWN) and value > drift.MOVED:
            reasons.append(f"{name.removeprefix(_UNKNOWN)}: known on more or fewer records than then (stability index {value:.2f})")
        elif name.startswith(_LEVELS) and value > drift.MOVED:
            reasons.append(f"{name.removeprefix(_LEVELS)}: matches agree otherwise than then (stability index {value:.2f})")
    return reasons
