"""Which tables a kept run must have: a step that gains one leaves the runs of before it readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from unequal import storage
from unequal.flow import published
from unequal.terms.errors import StorageError
from unequal.terms.tables import TableContract

FIRST_WRITTEN = {
    "interactions": {"interaction"}, "programmes": {"programme_member"}, "tie out": {"tie_out"}, "cost": {"pool", "idle"},
    "serve": {"activity_cost", "activity_time"}, "totals": {"customer_line", "entry_sum", "entry_total", "definition"},
    "codes": {"code_field", "code_value", "code_peer", "code_information"}, "judge": {"band_stability"},
    "experience": {"survey_answer", "service_contact", "promise"}, "plans": {"plan_fit"},
    "value": {"lifetime", "customer_value", "value_total", "backtest", "tracking", "model_fit", "retention_worth"},
    "loyal": {"behaviour", "behaviour_trend", "warning_test", "signal"},
    "needs": {"needs_group", "needs_trait", "needs_habit", "needs_stability", "customer_needs"},
    "levers": {"product_sale", "lever"}, "equity": {"value_then", "value_then_total"},
    "move": {"customer_band", "movement", "movement_chance", "movement_ahead"},
    "turnover": {"gained", "said_new", "lost", "won_back", "kept", "loss_sign"},
    "profile": {"profile", "moment"},
}  # fmt: skip
"""What each step has written ever since there was the step: never to be added to for a step that is here."""


def left_by(folder: Path, *names: str) -> storage.StepOutput:
    for name in names:
        (folder / f"{name}.parquet").touch()
    return storage.StepOutput("made", "key", folder, "digest", made=True)


@pytest.mark.parametrize("step", published.BESIDE)
def test_a_table_that_a_step_has_gained_is_marked_as_newer(step: str) -> None:
    assert step in FIRST_WRITTEN, "a new step is added here with its first tables"
    assert {contract.name for contract in published.BESIDE[step] if not contract.is_newer} == FIRST_WRITTEN[step]


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that has gained a table since its first version."""
    first, newer = TableContract("first", "m", ()), TableContract("newer", "m", (), is_newer=True)
    monkeypatch.setattr(published, "BESIDE", {"made": (first, newer)})


@pytest.mark.usefixtures("grown")
def test_a_kept_run_is_read_without_the_table_that_its_step_gained_later(tmp_path: Path) -> None:
    found = published.tables_of("made", left_by(tmp_path, "first"), is_kept=True)
    assert [contract.name for contract, _ in found] == ["first"]


@pytest.mark.usefixtures("grown")
def test_a_run_of_today_must_have_written_it(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="STO005"):
        list(published.tables_of("made", left_by(tmp_path, "first"), is_kept=False))


@pytest.mark.usefixtures("grown")
def test_what_a_step_has_always_written_is_missed_in_a_kept_run(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="STO005"):
        list(published.tables_of("made", left_by(tmp_path, "newer"), is_kept=True))
