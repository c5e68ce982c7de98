"""The one question worth most: only one whose answer could change what is done, and at most once in any channel.

Each answer is tried: the customer's empty column is filled with it, the policies that read the column are judged anew, and the best is
chosen as it always is. An answer is worth what is then done, less what would have been done without asking; answers count by their likely
share. Nothing is asked where a floor is in force, or where the column is known.

Source: the expected value of sample information; Raiffa and Schlaifer, Applied Statistical Decision Theory (1961), chapter 4.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from unequal.treatments.arbitration import Outcome, arbitrate, judged
from unequal.treatments.compiling import Asking, Line, Offer, Policy
from unequal.treatments.judging import Sitting
from unequal.treatments.shapes import Ask
from unequal.treatments.worth import added, less, weighed

_NOTHING = Decimal(0)


def best_question(sitting: Sitting, line: Line, outcome: Outcome) -> Ask | None:
    """What to ask, if anything.

    Args:
        sitting: the moment.
        line: what the channel offers.
        outcome: what would be done without asking.

    Returns:
        The question whose answer is worth most beyond what asking costs, by name where two are worth the same; None where no answer
        could change what is done, or none is worth its cost. `worth` has the cost off.
    """
    best: Ask | None = None
    if sitting.floors or ("questions", None) in sitting.wishes or ("questions", sitting.moment.channel) in sitting.wishes:
        return None
    for question in sitting.rules.questions:
        if not _may_be_asked(sitting, question):
            continue
        worth = less(worth_of(sitting, line, outcome, question), question.cost)
        if worth > 0 and (best is None or worth > best.worth):
            best = Ask(question.name, question.config.text, dict(question.config.answers), worth, question.config.changes)
    return best


def _may_be_asked(sitting: Sitting, question: Asking) -> bool:
    channels = question.config.channels
    asked = any(one.question == question.name and one.at <= sitting.moment.at for one in sitting.moment.standing.asked)
    never = any((f"question:{question.name}", channel) in sitting.wishes for channel in (None, sitting.moment.channel))
    return sitting.row[question.place] is None and not asked and not never and (not channels or sitting.moment.channel in channels)


def worth_of(sitting: Sitting, line: Line, outcome: Outcome, question: Asking) -> Decimal:
    """Dollars that the answer to a question is worth on the average, its cost not yet off; 0 where no answer changes what is done."""
    column = question.config.tells
    if column not in line.readers:
        return _NOTHING
    readers, winner = line.readers[column], outcome.winner
    reads = winner is not None and column in winner.policy.reads
    if not reads and not _can_change(sitting, readers, winner, question):
        return _NOTHING
    others = arbitrate(sitting, line.others[column], every=False).winner if reads else winner
    worth, changes = _NOTHING, False
    for answer, value in question.holds.items():
        offers = _standing(_supposing(sitting, question, value), readers.policies, line.cost)
        best = min([*offers.values(), *([others] if others else [])], key=lambda one: one.order, default=None)
        # What would have been done is worth what the answer makes of it: nothing, where it would not have been for the customer.
        without = offers.get(winner.policy.name) if winner is not None and reads else winner
        changes = changes or _name(best) != _name(winner)
        worth = added(worth, weighed(max(_NOTHING, less(_dollars(best), _dollars(without))), question.likely[answer]))
    return worth if changes else _NOTHING


def _can_change(sitting: Sitting, readers: Line, winner: Offer | None, question: Asking) -> bool:
    """Whether any that reads the column could win by an answer, for all that their bounds tell; told in floats, and so quickly."""
    least = 0.0 if winner is None else float(winner.score or 0)
    if readers.floors or (winner is not None and winner.score is None):
        return True
    able = sitting.able(readers)
    highest = next(readers.bounds.of(sitting.row, able), None) if able else None
    if highest is None or highest[0] < least:
        return False
    row = list(sitting.row)
    for value in question.holds.values():
        row[question.place] = value
        highest = next(readers.bounds.of(row, readers.sieve.passing(row) & able), None)
        if highest is not None and highest[0] >= least:
            return True
    return False


def _standing(sitting: Sitting, policies: Iterable[Policy], cost: Decimal) -> dict[str, Offer]:
    found = (judged(sitting, policy, cost) for policy in policies)
    return {one.offer.policy.name: one.offer for one in found if one is not None and one.code is None}


def _supposing(sitting: Sitting, question: Asking, value: object) -> Sitting:
    row = list(sitting.row)
    row[question.place] = value
    return sitting.supposing(row)


def _name(one: Offer | None) -> str | None:
    return None if one is None else one.policy.name


def _dollars(one: Offer | None) -> Decimal:
    return _NOTHING if one is None or one.dollars is None else one.dollars
