"""`and` and `or` of conditions of one row, written out for two to six parts: a loop would take as long as the conditions.

Three-valued: what is unknown is passed over only where a later part settles the answer. Parts give exactly True, False or None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

Condition = Callable[[Sequence[Any]], "bool | None"]


def both(parts: Sequence[Condition]) -> Condition:
    """False where any part is false, else unknown where any is unknown, else true; stops where it is settled."""
    if len(parts) == 1:
        return parts[0]
    made = _AND.get(len(parts))
    return made(*parts) if made else _every(tuple(parts))


def either(parts: Sequence[Condition]) -> Condition:
    """True where any part is true, else unknown where any is unknown, else false; stops where it is settled."""
    made = _OR.get(len(parts))
    return made(*parts) if made else _some(tuple(parts))


def _never_false(parts: Sequence[Condition], row: Sequence[Any]) -> bool | None:
    """What `and` answers once one part was unknown."""
    for part in parts:
        if part(row) is False:
            return False
    return None


def _never_true(parts: Sequence[Condition], row: Sequence[Any]) -> bool | None:
    """What `or` answers once one part was unknown."""
    for part in parts:
        if part(row):
            return True
    return None


def _every(parts: tuple[Condition, ...]) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        for at, part in enumerate(parts):
            if not (found := part(row)):
                return found if found is False else _never_false(parts[at + 1 :], row)
        return True

    return answer


def _some(parts: tuple[Condition, ...]) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        for at, part in enumerate(parts):
            if (found := part(row)) is not False:
                return found or _never_true(parts[at + 1 :], row)
        return False

    return answer


def _and_two(one: Condition, two: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if not (found := one(row)):
            return found if found is False else _never_false((two,), row)
        return two(row)

    return answer


def _and_three(one: Condition, two: Condition, three: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if not (found := one(row)):
            return found if found is False else _never_false((two, three), row)
        if not (found := two(row)):
            return found if found is False else _never_false((three,), row)
        return three(row)

    return answer


def _and_four(one: Condition, two: Condition, three: Condition, four: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if not (found := one(row)):
            return found if found is False else _never_false((two, three, four), row)
        if not (found := two(row)):
            return found if found is False else _never_false((three, four), row)
        if not (found := three(row)):
            return found if found is False else _never_false((four,), row)
        return four(row)

    return answer


def _and_five(one: Condition, two: Condition, three: Condition, four: Condition, five: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if not (found := one(row)):
            return found if found is False else _never_false((two, three, four, five), row)
        if not (found := two(row)):
            return found if found is False else _never_false((three, four, five), row)
        if not (found := three(row)):
            return found if found is False else _never_false((four, five), row)
        if not (found := four(row)):
            return found if found is False else _never_false((five,), row)
        return five(row)

    return answer


def _and_six(one: Condition, two: Condition, three: Condition, four: Condition, five: Condition, six: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if not (found := one(row)):
            return found if found is False else _never_false((two, three, four, five, six), row)
        if not (found := two(row)):
            return found if found is False else _never_false((three, four, five, six), row)
        if not (found := three(row)):
            return found if found is False else _never_false((four, five, six), row)
        if not (found := four(row)):
            return found if found is False else _never_false((five, six), row)
        if not (found := five(row)):
            return found if found is False else _never_false((six,), row)
        return six(row)

    return answer


def _or_two(one: Condition, two: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if (found := one(row)) is not False:
            return found or _never_true((two,), row)
        return two(row)

    return answer


def _or_three(one: Condition, two: Condition, three: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if (found := one(row)) is not False:
            return found or _never_true((two, three), row)
        if (found := two(row)) is not False:
            return found or _never_true((three,), row)
        return three(row)

    return answer


def _or_four(one: Condition, two: Condition, three: Condition, four: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if (found := one(row)) is not False:
            return found or _never_true((two, three, four), row)
        if (found := two(row)) is not False:
            return found or _never_true((three, four), row)
        if (found := three(row)) is not False:
            return found or _never_true((four,), row)
        return four(row)

    return answer


def _or_five(one: Condition, two: Condition, three: Condition, four: Condition, five: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if (found := one(row)) is not False:
            return found or _never_true((two, three, four, five), row)
        if (found := two(row)) is not False:
            return found or _never_true((three, four, five), row)
        if (found := three(row)) is not False:
            return found or _never_true((four, five), row)
        if (found := four(row)) is not False:
            return found or _never_true((five,), row)
        return five(row)

    return answer


def _or_six(one: Condition, two: Condition, three: Condition, four: Condition, five: Condition, six: Condition) -> Condition:
    def answer(row: Sequence[Any]) -> bool | None:
        if (found := one(row)) is not False:
            return found or _never_true((two, three, four, five, six), row)
        if (found := two(row)) is not False:
            return found or _never_true((three, four, five, six), row)
        if (found := three(row)) is not False:
            return found or _never_true((four, five, six), row)
        if (found := four(row)) is not False:
            return found or _never_true((five, six), row)
        if (found := five(row)) is not False:
            return found or _never_true((six,), row)
        return six(row)

    return answer


_AND: Final[dict[int, Callable[..., Condition]]] = {2: _and_two, 3: _and_three, 4: _and_four, 5: _and_five, 6: _and_six}
_OR: Final[dict[int, Callable[..., Condition]]] = {2: _or_two, 3: _or_three, 4: _or_four, 5: _or_five, 6: _or_six}
