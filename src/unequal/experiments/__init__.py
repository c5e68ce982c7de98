"""Experiments: who is left out, how many are needed, and what a treatment earned beside those it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.experiments import responding, sizing, trials, uplift
    from unequal.experiments.analysis import Comparison, Plan, compare, interaction
    from unequal.experiments.outcomes import Outcomes
    from unequal.experiments.qini import qini
    from unequal.experiments.sample_ratio import SampleRatio, sample_ratio

__all__ = [
    "Comparison", "Outcomes", "Plan", "SampleRatio", "compare",
    "interaction", "qini", "responding", "sample_ratio", "sizing", "trials", "uplift",
]  # fmt: skip

open_by_name(
    __name__,
    __all__,
    analysis=["Comparison", "Plan", "compare", "interaction"],
    outcomes=["Outcomes"],
    qini=["qini"],
    sample_ratio=["SampleRatio", "sample_ratio"],
)
