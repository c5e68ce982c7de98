"""A customer as a graph: records are its nodes, links its edges. What hangs on one link only, and the strongest links as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from unequal.identity.arrays import Ints


@dataclass(frozen=True)
class Link:
    """Two nodes, by number, and how strongly they belong together; infinite where that is certain."""

    a: int
    b: int
    weight: float


@dataclass(frozen=True)
class Branch:
    """A node of a tree.

    Args:
        node: its number.
        depth: 0 at a root.
        link: the place in the list of the link to the node above; None at a root.
    """

    node: int
    depth: int
    link: int | None


def bridges(nodes: int, links: Sequence[Link]) -> dict[int, int]:
    """The links without which the graph falls apart.

    Args:
        nodes: how many there are, numbered from 0.
        links: two links between the same nodes count as two, and neither is a bridge.

    Returns:
        The place in the list of each bridge, and how many nodes are on its smaller side.

    Source: Tarjan 1974, A note on finding the bridges of a graph; without recursion, for a chain may be long.

    >>> bridges(4, [Link(0, 1, 9.0), Link(1, 2, 7.0), Link(0, 2, 8.0), Link(2, 3, 5.0)])
    {3: 1}
    """
    walk = _walk(nodes, links)
    found: dict[int, int] = {}
    for node in reversed(walk.order):
        link = walk.link_up[node]
        if link >= 0 and walk.lowest[node] == walk.entered[node]:
            far = walk.size[node]
            found[int(link)] = int(min(far, walk.size[walk.root[node]] - far))
    return dict(sorted(found.items()))


def spanning_forest(nodes: int, links: Sequence[Link]) -> list[Branch]:
    """The strongest links that hold each part of the graph together, as trees written from the top down.

    Each tree begins at the node with the lowest number of its part. Of equal links the first of the list is taken.

    >>> [(b.node, b.depth) for b in spanning_forest(4, [Link(0, 1, 2.0), Link(1, 2, 9.0), Link(0, 2, 5.0)])]
    [(0, 0), (2, 1), (1, 2), (3, 0)]

    Source: Kruskal 1956.
    """
    group = list(range(nodes))
    kept: list[int] = []
    for at in sorted(range(len(links)), key=lambda at: (-links[at].weight, at)):
        one, other = _head(group, links[at].a), _head(group, links[at].b)
        if one != other:
            group[max(one, other)] = min(one, other)
            kept.append(at)
    return list(_written(_neighbours(nodes, links, sorted(kept))))


def _written(neighbours: list[list[tuple[int, int]]]) -> Iterator[Branch]:
    """Trees from the top down, each node's branches strongest-placed first."""
    seen: set[int] = set()
    for root in range(len(neighbours)):
        ahead = [] if root in seen else [Branch(root, 0, None)]
        while ahead:
            branch = ahead.pop()
            seen.add(branch.node)
            yield branch
            below = [(node, link) for node, link in neighbours[branch.node] if node not in seen]
            ahead.extend(Branch(node, branch.depth + 1, link) for node, link in reversed(below))


def _head(group: list[int], node: int) -> int:
    while group[node] != node:
        group[node] = group[group[node]]
        node = group[node]
    return node


def _neighbours(nodes: int, links: Sequence[Link], which: Sequence[int]) -> list[list[tuple[int, int]]]:
    """For each node those it is linked to, and the link's place."""
    found: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for at in which:
        found[links[at].a].append((links[at].b, at))
        found[links[at].b].append((links[at].a, at))
    return found


@dataclass(frozen=True)
class _Walk:
    """A walk through the graph, each part from its first node, into the depth.

    Args:
        order: nodes as they were entered.
        entered: for each node when.
        lowest: for each the earliest entered node that it, or what lies below it, reaches by another way than its own link up.
        link_up: for each the link by which it was entered; -1 for the first of its part.
        root: for each the first node of its part.
        size: for each how many nodes lie below it, itself among them.
    """

    order: list[int]
    entered: Ints
    lowest: Ints
    link_up: Ints
    root: Ints
    size: Ints


def _walk(nodes: int, links: Sequence[Link]) -> _Walk:
    neighbours = _neighbours(nodes, links, range(len(links)))
    entered, link_up, root = (np.full(nodes, -1, dtype=np.int64) for _ in range(3))
    order: list[int] = []
    up = np.full(nodes, -1, dtype=np.int64)
    for start in range(nodes):
        ahead = [(start, -1, -1)]
        while ahead:
            node, above, link = ahead.pop()
            if entered[node] >= 0:
                continue
            entered[node], up[node], link_up[node] = len(order), above, link
            root[node] = start
            order.append(node)
            ahead.extend((other, node, at) for other, at in neighbours[node] if entered[other] < 0)
    lowest, size = entered.copy(), np.ones(nodes, dtype=np.int64)
    for node in reversed(order):
        for other, at in neighbours[node]:
            if at != link_up[node]:
                lowest[node] = min(lowest[node], lowest[other] if link_up[other] == at else entered[other])
        if up[node] >= 0:
            size[up[node]] += size[node]
    return _Walk(order, entered, lowest, link_up, root, size)
