"""Tables of the answer to lost: by line of business, reason, year and slice; what differed, who came back, whom to win back."""

from __future__ import annotations

from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, customer_base, value
from unequal.answers.base import Base
from unequal.answers.forecasts import shock_of
from unequal.terms.amounts import MINUS
from unequal.terms.money import TOTAL

FEWEST: Final = 10
"""Slices of fewer customers than this are not told apart."""
REST: Final = "fewer than ten each"
_SHOWN: Final = 20
_NINE_IN_TEN: Final = 1.645
_STRONG: Final = 0.1
"""Of a standard deviation: less than this is told in no finding."""
_WORDS: Final = {
    "orders": "orders", "failures": "failures of ours", "sales_an_order": "list sales an order", "discount_share": "share of sales given off",
    "returns_share": "share of sales returned",
}  # fmt: skip


def tables(base: Base, rows: ibis.Table, by: str | None) -> dict[str, pa.Table]:
    """All tables behind the answer.

    Args:
        base: the run.
        rows: of `lost.gone`, narrowed.
        by: a column of it to slice by; None for no slices.
    """
    back = base.table("won_back")
    counted = back.group_by("relationship", "how").aggregate(customers=back["customer_id"].nunique().cast("int64"))
    said = rows.filter(rows["how"] == "ended")
    found = {
        "lines": _dollars(base, rows, ["relationship", "how"]),
        "reasons": _dollars(base, said, ["reason", "reason_told"])
        if _has_reasons(base)
        else _dollars(base, said.limit(0), ["reason", "reason_told"]),
        "years": _dollars(base, rows, ["year"]).sort_by("year"),
        "signs": base.arrow(base.table("loss_sign").order_by("how", ibis.desc(base.table("loss_sign")["strength"].abs()))),
        "won_back": base.arrow(counted.order_by("relationship", "how")),
        "worth_winning": _worth_winning(base, rows),
        "kept": _kept(base),
    }
    return found if by is None else {"slices": _folded(_dollars(base, rows.mutate(value=rows[by].cast("string")), ["value"])), **found}


def _has_reasons(base: Base) -> bool:
    left = base.table("lost")
    return bool(base.fetch(left.aggregate(n=left["reason"].count()))[0]["n"])


def defaults(base: Base) -> frozenset[str]:
    """Recorded reasons that are only the form's default, over the whole base: what `unequal ask defaults` says of their field, and their word."""
    left = base.table("lost")
    counted = left.filter(left["reason"].notnull()).group_by("reason").aggregate(n=lambda t: t.count())
    counts = {str(row["reason"]): int(str(row["n"])) for row in base.fetch(counted)}
    called: set[str] = set()
    cleared: set[str] = set()
    for source, field in fields_of_reasons(base):
        called |= _set_aside(base, source, field)
        cleared |= set(counts) if _is_clean(base, source, field) else set()
    return customer_base.steps.turnover.reasons.default_reasons(
        counts, base.project.turnover.default_reasons, called=called, cleared=cleared - called
    )


def fields_of_reasons(base: Base) -> list[tuple[str, str]]:
    """Where reasons of leaving are recorded, as the config says: each source and its column, once."""
    turnover, bound = base.project.turnover, base.project.value.relationships
    told = [(one.source, one.reason) for one in turnover.departures.values() if one.reason is not None]
    for name, reason in turnover.reasons.items():
        contract = bound.get(name)
        if isinstance(contract, config.value.Contracts):
            told.append((contract.source, reason.column))
    return list(dict.fromkeys(told))


def _set_aside(base: Base, source: str, field: str) -> set[str]:
    """The values of a field that the look at codes calls a default; none in a run of before it looked."""
    if "code_field" not in base.tables:
        return set()
    rows = base.fetch(customer_base.steps.codes.set_aside(base.table("code_field"), source, field))
    return {str(row["value"]) for row in rows}


def _is_clean(base: Base, source: str, field: str) -> bool:
    """Whether the look at codes judged a field, and found no default in it."""
    if "code_field" not in base.tables:
        return False
    fields = base.table("code_field")
    chosen = fields.filter(fields["source"] == source, fields["field"] == field, fields["verdict"] == "clean")
    return bool(base.fetch(chosen.aggregate(n=chosen.count()))[0]["n"])


def _dollars(base: Base, rows: ibis.Table, key: list[str]) -> pa.Table:
    """Counts and dollars by some columns, most customers first; a customer's dollars once in each row."""
    each = rows.group_by(*key, "customer_id").aggregate(
        everywhere=rows["everywhere"].max(),
        brought=rows["brought"].max(),
        foregone=rows["foregone_expected"].sum(),
        variance=(rows["foregone_deviation"] * rows["foregone_deviation"]).sum(),
        size=rows["foregone_expected"].abs().sum(),
    )
    summed = each.group_by(*key).aggregate(
        customers=each.count().cast("int64"),
        everywhere=each["everywhere"].cast("int64").sum(),
        brought=each["brought"].sum().cast(TOTAL),
        foregone_expected=each["foregone"].sum(),
        variance=each["variance"].sum(),
        size=each["size"].sum(),
    )
    return _with_ends(base, base.arrow(summed.order_by(ibis.desc("customers"), *key)))


def _with_ends(base: Base, found: pa.Table) -> pa.Table:
    """Sums with the range that totals have; absent where nothing is forecast."""
    columns = [
        np.asarray(found[name].cast(pa.float64()).to_numpy(zero_copy_only=False)) for name in ("foregone_expected", "variance", "size")
    ]
    low, high = (np.full(found.num_rows, np.nan) for _ in range(2))
    if found.num_rows and np.isfinite(columns[0]).any():
        low, high = value.totals.interval(columns[0], columns[1], columns[2], shock_of(base))
    for name, ends in (("foregone_low", low), ("foregone_high", high)):
        found = found.append_column(name, pa.array(ends, pa.float64(), mask=~np.isfinite(ends)))
    return found.drop_columns(["variance", "size"])


def _folded(found: pa.Table) -> pa.Table:
    """Slices with those of few customers put together; nothing is dropped from any sum of facts, and the rest carries no range."""
    rows = found.to_pylist()
    few = [row for row in rows if row["customers"] < FEWEST]
    if len(few) < 2:  # noqa: PLR2004 - one alone would be told by what the others leave
        return found
    rest = {"value": REST, **{name: sum(row[name] for row in few) for name in ("customers", "everywhere", "brought")}}
    return pa.Table.from_pylist([row for row in rows if row["customers"] >= FEWEST] + [rest], found.schema)


def is_withheld(found: dict[str, pa.Table]) -> bool:
    """Whether slices were put together."""
    return "slices" in found and REST in found["slices"]["value"].to_pylist()


def foregone(base: Base, rows: ibis.Table) -> dict[str, Any]:
    """What all of them would be expected to bring still: foregone, _low and _high; None where nothing is forecast."""
    summed = _with_ends(base, base.arrow(rows.aggregate(
        foregone_expected=rows["foregone_expected"].sum(), variance=(rows["foregone_deviation"] * rows["foregone_deviation"]).sum(),
        size=rows["foregone_expected"].abs().sum(),
    )))  # fmt: skip
    row = summed.to_pylist()[0]
    return {"foregone": row["foregone_expected"], "foregone_low": row["foregone_low"], "foregone_high": row["foregone_high"]}


def expected_silent(base: Base) -> tuple[float, float, float] | None:
    """How many who are not bound are gone, expected by P(alive), with its range; of the whole base. None where all are bound."""
    lines = base.table("lifetime").filter(lambda t: t["kind"] != "contracts")
    if base.project.turnover.departures and not base.project.value.relationships:
        return None
    lines = lines.filter(~lines["relationship"].isin(list(base.project.turnover.departures))) if base.project.turnover.departures else lines
    gone = 1.0 - lines["p_alive"]
    row = base.fetch(lines.aggregate(n=lines.count(), mean=gone.sum(), variance=(gone * lines["p_alive"]).sum()))[0]
    if not row["n"]:
        return None
    mean, variance = (np.array([float(str(row[name]))]) for name in ("mean", "variance"))
    low, high = value.totals.interval(mean, variance, mean, shock_of(base))
    return round(float(mean[0]), 1), round(max(float(low[0]), 0.0), 1), round(min(float(high[0]), float(str(row["n"]))), 1)


def half_life(base: Base) -> customer_base.steps.turnover.survival.HalfLife | None:
    """When half of the base is lost, over all lines of business; None where no time is known."""
    curve = base.table("kept").filter(lambda t: t["relationship"] == "all").order_by("months")
    rows = base.arrow(curve)
    if not rows.num_rows:
        return None
    columns = [rows[name].to_numpy() for name in ("months", "kept_expected", "kept_low", "kept_high")]
    return customer_base.steps.turnover.survival.half_life(*columns)


def _kept(base: Base) -> pa.Table:
    """KEPT, with its months as text that sorts as time; where there is one line of business it is the whole."""
    curve = base.table("kept")
    found = base.arrow(curve.mutate(at=curve["months"].cast("string").lpad(4, "0")).order_by("relationship", "months"))
    names = set(found["relationship"].to_pylist())
    return found if len(names) > 2 else pa.Table.from_pylist(  # noqa: PLR2004 - all, and the one
        [row for row in found.to_pylist() if row["relationship"] == "all"], found.schema
    )  # fmt: skip


def _worth_winning(base: Base, rows: ibis.Table) -> pa.Table:
    """Those lost of whom most is foregone."""
    known = rows.filter(rows["foregone_expected"] > 0)
    chosen = known.order_by(ibis.desc("foregone_expected"), "customer_id", "relationship").limit(_SHOWN)
    return base.arrow(chosen.select("customer_id", "relationship", "how", "lost_on", "reason", "brought", "p_alive", "foregone_expected"))


def signs_told(found: dict[str, pa.Table]) -> list[str]:
    """What differed most, in sentences: those whose range does not hold nought."""
    told = []
    for how, who in (("ended", "Of those who said that they leave"), ("silent", "Of the silent")):
        rows = [row for row in found["signs"].to_pylist() if row["how"] == how]
        clear = [row for row in rows if row["difference_low"] > 0 or row["difference_high"] < 0]
        strong = [row for row in clear if abs(row["strength"]) >= _STRONG][:3]
        if strong:
            listed = "; ".join(_sign(row) for row in strong)
            told.append(f"{who}, the last half year differed from one of those who stayed (association, not cause): {listed}.")
        elif rows:
            told.append(f"{who}, nothing that was counted in their last half year differed much from those who stayed.")
    return told


def _sign(row: dict[str, Any]) -> str:
    name = _WORDS.get(row["sign"], f"contacts ({row['sign'].removeprefix('contact:')})")
    return f"{name} {row['lost_mean']:,.2f} against {row['stayed_mean']:,.2f} ({_signed(row['difference_low'])} to {_signed(row['difference_high'])})"


def _signed(amount: float) -> str:
    return f"{amount:+,.2f}".replace("-", MINUS)
