"""Erlang's formulas against worked examples that others have printed."""

from __future__ import annotations

import pytest

from unequal.contact_centre.queueing import answered_within, erlang_a, erlang_b, erlang_c


def test_fifteen_lines_lose_one_call_in_a_hundred_at_the_traffic_that_the_calculator_prints():
    """Source: Westbay, Erlang B calculator's manual, "How much traffic can a trunk group handle": 8.108 Erlang at 15 lines and 1 %."""
    assert erlang_b(8.108, 15) == pytest.approx(0.01, abs=5e-6)


def test_twelve_hundred_calls_an_hour_of_a_hundred_seconds_need_forty_five_lines():
    """Source: the same publisher's forum on trunk engineering: 33.333 Erlang at 1 % need 45 lines."""
    assert erlang_b(33.333, 45) <= 0.01 < erlang_b(33.333, 44)


def test_a_published_call_centre_of_fifty_five_agents_comes_out():
    """360 calls in half an hour of 4 minutes each, 55 agents: load 48, occupancy 87.3 %, 23.9 % wait, 8 seconds on average.

    Source: Mitan Ltd, "The Erlang-C formula", worked step by step.
    """
    queue = erlang_c(720, 240, 55)
    assert queue.utilisation_expected == pytest.approx(0.873, abs=5e-4)
    assert queue.wait_probability == pytest.approx(0.239, abs=5e-4)
    assert queue.wait_seconds_expected == pytest.approx(8.2, abs=0.05)


def test_a_hundred_calls_in_half_an_hour_and_fourteen_agents_come_out():
    """10 Erlang: 17.41 % wait, 88.835 % are answered within 20 seconds, 7.8 seconds on average, 71.43 % occupied. Source: Call Centre Helper, "Erlang C formula"."""
    queue = erlang_c(200, 180, 14)
    assert queue.wait_probability == pytest.approx(0.1741, abs=5e-5)
    assert answered_within(20, 200, 180, 14) == pytest.approx(0.88835, abs=5e-6)
    assert queue.wait_seconds_expected == pytest.approx(7.8, abs=0.05)
    assert queue.utilisation_expected == pytest.approx(0.7143, abs=5e-5)


def test_what_abandonment_changes_in_a_call_centre_of_fifty_agents_comes_out():
    """48 calls a minute of 1 minute, 50 agents, patience 2 minutes. Source: Garnett, Mandelbaum and Reiman (2002), table 1.

    Without abandonment: 20.8 seconds, 17 in the queue, 96 % occupied. With it: 3.1 % abandon, 3.7 seconds, 3 in the queue, 93 %.
    """
    patient = erlang_c(48 * 60, 60, 50)
    assert patient.wait_seconds_expected == pytest.approx(20.8, abs=0.05)
    assert (round(patient.queue_expected), round(patient.utilisation_expected, 2)) == (17, 0.96)
    impatient = erlang_a(48 * 60, 60, 120, 50)
    assert impatient.abandonment_expected == pytest.approx(0.031, abs=5e-4)
    assert impatient.wait_seconds_expected == pytest.approx(3.7, abs=0.05)
    assert (round(impatient.queue_expected), round(impatient.utilisation_expected, 2)) == (3, 0.93)


def test_a_hundred_agents_at_a_load_of_one_hundred_and_five_lose_seven_in_a_hundred():
    assert erlang_a(105 / 300 * 3600, 300, 180, 100).abandonment_expected == pytest.approx(0.0721, abs=5e-5)
