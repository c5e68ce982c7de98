"""What a policy earned is told from the ledger, beside those whom the lot held out; what was measured goes back to the choice, and what loses is stopped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.config.test_policies import SEAT
from tests.flow.reaching import approve

from unequal import answers, flow
from unequal.answers.earned import judged
from unequal.cli import main
from unequal.config.policies import read_policy
from unequal.flow import exporting, learning
from unequal.flow.live import Asked, Live, learn, open_live, who_responds
from unequal.terms.errors import AnswerError, ExperimentError

AT = datetime(2026, 3, 2, 12)
LATER = datetime(2026, 4, 20, 12)
CUSTOMERS = 240

CONFIG = """\
project: hill-bakery
reporting_currency: EUR
time_zone: Europe/Berlin
sources:
  crm:
    read: data/crm.csv
    key: no
    records: {id: no, keys: {crm_no: no}, attributes: {full_name: name, country: land}}
  orders:
    read: data/orders-*.csv
    key: order_no
    columns: {day: {type: date, format: "%Y-%m-%d"}, total: money}
    postings:
      customer: {source: crm, id: customer}
      booked_on: day
      document: order_no
      amounts: {sales: {column: total, line: list_revenue}}
storage: {threads: 1}
live:
  purposes: {marketing: {consent: not_needed, direct_marketing: true}}
  channels: {web: {outbound: false}}
  assumed: {counts: "0.5", budget: "100000.00"}
"""

POLICY = """\
policy: rolls
owner: Mia
issue: growth
group: offers
action: rolls_offer
objective: grow
channels: {web: {text: "Rolls for breakfast."}}
effect: {uplift: "0.10", margin: "100.00"}
cost: "1.00"
limits: [{days: 90}]
holdout: "0.5"
measure: {days: 30, customers: 240, stop: when_it_loses}
"""


def write_bakery(folder: Path, config: str = CONFIG, policy: str = POLICY, come: range = range(1, CUSTOMERS + 1)) -> None:
    """Each customer has bought once in January, and once in the thirty days before the policy; then some come by."""
    data = folder / "data"
    data.mkdir(parents=True)
    names = [f"{n},{chr(65 + n % 26)}{'abcdefgh'[n // 26 % 8] * 3}{n} Miller{n},DE" for n in range(1, CUSTOMERS + 1)]
    (data / "crm.csv").write_text("\n".join(["no,name,land", *names]) + "\n", encoding="utf-8")
    before = [f"b{n},{n},2026-02-{n % 26 + 1:02},{20 + n % 7}.00" for n in range(1, CUSTOMERS + 1)]
    (data / "orders-before.csv").write_text("\n".join(["order_no,customer,day,total", *before]) + "\n", encoding="utf-8")
    (folder / "unequal.yaml").write_text(config, encoding="utf-8")
    flow.run(flow.open_project(folder))
    with moment(folder) as live:
        approve(live, policy)
        for n in come:
            live.decide(Asked("web", live.lookup("crm", str(n))[0]))


@contextmanager
def moment(folder: Path, at: datetime = AT) -> Iterator[Live]:
    with open_live(flow.open_project(folder), clock=lambda: at) as live:
        yield live


def approve_measured(live: Live, policy: str, uplift: str) -> None:
    """Put the policy in force with an effect as if it had been measured."""
    effect = f'effect: {{uplift: "{uplift}", margin: "100.00", measured: true, measured_on: 2026-03-03}}'
    draft = live.policies.submit(policy.replace('effect: {uplift: "0.10", margin: "100.00"}', effect), author=learning.AUTHOR)
    live.policies.preview("rolls", draft["version"])
    live.policies.approve("rolls", draft["version"], by="finn")


def usual(n: int) -> Decimal:
    """What a customer buys in March, treated or not: as in February, and some cents."""
    return 20 + n % 7 + Decimal(n * 37 % 5) / 10


def answer_with(folder: Path, effect: Decimal) -> None:
    """Customers buy in March for what they did in February, and those treated for so much more; the ledger ends in April."""
    with moment(folder) as live:
        numbers = {live.lookup("crm", str(n))[0]: n for n in range(1, CUSTOMERS + 1)}
        arms = {n: live.state.contacts.standing(one).arms.get("rolls") for one, n in numbers.items()}
    rows = [f"m{n},{n},2026-03-{n % 26 + 3:02},{usual(n) + (effect if arm == 'treated' else 0)}" for n, arm in arms.items()]
    late = [f"l{n},{n},2026-04-15,5.00" for n in range(1, 3)]
    (folder / "data" / "orders-after.csv").write_text("\n".join(["order_no,customer,day,total", *rows, *late]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("earned") / "bakery"
    write_bakery(folder)
    return folder


@pytest.fixture(scope="module")
def answered(reached: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those treated have bought for seven euros more, and the run knows it."""
    folder = copied(reached, tmp_path_factory.mktemp("answered"))
    answer_with(folder, Decimal(7))
    flow.run(flow.open_project(folder))
    return folder


def copied(reached: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(reached, tmp_path / "bakery"))


def earned(folder: Path, **narrowed: str) -> answers.Answer:
    with flow.open_base(flow.open_project(folder)) as opened:
        return answers.answer("earned", opened.base, **narrowed)  # type: ignore[arg-type]


def test_what_those_treated_brought_more_is_what_the_policy_earned_less_what_it_cost(answered: Path) -> None:
    folder = answered
    with moment(folder) as live:
        numbers = {n: live.lookup("crm", str(n))[0] for n in range(1, CUSTOMERS + 1)}
        arms = {n: live.state.contacts.standing(one).arms["rolls"] for n, one in numbers.items()}
    found = earned(folder)
    (row,) = found.table.to_pylist()
    treated = [n for n, arm in arms.items() if arm == "treated"]
    assert (row["treated"], row["held_out"], row["not_over"]) == (len(treated), CUSTOMERS - len(treated), 0)
    assert row["treated_brought"] == sum(usual(n) + 7 for n in treated)
    assert row["contact_cost"] == Decimal(len(treated)), "each contact cost one euro"
    # What they bought in February tells nearly all of what they would have bought: seven more, less the one that it cost.
    assert row["customer_expected"] == pytest.approx(6, abs=0.1)
    assert row["variance_removed"] > 0.9
    assert row["verdict"] == "earned"
    assert row["stated_customer_expected"] == pytest.approx(0.5 * 10 - 1)
    assert found.figure("earned").value == pytest.approx(Decimal(6 * len(treated)), abs=Decimal(0.1 * len(treated)))
    assert "earned more than it cost" in found.sentence
    exported = {one["customer_id"]: one for one in rows_of(folder)}
    assert len(exported) == CUSTOMERS
    assert {one["days_over"] for one in exported.values()} == {True}
    assert sum(one["brought"] for one in exported.values() if one["arm"] == "treated") == row["treated_brought"]


def rows_of(folder: Path) -> list[dict[str, object]]:
    with flow.open_base(flow.open_project(folder)) as opened:
        return opened.base.fetch(exporting.export_table(opened, "trials"))


def test_customers_whose_days_are_not_over_are_counted_and_not_compared(reached: Path, tmp_path: Path) -> None:
    folder = copied(reached, tmp_path)
    (row,) = earned(folder).table.to_pylist()
    assert (row["treated"], row["held_out"], row["not_over"], row["verdict"]) == (0, 0, CUSTOMERS, "too_early")
    assert row["customer_expected"] is None
    assert "nothing can be said yet" in earned(folder).sentence
    exported = rows_of(folder)
    assert len(exported) == CUSTOMERS, "everybody drawn is there"
    assert {one["arm"] for one in exported} == {"treated", "held_out"}
    assert {(one["days_over"], *(one[name] for name in ("brought", "before", "cost", "earned"))) for one in exported} == {
        (False, None, None, None, None)
    }


def test_what_is_too_early_to_say_names_what_it_takes_and_stands_in_no_sum(reached: Path, tmp_path: Path) -> None:
    """Thirty customers come by again, and draw the lot of a second policy: their days are over, and fewer than twenty are in each arm."""
    folder = copied(reached, tmp_path)
    with moment(folder, AT + timedelta(days=1)) as live:
        approve(
            live, POLICY.replace("policy: rolls", "policy: cakes").replace("group: offers", "group: sweets").replace("rolls_offer", "cakes")
        )
        for n in range(1, 31):
            live.decide(Asked("web", live.lookup("crm", str(n))[0]))
    answer_with(folder, Decimal(7))
    flow.run(flow.open_project(folder))
    found = earned(folder)
    rows = {row["policy"]: row for row in found.table.to_pylist()}
    cakes, rolls = rows["cakes"], rows["rolls"]
    assert (cakes["verdict"], cakes["not_over"], rolls["why_early"]) == ("too_early", 0, None)
    few = [
        f"{cakes[arm]} of {cakes[arm]} customers {told}"
        for arm, told in (("treated", "treated"), ("held_out", "held out"))
        if cakes[arm] < 20
    ]
    assert cakes["why_early"] == f"only {' and '.join(few)} brought or cost anything, and each arm takes 20"
    assert any(one.startswith(f"Cakes: too early to say, for {cakes['why_early']}") for one in found.findings)
    assert found.sentence.endswith("of 2 policies 1 earned more than it cost, of 1 it is too early to say.")
    assert [found.figure(arm).value for arm in ("treated", "held_out")] == [rolls["treated"], rolls["held_out"]]
    assert found.figure("not_in_sum").value == 30
    assert found.figure("policies_too_early").value == 1


def test_an_arm_of_fewer_than_ten_is_not_said_to_wait_for_its_days(tmp_path: Path) -> None:
    folder = tmp_path / "bakery"
    write_bakery(folder, come=range(1, 9))
    answer_with_all(folder)
    flow.run(flow.open_project(folder))
    (row,) = earned(folder).table.to_pylist()
    assert (
        row["why_early"] == f"the days of {row['treated']} treated and {row['held_out']} held out customers are over, and each arm takes 10"
    )
    assert earned(folder).findings[0] == f"Rolls: too early to say, for {row['why_early']}."


def answer_with_all(folder: Path) -> None:
    rows = [f"m{n},{n},2026-04-15,20.00" for n in range(1, CUSTOMERS + 1)]
    (folder / "data" / "orders-after.csv").write_text("\n".join(["order_no,customer,day,total", *rows]) + "\n", encoding="utf-8")


def test_a_measured_effect_waits_as_a_draft_for_a_person_and_then_counts_in_full(answered: Path, tmp_path: Path) -> None:
    folder = copied(answered, tmp_path)
    project = flow.open_project(folder)
    (found,) = learn(project, clock=lambda: LATER)
    assert (found.stated_expected, found.measured_expected) == (pytest.approx(5.0), pytest.approx(7.0, abs=0.1))
    assert found.stated_expected < found.counts_expected <= found.measured_expected, "between the guess and the measurement, near the surer"
    with moment(folder, LATER) as live:
        before = live.policies.active().policies.named("rolls").bid
        draft = live.policies.versions("rolls")[0]
        assert (draft["status"], draft["author"]) == ("draft", learning.AUTHOR)
        live.policies.preview("rolls", draft["version"])
        live.policies.approve("rolls", draft["version"], by="finn")
        after = live.policies.active().policies.named("rolls").bid
    assert (before.counts, after.counts) == (Decimal("0.5"), Decimal(1))
    assert float(after.uplift) * 100 == pytest.approx(found.counts_expected, rel=1e-4)


@pytest.mark.parametrize("brought", [7, 3], ids=["more than guessed", "less than guessed"])
def test_learned_again_from_the_same_customers_an_effect_stays_as_it_is(reached: Path, tmp_path: Path, brought: int) -> None:
    folder = copied(reached, tmp_path)
    answer_with(folder, Decimal(brought))
    project = flow.open_project(folder)
    flow.run(project)
    (first,) = learn(project, clock=lambda: LATER)
    (waiting,) = learn(project, clock=lambda: LATER + timedelta(days=1))
    assert waiting == first, "a draft of yesterday that says the same is the one that waits"
    with moment(folder, LATER + timedelta(days=1)) as live:
        live.policies.preview("rolls", 2)
        live.policies.approve("rolls", 2, by="finn")
    (again,) = learn(project, clock=lambda: LATER + timedelta(days=2))
    assert again.counts_expected == first.counts_expected == pytest.approx(brought, abs=0.1)
    assert (again.uplift, again.done) == (None, "nothing new: what acts rests on this measurement")
    with moment(folder, LATER + timedelta(days=2)) as live:
        assert [one["version"] for one in live.policies.versions("rolls")] == [2, 1]


def test_what_was_measured_is_weighed_against_the_guess_of_a_person_whichever_version_made_the_contact(tmp_path: Path) -> None:
    """Each is reached twice: five euros are counted with by the guess, and eight by what a later version says was measured."""
    folder, often = tmp_path / "bakery", POLICY.replace("limits: [{days: 90}]", "limits: [{days: 6}]")
    write_bakery(folder, policy=often)
    with moment(folder, AT + timedelta(days=7)) as live:
        approve_measured(live, often, "0.08")
        for one in live.profiles.customers():
            live.decide(Asked("web", one))
    answer_with(folder, Decimal(7))
    project = flow.open_project(folder)
    flow.run(project)
    (row,) = earned(folder).table.to_pylist()
    assert row["contacts"] == 2 * row["treated"]
    (found,) = learn(project, clock=lambda: LATER)
    assert (found.stated_expected, found.measured_expected) == (pytest.approx(5.0), pytest.approx(3.5, abs=0.1))
    assert found.uplift is not None
    assert float(found.uplift) == pytest.approx(0.035, abs=0.001)


def test_only_contacts_of_the_days_that_count_brought_what_is_compared(reached: Path, tmp_path: Path) -> None:
    """Half of the customers are reached again after their days, and others come whose days are not over: seven euros are still those of one contact each."""
    folder = copied(reached, tmp_path)
    answer_with(folder, Decimal(7))
    late = range(CUSTOMERS + 1, CUSTOMERS + 61)
    with (folder / "data" / "crm.csv").open("a", encoding="utf-8") as crm:
        crm.writelines(f"{n},Zoe Newcomer{n},DE\n" for n in late)
    project = flow.open_project(folder)
    flow.run(project)
    with moment(folder, datetime(2026, 4, 10, 12)) as live:
        for n in late:
            live.decide(Asked("web", live.lookup("crm", str(n))[0]))
    with moment(folder, AT + timedelta(days=100)) as live:
        for n in range(1, CUSTOMERS // 2):
            live.decide(Asked("web", live.lookup("crm", str(n))[0]))
    (row,) = earned(folder).table.to_pylist()
    assert row["not_over"] == 60
    assert (row["contacts"], row["contact_cost"]) == (row["treated"], Decimal(row["treated"]))
    assert f"What contacts cost, €{row['treated']}" in " ".join(earned(folder).findings)
    (found,) = learn(project, clock=lambda: LATER)
    assert (found.stated_expected, found.measured_expected) == (pytest.approx(5.0), pytest.approx(7.0, abs=0.1))


def test_a_mended_policy_is_not_judged_by_the_customers_of_the_one_that_lost(reached: Path, tmp_path: Path) -> None:
    folder = copied(reached, tmp_path)
    answer_with(folder, Decimal(-6))
    project = flow.open_project(folder)
    assert flow.run(project).stopped == ("rolls",)
    mended = POLICY.replace('uplift: "0.10"', 'uplift: "0.04"').replace("for breakfast.", "for breakfast, without the discount.")
    with moment(folder, datetime.now(UTC).replace(tzinfo=None)) as live:
        approve(live, mended)
    assert flow.run(project).stopped == ()
    (found,) = learn(project)
    assert (found.verdict, found.uplift, found.done) == ("too_early", None, "nothing: it is too early to say")
    with moment(folder, datetime.now(UTC).replace(tzinfo=None)) as live:
        assert [one["status"] for one in live.policies.versions("rolls")] == ["approved", "retired"]
    (row,) = earned(folder).table.to_pylist()
    assert row["verdict"] == "lost", "what all its versions earned is still told"


def test_a_measured_version_goes_on_with_the_customers_of_the_one_it_takes_the_place_of(reached: Path, tmp_path: Path) -> None:
    """Approved before all had answered: it does the same to customers, so what they bring still stops it."""
    folder = copied(reached, tmp_path)
    with moment(folder, AT + timedelta(days=1)) as live:
        approve_measured(live, POLICY, "0.05")
    answer_with(folder, Decimal(-6))
    assert flow.run(flow.open_project(folder)).stopped == ("rolls",)


def test_a_policy_that_loses_is_stopped_by_its_own_rule_and_its_owner_is_told_once(reached: Path, tmp_path: Path) -> None:
    folder = copied(reached, tmp_path)
    answer_with(folder, Decimal(-6))
    project = flow.open_project(folder)
    report = flow.run(project)
    assert report.stopped == ("rolls",)
    with moment(folder, datetime.now() + timedelta(days=1)) as live:
        assert live.policies.active().versions == {}
        assert live.policies.versions("rolls")[0]["status"] == "retired"
        live.sender.send_waiting(live.state, live.clock())
    (told,) = [json.loads(line) for line in (folder / ".unequal" / "delivered" / "owners.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (told["policy"], told["owner"], told["said"]) == ("rolls", "Mia", "loses money")
    assert flow.run(project).stopped == (), "it acts no more, and is not stopped twice"
    (row,) = earned(folder).table.to_pylist()
    assert row["acts"] == f"stopped by {learning.AUTHOR}"


def test_a_policy_that_only_might_lose_goes_on(reached: Path, tmp_path: Path) -> None:
    folder = copied(reached, tmp_path)
    answer_with(folder, Decimal(1))
    report = flow.run(flow.open_project(folder))
    assert report.stopped == ()
    (row,) = earned(folder).table.to_pylist()
    assert row["customer_expected"] == pytest.approx(0, abs=0.1)
    assert row["verdict"] == "no_detectable_difference"


CONTACTS_COME_BACK = """\
  made_contacts:
    read: .unequal/live/contacts-crm.parquet
    key: contact_id
    postings:
      customer: {source: crm, id: record_id}
      booked_on: reserved_at
      amounts: {contacts: {column: cost, line: LINE, negate: true}}
"""


@pytest.mark.parametrize(("line", "is_in_revenue"), [("retention", False), ("off_invoice_discount", True)])
def test_what_contacts_cost_is_taken_off_once_at_whatever_level(reached: Path, tmp_path: Path, line: str, is_in_revenue: bool) -> None:
    """Two more from each treated, at a cost of one: one is earned, whether or not the ledger books the cost, and wherever it does."""
    folder = copied(reached, tmp_path)
    answer_with(folder, Decimal(2))
    source = CONTACTS_COME_BACK.replace("LINE", line)
    (folder / "unequal.yaml").write_text(CONFIG.replace("storage:", source + "storage:"), encoding="utf-8")
    project = flow.open_project(folder)
    flow.run(project)
    found = earned(folder)
    (row,) = found.table.to_pylist()
    assert found.level == "revenue"
    assert row["customer_expected"] == pytest.approx(1, abs=0.1)
    assert any("the ledger books it where revenue leaves it out" in one for one in found.findings) is not is_in_revenue
    (learned,) = learn(project, clock=lambda: LATER)
    assert learned.measured_expected == pytest.approx(2, abs=0.1), "before its cost"


def test_an_entry_dated_ahead_ends_nobodys_days(reached: Path, tmp_path: Path) -> None:
    """The ledger ends two days after the lots, but for one sale that is dated half a year ahead."""
    folder = copied(reached, tmp_path)
    rows = [f"m{n},{n},2026-03-04,{usual(n)}" for n in range(1, CUSTOMERS + 1)]
    text = "\n".join(["order_no,customer,day,total", *rows, f"x1,1,{datetime.now().date() + timedelta(days=180)},5.00"])
    (folder / "data" / "orders-after.csv").write_text(text + "\n", encoding="utf-8")
    assert flow.run(flow.open_project(folder)).stopped == ()
    found = earned(folder)
    (row,) = found.table.to_pylist()
    assert (row["not_over"], row["verdict"]) == (CUSTOMERS, "too_early")
    assert found.period.endswith("until 2026-03-04")


def test_a_year_of_a_lever_is_the_last_that_has_come(answered: Path, tmp_path: Path) -> None:
    """A sale that is dated more than a year ahead does not make the lots of this year old."""
    folder = copied(answered, tmp_path)
    with (folder / "data" / "orders-after.csv").open("a", encoding="utf-8") as file:
        file.write(f"x1,1,{datetime.now().date() + timedelta(days=400)},5.00\n")
    flow.run(flow.open_project(folder))
    (row,) = earned(folder).table.to_pylist()
    (lever,) = measured_levers(folder)
    assert lever["year_supposed"] == pytest.approx(Decimal(repr(round(row["total_expected"], 2))), abs=Decimal("0.02"))


def test_the_universal_holdout_adds_nothing_to_the_policies_that_it_stands_for(tmp_path: Path) -> None:
    folder = tmp_path / "bakery"
    held = CONFIG.replace("  assumed:", '  experiments: {universal_holdout: "0.5"}\n  assumed:')
    write_bakery(folder, held)
    answer_with(folder, Decimal(7))
    with (folder / "data" / "orders-after.csv").open("a", encoding="utf-8") as file:
        file.write("l3,3,2026-06-15,5.00\n")  # the ninety days of the universal holdout are over
    flow.run(flow.open_project(folder))
    found = earned(folder)
    rows = {row["policy"]: row for row in found.table.to_pylist()}
    assert {name: row["verdict"] for name, row in rows.items()} == {"rolls": "earned", "holdout:universal": "earned"}
    assert found.figure("policies_earned").value == 1
    assert any(one.startswith("All direct marketing earned more than it cost") for one in found.findings)
    assert "holdout:universal" not in found.sentence + " ".join(found.findings)
    assert (found.figure("treated").value, found.figure("held_out").value) == (rows["rolls"]["treated"], rows["rolls"]["held_out"])
    assert [one["lever"] for one in measured_levers(folder)] == ["measured_grow"]


def measured_levers(folder: Path) -> list[dict[str, object]]:
    with flow.open_base(flow.open_project(folder)) as opened:
        found = answers.answer("worth-doing", opened.base).table.to_pylist()
    return [one for one in found if one["lever"].startswith("measured")]


def test_slices_of_an_answer_are_of_the_customers_in_them(answered: Path) -> None:
    folder = answered
    found = earned(folder, by="country")
    (slice_,) = found.tables["slices"].to_pylist()
    (whole,) = found.table.to_pylist()
    assert {**slice_, "segment": None} == whole
    (some,) = earned(folder, where="country = 'FR'").table.to_pylist()
    assert some["treated"] < whole["treated"]


def test_no_verdict_is_given_on_customers_told_apart_by_what_may_have_come_of_the_treatment(answered: Path) -> None:
    (whole,) = earned(answered).table.to_pylist()
    found = earned(answered, where="brought >= 50")
    (some,) = found.table.to_pylist()
    assert (whole["verdict"], some["verdict"]) == ("earned", "told_apart_after")
    assert some["treated"] < whole["treated"]
    assert found.findings[0].startswith("brought may have come of the treatment itself")
    assert "nothing can be said" in found.sentence
    by_band = earned(answered, by="band")
    assert by_band.table.to_pylist() == earned(answered).table.to_pylist()
    assert {row["verdict"] for row in by_band.tables["slices"].to_pylist()} <= {"told_apart_after"}
    assert not any("may have come" in told for told in earned(answered, by="country").findings)


def test_worth_doing_takes_what_was_measured_where_something_was(answered: Path) -> None:
    (row,) = earned(answered).table.to_pylist()
    with flow.open_base(flow.open_project(answered)) as opened:
        found = answers.answer("worth-doing", opened.base)
    (lever,) = [one for one in found.table.to_pylist() if one["lever"] == "measured_grow"]
    assert lever["grounds"] == f"rolls with {row['treated']:,} treated beside {row['held_out']:,} held out"
    assert (lever["in_sum"], lever["own_figure"]) == (True, row["contact_cost"])
    assert lever["year_supposed"] == pytest.approx(Decimal(repr(round(row["total_expected"], 2))), abs=Decimal("0.02"))
    assert lever["year_low"] > 0, "it has been shown"
    assert found.figure("measured_grow").note == "measured"


def test_households_that_were_drawn_whole_are_one_witness_each(answered: Path) -> None:
    """The same dollars with two customers to a household: the difference is the same, and less sure."""
    with flow.open_base(flow.open_project(answered)) as opened:
        base = opened.base
        trials = base.trials()
        assert trials is not None
        arms = sorted((row["arm"], row["customer_id"]) for row in base.fetch(trials.arms))
        of = [{"customer_id": one, "household_id": f"{arm} {at // 2}"} for at, (arm, one) in enumerate(arms)]
        households = opened.engine.rows({"customer_id": "string", "household_id": "string"}, of)
        drawn = replace(trials, policies={"rolls": replace(trials.policies["rolls"], by_household=True)})
        together = replace(base, tables={**base.tables, "household": households})
        alone, by_home = (judged(base, trials, "rolls", level=base.level), judged(together, drawn, "rolls", level=base.level))
    assert alone.compared is not None
    assert by_home.compared is not None
    assert by_home.compared.treated == alone.compared.treated
    assert by_home.compared.mean_treated == pytest.approx(alone.compared.mean_treated)
    assert by_home.compared.ratio != alone.compared.ratio, "households were drawn, and are what the share is held against"


def test_who_responds_is_learned_where_enough_have_answered(answered: Path, reached: Path, tmp_path: Path) -> None:
    found = who_responds(flow.open_project(answered), "rolls")
    assert (found.treated + found.held_out, found.differs.verdict) == (CUSTOMERS, "no_detectable_difference")
    # Each brought seven more, less the one that the contact cost.
    assert sum(part.gain_measured for part in found.parts) / 5 == pytest.approx(6, abs=0.5)
    for folder, policy, code in ((reached, "rolls", "EXP006"), (answered, "bread", "EXP007")):
        with pytest.raises(ExperimentError, match=code):
            who_responds(flow.open_project(folder), policy)
    said = CliRunner().invoke(
        main, ["-C", str(answered), "policies", "responders", "rolls", "--learner", "t", "--out", str(tmp_path / "who.csv")]
    )
    assert said.exit_code == 0
    assert "measured each" in said.stdout
    assert len((tmp_path / "who.csv").read_text(encoding="utf-8").splitlines()) == 1 + CUSTOMERS


def test_nothing_was_earned_where_nothing_was_tried(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "crm.csv").write_text("no,name,land\n1,Ann Arbour,DE\n", encoding="utf-8")
    (data / "orders-1.csv").write_text("order_no,customer,day,total\na,1,2026-01-05,7.00\n", encoding="utf-8")
    (tmp_path / "unequal.yaml").write_text(CONFIG, encoding="utf-8")
    project = flow.open_project(tmp_path)
    flow.run(project)
    with pytest.raises(AnswerError, match="ANS016"):
        earned(tmp_path)
    assert learn(project) == []


@pytest.mark.parametrize("factor", [-3.0, 250.0, 1e9, -1e9])
def test_what_is_learned_may_be_more_than_a_share_and_is_never_refused(factor):
    declared = read_policy(SEAT, "policies/seat.yaml").policy
    row = {"treated": 100, "held_out": 100, "days": 30}
    text, uplift = learning.rewritten(SEAT, declared, factor, date(2026, 3, 1), row)
    read = read_policy(text, "policies/seat.yaml").policy.effect
    assert (read.measured, read.uplift) == (True, uplift)
    assert Decimal(uplift) == max(min(Decimal(declared.effect.uplift) * Decimal(factor), Decimal(100)), Decimal(-100))
