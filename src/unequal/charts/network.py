"""Who brought whom: the largest trees of referrals and introductions, from left to right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import altair as alt

from unequal.charts.frame import Frame, rows_of
from unequal.charts.lettering import isolated, shortened, text_width
from unequal.charts.tokens import light
from unequal.charts.units import is_money, written
from unequal.terms.amounts import count_text

MOST_NODES: Final = 60
MOST_LEVELS: Final = 3
"""Customers, those whom they brought, and those whom these brought: further ones are counted where they hang."""
MOST_BELOW: Final = 8
"""Of those whom one customer brought so many are drawn, those worth most."""
_NARROW_LEVELS: Final = 2
_NARROW: Final = 500
_ROW_PIXELS = 17
_GAP_ROWS = 0.6
_TWO_COLUMNS_FROM = 800
_COLUMN_GAP = 28
_DOT, _ROOT_DOT = 30, 64
_BESIDE_DOT = 8
_LEAST_NAME = 36.0


@dataclass
class _Node:
    """A customer in a tree; those whom it brought hang below it, and `hidden` says how many of them are not drawn."""

    name: str
    amount: Decimal | None
    level: int
    below: list[_Node] = field(default_factory=list)
    hidden: int = 0
    row: float = 0.0

    def every(self) -> Iterator[_Node]:
        yield self
        for one in self.below:
            yield from one.every()


def network(rows: Sequence[Mapping[str, Any]], *, currency: str | None, width: int = 1094, most: int = MOST_NODES) -> alt.LayerChart:
    """Trees of who brought whom, the one worth most first, then the largest; whom several brought hangs below the first of them.

    Args:
        rows: `source` and `target` (texts) and `amount` (Decimal, what the target is worth; None where it is not known), in any order.
        currency: ISO code; None where the amounts are counts.
        width: of the whole picture, in pixels; the height follows from the rows.
        most: customers drawn at most; what is left out is counted beside those who brought it.

    The same rows give the same picture. A dot is teal where the customer is worth something, vermilion where it costs, and slate
    where nothing is known.
    """
    trees = _drawn(_trees(rows), most, _NARROW_LEVELS if width < _NARROW else MOST_LEVELS)
    columns = 2 if width >= _TWO_COLUMNS_FROM and len(trees) > 1 else 1
    placed, height = _placed(trees, columns)
    inner = width - 12
    frame = Frame(inner, max(height, 1) * _ROW_PIXELS, (4, 4, 4, 8), (0.0, float(inner)), (max(height, 1) * _ROW_PIXELS, 0.0))
    room = (inner - _COLUMN_GAP * (columns - 1)) / columns
    step = room / max(max((node.level for tree in trees for node in tree.every()), default=0) + 1, 2)
    at = {id(node): _place(node, column, room, step) for column, tree in placed for node in tree.every()}
    nodes = [node for tree in trees for node in tree.every()]
    layers = [_lines(nodes, at, frame), *_dots(nodes, at, frame, currency), *_names(nodes, at, frame, step, currency)]
    return frame.finished([layer for layer in layers if layer is not None], _told(trees, currency))


def _trees(rows: Sequence[Mapping[str, Any]]) -> list[_Node]:
    """The forest of the ties: the tree worth most first, then the largest, then by name; of a ring the first by name begins."""
    below: dict[str, list[str]] = {}
    brought_by: dict[str, str] = {}
    worth: dict[str, Decimal | None] = {}
    for row in sorted(rows, key=lambda row: (str(row["source"]), str(row["target"]))):
        source, target = str(row["source"]), str(row["target"])
        worth[target] = row["amount"]
        if source != target and target not in brought_by:
            brought_by[target] = source
            below.setdefault(source, []).append(target)
    seen: set[str] = set()
    begin = [name for name in sorted(below) if name not in brought_by]
    found = [_grown(name, below, worth, seen) for name in begin]
    # What is left hangs in a ring: nobody of it was there first.
    found += [_grown(name, below, worth, seen) for name in sorted(below) if name not in seen]
    return sorted(found, key=lambda tree: (-_worth(tree), -sum(1 for _ in tree.every()), tree.name))


def _worth(tree: _Node) -> Decimal:
    return sum((node.amount for node in tree.every() if node.amount is not None), Decimal(0))


def _grown(name: str, below: Mapping[str, list[str]], worth: Mapping[str, Decimal | None], seen: set[str]) -> _Node:
    seen.add(name)
    root = _Node(name, None, 0)
    waiting = [root]
    while waiting:
        node = waiting.pop(0)
        free = [other for other in below.get(node.name, []) if other not in seen]
        seen.update(free)
        free.sort(key=lambda other: (-(worth.get(other) or Decimal(0)), other))
        node.below = [_Node(other, worth.get(other), node.level + 1) for other in free]
        waiting += node.below
    return root


def _drawn(trees: Sequence[_Node], most: int, levels: int) -> list[_Node]:
    """As many trees, and as much of each, as there is room for."""
    kept, left = [], most
    for tree in trees:
        if left < 2:  # noqa: PLR2004 - a customer without anybody brought is no tree
            break
        left -= 1
        left = _cut(tree, left, levels)
        kept.append(tree)
    return kept


def _cut(tree: _Node, left: int, levels: int) -> int:
    """Keep so many below a root, those nearer to it first; hands back the room that is left."""
    level = [tree]
    while level:
        for node in level:
            keep = node.below[: min(left, MOST_BELOW)] if node.level + 1 < levels else []
            node.hidden = len(node.below) - len(keep)
            node.below = keep
            left -= len(keep)
        level = [other for node in level for other in node.below]
    return left


def _placed(trees: Sequence[_Node], columns: int) -> tuple[list[tuple[int, _Node]], float]:
    """Each tree in the column that has most room, its rows given; and how many rows the longest column has."""
    used, found = [0.0] * columns, []
    for tree in trees:
        column = used.index(min(used))
        used[column] = _rows(tree, used[column]) + _GAP_ROWS
        found.append((column, tree))
    return found, max(used)


def _rows(node: _Node, row: float) -> float:
    """Give a tree its rows from one on; who brought stands at the height of the first whom it brought."""
    node.row = row
    for one in node.below:
        row = _rows(one, row)
    return row if node.below else row + 1


def _place(node: _Node, column: int, room: float, step: float) -> tuple[float, float]:
    return column * (room + _COLUMN_GAP) + node.level * step + 4, (node.row + 0.5) * _ROW_PIXELS


def _lines(nodes: Sequence[_Node], at: Mapping[int, tuple[float, float]], frame: Frame) -> alt.Chart | None:
    rows = []
    for node in nodes:
        for one in node.below:
            (_x, y), (x2, y2) = at[id(node)], at[id(one)]
            bend = x2 - 10
            rows.append({"x": bend, "x2": x2, "y": y2, "y2": y2})
            rows.append({"x": bend, "x2": bend, "y": y, "y2": y2})
        if node.below:
            first = at[id(node.below[0])]
            rows.append({"x": first[0] - 16, "x2": first[0] - 10, "y": first[1], "y2": first[1]})
    return frame.rules(rows, "line2", name="ties") if rows else None


def _dots(nodes: Sequence[_Node], at: Mapping[int, tuple[float, float]], frame: Frame, currency: str | None) -> list[alt.Chart]:
    by_token: dict[str, list[dict[str, Any]]] = {}
    for node in nodes:
        x, y = at[id(node)]
        token = "core" if node.amount is None or not is_money(currency) else "loss" if node.amount < 0 else "value"
        told = {"x": x, "y": y, "size": _ROOT_DOT if node.level == 0 else _DOT, "told": _line_of(node, currency)}
        by_token.setdefault(token, []).append(told)
    return [
        frame.draw(
            alt.Chart(rows_of(rows)).mark_circle(color=light(token), opacity=1), f"dots_{token}",
            size=alt.Size("size:Q", scale=None), description=alt.Description("told:N"),
        )
        for token, rows in sorted(by_token.items())
    ]  # fmt: skip


def _names(
    nodes: Sequence[_Node], at: Mapping[int, tuple[float, float]], frame: Frame, step: float, currency: str | None
) -> list[alt.Chart]:
    layers = []
    for is_root in (True, False):
        rows = []
        for node in nodes:
            if (node.level == 0) != is_root:
                continue
            x, y = at[id(node)]
            rows.append(
                {"across": x + _BESIDE_DOT, "down": y + 4, "text": [_fitted(node, step - _BESIDE_DOT - 22, currency, bold=is_root)]}
            )
        layers += [frame.texts(rows, "left", "ink" if is_root else "ink2", bold=is_root)] if rows else []
    return layers


def _fitted(node: _Node, room: float, currency: str | None, *, bold: bool) -> str:
    """A customer's line in the room there is: its name gives way to what it is worth."""
    rest = _rest_of(node, currency)
    left = room - text_width(rest, bold=bold)
    return f"{shortened(isolated(node.name), max(left, _LEAST_NAME), bold=bold)}{rest}"


def _line_of(node: _Node, currency: str | None) -> str:
    """What is said of a customer: its name, what it is worth, and how many more hang there that are not drawn."""
    hidden = f", {count_text(node.hidden)} more not drawn" if node.hidden else ""
    worth = "" if node.level == 0 or node.amount is None else f" {written(node.amount, currency)}"
    return f"{isolated(node.name)}{worth}{hidden}"


def _rest_of(node: _Node, currency: str | None) -> str:
    worth = "" if node.level == 0 or node.amount is None else f" {written(node.amount, currency)}"
    return f"{worth} +{count_text(node.hidden)}" if node.hidden else worth


def _told(trees: Sequence[_Node], currency: str | None) -> str:
    """The picture in words, for those who cannot see it."""
    if not trees:
        return "Nobody is known to have brought anybody."
    told = []
    for tree in trees:
        known = [node.amount for node in tree.every() if node.amount is not None]
        worth = f", those drawn worth {written(sum(known, Decimal(0)), currency)}" if known else ""
        told.append(f"{isolated(tree.name)} brought {count_text(len(tree.below) + tree.hidden)} others{worth}")
    return f"Who brought whom, the trees worth most first; +3 stands for three more who are not drawn. {'. '.join(told)}."
