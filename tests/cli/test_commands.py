"""Every command: what it prints, its exit code, and its JSON."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from decimal import Decimal as D
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tests.company import write_company

COMMANDS = (
    "demo", "init", "check", "assess", "data", "run", "status", "runs", "ask", "report", "export", "customer", "explain", "review", "playbook",
    "policies", "decide", "erase", "serve",
)  # fmt: skip


def test_help_names_every_command_and_what_it_does(unequal):
    told = unequal("--help").out
    for command in COMMANDS:
        assert f"  {command} " in told
    assert "what each of your customers is worth" in told


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(unequal, command):
    told = unequal(command, "--help").out
    assert told.startswith("Usage: ")
    assert len(told.splitlines()) > 4


def test_the_version_is_told(unequal):
    from unequal import __version__

    assert __version__ in unequal("--version").out


@pytest.mark.parametrize(
    "arguments",
    [["weather"], ["ask"], ["ask", "profit", "--colour", "red"], ["ask", "profit", "--level", "wisdom"], ["export", "passwords"], ["customer"],
     ["explain"], ["explain", "customer"], ["explain", "customer", "crm:1", "crm:3"], ["explain", "a", "b"], ["demo", "--scale", "3"], ["init", "no-such-file.csv"]],
)  # fmt: skip
def test_wrong_usage_ends_with_two(unequal, arguments):
    assert "Usage: " in unequal(*arguments, code=2).err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["ask", "weather"], "ANS004"), (["ask", "profit", "--by", "colour"], "ANS002"), (["ask", "profit", "--where", "1; drop table x"], "PRD"),
     (["ask", "profit", "--level", "contribution"], "ANS003"), (["ask", "profit", "--from", "yesterday"], "ANS008"),
     (["ask", "profit", "--from", "2026-03-01", "--to", "2026-02-01"], "ANS008"), (["ask", "profit", "--as-of", "1999-01-01"], "STO010"),
     (["customer", "crm:77"], "ANS005"), (["explain", "customer", "crm:77"], "ANS005"), (["explain", "f" * 32], "ANS006"), (["export", "statement", "--where", "line = 'freight'"], "ANS007"),
     (["export", "customers", "-o", "customers.xlsx"], "ANS010"), (["assess", "weather"], "ANS009"),
     (["export", "customers", "-o", "no/such/folder/x.csv"], "STO011"), (["report", "-o", "no/such/folder/x.html"], "STO011")],
)  # fmt: skip
def test_what_cannot_be_answered_ends_with_one_and_says_what_to_do(unequal, arguments, code):
    told = unequal(*arguments, code=1)
    assert told.err.startswith(code)
    assert "\n  do: " in told.err
    assert told.out == ""


def test_an_error_is_json_where_json_was_asked_for(unequal):
    told = unequal("ask", "weather", "--json", code=1)
    problem = json.loads(told.out)["problems"][0]
    assert problem["code"] == "ANS004"
    assert set(problem) == {"code", "what", "where", "seen", "do"}


def test_where_there_is_no_project_the_error_says_how_to_begin(unequal_elsewhere):
    for command in (["run"], ["check"], ["status"], ["ask", "profit"], ["report"], ["export", "customers"]):
        told = unequal_elsewhere(*command, code=1)
        assert told.err.startswith("CFG091")
        assert "unequal init" in told.err


def test_all_problems_of_a_config_are_told_at_once_as_text_and_as_json(unequal_elsewhere):
    write_company(unequal_elsewhere.folder)
    path = unequal_elsewhere.folder / "unequal.yaml"
    path.write_text(path.read_text().replace("time_zone: Europe/Berlin", "time_zone: Europe/Berlyn\ncolour: red"))
    told = unequal_elsewhere("check", code=1)
    assert told.err.count("unequal.yaml:") >= 2
    problems = json.loads(unequal_elsewhere("check", "--json", code=1).out)["problems"]
    assert len(problems) == 2


def test_check_says_that_the_config_is_sound(unequal):
    assert "The config is sound." in unequal("check").out
    found = json.loads(unequal("check", "--json").out)
    assert (found["problems"], [source["source"] for source in found["sources"]]) == ([], ["crm", "orders"])


def test_run_prints_its_steps_and_figures_without_a_terminal_to_draw_on(unequal_elsewhere):
    write_company(unequal_elsewhere.folder)
    first = unequal_elsewhere("run").out
    assert "103.50" in first
    assert "Published run" in first
    assert "\x1b[" not in first, "no colours and no moving cursor where the output is no terminal"
    assert "accept orders" in first
    again = unequal_elsewhere("run").out
    assert again.count("unchanged") == 25


def test_run_as_json_says_which_steps_were_made(unequal_changing):
    found = json.loads(unequal_changing("run", "--json").out)
    assert set(found["steps"].values()) == {False}
    assert found["summary"]["total"] == "103.5000"
    assert json.loads(unequal_changing("status", "--json").out)["run"] == found["run"]


def test_status_lists_the_runs_and_says_when_there_is_none(unequal_changing, tmp_path):
    told = unequal_changing("status").out
    assert "hill-bakery" in told
    assert "103.50" in told
    write_company(tmp_path / "new")
    unequal_changing.folder = tmp_path / "new"
    assert "nothing is published yet" in unequal_changing("status").out


def test_ask_prints_sentence_figures_and_table(unequal):
    told = unequal("ask", "profit", "--by", "channel").out
    for seen in ("2 of 3 customers", "84.50", "web", "corner", "unequal export customers"):
        assert seen in told


def test_ask_as_json_keeps_money_to_the_last_digit(unequal):
    found = json.loads(unequal("ask", "profit", "--json").out)
    figures = {figure["name"]: figure["value"] for figure in found["figures"]}
    assert figures["total"] == "84.5000"
    assert figures["customers"] == 3
    assert found["tables"]["curve"][-1]["cumulative"] == "84.5000"


def test_a_period_includes_its_last_day_and_may_be_open(unequal):
    def total(*options):
        return D(next(f["value"] for f in json.loads(unequal("ask", "profit", "--json", *options).out)["figures"] if f["name"] == "total"))

    assert total("--from", "2026-02-01", "--to", "2026-02-01") == D(35)
    assert total("--to", "2026-01-31") == D("49.5")
    assert total("--from", "2026-02-01") == D(35)
    assert total("--from", "0001-01-01", "--to", "9999-12-31") == D("84.5")


def test_a_customer_is_shown_by_record_and_as_json(unequal):
    told = unequal("customer", "crm:3").out
    for seen in ("Ann Arbour", "ann@bakery.example", "90.00", "Cost of goods", "asked for as crm:3"):
        assert seen in told
    assert json.loads(unequal("customer", "crm:3", "--json").out)["worth"]["amount"] == "90.0000"


def test_a_customers_golden_record_stands_before_what_other_records_say(unequal):
    told = unequal("customer", "crm:3").out
    assert told.index("ann@bakery.example") < told.index("What other records say") < told.index("ANN@bakery.example")
    assert "undisputed" in told
    who = json.loads(unequal("customer", "crm:3", "--json").out)["who"]
    assert [(row["attribute"], row["record_id"], row["rule"]) for row in who[:4]] == [
        ("country", "1", "undisputed"), ("email", "1", "undisputed"), ("full_name", "1", "undisputed"), ("country", "3", None),
    ]  # fmt: skip


def test_a_customer_is_explained_as_a_tree_of_its_records_with_its_weak_points(unequal):
    told = unequal("explain", "customer", "crm:3").out
    tree = [line for line in told.splitlines() if "──" in line and "crm:" in line]
    assert [line.index("crm:") for line in tree] == [4, 8]
    for seen in ("asked for as crm:3", "bits", "weak point: the only link, without it 1 would leave", "How it came about", "founded"):
        assert seen in told
    found = json.loads(unequal("explain", "customer", "crm:3", "--json").out)
    assert [node["record"] for node in found["nodes"]] == ["crm:1", "crm:3"]
    assert [(edge["record_a"], edge["record_b"], edge["only_link"]) for edge in found["edges"]] == [("crm:1", "crm:3", True)]


def test_the_golden_record_is_taken_out_with_its_values(unequal):
    rows = list(csv.DictReader(unequal("export", "golden").out.splitlines()))
    assert {(row["attribute"], row["value"], row["rule"]) for row in rows} >= {("full_name", "Cleo Cole", "undisputed")}
    assert len({(row["customer_id"], row["attribute"]) for row in rows}) == len(rows) == 11


def test_an_entry_is_explained_back_to_its_row(unequal):
    entries = list(csv.DictReader(unequal("export", "entries").out.splitlines()))
    entry = next(row for row in entries if row["document"] == "b1" and row["line"] == "freight")
    told = unequal("explain", entry["entry_id"][:12]).out
    for seen in ("data/orders-2026-02.csv", "b1,3,01.02.2026,60.00,20.00,5.00,web", "−5.00", "crm:3"):
        assert seen in told
    assert json.loads(unequal("explain", entry["entry_id"], "--json").out)["entry"]["amount"] == "-5.0000"


def test_export_writes_files_and_says_how_many_rows(unequal, tmp_path):
    assert "18 rows" in unequal("export", "entries", "-o", str(tmp_path / "entries.parquet")).out
    assert pq.read_metadata(tmp_path / "entries.parquet").num_rows == 18
    unequal("export", "customers", "--where", "channel = 'web'", "--level", "revenue", "-o", str(tmp_path / "customers.csv"))
    assert sum(D(row["amount"]) for row in csv.DictReader((tmp_path / "customers.csv").read_text().splitlines())) == D(210)


def test_reports_are_written_where_they_are_asked_for(unequal_changing, tmp_path):
    unequal_changing("report")
    unequal_changing("report", "--board", "-o", str(tmp_path / "board.html"))
    for path in (unequal_changing.folder / ".unequal" / "report.html", tmp_path / "board.html"):
        assert path.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_a_config_may_be_named_instead_of_its_folder(unequal):
    from unequal.cli import main

    found = CliRunner().invoke(main, ["-C", str(unequal.folder / "unequal.yaml"), "status", "--json"])
    assert json.loads(found.stdout)["project"] == "hill-bakery"


def test_init_writes_a_starter_and_replaces_it_only_by_force(unequal_elsewhere):
    from unequal import config

    path = unequal_elsewhere.folder / "unequal.yaml"
    assert str(path) in unequal_elsewhere("init").out.replace("\n", "")
    assert path.read_text() == config.starter()
    path.write_text("mine")
    assert unequal_elsewhere("init", code=1).err.startswith("CFG092")
    assert path.read_text() == "mine"
    unequal_elsewhere("init", "--force")
    assert path.read_text() == config.starter()


def test_init_with_an_invoices_export_writes_a_config_that_runs(unequal_elsewhere):
    from tests.sources.extracts import INVOICES

    extract = unequal_elsewhere.folder / "invoices.csv"
    extract.write_text(INVOICES, encoding="utf-8")
    unequal_elsewhere("init", str(extract))
    unequal_elsewhere("check")
    unequal_elsewhere("run")
    found = json.loads(unequal_elsewhere("ask", "profit", "--json").out)
    figures = {figure["name"]: figure["value"] for figure in found["figures"]}
    assert found["level"] == "revenue"
    assert D(figures["total"]) == D("290.75")
    assert figures["customers"] == 4
    assert "profit" not in found["sentence"]
    assert found["next_file"]


def test_assess_says_what_the_sources_hold(unequal):
    told = unequal("assess", "crm").out
    assert "crm" in told
    assert "mail" in told
    assert json.loads(unequal("assess", "--json").out)


def test_the_public_data_sets_are_listed(unequal):
    assert unequal("data", "list").out.strip()
    unequal("data", "get", "no-such-set", code=1)


def test_the_demo_makes_a_company_runs_it_and_says_where_to_look(unequal_elsewhere):
    folder = unequal_elsewhere.folder / "meridian"
    told = unequal_elsewhere("demo", str(folder), "--scale", "300").out
    assert "Made Meridian, 300 persons" in told
    assert (folder / "unequal.yaml").exists()
    for page in ("report.html", "board.html"):
        assert (folder / ".unequal" / page).stat().st_size > 10_000
    acting = "agent_for_work, agent_for_yourself, cart_reminder, cart_sweetener, complaint_reply, home_page_favourites"
    assert f"At the moment of contact act: {acting}" in told
    assert "agents have a page of their own at /agent" in told
    keys = [folder / "keys" / f"{name}.key" for name in ("web", "desk", "social")]
    assert len({key.read_text() for key in keys}) == 3
    assert {key.stat().st_mode & 0o777 for key in keys} == {0o600}


def test_the_program_itself_says_errors_on_stderr_and_ends_with_one(yesterday):
    installed = Path(sys.executable).with_name("unequal")

    def program(*arguments):
        return subprocess.run([installed, "-C", str(yesterday), *arguments], capture_output=True, text=True, check=False)

    failed = program("customer", "crm:77")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("ANS005")
    done = program("status", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["project"] == "hill-bakery"
