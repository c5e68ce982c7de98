"""Which line of the chart an amount is booked on: the config's rules, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import ibis

from unequal import config, predicates
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line

SALES_LINES = LINES_OF_LEVEL[Level.REVENUE]
"""The lines that a return takes back; costs of a returned row stay on their own line."""


def holds(text: str, table: ibis.Table, *, where: str) -> ibis.Value:
    """Whether a rule of the config holds for a row: boolean, never null (unknown does not hold).

    Raises:
        PredicateError: the rule is refused; its place is `where`.
    """
    return predicates.holds(predicates.parse(text, columns_for_rules(table.schema()), where=where), table)


def columns_for_rules(types: Mapping[str, object]) -> dict[str, str]:
    """The columns that a rule may name: the source's own, without our bookkeeping."""
    return {name: str(kind) for name, kind in types.items() if not name.startswith("_")}


def columns_asked(postings: config.sources.Postings, types: Mapping[str, object], *, where: str) -> tuple[str, ...]:
    """The columns that the rules of a mapping read, in the order of the source."""
    rules = [rule.when for rule in postings.rules] + [amount.when for amount in postings.amounts.values() if amount.when]
    if postings.returns is not None:
        rules.append(postings.returns.when)
    known = columns_for_rules(types)
    asked = {name for text in rules for name in predicates.columns_of(predicates.parse(text, known, where=where))}
    return tuple(name for name in known if name in asked)


def is_return(table: ibis.Table, postings: config.sources.Postings, *, where: str) -> ibis.Value:
    """Whether a row takes an earlier sale back."""
    if postings.returns is None:
        return ibis.literal(value=False)
    return holds(postings.returns.when, table, where=f"{where}.returns.when")


def line_of(table: ibis.Table, postings: config.sources.Postings, amount: config.sources.Amount, *, where: str) -> ibis.Value:
    """The line of an amount, row by row: the first rule that holds, else returns, else the amount's own."""
    cases = [(holds(rule.when, table, where=f"{where}.rules[{number}].when"), str(rule.line)) for number, rule in enumerate(postings.rules)]
    if postings.returns is not None and amount.line in SALES_LINES:
        cases.append((is_return(table, postings, where=where), str(Line.RETURNS)))
    otherwise: ibis.Value = ibis.literal(str(amount.line))
    return reduce(lambda rest, case: ibis.ifelse(case[0], case[1], rest), reversed(cases), otherwise)


def mapped_lines(postings: config.sources.Postings) -> frozenset[Line]:
    """Every line that the mapping of a source can book on, whatever its rows hold."""
    own = {amount.line for amount in postings.amounts.values()} | {rule.line for rule in postings.rules}
    if postings.returns is not None:
        own.add(Line.RETURNS)
    return frozenset(own)
