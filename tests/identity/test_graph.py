"""A customer as a graph: what hangs on one link, and the tree of its strongest links."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from unequal.identity.graph import Link, bridges, spanning_forest


def parts(nodes: int, links: list[Link]) -> list[set[int]]:
    """What hangs together, by joining sets until nothing changes."""
    found = [{node} for node in range(nodes)]
    for link in links:
        one, other = (next(part for part in found if end in part) for end in (link.a, link.b))
        if one is not other:
            found = [part for part in found if part is not one and part is not other] + [one | other]
    return found


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Link]]:
    nodes = draw(st.integers(1, 8))
    ends = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)).filter(lambda pair: pair[0] != pair[1])
    weights = st.sampled_from([1.0, 2.0, 3.0, float("inf")])
    links = draw(st.lists(st.builds(lambda pair, weight: Link(*pair, weight), ends, weights), max_size=14)) if nodes > 1 else []
    return nodes, links


@given(graphs())
def test_a_bridge_is_a_link_without_which_there_are_more_parts_and_its_smaller_side_leaves(graph: tuple[int, list[Link]]) -> None:
    nodes, links = graph
    found = bridges(nodes, links)
    for at, link in enumerate(links):
        without = parts(nodes, links[:at] + links[at + 1 :])
        assert (at in found) == (len(without) > len(parts(nodes, links)))
        if at in found:
            assert found[at] == min(len(part) for part in without if link.a in part or link.b in part)


@given(graphs())
def test_a_forest_has_every_node_once_holds_what_hangs_together_and_leaves_out_only_weaker_links(graph: tuple[int, list[Link]]) -> None:
    nodes, links = graph
    forest = spanning_forest(nodes, links)
    kept = {branch.link for branch in forest if branch.link is not None}
    assert sorted(branch.node for branch in forest) == list(range(nodes))
    assert sorted(map(sorted, parts(nodes, [links[at] for at in kept]))) == sorted(map(sorted, parts(nodes, links)))
    for at, link in enumerate(links):
        stronger = [links[other] for other in kept if links[other].weight >= link.weight]
        assert at in kept or any({link.a, link.b} <= part for part in parts(nodes, stronger))


def test_a_tree_is_written_from_the_top_down_each_node_below_the_one_it_is_linked_to() -> None:
    links = [Link(0, 1, 1.0), Link(1, 2, 9.0), Link(0, 2, 5.0), Link(2, 3, 4.0)]
    assert [(branch.node, branch.depth, branch.link) for branch in spanning_forest(5, links)] == [
        (0, 0, None),
        (2, 1, 2),
        (1, 2, 1),
        (3, 2, 3),
        (4, 0, None),
    ]


def test_a_long_chain_needs_no_deep_stack() -> None:
    chain = [Link(at, at + 1, 1.0) for at in range(20_000)]
    assert len(bridges(20_001, chain)) == 20_000
    assert spanning_forest(20_001, chain)[-1].depth == 20_000
