"""What holds of the choice for whom hosts have a task, whatever customers, hosts and room there are."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from unequal.contact_centre.host_tasks import Deserving, chosen

LAW = settings(deadline=None, derandomize=True, max_examples=100)
HOSTS = ("mia", "tom", "zoe")
wanted = st.lists(
    st.builds(
        Deserving, st.sampled_from("abcdefghijkl"), st.sampled_from(HOSTS), st.just("warned"), st.sampled_from([1.0, 5.0, 5.5, 900.0])
    ),
    max_size=30,
)
room = {
    "busy": st.dictionaries(st.sampled_from(HOSTS), st.integers(0, 6), max_size=3),
    "spared": st.sets(st.sampled_from("abcdefghijkl"), max_size=5),
    "at_most": st.integers(1, 5),
}


@LAW
@given(wanted=wanted, **room)
def test_nobody_has_two_tasks_no_spared_customer_has_one_and_no_host_more_than_there_is_room_for(wanted, busy, spared, at_most):
    found = chosen(wanted, busy=busy, spared=spared, at_most=at_most)
    customers = [one.customer_id for one in found]
    assert len(customers) == len(set(customers))
    assert not spared & set(customers)
    new = Counter(one.host for one in found)
    assert all(busy.get(host, 0) + new[host] <= max(at_most, busy.get(host, 0)) for host in HOSTS)


@LAW
@given(wanted=wanted, **room)
def test_the_most_dollars_come_first_and_nobody_is_left_out_for_a_customer_of_his_host_with_less(wanted, busy, spared, at_most):
    found = chosen(wanted, busy=busy, spared=spared, at_most=at_most)
    stakes = [one.stake_expected for one in found]
    assert stakes == sorted(stakes, reverse=True)
    served = {one.customer_id for one in found}
    for host in HOSTS:
        least = min((one.stake_expected for one in found if one.host == host), default=None)
        left = [one for one in wanted if one.host == host and one.customer_id not in served | spared]
        assert least is None or all(one.stake_expected <= least for one in left)
        has_room = busy.get(host, 0) + sum(one.host == host for one in found) < at_most
        assert not (has_room and left), "there was room for somebody who was left out"


@LAW
@given(wanted=wanted, order=st.randoms(use_true_random=False), **room)
def test_the_order_in_which_customers_of_one_host_are_told_changes_nothing(wanted, order, busy, spared, at_most):
    once = list({one.customer_id: one for one in wanted}.values())
    mixed = order.sample(once, len(once))
    assert chosen(mixed, busy=busy, spared=spared, at_most=at_most) == chosen(once, busy=busy, spared=spared, at_most=at_most)
