"""Made sets of histories, from mild to absurd, that a fit must survive."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from unequal.value.buying.bg_nbd import BgNbd
from unequal.value.buying.histories import Histories
from unequal.value.buying.pareto_nbd import ParetoNbd


def odd_histories(count: int, *, seed: int = 1) -> Iterator[tuple[str, Histories]]:
    """`count` sets, each with what is odd about it; of every kind in turn."""
    kinds = (_of_bg_nbd, _of_pareto_nbd, _all_zero, _one_cohort, _one_customer, _all_to_the_end, _huge_counts, _huge_times, _tiny_times,
             _never_observed, _two_kinds, _all_alike, _at_once, _nobody, _one_who_orders, _regular, _random)  # fmt: skip
    for number in range(count):
        kind = kinds[number % len(kinds)]
        generator = np.random.default_rng([seed, number])
        yield f"{kind.__name__.strip('_').replace('_', ' ')}, set {number}", kind(generator)


def _size(generator: Generator) -> int:
    return int(10 ** generator.uniform(0, 3.3))


def _spread(generator: Generator, low: float, high: float, size: int | None = None):
    return 10 ** generator.uniform(low, high, size)


def _of(orders, share, observed) -> Histories:
    orders, observed = np.asarray(orders, dtype=np.int64), np.asarray(observed, dtype=np.float64)
    return Histories.of(orders, np.where(orders > 0, np.asarray(share) * observed, 0.0), observed)[0]


def _of_bg_nbd(generator: Generator) -> Histories:
    model = BgNbd(*_spread(generator, -1.5, 1, 4))
    return model.simulate(generator.uniform(10, 60, _size(generator)), generator).histories


def _of_pareto_nbd(generator: Generator) -> Histories:
    model = ParetoNbd(*_spread(generator, -1.5, 1, 4))
    return model.simulate(generator.uniform(10, 60, _size(generator)), generator).histories


def _all_zero(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(np.zeros(size), 0.0, generator.uniform(0, 100, size))


def _one_cohort(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(generator.poisson(_spread(generator, -2, 1), size), generator.random(size), np.full(size, 39.0))


def _one_customer(generator: Generator) -> Histories:
    return _of([int(_spread(generator, 0, 4))], generator.random(1), [_spread(generator, -2, 3)])


def _all_to_the_end(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(generator.geometric(0.2, size), np.ones(size), generator.uniform(1, 50, size))


def _huge_counts(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(np.minimum(_spread(generator, 0, 4, size), 10_000), generator.beta(9, 1, size), generator.uniform(1, 50, size))


def _huge_times(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(generator.poisson(2, size), generator.random(size), _spread(generator, 3, 9, size))


def _tiny_times(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(generator.poisson(2, size), generator.random(size), _spread(generator, -9, -3, size))


def _never_observed(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(generator.poisson(0.5, size), 0.0, np.zeros(size))


def _two_kinds(generator: Generator) -> Histories:
    size = 2 * _size(generator)
    orders = np.where(np.arange(size) % 2 == 0, 0, int(_spread(generator, 0, 3)))
    return _of(orders, generator.random(size), np.full(size, 52.0))


def _all_alike(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(np.full(size, int(_spread(generator, 0, 2))), np.full(size, generator.random()), np.full(size, 30.0))


def _at_once(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(generator.poisson(3, size), 1e-6, generator.uniform(10, 50, size))


def _nobody(generator: Generator) -> Histories:
    return _of([], [], [])


def _one_who_orders(generator: Generator) -> Histories:
    size = 1 + _size(generator)
    return _of(np.where(np.arange(size) == 0, int(_spread(generator, 0, 4)), 0), 0.5, generator.uniform(1, 50, size))


def _regular(generator: Generator) -> Histories:
    observed = np.floor(generator.uniform(1, 100, _size(generator)))
    return _of(observed, 1.0, observed)


def _random(generator: Generator) -> Histories:
    size = _size(generator)
    return _of(_spread(generator, -1, 4, size), generator.random(size), _spread(generator, -4, 4, size))
