"""What the company's general ledger says beside the detail: told with every answer about dollars, for the whole run."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import ibis
import pyarrow as pa

from unequal.answers.answer import Figure
from unequal.answers.base import Base
from unequal.terms.amounts import money_text
from unequal.terms.money import money_sum

COMPARED = ("equal", "within_tolerance")


def tie_out_tables(base: Base) -> dict[str, pa.Table]:
    """`tie_out`, a row an account and currency, and `unexplained`, a row a cell that is not equal; nothing where no general ledger is mapped.

    Returns:
        tie_out: rule, account, name, held_against, outcome, currency, periods, unequal_periods, general_ledger, detail, unexplained, and
        unexplained_gross (without signs, so that periods cannot hide each other). unexplained: TIE_OUT rows, the largest first.
    """
    if base.project.ledger.general_ledger is None or "tie_out" not in base.tables:
        return {}
    cells = base.table("tie_out")
    unequal = cells.filter(cells["outcome"].isin(COMPARED), cells["unexplained"] != 0)
    return {
        "tie_out": base.arrow(by_account(cells)),
        "unexplained": base.arrow(unequal.order_by(unequal["unexplained"].abs().desc(), "rule", "period", "currency")),
    }


def by_account(cells: ibis.Table) -> ibis.Table:
    """TIE_OUT over all periods; see `tie_out_tables`."""
    told = cells.mutate(outcome=ibis.ifelse(cells["outcome"].isin(COMPARED), "compared", cells["outcome"]))
    grouped = told.group_by("rule", "account", "held_against", "outcome", "currency").aggregate(
        name=told["name"].max(),
        periods=told.count().cast("int64"),
        unequal_periods=told.count(where=told["unexplained"] != 0).cast("int64"),
        general_ledger=money_sum(told["general_ledger"]),
        detail=money_sum(told["detail"]),
        unexplained=money_sum(told["unexplained"]),
        unexplained_gross=money_sum(told["unexplained"].abs()),
    )
    return grouped.order_by(ibis.desc("unexplained_gross"), "outcome", "rule", "account", "held_against", "currency")


def tie_out_findings(tables: Mapping[str, pa.Table]) -> tuple[str, ...]:
    """What a reader should know of the general ledger; nothing where none is mapped."""
    if "tie_out" not in tables:
        return ()
    accounts = tables["tie_out"].to_pylist()
    told = [_compared([row for row in accounts if row["outcome"] == "compared"], tables["unexplained"].to_pylist())]
    unmapped = [row for row in accounts if row["outcome"] == "unmapped"]
    if unmapped:
        named = ", ".join(f"{row['name'] or row['account']} {money_text(row['general_ledger'], row['currency'])}" for row in unmapped[:3])
        more = f" and {len(unmapped) - 3:,} more" if len(unmapped) > 3 else ""  # noqa: PLR2004 -- three are named
        told.append(f"Accounts of the general ledger that no rule maps: {named}{more}.")
    return tuple(told)


def _compared(accounts: list[dict[str, object]], cells: list[dict[str, object]]) -> str:
    if not cells:
        return "The general ledger agrees with the detail, account by account."
    by_currency: dict[str, Decimal] = {}
    for cell in cells:
        by_currency[str(cell["currency"])] = by_currency.get(str(cell["currency"]), Decimal(0)) + abs(Decimal(str(cell["unexplained"])))
    gross = " and ".join(money_text(amount, currency) for currency, amount in sorted(by_currency.items()))
    worst = cells[0]
    held, detail = (money_text(Decimal(str(worst[side])), str(worst["currency"])) for side in ("general_ledger", "detail"))
    periods = sum(int(str(row["periods"])) for row in accounts)
    return (
        f"The general ledger and the detail differ by {gross}, taken without signs, in {len(cells):,} of {periods:,} accounts and periods, within the "
        f"declared tolerance; most in {worst['name'] or worst['account']}, period of {worst['period']}: {held} against {detail}. Nobody has explained it."
    )


def unexplained_figures(tables: Mapping[str, pa.Table]) -> tuple[Figure, ...]:
    """One figure a currency: what is unexplained, without signs; none where no general ledger is mapped."""
    if "tie_out" not in tables:
        return ()
    sums: dict[str, Decimal] = {}
    for row in tables["tie_out"].to_pylist():
        if row["outcome"] == "compared":
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + row["unexplained_gross"]
    one = len(sums) == 1
    return tuple(
        Figure(
            "unexplained" if one else f"unexplained_{currency.lower()}",
            "Unexplained against the general ledger, without signs",
            amount,
            currency,
        )
        for currency, amount in sorted(sums.items())
    )
