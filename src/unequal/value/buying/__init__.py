"""Buying without a contract: who still is a customer, and how often each will order."""

from unequal.value.buying.bg_nbd import BgNbd
from unequal.value.buying.fitting import Fit, fit
from unequal.value.buying.histories import Histories
from unequal.value.buying.model import Made, Model
from unequal.value.buying.pareto_nbd import ParetoNbd
from unequal.value.buying.rhythm import is_overdue, silence_allowed
from unequal.value.buying.steady import Nbd, Poisson
from unequal.value.buying.traits import TraitFit, fit_with_traits

__all__ = [
    "BgNbd",
    "Fit",
    "Histories",
    "Made",
    "Model",
    "Nbd",
    "ParetoNbd",
    "Poisson",
    "TraitFit",
    "fit",
    "fit_with_traits",
    "is_overdue",
    "silence_allowed",
]
