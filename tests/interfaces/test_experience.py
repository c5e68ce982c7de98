"""Drivers, service and promises of a company small enough to check by hand: the same through Python and the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path

import pytest
from click.testing import CliRunner

import unequal
from unequal import answers, flow
from unequal.terms.errors import AnswerError, Problems

CONFIG = """\
project: ferry
reporting_currency: EUR
time_zone: Europe/Berlin
sources:
  crm:
    read: crm.csv
    key: no
    records: {id: no, attributes: {email: mail, country: land}}
  orders:
    read: orders.csv
    key: order_no
    columns: {day: {type: date, format: ISO}, promised: {type: date, format: ISO}, done: {type: date, format: ISO}, total: money}
    postings:
      customer: {source: crm, id: customer}
      booked_on: day
      document: order_no
      product: product
      amounts: {sales: {column: total, line: list_revenue}}
  calls:
    read: calls.csv
    key: no
    columns: {at: {type: date, format: ISO}, seconds: {type: integer, unit: seconds}}
    interactions: {customer: {source: crm, id: customer}, occurred_at: at, contact: {value: call}, agent: agent, duration_seconds: seconds}
  agents:
    read: agents.csv
    key: agent
    columns: {paid_from: {type: date, format: ISO}}
  surveys:
    read: surveys.csv
    key: no
    columns: {day: {type: date, format: ISO}, speed: integer, kindness: integer, pleased: integer}
surveys: {source: surveys, customer: {source: crm, id: customer}, day: day, attributes: [speed, kindness], satisfaction: pleased}
agents: {source: agents, agent: agent, team: team, contacts: calls, recorded: reason, about: about, repeat_within_days: 7,
         incentive: {pays_for: short calls, from: paid_from}, asked_for: rapport}
promises:
  source: orders
  customer: {source: crm, id: customer}
  promised: promised
  kept: done
  at_customers_expense: {late_fees: "product = 'LATE FEE'"}
storage: {threads: 1}
"""
CUSTOMERS = 60
AGENTS = ("ada", "bea", "cid", "dot")


def orders() -> str:
    """Each customer one order of 10.00, promised for the 5th; every sixth comes on the 8th. Customer 7 pays a late fee of 40.00 and gives all else back."""
    rows = ["order_no,customer,day,product,total,promised,done"]
    rows += [
        f"a{number},{number},2026-01-02,TICKET,10.00,2026-01-05,2026-01-{'08' if number % 6 == 0 else '05'}"
        for number in range(1, CUSTOMERS + 1)
    ]
    rows += ["f7,7,2026-02-01,LATE FEE,40.00,,", "g7,7,2026-02-02,TICKET,-10.00,,", "z,1,2026-03-31,TICKET,1.00,2026-04-30,"]
    return "\n".join(rows)


def calls() -> str:
    """In January and in February every agent answers twenty customers; of the paid ones half come again in February, else a tenth do."""
    rows, number = ["no,customer,at,agent,reason,about,seconds"], 0
    for month in (1, 2):
        for place, agent in enumerate(AGENTS):
            again = 10 if month == 2 and agent in ("ada", "bea") else 2
            for of_agent in range(20):
                number += 1
                customer = 1 + (place * 15 + of_agent) % CUSTOMERS if month == 1 else 1 + (place * 15 + of_agent + 30) % CUSTOMERS
                day = 3 + (of_agent % 2) if place % 2 == 0 else 15 + (of_agent % 2)
                rows.append(
                    f"c{number},{customer},2026-0{month}-{day:02},{agent},{'FIRST' if agent == 'dot' else 'OTHER'},m{number},{60 if month == 2 and place < 2 else 100}"
                )
                if of_agent < again:
                    rows.append(f"r{number},{customer},2026-0{month}-{day + 3:02},{AGENTS[3 - place]},OTHER,m{number},100")
    return "\n".join([*rows, "last,1,2026-03-20,cid,OTHER,,100"])


def surveys() -> str:
    """Who is served kindly is pleased; speed hardly matters."""
    rows = ["no,customer,day,speed,kindness,pleased"]
    for number in range(1, CUSTOMERS + 1):
        speed, kindness = 1 + number * 7 % 10, 1 + number * 3 % 10
        rows.append(f"s{number},{number},2026-02-{1 + number % 28:02},{speed},{kindness},{(kindness * 3 + speed) // 4}")
    return "\n".join(rows)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ferry")
    people = [f"{number},c{number}@ferry.example,{'DE' if number % 2 else 'DK'}" for number in range(1, CUSTOMERS + 1)]
    files = {
        "unequal.yaml": CONFIG, "crm.csv": "\n".join(["no,mail,land", *people]), "orders.csv": orders(), "calls.csv": calls(), "surveys.csv": surveys(),
        "agents.csv": "agent,team,paid_from\nada,harbour,2026-02-01\nbea,harbour,2026-02-01\ncid,pier,\ndot,pier,\n",
    }  # fmt: skip
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    unequal.open(folder).run()
    return folder


def asked(folder: Path, question: str, **narrowed: str) -> answers.Answer:
    with flow.open_base(flow.open_project(folder)) as opened:
        return answers.answer(question, opened.base, **narrowed)


def test_promises_are_counted_and_those_whose_day_is_not_over_are_not(company: Path):
    answer = asked(company, "promises")
    assert answer.figure("promises").value == 60
    assert answer.figure("promises_kept").value == pytest.approx(50 / 60, abs=1e-6)
    assert answer.table.to_pylist()[0]["days_late"] == 3.0
    sliced = {row["segment"]: row["broken"] for row in asked(company, "promises", by="country").table.to_pylist()}
    assert sliced == {"DK": 10, "DE": 0}  # every sixth has an even number
    assert asked(company, "promises", where="country = 'DE'").figure("promises_kept").value == 1.0


def test_a_late_fee_is_shown_in_dollars_and_raises_no_band(company: Path):
    answer = asked(company, "promises")
    assert answer.figure("at_expense").value == D("40.0000")
    assert answer.tables["at_expense"].to_pylist()[0]["bands_raised"] == 1
    with flow.open_base(flow.open_project(company)) as opened:
        payer = next(row for row in opened.base.fetch(opened.base.table("band")) if row["amount"] == D("40.0000"))
    assert payer["band"] == "break_even"  # 10 - 10 without the fee, and 40 with it
    by_profit = asked(company, "profit", by="band")
    assert sum(row["customers"] for row in by_profit.tables["bands"].to_pylist() if row["band"] == "break_even") == 1
    assert sum(row["amount"] for row in by_profit.tables["bands"].to_pylist()) == D("631.0000")  # no cent is lost for it


def test_an_incentive_for_speed_is_told_with_its_repeat_contacts(company: Path):
    answer = asked(company, "service")
    again, seconds = answer.figure("incentive_again"), answer.figure("incentive_seconds")
    assert again.value == pytest.approx(0.4, abs=0.03)  # from a tenth to half, while the others stay at a tenth
    assert seconds.value < -20
    assert "paid for short calls since 2026-02-01 while rapport is asked for" in answer.sentence
    assert "association" in " ".join(answer.findings)
    teams = {row["name"]: row["again_share"] for row in answer.tables["teams"].to_pylist()}
    assert teams["harbour"] > teams["pier"]


def test_what_pleases_is_found(company: Path):
    answer = asked(company, "drivers")
    first = answer.tables["drivers of satisfaction"].to_pylist()[0]
    assert (first["part"], first["is_told_apart"]) == ("kindness", True)
    with pytest.raises(AnswerError, match="ANS016"):
        asked(company, "drivers", where="country = 'DE'")  # thirty answer: too few to share anything out


@pytest.mark.parametrize("question", ["drivers", "service", "promises"])
def test_python_and_the_command_line_give_one_answer(company: Path, question: str):
    from unequal.cli import main

    answer = asked(company, question)
    told = json.loads(CliRunner().invoke(main, ["-C", str(company), "ask", question, "--json"]).stdout)
    assert unequal.open(company).ask(question).answer == answer
    assert told["sentence"] == answer.sentence
    assert [figure["name"] for figure in told["figures"]] == [figure.name for figure in answer.figures]
    assert {name: len(rows) for name, rows in told["tables"].items()} == {name: table.num_rows for name, table in answer.tables.items()}


@pytest.mark.parametrize("question", ["drivers", "service", "promises"])
def test_a_level_means_nothing_to_them(company: Path, question: str):
    with flow.open_base(flow.open_project(company)) as opened, pytest.raises(AnswerError, match="ANS011"):
        answers.answer(question, opened.base, level=opened.base.level)


@pytest.mark.parametrize(("question", "by"), [("drivers", "month"), ("service", "month"), ("promises", "product")])
def test_a_dimension_that_they_have_not_is_refused(company: Path, question: str, by: str):
    with pytest.raises(AnswerError, match="ANS002"):
        asked(company, question, by=by)


def test_a_company_that_declares_none_of_it_is_told_what_lacks(company: Path):
    with flow.open_base(flow.open_project(company)) as opened:
        bare = replace(opened.base, project=opened.base.project.model_copy(update={"surveys": None, "agents": None, "promises": None}))
        for question in ("drivers", "service", "promises"):
            with pytest.raises(AnswerError, match="ANS016"):
                answers.answer(question, bare)


def test_a_rule_of_what_is_at_their_expense_is_checked_before_the_run(company: Path, tmp_path: Path):
    (tmp_path / "unequal.yaml").write_text(CONFIG.replace("product = 'LATE FEE'", "prodct = 'LATE FEE'"), encoding="utf-8")
    for name in ("crm", "orders", "calls", "agents", "surveys"):
        (tmp_path / f"{name}.csv").write_text((company / f"{name}.csv").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Problems, match="prodct"):
        unequal.open(tmp_path).run()
