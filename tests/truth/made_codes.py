"""Fields of codes whose making is known: work divided among agents, codes that tell of what stands beside them, and some defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Ints = np.ndarray


@dataclass(frozen=True)
class Field:
    """A made field.

    Args:
        codes: a row each.
        agent: who entered it.
        contexts: what stands beside.
        default: the value that is planted; None in a clean field.
    """

    codes: Ints
    agent: Ints
    contexts: Mapping[str, Ints]
    default: int | None


def _drawn(chance: np.random.Generator, shares: np.ndarray, of: Ints) -> Ints:
    found = (chance.random(len(of))[:, None] > shares.cumsum(axis=1)[of]).sum(axis=1)
    return np.minimum(found, shares.shape[1] - 1).astype(np.int64)


def field(seed: int, *, planted: bool) -> Field:
    """A field of 1,500 to 30,000 rows and 5 to 29 values by 4 to 39 agents, whose work may differ much or hardly.

    Three in five defaults are picked mostly by some three in ten agents; the rest by all, each as often as he likes.
    """
    chance = np.random.default_rng([seed, 7, int(planted)])
    rows = int(np.exp(chance.uniform(np.log(1_500), np.log(30_000))))
    values, agents = int(chance.integers(5, 30)), int(chance.integers(4, 40))
    shares = 1 / np.arange(1, values + 1) ** chance.uniform(0.3, 1.3)
    shares /= shares.sum()
    chance.shuffle(shares)
    agent = chance.integers(0, agents, rows)
    alike = np.exp(chance.uniform(np.log(3), np.log(3_000)))
    codes = _drawn(chance, chance.dirichlet(shares * alike + 1e-3, agents), agent)
    contexts = {}
    for number in range(int(chance.integers(2, 6))):
        usual = chance.dirichlet(np.full(int(chance.integers(2, 7)), 3.0))
        contexts[f"context {number}"] = _drawn(
            chance, chance.dirichlet(usual * np.exp(chance.uniform(np.log(3), np.log(60))), values), codes
        )
    if not planted:
        return Field(codes, agent, contexts, None)
    default = int(chance.integers(0, values))
    prone = chance.random(agents) < 0.3
    prone[0], prone[1:3] = True, False
    if chance.random() < 0.6:
        picks = np.where(prone, chance.uniform(0.4, 0.85, agents), chance.uniform(0.0, 0.08, agents))
    else:
        picks = chance.beta(2, 3, agents)
    return Field(np.where(chance.random(rows) < picks[agent], default, codes), agent, contexts, default)
