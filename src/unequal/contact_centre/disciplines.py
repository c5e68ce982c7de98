"""Queueing disciplines: which of those who wait is served next. Routing and simulation ask the same one.

A discipline knows a contact by its class and by how long it has waited, and gives it an urgency; the most urgent is served next, of equals who came
first. Whatever the discipline, contacts of a floor class go before all others.

Sources: first-come and strict priority as in Cobham, "Priority assignment in waiting line problems" (1954); ageing as in Kleinrock, "A delay dependent
queue discipline" (1964), with a head start; cμ/θ as in Atar, Giat and Shimkin, "The cμ/θ rule for many-server queues with abandonment" (2010).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from unequal.terms.errors import ContactCentreError

Urgency = tuple[float, float, float, float]
"""Floor, whether the guard is passed, what the discipline says, and seconds waited; the larger is served first."""


def urgency_of(floor: float, weight: float, rate: float, guard: float, waited: float) -> Urgency:
    """How urgent a contact is that has waited so long; compared from the first number to the last.

    The simulation compiles this very function, so that what it tells of a discipline is what routing does.

    Args:
        floor: zero for contacts that no floor concerns; otherwise the larger goes first.
        weight: what its class counts for.
        rate: by how much each second of waiting adds to that.
        guard: seconds after which nobody who came later may be served before it; infinite for never.
        waited: seconds.
    """
    if floor > 0.0:  # within a floor nothing counts but who came first
        return (floor, 0.0, waited, waited)
    if waited >= guard:
        return (0.0, 1.0, waited, waited)
    return (0.0, 0.0, weight + rate * waited, waited)


@dataclass(frozen=True, slots=True)
class Discipline:
    """Who is served next, by the class of contacts and the seconds that they have waited.

    Attributes:
        name: first_come, strict, guard, ageing or c_mu_theta.
        classes: the names of the classes that no floor concerns, as they were given.
        weights: what each class counts for, in the order of `classes`.
        rates: by how much a second of waiting adds to that, in the order of `classes`.
        guard_seconds: after so long nobody who came later is served before; infinite for no guard.
        floors: names of the floor classes, the one that goes before all others first.
    """

    name: str
    classes: tuple[str, ...]
    weights: tuple[float, ...]
    rates: tuple[float, ...]
    guard_seconds: float = math.inf
    floors: tuple[str, ...] = ()
    _standing: dict[str, tuple[float, float, float]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what orders nobody.

        Raises:
            ContactCentreError: CTC001, there is no class or one is named twice; CTC002, a weight, rate or guard is no number for it.
        """
        named = (*self.classes, *self.floors)
        if not named or len(set(named)) < len(named):
            raise ContactCentreError("CTC001", "the classes of a queue are not told apart", seen=", ".join(named) or "none",
                                     do="name at least one class, and each once")  # fmt: skip
        _number_for_each(self.classes, self.weights, "a weight", least=-math.inf)
        _number_for_each(self.classes, self.rates, "what a second of waiting adds", least=0.0)
        if not self.guard_seconds >= 0.0:
            raise _no_number("the guard", self.guard_seconds, "give seconds, zero or more")
        standing = {each: (0.0, weight, rate) for each, weight, rate in zip(self.classes, self.weights, self.rates, strict=True)}
        highest = len(self.floors)
        standing |= {each: (float(highest - place), 0.0, 0.0) for place, each in enumerate(self.floors)}
        object.__setattr__(self, "_standing", standing)

    def standing(self, contact_class: str) -> tuple[float, float, float]:
        """The floor, weight and rate of a class, as `urgency_of` takes them.

        Raises:
            ContactCentreError: CTC003, the discipline knows no such class.
        """
        found = self._standing.get(contact_class)
        if found is None:
            raise ContactCentreError("CTC003", "the queue has no such class", seen=contact_class,
                                     do=f"it has {', '.join((*self.floors, *self.classes))}")  # fmt: skip
        return found

    def urgency(self, contact_class: str, waited_seconds: float) -> Urgency:
        """How urgent a contact is; of two the larger is served first.

        Raises:
            ContactCentreError: CTC003, the discipline knows no such class.
        """
        return urgency_of(*self.standing(contact_class), self.guard_seconds, waited_seconds)

    def first_of(self, waiting: Iterable[tuple[str, float]]) -> int | None:
        """The place of the contact that is served next among those who wait; None where nobody does.

        Args:
            waiting: of each its class and the seconds it has waited. Of equals the first listed is served.
        """
        urgencies = [self.urgency(*each) for each in waiting]
        return max(range(len(urgencies)), key=urgencies.__getitem__, default=None)


def first_come(classes: Sequence[str], *, floors: Sequence[str] = ()) -> Discipline:
    """Who came first is served first, whatever the class."""
    return _discipline("first_come", classes, [0.0] * len(classes), rate=1.0, floors=floors)


def strict(classes: Sequence[str], *, floors: Sequence[str] = ()) -> Discipline:
    """The classes in the order in which they are given; within a class who came first.

    In a busy queue the last class can wait without end: `guard` and `ageing` bound that.
    """
    return _discipline("strict", classes, [float(len(classes) - place) for place in range(len(classes))], rate=0.0, floors=floors)


def guard(classes: Sequence[str], *, seconds: float, floors: Sequence[str] = ()) -> Discipline:
    """As `strict`, but whoever has waited for so long goes before all who have not, the longest wait first.

    Raises:
        ContactCentreError: CTC002, the seconds are negative or no number.
    """
    return replace(strict(classes, floors=floors), name="guard", guard_seconds=seconds)


def ageing(classes: Sequence[str], *, weights: Sequence[float], rate: float = 1.0, floors: Sequence[str] = ()) -> Discipline:
    """Each class begins at its weight, and every second of waiting adds the rate; the most is served first.

    With a rate of 1 a weight is a head start in seconds. Nobody is overtaken by who came later by more than the difference of the weights over the
    rate.

    >>> head_start = ageing(["gold", "base"], weights=[60, 0])
    >>> head_start.first_of([("base", 61.0), ("gold", 0.0)]), head_start.first_of([("base", 59.0), ("gold", 0.0)])
    (0, 1)

    Raises:
        ContactCentreError: CTC002, a class has no weight, or a weight or the rate is no number for it.
    """
    return _discipline("ageing", classes, weights, rate=rate, floors=floors)


def c_mu_theta(
    classes: Sequence[str], *, abandonment_costs: Sequence[float], handling_seconds: Sequence[float], patience_seconds: Sequence[float],
    waiting_costs_an_hour: Sequence[float] = (), floors: Sequence[str] = (),
) -> Discipline:  # fmt: skip
    """The class with the largest cμ/θ first: asymptotically the cheapest order in a large, overloaded queue.

    c = h + γθ is what a second of one waiting contact costs: h for the waiting itself, and γ, lost with a contact that is abandoned, times the rate θ = 1 /
    patience of giving up. With μ = 1 / handling time, cμ/θ = hμ/θ + γμ. Where waiting alone costs nothing the index is γμ: what is lost with a contact for
    each second that it takes to serve, and patience does not matter.

    Args:
        classes: their names; equal indices are served as one class, who came first first.
        abandonment_costs: γ, dollars lost with each abandoned contact of a class: a weight in an order and no booked amount.
        handling_seconds: the mean time it takes to serve one.
        patience_seconds: the mean time after which one who waits gives up.
        waiting_costs_an_hour: h, in dollars an hour of one waiting contact; none by default.
        floors: the floor classes.

    Raises:
        ContactCentreError: CTC002, a class lacks a figure, or one is negative, or a time is not positive.

    Source: Atar, Giat and Shimkin (2010), Operations Research 58(5), 1427-1439.
    """
    waiting = waiting_costs_an_hour or [0.0] * len(classes)
    _number_for_each(classes, abandonment_costs, "what an abandoned contact costs", least=0.0)
    _number_for_each(classes, waiting, "what waiting costs", least=0.0)
    for what, times in (("the handling time", handling_seconds), ("the patience", patience_seconds)):
        _number_for_each(classes, times, what, least=math.ulp(0.0))
    figures = zip(abandonment_costs, waiting, handling_seconds, patience_seconds, strict=True)
    indices = [(hour / 3600.0 * patience + lost) / handling for lost, hour, handling, patience in figures]
    return _discipline("c_mu_theta", classes, indices, rate=0.0, floors=floors)


def _discipline(name: str, classes: Sequence[str], weights: Sequence[float], *, rate: float, floors: Sequence[str]) -> Discipline:
    return Discipline(name, tuple(classes), tuple(map(float, weights)), (float(rate),) * len(classes), floors=tuple(floors))


def _number_for_each(classes: Sequence[str], numbers: Sequence[float], what: str, *, least: float) -> None:
    if len(numbers) != len(classes):
        raise _no_number(what, f"{len(numbers)} for {len(classes)} classes", "give one number for each class")
    for each in numbers:
        if not (math.isfinite(each) and each >= least):
            above = {0.0: " of zero or more", -math.inf: ""}.get(least, " above zero")
            raise _no_number(what, each, f"give a number{above}")


def _no_number(what: str, seen: object, do: str) -> ContactCentreError:
    return ContactCentreError("CTC002", f"{what} is no number that orders a queue", seen=str(seen), do=do)
