"""Values of one column that lead to others: an id that was merged away is asked for as the id it leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from unequal.predicates.tree import Column, Comparison, Literal, Node, OneOf, Predicate


def led(predicate: Predicate, column: str, leads_to: Callable[[str], str]) -> Predicate:
    """A predicate in which every text that a column is compared with stands as what it leads to.

    Args:
        predicate: as it was read.
        column: whose values lead elsewhere; compared by `=`, `<>`, `<`, ..., or `in`.
        leads_to: a value -> what it leads to; itself where it leads nowhere else.
    """

    def is_column(node: Node) -> bool:
        return isinstance(node, Column) and node.name == column

    def to_value(node: Any) -> Any:
        return replace(node, value=leads_to(node.value)) if isinstance(node, Literal) and isinstance(node.value, str) else node

    def anew(node: Any) -> Any:
        if isinstance(node, Comparison) and (is_column(node.left) or is_column(node.right)):
            return replace(node, left=to_value(node.left), right=to_value(node.right))
        if isinstance(node, OneOf) and is_column(node.value):
            return replace(node, options=tuple(to_value(option) for option in node.options))
        if isinstance(node, tuple):
            return tuple(anew(part) for part in node)
        if not isinstance(node, Node):
            return node
        return replace(node, **{field.name: anew(getattr(node, field.name)) for field in fields(node)})

    return replace(predicate, root=anew(predicate.root))
