"""The passes over all options, compiled: imported where they are first called, since numba takes its time to load."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from unequal.treatments.allocation.tables import Prices, Room, Rows, Taking
from unequal.value import compiled

_AGAIN: Final = 20
"""How often moves that lose the same are gone through, at most."""
_NEVER: Final = 1e-9
"""Options as unlikely as this count for nothing."""


@compiled.kernel
def best_at(first: int, last: int, rows: Rows, prices: Prices, taken: Any) -> float:
    """Choose for customers [first, last) what brings most beyond its price, into `taken`; what the choices bring beyond it."""
    reduced = 0.0
    for customer in range(first, last):
        at, most = -1, 0.0
        beside = prices.group[rows.group[customer]]
        for row in range(rows.starts[customer], rows.starts[customer + 1]):
            left = rows.value[row] - prices.option[rows.option[row]] - beside
            if left > most:
                at, most = row, left
        taken[customer] = at
        reduced += most
    return reduced


@compiled.kernel
def rounded(
    first: int, last: int, rows: Rows, prices: Prices, temperature: float, options: Taking, groups: Taking, rounding: tuple[Any, Any]
) -> tuple[float, float]:  # fmt: skip
    """As `best_at`, with the best rounded to a logarithm of a sum of exponentials; how much that is, and how much the best.

    Args:
        first, last, rows, prices: as for `best_at`.
        temperature: in units; the lower, the closer to the best.
        options, groups: what they take of limits.
        rounding: of each row of limits, what is taken; and the lower half of how that falls with prices, rows × rows. Both are added to.
    """
    height, bound = 0.0, 0.0
    use, touched = np.zeros(len(rounding[0])), np.zeros(len(rounding[0]), np.int64)
    entries, takes = np.zeros(len(use) + 1, np.int64), np.zeros(len(use) + 1)
    chances = np.zeros(1 if first == last else np.max(rows.starts[first + 1 : last + 1] - rows.starts[first:last]))
    for customer in range(first, last):
        most, total = _chances(customer, rows, prices, temperature, chances)
        bound += most
        height += most + temperature * np.log(total)
        column = rows.group[customer] if rows.group[customer] >= 0 else len(groups.starts) - 2
        count = 0
        for at in range(rows.starts[customer + 1] - rows.starts[customer]):
            if chances[at] >= _NEVER:
                option = rows.option[rows.starts[customer] + at]
                held = _gathered(option, column, options, groups, entries, takes)
                count = _added(chances[at], entries[:held], takes[:held], use, touched, count)
                if chances[at] < 1 - _NEVER:
                    _bent(chances[at] / temperature, entries[:held], takes[:held], rounding[1])
        # Who is not in two minds bends nothing.
        if count and np.max(chances[: rows.starts[customer + 1] - rows.starts[customer]]) < 1 - _NEVER:
            _bent(-1 / temperature, touched[:count], use[touched[:count]], rounding[1])
        for one in touched[:count]:
            rounding[0][one] += use[one]
            use[one] = 0.0
    return height, bound


@compiled.kernel
def _chances(customer: int, rows: Rows, prices: Prices, temperature: float, chances: Any) -> tuple[float, float]:
    """How likely each row of a customer is, into `chances`; what the best brings beyond its price, and the sum that the chances are parts of."""
    beside, most, begin, end = prices.group[rows.group[customer]], 0.0, rows.starts[customer], rows.starts[customer + 1]
    for row in range(begin, end):
        chances[row - begin] = rows.value[row] - prices.option[rows.option[row]] - beside
        most = max(most, chances[row - begin])
    total = np.exp(-most / temperature)
    for at in range(end - begin):
        chances[at] = np.exp((chances[at] - most) / temperature)
        total += chances[at]
    for at in range(end - begin):
        chances[at] /= total
    return most, total


@compiled.kernel
def _gathered(option: int, column: int, options: Taking, groups: Taking, entries: Any, takes: Any) -> int:
    """The rows of limits that an option of a customer takes of, and how much, into two arrays; how many there are."""
    held = 0
    for at in range(options.starts[option], options.starts[option + 1]):
        entries[held], takes[held] = options.rows[at], options.takes[at]
        held += 1
    for at in range(groups.starts[column], groups.starts[column + 1]):
        entries[held], takes[held] = groups.rows[at], groups.takes[at]
        held += 1
    return held


@compiled.kernel
def _added(chance: float, entries: Any, takes: Any, use: Any, touched: Any, count: int) -> int:
    """Add to what is taken; how many rows of limits something is taken of."""
    for at in range(len(entries)):
        if use[entries[at]] == 0.0:
            touched[count] = entries[at]
            count += 1
        use[entries[at]] += chance * takes[at]
    return count


@compiled.kernel
def _bent(weight: float, entries: Any, takes: Any, bend: Any) -> None:
    """Add the square of what is taken, weighed, to the lower half."""
    for one in range(len(entries)):
        for other in range(len(entries)):
            if entries[other] <= entries[one]:
                bend[entries[one], entries[other]] += weight * takes[one] * takes[other]


@compiled.kernel
def losses(rows: Rows, prices: Prices, taken: Any, lost: Any) -> None:
    """What each move away from a choice loses at the prices: of each row in its place, and of ending the treatment behind them.

    Args:
        rows, prices: as for `best_at`.
        taken: the choice.
        lost: rows and then customers, written. No move: infinity.
    """
    for customer in range(len(taken)):
        beside, at = prices.group[rows.group[customer]], taken[customer]
        now = rows.value[at] - prices.option[rows.option[at]] - beside if at >= 0 else 0.0
        lost[len(rows.option) + customer] = now if at >= 0 else np.inf
        for row in range(rows.starts[customer], rows.starts[customer + 1]):
            lost[row] = now - (rows.value[row] - prices.option[rows.option[row]] - beside) if row != at else np.inf


@compiled.kernel
def _change(was: int, then: int, customer: int, rows: Rows, room: Room, row: int) -> int:
    """By how much the use of a row of limits changes where a customer moves from one option to another."""
    found = 0
    if then >= 0:
        found += room.of_options[row, rows.option[then]] + room.of_groups[row, rows.group[customer]]
    if was >= 0:
        found -= room.of_options[row, rows.option[was]] + room.of_groups[row, rows.group[customer]]
    return found


@compiled.kernel
def _move(customer: int, then: int, rows: Rows, room: Room, use: Any, taken: Any) -> None:
    for row in range(len(use)):
        use[row] += _change(taken[customer], then, customer, rows, room, row)
    taken[customer] = then


@compiled.kernel
def _over(customer: int, then: int, rows: Rows, room: Room, use: Any, taken: Any) -> float:
    """By how much is used too much after a move."""
    found = 0.0
    for row in range(len(use)):
        after = use[row] + _change(taken[customer], then, customer, rows, room, row)
        found += max(0, after - room.limits[row]) / room.scale[row]
    return found


@compiled.kernel
def repair(moves: Any, owner: Any, rows: Rows, room: Room, use: Any, taken: Any, moved: Any) -> bool:
    """Make moves, in the order given, that use less of what is used too much; whether everything then fits.

    Args:
        moves: rows, or behind them customers whose treatment ends.
        owner: of each row its customer.
        rows, room: the problem.
        use, taken: as they are; changed.
        moved: of each customer whether he was moved already; changed.
    """
    over = 0.0
    for row in range(len(use)):
        over += max(0, use[row] - room.limits[row]) / room.scale[row]
    for move in moves:
        if over == 0:
            return True
        customer = owner[move] if move < len(owner) else move - len(owner)
        then = move if move < len(owner) else -1
        if moved[customer] or taken[customer] == then:
            continue
        after = _over(customer, then, rows, room, use, taken)
        if after < over:
            _move(customer, then, rows, room, use, taken)
            moved[customer], over = True, after
    return over == 0


@compiled.kernel
def end_some(order: Any, rows: Rows, room: Room, use: Any, taken: Any) -> None:
    """End treatments, in the order given, until everything fits. Nothing treated always fits, and so this comes to an end."""
    ended = True
    while ended:
        ended = False
        for customer in order:
            if taken[customer] >= 0 and _takes_too_much(customer, rows, room, use, taken):
                _move(customer, -1, rows, room, use, taken)
                ended = True


@compiled.kernel
def _takes_too_much(customer: int, rows: Rows, room: Room, use: Any, taken: Any) -> bool:
    """Whether a customer's treatment takes of anything that is used too much."""
    for row in range(len(use)):  # noqa: SIM110 - numba compiles no `any` over a generator
        if use[row] > room.limits[row] and _change(taken[customer], -1, customer, rows, room, row) < 0:
            return True
    return False


@compiled.kernel
def fill(moves: Any, lost: Any, owner: Any, rows: Rows, room: Room, use: Any, taken: Any) -> int:
    """Make moves, in the order given, that bring more and still fit; how many were made. See `repair`.

    Of moves that lose the same none comes first: as long as one of them is made they are gone through again, so that what one leaves over another takes
    before any that loses more.

    Args:
        lost: what each of the moves loses at the prices, the least first.
    """
    made, first = 0, 0
    while first < len(moves):
        last = first
        while last < len(moves) and lost[last] <= lost[first]:
            last += 1
        for _ in range(_AGAIN):
            before = made
            for at in range(first, last):
                then = moves[at]
                customer = owner[then]
                was = taken[customer]
                more = rows.value[then] > (rows.value[was] if was >= 0 else 0)
                if was != then and more and _fits(customer, then, rows, room, use, taken):
                    _move(customer, then, rows, room, use, taken)
                    made += 1
            if made == before or last == first + 1:
                break
        first = last
    return made


@compiled.kernel
def _fits(customer: int, then: int, rows: Rows, room: Room, use: Any, taken: Any) -> bool:
    for row in range(len(use)):
        change = _change(taken[customer], then, customer, rows, room, row)
        if change > 0 and use[row] + change > room.limits[row]:
            return False
    return True


@compiled.kernel
def counted(rows: Rows, taken: Any, treated: Any) -> None:
    """Count who is treated, by option and group."""
    for customer in range(len(taken)):
        if taken[customer] >= 0:
            treated[rows.option[taken[customer]], rows.group[customer]] += 1
