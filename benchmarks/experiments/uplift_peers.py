"""CausalML or scikit-uplift on the worlds and splits that are handed over, in a Python of their own that has them.

    python benchmarks/experiments/uplift_peers.py FILE.npz

Imports nothing of ours, so that no peer is held back by our pins. Each learns on the same halves with the same trees, those of scikit-learn; it writes what
it foretells for each customer of the other halves beside the file, and prints one line of JSON: processor seconds of each learner.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

Foretell = Callable[[Any, Any, Any, Any], Any]
"""Features, treated, outcomes of one half, and features of the other: the effect on each customer of that."""
TREES = {
    "max_iter": 60, "learning_rate": 0.08, "max_leaf_nodes": 8, "min_samples_leaf": 50, "early_stopping": False, "random_state": 0,
}  # fmt: skip


def scikit_uplift() -> dict[str, Foretell]:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklift.models import SoloModel, TwoModels

    class Trees(HistGradientBoostingRegressor):  # type: ignore[misc]
        """Of an outcome that is 0 or 1 it asks for the chance of either: the same trees give it."""

        def predict_proba(self, x: Any) -> Any:
            chance = self.predict(x)
            return np.column_stack([1 - chance, chance])

    return {
        "s": lambda x, t, y, new: SoloModel(Trees(**TREES)).fit(x, y, t).predict(new),
        "t": lambda x, t, y, new: TwoModels(Trees(**TREES), Trees(**TREES)).fit(x, y, t).predict(new),
    }


def causalml() -> dict[str, Foretell]:
    from causalml.inference.meta import BaseDRRegressor, BaseSRegressor, BaseTRegressor, BaseXRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor as Trees

    def by(kind: Any, *, with_chance: bool) -> Foretell:
        def foretell(x: Any, t: Any, y: Any, new: Any) -> Any:
            model = kind(learner=Trees(**TREES))
            chance = float(np.mean(t))
            if not with_chance:
                model.fit(x, t, y)
                return model.predict(new)
            model.fit(x, t, y, p=np.full(len(y), chance))
            return model.predict(new, p=np.full(len(new), chance)) if kind is BaseXRegressor else model.predict(new)

        return foretell

    return {
        "s": by(BaseSRegressor, with_chance=False), "t": by(BaseTRegressor, with_chance=False),
        "x": by(BaseXRegressor, with_chance=True), "dr": by(BaseDRRegressor, with_chance=True),
    }  # fmt: skip


PEERS: dict[str, Callable[[], dict[str, Foretell]]] = {"scikit-uplift": scikit_uplift, "causalml": causalml}


def learned(file: Path) -> Iterator[dict[str, Any]]:
    given = np.load(file)
    x, t, y, order = (given[name] for name in ("x", "t", "y", "order"))
    half = len(y) // 2
    for name, make in PEERS.items():
        try:
            told = version(name)
        except PackageNotFoundError:
            continue
        for learner, foretell in make().items():
            begun = time.process_time()
            effects = [np.ravel(foretell(x[each[:half]], t[each[:half]], y[each[:half]], x[each[half:]])) for each in order]
            spent = time.process_time() - begun
            np.save(file.with_suffix(f".{name}.{learner}.npy"), np.array(effects))
            yield {"peer": name, "version": told, "learner": learner, "seconds": spent}


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    sys.stdout.write("\n" + json.dumps(list(learned(Path(sys.argv[1])))) + "\n")
