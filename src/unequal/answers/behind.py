"""The rows behind an answer, narrowed as its question is: what is taken out as a table."""

from __future__ import annotations

import ibis

from unequal.answers import profit
from unequal.answers.base import Base
from unequal.answers.contexts import with_contexts
from unequal.answers.forecasts import narrowed_values, said_when
from unequal.answers.happening import with_windows
from unequal.answers.narrowing import narrow, wide_entries
from unequal.terms.lines import Level
from unequal.terms.periods import Period


def customers(base: Base, *, where: str | None = None, period: Period | None = None, level: Level | None = None) -> ibis.Table:
    """The customers behind the profit question, best first, with the amounts that it adds up.

    Returns:
        BAND, of the entries asked about.

    Raises:
        AnswerError, PredicateError: as `profit`.
    """
    return profit.ranked(_told(base, where), where=where, period=period, level=level)


def entries(base: Base, *, where: str | None = None, period: Period | None = None) -> ibis.Table:
    """The entries behind an answer, by day.

    Returns:
        ENTRY.

    Raises:
        AnswerError: ANS016, `where` names what happened to customers, of which the run tells nothing.
        PredicateError: `where` is refused.
    """
    entry = base.table("entry")
    wide = entry if where is None else wide_entries(_told(base, where))
    return narrow(wide, where=where, period=period, leads_to=base.leads_to).select(*entry.columns).order_by("booked_on", "entry_id")


def values(base: Base, *, where: str | None = None) -> ibis.Table:
    """What customers are expected to bring, best first, each with whether it was told before a steward's word.

    Raises:
        AnswerError, PredicateError: as `entries`.
    """
    found = narrowed_values(_told(base, where), where).select(*base.table("customer_value").columns)
    return said_when(base, found).order_by(ibis.desc("value_expected"), "customer_id")


def _told(base: Base, where: str | None) -> Base:
    """The base as a question is asked of it: contexts and windows that the rule names stand beside what is known of customers."""
    return with_windows(with_contexts(base, where), "", where)
