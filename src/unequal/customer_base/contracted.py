"""What contracts brought, apart from what customers chose to buy."""

from __future__ import annotations

from collections.abc import Mapping

import ibis

from unequal import config, ledger, predicates


def contracts_apart(entries: ibis.Table, project: config.Project) -> tuple[ibis.Table, Mapping[str, ibis.Table]]:
    """Entries that no contract claims, and those of each line of business that claims some by a rule.

    Who is bound by a contract does not show by his buying that he stays: his leaving says so.

    Args:
        entries: ENTRY.
        project: for which entries belong to contracts.

    Returns:
        The entries left, and those claimed by relationship; the first that claims an entry has it.
    """
    claimed = {}
    for name, one in project.value.relationships.items():
        if isinstance(one, config.value.Contracts) and one.where is not None:
            rule = predicates.parse(one.where, ledger.tables.ENTRY.types, where=f"value.relationships.{name}.where")
            holds = predicates.holds(rule, entries)
            claimed[name] = entries.filter(holds)
            entries = entries.filter(~holds)
    return entries, claimed
