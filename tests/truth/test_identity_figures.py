"""Identity is as right as promised, with all defaults and no labels, on public sets and on Meridian.

Pair F1 is taken after closure: over all pairs of records that stand in one customer. What each set
is, and what its columns mean, is in benchmarks/identity/data.py; Meridian goes by its own config.
"""

import pytest
from benchmarks.identity import data, meridian, ours

from unequal import demo


@pytest.mark.parametrize(("name", "least"), [("fake_1000", 0.95), ("febrl_3", 0.997), ("febrl_4", 0.999)])
def test_pair_f1_on_public_persons_is_at_least_what_is_promised(unequal_data, tmp_path, name, least):
    dataset = data.of_name(name, unequal_data)
    f1 = ours.resolve(dataset, tmp_path).figures(dataset.truth).pairs.f1
    assert f1 >= least


@pytest.fixture(scope="module")
def measured(default_meridian, tmp_path_factory):
    folder = tmp_path_factory.mktemp("who")
    return meridian.measured(demo.Truth(default_meridian), ours.resolve_world(default_meridian, folder))


@pytest.mark.slow
def test_meridians_persons_are_found(measured):
    f1 = measured.persons.pairs.f1
    assert f1 >= 0.98


@pytest.mark.slow
def test_at_most_one_in_a_thousand_of_meridians_customers_is_several_persons(measured):
    customers, share = measured.customers, measured.false_merges
    assert customers >= 20_000
    assert share <= 0.001
