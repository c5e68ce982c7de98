"""What events say is declared with its type, and what sets a policy off is said in full."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND
from tests.config.test_policies import SEAT

from unequal import config
from unequal.config.policies import read_policy
from unequal.terms.errors import Problems

LIVE = """
live:
  sources:
    web: {write_key: "env:WEB_KEY", events: {cart: Cart Updated}, context: {cart_value: value}}
"""


def loaded(folder: Path, live: str) -> config.Project:
    (folder / "unequal.yaml").write_text(SOUND + live)
    return config.load(folder / "unequal.yaml", {}).project


def test_events_say_only_what_is_declared(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"CFG083.*\n.*live\.sources\.web\.context"):
        loaded(tmp_path, LIVE)
    project = loaded(tmp_path, LIVE + '  context: {cart_value: {type: decimal, meaning: "What lies in the cart."}}\n')
    assert project.live.sources["web"].context == {"cart_value": "value"}


def test_a_key_of_a_source_of_events_is_not_followed_until_it_is_needed(tmp_path: Path) -> None:
    assert loaded(tmp_path, LIVE.replace(", context: {cart_value: value}", "")).live.sources["web"].write_key == "env:WEB_KEY"


@pytest.mark.parametrize(
    ("trigger", "wrong"),
    [("{delay_minutes: 5}", "on, or on_day"), ("{on_day: wedding_on, reply_by: came_by}", "reply_by"), ("{on: order, at: noon}", "hours and minutes"),
     ("{on: order, late_minutes: 0}", "at least 1"), ("{on: order}", None), ("{on_day: wedding_on}", None), ("{on: order, on_day: day}", None)],
)  # fmt: skip
def test_a_trigger_is_an_event_a_day_or_a_day_that_an_event_says(trigger: str, wrong: str | None) -> None:
    text = f"{SEAT}trigger: {trigger}\n"
    if wrong is None:
        assert read_policy(text, "seat.yaml").policy.trigger is not None
        return
    with pytest.raises(Problems, match=wrong):
        read_policy(text, "seat.yaml")
