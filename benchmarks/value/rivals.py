"""lifetimes and PyMC-Marketing on the same histories, in a Python of their own that has them.

    python benchmarks/value/rivals.py TOOL MODEL HISTORIES.npz [--horizon 52]

Imports nothing of ours, for their pins do not go together with ours. Prints one line of JSON: version,
parameters, and processor seconds of all threads to fit and to score, after a first round with a thousand customers that compiles what
there is to compile.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from importlib.metadata import version
from typing import Any

import numpy as np


def lifetimes(model: str, columns: dict[str, np.ndarray], horizon: float) -> dict[str, Any]:
    import lifetimes as package

    kind = {"bg_nbd": package.BetaGeoFitter, "pareto_nbd": package.ParetoNBDFitter}[model]
    given = (columns["repeat_orders"].astype(float), columns["last_order"], columns["observed"])
    begun = time.process_time()
    fitter = kind(penalizer_coef=0.0)
    fitter.fit(*given)
    fitted = time.process_time()
    fitter.conditional_probability_alive(*given)
    expected = fitter.conditional_expected_number_of_purchases_up_to_time(horizon, *given)
    return {"fit": fitted - begun, "score": time.process_time() - fitted, "expected": float(np.sum(expected)),
            "parameters": {name: float(value) for name, value in fitter.params_.items()}, "version": version("lifetimes")}  # fmt: skip


def pymc_marketing(model: str, columns: dict[str, np.ndarray], horizon: float) -> dict[str, Any]:
    import logging

    import pandas as pd
    from pymc_marketing import clv

    logging.disable(logging.CRITICAL)
    kind = {"bg_nbd": clv.BetaGeoModel, "pareto_nbd": clv.ParetoNBDModel}[model]
    table = pd.DataFrame(
        {"customer_id": np.arange(len(columns["observed"])), "frequency": columns["repeat_orders"], "recency": columns["last_order"],
         "T": columns["observed"]}
    )  # fmt: skip
    begun = time.process_time()
    fitter = kind(data=table)
    fitter.fit(method="map", progressbar=False)
    fitted = time.process_time()
    fitter.expected_probability_alive(table)
    expected = fitter.expected_purchases(table, future_t=horizon)
    names = {"bg_nbd": ("r", "alpha", "a", "b"), "pareto_nbd": ("r", "alpha", "s", "beta")}[model]
    return {"fit": fitted - begun, "score": time.process_time() - fitted, "expected": float(expected.sum()),
            "parameters": {name: float(fitter.idata.posterior[name].mean()) for name in names},
            "version": version("pymc-marketing")}  # fmt: skip


TOOLS = {"lifetimes": lifetimes, "pymc-marketing": pymc_marketing}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("tool", choices=TOOLS)
    asked.add_argument("model")
    asked.add_argument("histories")
    asked.add_argument("--horizon", type=float, default=52.0)
    given = asked.parse_args()
    warnings.filterwarnings("ignore")
    with np.load(given.histories) as loaded:
        columns = dict(loaded)
    TOOLS[given.tool](given.model, {name: values[:1000] for name, values in columns.items()}, given.horizon)
    found = TOOLS[given.tool](given.model, columns, given.horizon)
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
