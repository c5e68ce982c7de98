"""Erlang's formulas agree with each other, and refuse what is no queue."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers

from unequal.contact_centre.queueing import erlang_a, erlang_b, erlang_c
from unequal.terms.errors import ContactCentreError


@given(load=floats(0.01, 300), agents=integers(1, 300))
def test_the_recursion_is_erlangs_sum(load, agents):
    terms = [math.exp(k * math.log(load) - math.lgamma(k + 1) - load) for k in range(agents + 1)]
    assert erlang_b(load, agents) == pytest.approx(terms[-1] / math.fsum(terms), rel=1e-6, abs=1e-290)


@given(agents=integers(1, 80), spare=floats(0.02, 0.9))
def test_with_the_patience_of_a_saint_erlang_a_is_erlang_c(agents, spare):
    load = agents * (1 - spare)
    patient, endless = erlang_a(load * 12, 300, 1e11, agents), erlang_c(load * 12, 300, agents)
    assert patient.wait_probability == pytest.approx(endless.wait_probability, rel=1e-4)
    assert patient.wait_seconds_expected == pytest.approx(endless.wait_seconds_expected, rel=1e-3, abs=1e-12)


@given(load=floats(0.1, 200), agents=integers(1, 100), patience=floats(1, 3600))
def test_what_agents_do_not_serve_is_abandoned(load, agents, patience):
    queue = erlang_a(load * 12, 300, patience, agents)
    assert 0 <= queue.abandonment_expected <= 1
    assert queue.utilisation_expected <= 1 + 1e-9
    assert queue.abandonment_expected >= 1 - agents / load - 1e-9
    more = erlang_a(load * 12, 300, patience, agents + 1)
    assert more.abandonment_expected <= queue.abandonment_expected + 1e-12


def test_a_queue_of_many_thousands_that_give_up_after_hours_is_still_a_number():
    queue = erlang_a(1e5, 300, 1e4, 100)
    assert queue.abandonment_expected == pytest.approx(1 - 100 / (1e5 / 12), rel=1e-6)
    assert queue.wait_probability == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("CTC004", lambda: erlang_b(0, 3)),
        ("CTC004", lambda: erlang_b(1, 0)),
        ("CTC004", lambda: erlang_c(-1, 300, 3)),
        ("CTC004", lambda: erlang_c(10, math.nan, 3)),
        ("CTC004", lambda: erlang_a(10, 300, 0, 3)),
        ("CTC005", lambda: erlang_c(12, 300, 1)),
    ],
)
def test_what_is_no_queue_is_refused(code, asked):
    with pytest.raises(ContactCentreError) as refused:
        asked()
    assert refused.value.code == code
