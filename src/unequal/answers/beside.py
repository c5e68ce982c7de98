"""What the answer to value says of mentions, and of those who never bought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from unequal.answers import value_tables
from unequal.answers.base import Base
from unequal.answers.forecasts import estimate
from unequal.answers.occasions import posts_nothing
from unequal.terms.amounts import count_text, money_text


def findings(base: Base, tables: Mapping[str, pa.Table]) -> list[str]:
    """What mentions brought, as far as it is shown, and how many prospects are expected to buy."""
    return [*_of_mentions(base, tables), *(_of_prospects(base) if "prospects" in tables and not posts_nothing(base.project) else ())]


def _of_mentions(base: Base, tables: Mapping[str, pa.Table]) -> list[str]:
    parts = {row["part"]: row for row in tables["lift"].to_pylist()} if "lift" in tables else {}
    if not parts:
        return []
    shown = [name for name in ("told", "others") if parts[name]["is_shown"]]
    if not shown:
        every = parts["all"]
        return [f"That mentions bring customers is not shown: the range, {_range(every)}, includes zero, so no influence is counted."]
    told = [f"Mentions brought {_customers(parts[name])} {_who(name)}: measured on first orders." for name in shown]
    told += [
        f"{_who(name)[0].upper()}{_who(name)[1:]} it is not shown: the range, {_range(parts[name])}, includes zero, and is not counted."
        for name in ("told", "others")
        if name not in shown
    ]
    for row in tables["speakers"].slice(0, 1).to_pylist():
        worth, low, high = (
            money_text(estimate(row[f"influence_{end}"]), base.project.reporting_currency) for end in ("expected", "low", "high")
        )
        told.append(
            f"The most influential, {row['customer_id']}, brought about {row['brought_customers_expected']:,.1f} of them, worth {worth} "
            f"(between {low} and {high}): never add it to anybody's own value, for the same dollars stand with those who came."
        )
    return told


def _who(part: str) -> str:
    return "of those who said so" if part == "told" else "of those who did not say how they came"


def _customers(row: Mapping[str, Any]) -> str:
    return f"{row['brought_customers_expected']:,.0f} customers ({_range(row)}, nine times in ten)"


def _range(row: Mapping[str, Any]) -> str:
    low, high = (count_text(round(row[f"brought_customers_{end}"])) for end in ("low", "high"))
    return f"between {low} and {high}"


def _of_prospects(base: Base) -> list[str]:
    counted = value_tables.prospects_counted(base)
    count, scored = (int(str(counted[name] or 0)) for name in ("prospects", "scored"))
    told = []
    if scored:
        come, weeks = float(str(counted["come"])), float(str(counted["weeks"]))
        worth = money_text(estimate(float(str(counted["value"]))), base.project.reporting_currency)
        told.append(
            f"{count:,} are known and never bought; of the {scored:,} that can be scored {come:,.0f} are expected to within {weeks:,.0f} weeks, worth {worth}."
        )
    if counted["missing"]:
        told.append(f"{int(str(counted['missing']['prospects'])):,} who never bought are not scored: {counted['missing']['missing']}.")
    return told
