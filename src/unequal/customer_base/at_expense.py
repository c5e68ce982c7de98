"""What is earned at a customer's expense: penalties, late fees, breakage. It is money, and it raises nobody's band.

A customer who is worth much only because he pays late fees is not one to keep so: banded by them, he would be left to go on paying.
So the band is drawn from what he brings without them. His amount stays what it is, to the cent, and so does every total.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import ibis

from unequal import config, ledger, predicates
from unequal.customer_base.bands import Limits
from unequal.terms.lines import LINES_OF_LEVEL, Level
from unequal.terms.money import TOTAL, money_sum


def rules_of(project: config.Project) -> tuple[str, ...]:
    """The rules over entries that declare it; none where the config has none."""
    return tuple(project.promises.at_customers_expense.values()) if project.promises is not None else ()


def entries_of(entries: ibis.Table, rules: Sequence[str]) -> ibis.Table:
    """The entries for which any rule is true.

    Raises:
        PredicateError: a rule is refused, or names what an entry has not.
    """
    found = ibis.literal(value=False)
    for rule in rules:
        tree = predicates.parse(rule, ledger.tables.ENTRY.types, where="promises.at_customers_expense")
        found = found | predicates.holds(tree, entries)
    return entries.filter(found)


def each(entries: ibis.Table, rules: Sequence[str], level: Level) -> ibis.Table:
    """What was earned at each customer's expense, of the lines of a level: customer_id, at_expense.

    A customer of whom more was given back than taken has 0: what is given back is no loss of his.
    """
    marked = ledger.of_customers(entries_of(entries, rules))
    counted = marked.filter(marked["line"].isin([str(line) for line in LINES_OF_LEVEL[level]]))
    summed = counted.group_by("customer_id").aggregate(at_expense=money_sum(counted["amount"]))
    return summed.mutate(at_expense=ibis.greatest(summed["at_expense"], ibis.literal(Decimal(0), TOTAL)).cast(TOTAL))


def without(banded: ibis.Table, expense: ibis.Table, limits: Limits) -> ibis.Table:
    """Bands drawn from what each customer brings without what was earned at his expense; nothing else changes.

    Args:
        banded: BAND.
        expense: see `each`.
        limits: where the lines between bands are drawn.

    Returns:
        BAND.
    """
    paid = expense.select(_payer="customer_id", _paid="at_expense")
    joined = banded.left_join(paid, banded["customer_id"] == paid["_payer"])
    own = (joined["amount"] - joined["_paid"].fill_null(Decimal(0))).cast(TOTAL)
    return joined.mutate(band=limits.band(own, joined["sales"])).select(*banded.columns)


def raised(banded: ibis.Table, marked: ibis.Table, project: config.Project) -> ibis.Table:
    """The customers whose band would be higher for these entries: BAND's customer_id, once each.

    Args:
        banded: BAND, drawn without them.
        marked: entries of `entries_of`.
        project: for the thresholds.
    """
    settings = project.customer_base
    limits = Limits(Decimal(settings.break_even_within), Decimal(str(settings.break_even_share_of_sales)))
    payers = banded.semi_join(marked, "customer_id")
    return payers.filter(limits.band(payers["amount"], payers["sales"]) != payers["band"]).select("customer_id")
