"""Who brings others, in a company small enough to check by hand, and where referrals are only counted."""

from __future__ import annotations

import csv
import json
from decimal import Decimal as D
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.report.html_reading import Page

import unequal
from unequal import answers, flow, report
from unequal.answers import Answer
from unequal.cli import main
from unequal.terms.errors import AnswerError

CONFIG = """\
project: north-consulting
reporting_currency: USD
time_zone: America/New_York
sources:
  crm:
    read: data/crm.csv
    key: no
    records:
      id: no
      kind: {organisation_when: "kind = 'B'"}
      deduplicated: true
      attributes: {country: land}
    relationships:
      - {kind: introducer, from: {source: crm, id: by}, to: {id: no}, when: "kind = 'B'"}
      - {kind: referrer, from: {source: crm, id: by}, to: {id: no}, when: "kind = 'P'"}
  orders:
    read: data/orders.csv
    key: order_no
    columns: {day: {type: date, format: ISO}, total: money}
    postings:
      customer: {source: crm, id: customer}
      booked_on: day
      document: order_no
      channel: channel
      amounts: {sales: {column: total, line: list_revenue}}
value: {horizon_weeks: 52}
storage: {threads: 1}
"""


def write_company(folder: Path) -> Path:
    """The consultant 1 bought for 10 and introduced eight organisations, who bought for 100 each twice; 2 referred 3, who never bought.

    Twelve others bought for 20 each and brought nobody. 99 never bought, and referred 2, who bought for 50.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    crm = [("1", "P", "", "US"), ("2", "P", "99", "US"), ("3", "P", "2", "US"), ("99", "P", "", "CA")]
    crm += [(str(number), "B", "1", "US") for number in range(10, 18)] + [(str(number), "P", "", "US") for number in range(20, 32)]
    orders = [("1", "2025-03-01", "10.00"), ("2", "2025-03-05", "50.00")]
    orders += [(str(number), day, "100.00") for number in range(10, 18) for day in ("2025-04-01", "2025-09-01")]
    orders += [(str(number), "2025-06-01", "20.00") for number in range(20, 32)]
    with (data / "crm.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("no", "kind", "by", "land"), *crm])
    with (data / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        rows = [(f"o{place}", *order, "web" if place % 2 else "shop") for place, order in enumerate(orders)]
        csv.writer(file).writerows([("order_no", "customer", "day", "total", "channel"), *rows])
    (folder / "unequal.yaml").write_text(CONFIG, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = write_company(tmp_path_factory.mktemp("advocates") / "north")
    unequal.open(folder).run()
    return folder


def asked(folder: Path, **narrowed: str) -> Answer:
    with flow.open_base(flow.open_project(folder)) as opened:
        return answers.answer("advocates", opened.base, **narrowed)


def test_who_brought_whom_and_what_came_of_it_is_told_to_the_cent(company):
    answer = asked(company)
    assert answer.sentence.startswith("3 customers brought 10 others, who have brought $1,650 of revenue so far")
    assert (answer.figure("bringers").value, answer.figure("others").value) == (3, 10)
    assert answer.figure("came_brought").value == D(1650)
    came = answer.figure("came")
    assert came.low <= came.value <= came.high
    assert any(finding.startswith("1 of those brought never bought") for finding in answer.findings)
    assert "profit" not in " ".join([answer.sentence, *answer.findings])


def test_the_consultant_with_a_small_portfolio_who_introduced_eight_organisations_is_found(company):
    answer = asked(company)
    first = answer.tables["introducers"].to_pylist()[0]
    assert (first["organisations"], first["came_brought"], first["brought"]) == (8, D(1600), D(10))
    assert any("Easily overlooked" in finding and "introduced 8 organisations" in finding for finding in answer.findings)


def test_who_never_bought_and_brought_others_stands_among_them_without_a_value_of_his_own(company):
    rows = asked(company).tables["bringers"].to_pylist()
    assert [(row["others"], row["came_brought"]) for row in rows if row["own_value_expected"] is None] == [(1, D(50))]


def test_the_four_kinds_part_every_customer_once_at_the_medians(company):
    answer = asked(company)
    kinds = answer.tables["kinds"].to_pylist()
    assert sum(row["customers"] for row in kinds) == 22
    assert sum(row["share"] for row in kinds) == pytest.approx(1)
    high = sum(row["customers"] for row in kinds if row["kind_of_four"] in ("Champions", "Affluents"))
    assert high <= 11
    assert any("the customers' median" in finding for finding in answer.findings)


def test_slices_of_few_customers_are_withheld(company):
    rows = {row["segment"]: row for row in asked(company, by="country").tables["slices"].to_pylist()}
    assert (rows["US"]["bringers"], rows["US"]["others"]) == (2, 9)
    assert rows["CA"]["customers"] == 1
    assert rows["CA"]["bringers"] is None


def test_narrowing_tells_of_those_who_brought(company):
    answer = asked(company, where="kind = 'person' and country = 'US'")
    assert (answer.figure("bringers").value, answer.figure("others").value) == (2, 9)
    assert answer.figure("came_brought").value == D(1600)
    with pytest.raises(AnswerError, match="ANS014"):
        asked(company, where="country = 'CA'")


def test_the_command_line_and_python_give_one_answer(company):
    answer = asked(company)
    told = json.loads(CliRunner().invoke(main, ["-C", str(company), "ask", "advocates", "--json"]).stdout)
    assert unequal.open(company).ask("advocates").answer == answer
    assert (told["sentence"], told["findings"]) == (answer.sentence, list(answer.findings))
    assert {name: len(rows) for name, rows in told["tables"].items()} == {name: table.num_rows for name, table in answer.tables.items()}


def test_where_not_all_costs_are_known_a_claim_about_profit_cannot_be_measured(company):
    with flow.open_base(flow.open_project(company)) as opened:
        told = answers.answer("claims", opened.base)
    rows = {row["claim"]: row for row in told.tables["claims"].to_pylist()}
    assert rows["top_fifth"]["measured"] is None
    assert "of revenue, and of profit nobody knows" in rows["top_fifth"]["note"]
    assert "years are known" in rows["lost_in_five_years"]["note"]
    with pytest.raises(AnswerError, match="ANS011"), flow.open_base(flow.open_project(company)) as opened:
        answers.answer("claims", opened.base, by="country")


def test_the_network_is_drawn_in_the_report(company):
    answer = asked(company)
    told = report.chart_of(answer).to_dict()["description"]
    assert "brought 8 others, those drawn worth" in told
    from tests.report.made_answers import good_company

    assert Page(report.full(good_company(50), answer)).problems == []


COUNTED = """\
project: telco
reporting_currency: USD
time_zone: America/Los_Angeles
attributes: {referrals: {type: integer, meaning: How many others the customer referred}}
sources:
  customers:
    read: customers.csv
    key: Customer ID
    columns: {day: {type: date, format: ISO}, Total Revenue: money}
    records: {id: Customer ID, deduplicated: true, attributes: {referrals: Number of Referrals}}
    postings:
      customer: {source: customers, id: Customer ID}
      booked_on: day
      amounts: {revenue: {column: Total Revenue, line: list_revenue}}
advocates: {counted: referrals}
storage: {threads: 1}
"""


def test_counted_referrals_are_told_with_nobody_knowing_what_came(tmp_path, unequal_data):
    """13,747 referrals by 3,222 customers; nobody says who came. The day is made up: the file has none."""
    with (unequal_data / "telco_maven" / "telecom_customer_churn.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "customers.csv").open("w", newline="", encoding="utf-8") as file:
        told = ("Customer ID", "Number of Referrals", "Total Revenue")
        csv.writer(file).writerows([(*told, "day"), *((*(row[name] for name in told), "2022-09-30") for row in rows)])
    (tmp_path / "unequal.yaml").write_text(COUNTED, encoding="utf-8")
    unequal.open(tmp_path).run()
    answer = asked(tmp_path)
    assert answer.sentence.startswith("13,747 referrals were made by 3,222 customers; what those who came are worth is not known")
    assert (answer.figure("referrals").value, answer.figure("referrers").value) == (13747, 3222)
    assert answer.figure("came_brought").value is None
    assert sum(row["referrals"] for row in answer.tables["classes"].to_pylist()) == 13747


def test_a_base_that_knows_no_referral_says_what_lacks(tmp_path):
    folder = write_company(tmp_path / "without")
    text = CONFIG[: CONFIG.index("    relationships:")] + CONFIG[CONFIG.index("  orders:") :]
    (folder / "unequal.yaml").write_text(text, encoding="utf-8")
    unequal.open(folder).run()
    with pytest.raises(AnswerError, match="referrer or introducer"):
        asked(folder)
