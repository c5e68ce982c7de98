"""The exact command behind each figure: a rule over customers under which `unequal ask customers` lists just those it counts."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from unequal import customer_base
from unequal.answers.answer import Answer
from unequal.answers.base import Base
from unequal.answers.narrowing import columns_to_ask
from unequal.answers.parting import asked
from unequal.predicates import parse
from unequal.terms.errors import PredicateError
from unequal.terms.periods import Period

Rule = str | Callable[[Answer], str | None]


def _gained(answer: Answer) -> str | None:
    """Those of the last year that is told."""
    years = answer.tables["years"]
    return f"began_year = '{years['year'][-1].as_py()}'" if years.num_rows else None


def _stood(rule: str) -> Rule:
    """Of the run's own windows, scheme and level; how customers stood otherwise is worked out for the question and kept nowhere."""
    return lambda answer: rule if answer.drill_down == _OF_THE_RUN and answer.by is None else None


_LEVERS: Final = customer_base.steps.levers.LEVERS
_OF_THE_RUN: Final = "unequal export bands"
_CAME, _WENT = "band_before is null and band_after is not null", "band_before is not null and band_after is null"


RULES: Final[Mapping[str, Mapping[str, Rule]]] = {
    "new": {"gained": _gained, "gained_in_all": "began_on is not null", "first_year": _gained, "acquisition_cost": _gained, "value": _gained},
    "lost": {"lost": "is_lost", "brought": "is_lost", "ended": "has_ended", "silent": "is_silent"},
    "loyal": {"warned": "is_warned", "at_risk": "is_warned"},
    "conflicts": {"caught": "is_caught", "brought": "is_caught", "value": "is_caught"},
    "promises": {
        "let_down": "is_let_down", "value_let_down": "is_let_down", "cheaper_plan": "could_pay_less", "cheaper_plan_year": "could_pay_less",
    },
    "advocates": {"bringers": "brings_others", "others": "was_brought", "came_brought": "was_brought", "came": "was_brought"},
    "equity": {"customers": "value_expected is not null", "equity": "value_expected is not null"},
    "retention": {"customers": "value_expected is not null", "point_value": "value_expected is not null"},
    "movement": {
        "change": _stood("band_before is not null or band_after is not null"),
        "within": _stood("band_before = band_after"), "movement": _stood("band_before <> band_after"), "moved": _stood("band_before <> band_after"),
        "stayed": _stood("band_before is not null and band_after is not null"),
        **dict.fromkeys(("before", "customers_before"), _stood("band_before is not null")),
        **dict.fromkeys(("after", "customers_after"), _stood("band_after is not null")),
        **dict.fromkeys(("entry", "entered"), _stood(_CAME)), **dict.fromkeys(("exit", "left"), _stood(_WENT)),
    },
    "get-keep-grow": {
        "change": " or ".join(f"lever_{name}" for name in _LEVERS),
        **{group: " or ".join(f"lever_{name}" for name in _LEVERS if _LEVERS[name] == group) for group in dict.fromkeys(_LEVERS.values())},
        **{name: f"lever_{name}" for name in _LEVERS},
    },
    "customers": {"customers": "kind is not null", "persons": "kind = 'person'", "organisations": "kind = 'organisation'"},
}  # fmt: skip
"""Question: figure: which customers it counts, or whose dollars it sums. The first is that of the answer."""
_PLAIN: Final = "unequal ask customers"
_OF_ALL: Final = frozenset({_PLAIN, "unequal export lost", "unequal export gained"})
"""Commands that list everybody, and know nothing of how the question was narrowed."""
_DAY: Final[Mapping[str, str]] = {"new": "began_on", "lost": "lost_on"}
"""By which day of a customer a period narrows; of other questions a period is of rows, and no rule over customers says the same."""


def drilled(answer: Answer, base: Base, period: Period | None) -> Answer:
    """An answer whose figures of customers carry the command that lists them, and which leads to that of its first.

    Args:
        answer: of any question.
        base: what it was asked of, with the contexts that the question names.
        period: as it was asked.

    Returns:
        The answer as it is where no rule over customers says whom it counts: its `where` is over other rows, or its period is.
    """
    rules = RULES.get(answer.question)
    if rules is None or (answer.question == "customers" and (answer.where is not None or answer.by is not None)):
        return answer
    known = columns_to_ask(asked(base, None))
    if (period is not None and answer.question not in _DAY) or not _is_of_customers(answer.where, known):
        return replace(answer, drill_down=_again(answer, period)) if answer.drill_down in _OF_ALL else answer
    within = _within(_DAY.get(answer.question, ""), period)
    told = {name: rule if isinstance(rule, str) else rule(answer) for name, rule in rules.items()}
    # Whoever left two lines of business stands under the later day: in a period he may be counted for the earlier.
    each = {} if answer.question == "lost" and period is not None else told
    figures = tuple(
        replace(one, drill_down=command(answer.where, rule, within)) if (rule := each.get(one.name)) else one for one in answer.figures
    )
    first = next((rule for name, rule in told.items() if rule and any(one.name == name for one in answer.figures)), None)
    if first is None:
        return answer
    by = answer.by if answer.by in known else None
    return replace(answer, figures=figures, drill_down=command(answer.where, first, within, by=by))


def command(where: str | None, *rules: str | None, by: str | None = None) -> str:
    r"""The command that lists the customers for whom all rules hold.

    >>> command("country = 'DE'", "is_lost")
    'unequal ask customers --where "(country = \'DE\') and is_lost"'
    >>> command(None, "began_year = '2025'", by="main_channel")
    'unequal ask customers --where "began_year = \'2025\'" --by main_channel'
    """
    told = [rule for rule in rules if rule]
    is_alone = len(told) == 1 and not where
    parts = [rule if is_alone or " or " not in rule else f"({rule})" for rule in told]
    whole = " and ".join([f"({where})", *parts] if where else parts)
    return f"{_PLAIN}{where_option(whole)}" + (f" --by {by}" if by else "")


def where_option(where: str | None) -> str:
    """`--where` as a shell reads it, in double quotes where these need no more; nothing where nothing narrows."""
    if not where:
        return ""
    return f" --where {shlex.quote(where)}" if set(where) & set('"$`\\!') else f' --where "{where}"'


def _again(answer: Answer, period: Period | None) -> str:
    """The question itself with all its rows, where its rule is over rows that are no customers."""
    days = "" if period is None else f" --from {period.start} --to {period.last_day}"
    return f"unequal ask {answer.question}{where_option(answer.where)}{days} --json"


def _within(day: str, period: Period | None) -> str | None:
    if period is None or not day:
        return None
    ends = [
        f"{day} >= date '{period.start}'" if period.start > date.min else "",
        f"{day} < date '{period.end}'" if period.end < date.max else "",
    ]
    return " and ".join(end for end in ends if end) or None


def _is_of_customers(where: str | None, known: Mapping[str, str]) -> bool:
    """Whether a rule can be asked of customers too: it names nothing but what is known, expected or told of each."""
    if where is None:
        return True
    try:
        parse(where, known)
    except PredicateError:
        return False
    return True
