"""Whether the general ledger can be held against the detail as the config says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from unequal.config.columns import type_of
from unequal.config.costing import CostRows
from unequal.config.general_ledger import AccountRule, GeneralLedger
from unequal.config.problems import KeyPath, Problem, did_you_mean, shown
from unequal.config.project import Project
from unequal.config.sources import Lookup

NOT_RULES: Final = ("unmapped", "no_account")
"""What the published table calls accounts that no rule takes, and lines that no account holds."""
_NARROWED_BY: Final = ("channels", "markets", "currencies")


def problems_of_tie_out(project: Project) -> Iterator[Problem]:
    """What keeps the general ledger from being read, or lets one dollar be claimed by two accounts."""
    books, at = project.ledger.general_ledger, ("ledger", "general_ledger")
    if books is None:
        return
    yield from _source(project, books, at)
    for name, rule in books.accounts.items():
        yield from _rule(name, rule, (*at, "accounts", name))
        yield from _charged_by(project, books, rule, (*at, "accounts", name, "charged_by"))
    for (one, first), (other, second) in combinations(books.accounts.items(), 2):
        shared = [line for line in first.lines if line in second.lines]
        if shared and _may_share(first, second):
            do = f"take {shared[0]} out of one of them, or narrow both by channels, markets or currencies"
            yield Problem("CFG036", f"two rules hold the same dollars against two accounts: {one} and {other}", (*at, "accounts", other, "lines"),
                          seen=", ".join(shared), do=do)  # fmt: skip


def _source(project: Project, books: GeneralLedger, at: KeyPath) -> Iterator[Problem]:
    source = project.sources.get(books.source)
    if source is None:
        yield Problem(
            "CFG020", "there is no such source", (*at, "source"), seen=shown(books.source), do=did_you_mean(books.source, project.sources)
        )
        return
    for key in ("account", "name", "currency"):
        value = getattr(books, key)
        if isinstance(value, Lookup) and value.source not in project.sources:
            do = did_you_mean(value.source, project.sources)
            yield Problem("CFG020", "there is no such source", (*at, key, "source"), seen=shown(value.source), do=do)
    for key, needed in (("period", ("date", "timestamp")), ("amount", ("money", "decimal", "integer"))):
        column = getattr(books, key)
        if source.header is not None and column not in source.header:
            do = did_you_mean(column, source.header)
            yield Problem("CFG027", "the header of that source has no such column", (*at, key), seen=shown(column), do=do)
        found = type_of(source, column)
        if found is not None and found not in needed:
            do = f"give it the type {' or '.join(needed)} under sources.{books.source}.columns"
            yield Problem(
                "CFG030", f"the {key} of a general ledger is of type {needed[0]}, and {shown(column)} is of type {found}", (*at, key), do=do
            )


def _rule(name: str, rule: AccountRule, at: KeyPath) -> Iterator[Problem]:
    if name in NOT_RULES:
        yield Problem("CFG036", "accounts have a name that means something else", at, seen=name, do="give them another name", at_key=True)
    if not rule.accounts and rule.when is None:
        yield Problem("CFG036", "a rule takes no account", at, do='add accounts: ["4000"], or a rule: when', at_key=True)
    if sum(map(bool, (rule.lines, rule.not_customers, rule.not_charged, rule.charged_by))) != 1:
        do = (
            "say one of: which lines they should equal (lines), what charges them (charged_by), why they are no customers' business "
            "(not_customers), or why no entry carries them yet (not_charged)"
        )
        yield Problem("CFG036", "accounts are held against nothing, or against lines and nothing at once", at, do=do, at_key=True)
    for key in (*_NARROWED_BY, "tolerance"):
        if not rule.lines and getattr(rule, key):
            yield Problem(
                "CFG036", f"{key} says nothing of accounts that are held against no line", (*at, key), do="take it out", at_key=True
            )


def _charged_by(project: Project, books: GeneralLedger, rule: AccountRule, at: KeyPath) -> Iterator[Problem]:
    """Whether what is said to charge accounts takes its dollars from the general ledger's own rows."""
    costs = {name: pool.cost for name, pool in project.ledger.pools.items()}
    costs |= {name: shared.cost for name, shared in project.ledger.shared_costs.items()}
    known = [name for name, cost in costs.items() if isinstance(cost, CostRows) and cost.source == books.source]
    source = project.sources.get(books.source)
    known += [books.source] if source is not None and source.postings is not None else []
    for name in rule.charged_by:
        if name not in known:
            do = did_you_mean(name, known, otherwise="name pools and shared costs whose cost is read from the general ledger's source")
            yield Problem("CFG036", "nothing of that name charges rows of the general ledger", at, seen=shown(name), do=do)


def _may_share(one: AccountRule, other: AccountRule) -> bool:
    """Whether an entry could fit both: they part where each names values, and none of them in common."""
    return not any(
        getattr(one, key) and getattr(other, key) and not set(getattr(one, key)) & set(getattr(other, key)) for key in _NARROWED_BY
    )
