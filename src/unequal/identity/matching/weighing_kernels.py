"""Loops of weighing: how likely each class of pairs makes a pattern of agreement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Floats
from unequal.identity.matching.compiled import kernel


@kernel
def likelihoods(levels: npt.NDArray[np.int8], logs: Floats, of_class: Floats) -> Floats:
    """For each pattern and class, sum over comparisons of logs[class, comparison, level] + of_class[class]."""
    found = np.zeros((len(levels), len(of_class)))
    for pattern in range(len(levels)):
        for class_ in range(len(of_class)):
            for at in range(levels.shape[1]):
                found[pattern, class_] += logs[class_, at, levels[pattern, at]]
            found[pattern, class_] += of_class[class_]
    return found
