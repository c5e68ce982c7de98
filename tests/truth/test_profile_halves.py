"""One text over a profile: what a customer's row answers in memory is what the whole base answers in one query, for every column there is."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from unequal import flow
from unequal.flow.profiles import Profiles, profile_table
from unequal.predicates import compile_batch, compile_single, parse

_AT_ONCE = 60


@pytest.fixture
def profiles(published_meridian):
    with Profiles.open(flow.open_project(published_meridian, {})) as held:
        yield held


def written(value):
    """A value as a rule writes it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(sep=' ')}'"
    if isinstance(value, float):
        return f"{value:.6f}"
    return f"date '{value.isoformat()}'" if isinstance(value, date) else format(Decimal(value), "f")


def rules_of(column, kind, values):
    """Rules over one column, each drawn about values that the column has."""
    known = sorted({value for value in values if value is not None})
    rules = [f"{column} is null", f"not {column} is null"]
    if kind == "boolean":
        return [*rules, column, f"not {column}", f"{column} = false"]
    if not known:
        return rules
    low, middle, high = (written(known[place]) for place in (0, len(known) // 2, -1))
    rules += [
        f"{column} = {middle}",
        f"{column} <> {low}",
        f"{column} in ({low}, {high})",
        f"{column} <= {middle} and not {column} = {low}",
    ]
    return rules if kind == "string" else [*rules, f"{column} between {low} and {middle}", f"{column} > {middle} or {column} < {low}"]


def test_every_column_of_a_profile_answers_alike_for_one_customer_and_for_all(meridian, profiles):
    opened = meridian[1]
    table = profile_table(opened)
    rows = [profiles.known(one.decode()) for one in profiles.held.laid.ids]
    rules = [
        rule for column, kind in profiles.types.items() for rule in rules_of(column, kind, [row[profiles.columns[column]] for row in rows])
    ]
    assert len(rules) > 4 * len(profiles.columns)
    for first in range(0, len(rules), _AT_ONCE):
        some = [parse(rule, profiles.types, where="policy") for rule in rules[first : first + _AT_ONCE]]
        asked = table.select("customer_id", **{f"r{place}": compile_batch(rule, table) for place, rule in enumerate(some)})
        told = {row.pop("customer_id"): list(row.values()) for row in opened.base.fetch(asked)}
        single = [compile_single(rule, profiles.columns) for rule in some]
        for row in rows:
            answers = [answer(row) for answer in single]
            assert answers == told[row[0]], [
                rules[first + place] for place, pair in enumerate(zip(answers, told[row[0]], strict=True)) if len(set(pair)) > 1
            ]
