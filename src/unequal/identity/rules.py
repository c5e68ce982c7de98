"""Rules of the config that tell records apart, compiled for a whole table."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from unequal import predicates


def rule_holds(rule: str, rows: ibis.Table, *, where: str) -> ir.BooleanValue:
    """Where a rule of the config is true; false where it is false or cannot be said.

    Args:
        rule: its text.
        rows: a source's rows; the source's own columns may be used, the bookkeeping ones may not.
        where: which rule it is, for errors.
    """
    columns = {name: str(kind) for name, kind in rows.schema().items() if not name.startswith("_")}
    return predicates.holds(predicates.parse(rule, columns, where=where), rows)
