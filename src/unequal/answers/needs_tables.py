"""Tables of the answer to needs: groups with their dollars, by band and slice, and what else is given of their customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal.answers.base import Base
from unequal.answers.forecasts import narrowed_values, totals_of
from unequal.answers.movement_words import label
from unequal.answers.narrowing import narrow
from unequal.terms.money import TOTAL, money_sum

FEWEST: Final = 10
"""Cells of fewer customers than this are withheld."""
WHY_NOT: Final[Mapping[str, str]] = {
    "few_days": "bought on too few days to tell", "between": "stand between groups", "not_standing": "are of a group that does not stand",
    "no_groups": "while none are found",
}  # fmt: skip
_SURE: Final = 2.576
"""One in a hundred such ranges leaves out the truth: many are looked at."""
_MOST_VALUES: Final = 60
_LEAST_APART: Final = 0.05
_MOST_ROWS: Final = 20
_OWN: Final = frozenset({"customer_id", "needs_group", "band"})
_MONEY: Final = pa.decimal128(28, 4)
_CENT: Final = Decimal("0.01")


def _rows(base: Base, table: ibis.Table) -> list[dict[str, Any]]:
    return [dict(row) for row in base.fetch(table)]


def groups(base: Base) -> list[dict[str, Any]]:
    """NEEDS_GROUP, the largest first."""
    return _rows(base, base.table("needs_group").order_by("place"))


def customers(base: Base, where: str | None) -> ibis.Table:
    """Who buys: CUSTOMER_NEEDS beside amount and band at the base's level, what is known of them and what they will bring.

    Raises:
        PredicateError: `where` is refused, or names what is not there.
    """
    told = base.table("customer_needs")
    bands = base.table("band").select("customer_id", "amount")
    # What is known of customers takes a while to gather: only a predicate, or what is shown of them, asks for it.
    known = base.table("customer_attribute").drop("needs_group")
    rows = told.left_join(bands, "customer_id").drop("customer_id_right").left_join(known, "customer_id").drop("customer_id_right")
    if "customer_value" in base.tables:
        values = base.table("customer_value").select("customer_id", "p_alive", "value_expected", "brought")
        rows = rows.left_join(values, "customer_id").drop("customer_id_right")
    rows = rows.mutate(amount=rows["amount"].fill_null(0).cast(TOTAL))
    return narrow(rows, where=where, period=None, leads_to=base.leads_to)


def whole(base: Base, rows: ibis.Table) -> dict[str, Any]:
    """How many buy and are told, and how much groups and dollars tell of each other.

    Returns:
        customers, told; explained (eta squared: of the variance of amounts the share between groups) and uncertainty (Theil's U: of the entropy of
        groups, what bands take away), both None where fewer than two groups are told.
    """
    counted = dict(_rows(base, rows.aggregate(customers=rows.count(), told=rows["needs_group"].count()))[0])
    named = rows.filter(rows["needs_group"].notnull(), rows["band"].notnull())
    amount = named["amount"].cast("float64")
    cells = _rows(
        base, named.group_by("needs_group", "band").aggregate(n=named.count(), total=amount.sum(), squares=(amount * amount).sum())
    )
    return counted | {"explained": None, "uncertainty": None} | _associated(cells)


def _associated(cells: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    names, bands = ({str(row[key]) for row in cells} for key in ("needs_group", "band"))
    many, total = sum(int(row["n"]) for row in cells), sum(float(row["total"]) for row in cells)
    if len(names) < 2:  # noqa: PLR2004 -- one group tells nothing apart
        return {}
    mean = total / many
    spread = sum(float(row["squares"]) for row in cells) - many * mean * mean
    between = 0.0
    for name in names:
        own = [row for row in cells if row["needs_group"] == name]
        n = sum(int(row["n"]) for row in own)
        between += n * (sum(float(row["total"]) for row in own) / n - mean) ** 2
    joint = np.array([[sum(int(row["n"]) for row in cells if row["needs_group"] == name and row["band"] == band) for band in sorted(bands)]
                      for name in sorted(names)], dtype=np.float64) / many  # fmt: skip
    whole, left = _entropy(joint.sum(axis=1)), _entropy(joint.ravel()) - _entropy(joint.sum(axis=0))
    return {"explained": between / spread if spread > 0 else 0.0, "uncertainty": max(1 - left / whole, 0.0) if whole > 0 else 0.0}


def _entropy(shares: Any) -> float:
    there = shares[shares > 0]
    return float(-(there * np.log(there)).sum())


def tables(base: Base, rows: ibis.Table, found: Sequence[Mapping[str, Any]], where: str | None, by: str | None) -> dict[str, pa.Table]:
    """All tables behind the answer.

    Args:
        base: the run.
        rows: of `customers`, narrowed.
        found: of `groups`.
        where: what narrowed them.
        by: a column of the rows to slice by.
    """
    named = rows.filter(rows["needs_group"].notnull())
    habits, traits = base.table("needs_habit"), base.table("needs_trait")
    untold = rows.filter(rows["needs_group"].isnull())
    told = {
        "groups": _groups(base, named, found, where),
        "bands": _bands(base, named),
        "standing": _standing(found),
        "traits": base.arrow(_named_first(base, traits)),
        "known": _known(base, named),
        "said": _said(base, named),
        "habits": base.arrow(habits.order_by(ibis.desc("used"), "habit", "part")),
        "stability": base.arrow(base.table("needs_stability")),
        "untold": base.arrow(
            untold.group_by("why_not").aggregate(customers=untold.count().cast("int64")).order_by(ibis.desc("customers"), "why_not")
        ),
    }
    return told if by is None else {"slices": _slices(base, named, by), **told}


def _groups(base: Base, named: ibis.Table, found: Sequence[Mapping[str, Any]], where: str | None) -> pa.Table:
    sums = {
        row["needs_group"]: row
        for row in _rows(
            base, named.group_by("needs_group").aggregate(customers=named.count().cast("int64"), amount=money_sum(named["amount"]))
        )
    }
    ahead = (
        {row["segment"]: row for row in totals_of(base, narrowed_values(base, where), "needs_group")}
        if "customer_value" in base.tables
        else {}
    )
    rows = []
    for group in found:
        name = group["needs_group"]
        own: Mapping[str, Any] = sums.get(name, {"customers": 0, "amount": Decimal(0)})
        is_thin = 0 < own["customers"] < FEWEST
        rows.append({
            "needs_group": name, "stands": group["stands"], "customers": own["customers"],
            "amount": None if is_thin else own["amount"], "each": None if is_thin else _mean(own["amount"], own["customers"]),
            **{column: None if is_thin else ahead.get(name, {}).get(column) for column in ("value_expected", "value_low", "value_high")},
            **{column: group[column] for column in ("jaccard_expected", "jaccard_low", "jaccard_high", "rule", "rule_caught_share", "rule_precision")},
        })  # fmt: skip
    kinds = {"needs_group": pa.string(), "stands": pa.bool_(), "customers": pa.int64(), "amount": _MONEY, "each": _MONEY,
             **dict.fromkeys(("value_expected", "value_low", "value_high", "jaccard_expected", "jaccard_low", "jaccard_high"), pa.float64()),
             "rule": pa.string(), "rule_caught_share": pa.float64(), "rule_precision": pa.float64()}  # fmt: skip
    return pa.Table.from_pylist(rows, pa.schema(list(kinds.items())))


def _mean(amount: Decimal, many: int) -> Decimal:
    return (amount / many).quantize(_CENT) if many else Decimal(0)


def _bands(base: Base, named: ibis.Table) -> pa.Table:
    """How many of each group stand in each band of value."""
    counted = named.group_by("needs_group", "band").aggregate(customers=named.count().cast("int64"), amount=money_sum(named["amount"]))
    rows = _rows(base, counted)
    whole: dict[str, int] = {}
    for row in rows:
        whole[row["needs_group"]] = whole.get(row["needs_group"], 0) + row["customers"]
    order = ["profitable", "break_even", "unprofitable"]
    rows.sort(
        key=lambda row: (-whole[row["needs_group"]], row["needs_group"], order.index(row["band"]) if row["band"] in order else len(order))
    )
    told = [
        {
            **row,
            "band_label": label(row["band"], base.level) if row["band"] else "no band",
            "share": row["customers"] / whole[row["needs_group"]],
        }
        for row in rows
    ]
    return pa.Table.from_pylist(told, pa.schema({
        "needs_group": pa.string(), "band": pa.string(), "band_label": pa.string(), "customers": pa.int64(), "share": pa.float64(), "amount": _MONEY,
    }))  # fmt: skip


def _standing(found: Sequence[Mapping[str, Any]]) -> pa.Table:
    kinds = {"needs_group": pa.string(), "verdict": pa.string(), **dict.fromkeys(("jaccard_expected", "jaccard_low", "jaccard_high"), pa.float64()),
             "rule": pa.string(), "rule_caught_share": pa.float64(), "rule_precision": pa.float64()}  # fmt: skip
    rows = [{**group, "verdict": "stands" if group["stands"] else "does not stand"} for group in found]
    return pa.Table.from_pylist([{name: row[name] for name in kinds} for row in rows], pa.schema(list(kinds.items())))


def _named_first(base: Base, traits: ibis.Table) -> ibis.Table:
    """Traits of groups that stand by what is most telling, those that name the group first."""
    standing = base.table("needs_group").filter(base.table("needs_group")["stands"]).select("needs_group", "place")
    joined = traits.inner_join(standing, "needs_group")
    told = joined.filter(joined["in_name"] | (joined["telling"] > _LEAST_TELLING))
    return told.order_by("place", ibis.desc("in_name"), ibis.desc("telling"), "part").drop("place")


_LEAST_TELLING: Final = 0.1


def _slices(base: Base, named: ibis.Table, by: str) -> pa.Table:
    rows = named.mutate(value=named[by].cast("string"))
    counted = rows.group_by("value", "needs_group").aggregate(customers=rows.count().cast("int64"), amount=money_sum(rows["amount"]))
    found = _rows(base, counted)
    whole: dict[str | None, int] = {}
    for row in found:
        whole[row["value"]] = whole.get(row["value"], 0) + row["customers"]
    kept = [row for row in found if row["customers"] >= FEWEST]
    kept.sort(key=lambda row: (-whole[row["value"]], row["value"] or "", -row["customers"], row["needs_group"]))
    told = [{**row, "share": row["customers"] / whole[row["value"]], "each": _mean(row["amount"], row["customers"])} for row in kept]
    return pa.Table.from_pylist(told, pa.schema({
        "value": pa.string(), "needs_group": pa.string(), "customers": pa.int64(), "share": pa.float64(), "amount": _MONEY, "each": _MONEY,
    }))  # fmt: skip


def _known(base: Base, named: ibis.Table) -> pa.Table:
    """Values of what is given of customers that differ between a group and all others, beyond chance; the widest apart first."""
    given = [name for name in base.table("customer_attribute").columns if name not in _OWN]
    rows: list[dict[str, Any]] = []
    beside = dict.fromkeys(given, named) | _born(base, named)
    for attribute, table in beside.items():
        there = table.filter(table[attribute].notnull())
        cells = _rows(base, there.group_by("needs_group", value=there[attribute].cast("string")).aggregate(customers=there.count()))
        rows += _apart(attribute, cells)
    rows.sort(key=lambda row: (-abs(row["group_share"] - row["others_share"]), row["attribute"], row["value"], row["needs_group"]))
    return pa.Table.from_pylist(rows[:_MOST_ROWS], pa.schema({
        "attribute": pa.string(), "value": pa.string(), "needs_group": pa.string(), "customers": pa.int64(),
        **dict.fromkeys(("group_share", "others_share", "difference_low", "difference_high"), pa.float64()),
    }))  # fmt: skip


def _born(base: Base, named: ibis.Table) -> dict[str, ibis.Table]:
    """Customers with the decade in which they were born, where records say; nobody's day leaves this table."""
    at = ["source", "record_id", "attribute", "rank"]
    golden, values = base.table("golden_attribute"), base.table("person_attribute")
    days = values.filter(values["attribute"] == "birth_date", values["value_normalised"].notnull()).select(*at, "value_normalised")
    owned = golden.filter(golden["attribute"] == "birth_date").inner_join(days, at)
    decade = owned["value_normalised"].cast("string").substr(0, 3).concat("0s")
    joined = owned.select("customer_id", born=decade).inner_join(named.select("customer_id", "needs_group"), "customer_id")
    return {"born": joined}


def _apart(attribute: str, cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    values, names = ({str(cell[key]) for cell in cells} for key in ("value", "needs_group"))
    if not 1 < len(values) <= _MOST_VALUES or len(names) < 2:  # noqa: PLR2004 -- nothing to compare
        return []
    many = {(str(cell["value"]), str(cell["needs_group"])): int(cell["customers"]) for cell in cells}
    whole = sum(many.values())
    rows = []
    for name in names:
        size = sum(many.get((value, name), 0) for value in values)
        for value in values:
            here, everywhere = many.get((value, name), 0), sum(many.get((value, other), 0) for other in names)
            if size < FEWEST or whole - size < FEWEST or everywhere < FEWEST:
                continue
            share, others = here / size, (everywhere - here) / (whole - size)
            wide = _SURE * float(np.sqrt(share * (1 - share) / size + others * (1 - others) / (whole - size)))
            difference = share - others
            if abs(difference) > wide and abs(difference) >= _LEAST_APART and here >= FEWEST:
                rows.append({
                    "attribute": attribute, "value": value, "needs_group": name, "customers": here, "group_share": share, "others_share": others,
                    "difference_low": difference - wide, "difference_high": difference + wide,
                })  # fmt: skip
    return rows


def _said(base: Base, named: ibis.Table) -> pa.Table:
    """What customers of a group answer in surveys otherwise than all others, beyond chance."""
    kinds = {"attribute": pa.string(), "needs_group": pa.string(), "answers": pa.int64(),
             **dict.fromkeys(("group_mean", "others_mean", "difference_low", "difference_high"), pa.float64())}  # fmt: skip
    rows: list[dict[str, Any]] = []
    if "survey_answer" in base.tables:
        answers = base.table("survey_answer")
        mean = answers.group_by("customer_id", "attribute").aggregate(score=answers["score"].cast("float64").mean())
        joined = mean.inner_join(named.select("customer_id", "needs_group"), "customer_id")
        score = joined["score"]
        cells = _rows(
            base, joined.group_by("attribute", "needs_group").aggregate(n=joined.count(), total=score.sum(), squares=(score * score).sum())
        )
        rows = _answered(cells)
    rows.sort(key=lambda row: (-abs(row["group_mean"] - row["others_mean"]), row["attribute"], row["needs_group"]))
    return pa.Table.from_pylist(rows[:_MOST_ROWS], pa.schema(list(kinds.items())))


def _answered(cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for cell in cells:
        rest = [other for other in cells if other["attribute"] == cell["attribute"] and other["needs_group"] != cell["needs_group"]]
        n, others = int(cell["n"]), sum(int(other["n"]) for other in rest)
        if n < FEWEST or others < FEWEST:
            continue
        mean, own = _moments(n, float(cell["total"]), float(cell["squares"]))
        mean_of_others, theirs = _moments(others, sum(float(one["total"]) for one in rest), sum(float(one["squares"]) for one in rest))
        wide = _SURE * float(np.sqrt(own / n + theirs / others))
        difference = mean - mean_of_others
        if abs(difference) > wide:
            rows.append({
                "attribute": cell["attribute"], "needs_group": cell["needs_group"], "answers": n, "group_mean": mean, "others_mean": mean_of_others,
                "difference_low": difference - wide, "difference_high": difference + wide,
            })  # fmt: skip
    return rows


def _moments(n: int, total: float, squares: float) -> tuple[float, float]:
    mean = total / n
    return mean, max(squares - n * mean * mean, 0.0) / max(n - 1, 1)
