"""Loading a config: its file, its places, its environment and its secrets."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.config.projects import SOUND, added, changed, load, problem, problems

from unequal import config
from unequal.terms.errors import ConfigError

SECRET = "canary-7f3a"


def test_a_sound_config_loads(tmp_path: Path) -> None:
    loaded = load(tmp_path, SOUND)
    assert loaded.project.reporting_currency == "EUR"
    assert loaded.folder == tmp_path
    assert loaded.path == tmp_path / "unequal.yaml"
    assert loaded.environment_names == frozenset()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("project",), 1),
        (("sources", "crm", "records", "attributes", "full_name", 1), 9),
        (("sources", "orders", "read"), 14),
        (("sources", "orders", "postings", "amounts", "sales", "line"), 21),
        (("sources", "orders", "postings", "level"), 19),  # a default stands at its nearest heading
        (("sources", "orders", "read", 0), 14),
        (("ledger", "rates"), 1),
        ((), 1),
    ],
)
def test_every_key_has_a_place(tmp_path: Path, path: tuple[str | int, ...], line: int) -> None:
    assert load(tmp_path, SOUND).where(*path) == f"unequal.yaml:{line}"


def test_a_predicate_stays_text_and_has_its_place(tmp_path: Path) -> None:
    rule = "rules:\n        - {when: product_no = 'POST', line: freight}\n      booked_on: order_date"
    loaded = load(tmp_path, changed("booked_on: order_date", rule))
    source = loaded.project.sources["orders"]
    assert list(config.columns.named_predicates(source)) == [(("postings", "rules", 0, "when"), "product_no = 'POST'")]
    assert loaded.where("sources", "orders", "postings", "rules", 0, "when") == "unequal.yaml:24"


def test_a_config_that_is_not_there_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CFG001") as caught:
        config.load(tmp_path / "unequal.yaml", {})
    assert str(tmp_path / "unequal.yaml") in caught.value.where
    with pytest.raises(ConfigError, match="a folder"):
        config.load(tmp_path, {})


def test_a_config_of_more_than_a_megabyte_is_refused_unread(tmp_path: Path) -> None:
    assert problem(tmp_path, SOUND + "#" * 1_000_000).code == "CFG001"
    assert load(tmp_path, (SOUND + "#" * 1_000_000)[:1_000_000]).project.project == "hill-bakery"


def test_all_problems_of_a_file_are_told_at_once_in_its_order(tmp_path: Path) -> None:
    text = SOUND.replace("EUR", "eur").replace("Berlin", "Berln").replace("money", "monney").replace("list_revenue", "revenue")
    told = problems(tmp_path, text + "ledgr: {}\n")
    assert [(one.code, one.line) for one in told] == [
        ("CFG014", 2),
        ("CFG014", 3),
        ("CFG014", 16),
        ("CFG014", 21),
        ("CFG010", SOUND.count("\n") + 1),
    ]
    assert "did you mean money?" in told[2].error.do
    assert "did you mean ledger?" in told[4].error.do


# The environment


def test_a_variable_is_put_in_wherever_a_text_stands(tmp_path: Path) -> None:
    loaded = load(tmp_path, changed("data/customers.csv", "${FOLDER}/${FOLDER}/customers.csv"), {"FOLDER": "in"})
    assert loaded.project.sources["crm"].read == "in/in/customers.csv"
    assert loaded.environment_names == {"FOLDER"}


def test_what_comes_from_the_environment_is_not_searched_again(tmp_path: Path) -> None:
    loaded = load(tmp_path, changed("hill-bakery", "${NAME}"), {"NAME": "${OTHER}", "OTHER": "x"})
    assert loaded.project.project == "${OTHER}"


@pytest.mark.parametrize("environment", [{}, {"FOLDER": ""}])
def test_a_variable_that_is_not_set_or_empty_is_told_with_its_place(tmp_path: Path, environment: dict[str, str]) -> None:
    told = problem(tmp_path, changed("data/customers.csv", "${FOLDER}/customers.csv"), environment)
    assert (told.code, told.line, told.column) == ("CFG007", 6, 11)
    assert "FOLDER" in told.error.what


@pytest.mark.parametrize("piece", ["${}", "${A-B}", "${A", "${A:-x}", "${${A}}"])
def test_a_piece_that_is_no_variable_is_refused(tmp_path: Path, piece: str) -> None:
    assert problem(tmp_path, changed("hill-bakery", f'"{piece}"'), {"A": "a"}).code == "CFG007"


def test_a_dollar_alone_is_a_dollar(tmp_path: Path) -> None:
    loaded = load(tmp_path, changed("amount: money", 'amount: {type: money, currency_sign: "$"}'))
    contract = loaded.project.sources["orders"].columns["amount"]
    assert isinstance(contract, config.sources.ColumnContract)
    assert contract.currency_sign == "$"


def test_a_number_may_come_from_the_environment(tmp_path: Path) -> None:
    assert load(tmp_path, added("storage: {threads: '${N}'}\n"), {"N": "4"}).project.storage.threads == 4


def test_the_folder_of_public_data_has_a_default(tmp_path: Path) -> None:
    loaded = load(tmp_path, changed("data/customers.csv", "${UNEQUAL_DATA}/x.csv"))
    read = loaded.project.sources["crm"].read
    assert isinstance(read, str)
    assert Path(read).is_absolute()
    assert "unequal" in read


def test_the_folder_of_public_data_is_what_the_environment_says(tmp_path: Path) -> None:
    assert config.addresses.data_folder({"UNEQUAL_DATA": str(tmp_path)}) == tmp_path
    assert config.addresses.data_folder({"UNEQUAL_DATA": "near"}) == Path.cwd() / "near"


# Secrets


@pytest.mark.parametrize(
    "address", [f"postgresql://ann:{SECRET}@db/sales", f"postgresql+psycopg://ann:{SECRET}/x@db/sales", f"mysql://:{SECRET}@db"]
)
def test_a_password_in_the_config_is_refused_and_not_shown(tmp_path: Path, address: str) -> None:
    told = problem(tmp_path, changed("data/customers.csv", address))
    assert (told.code, told.line) == ("CFG008", 6)
    assert SECRET not in str(told)
    assert "***" in told.error.seen


def test_a_password_that_comes_by_a_variable_is_refused_and_not_shown(tmp_path: Path) -> None:
    told = problem(tmp_path, changed("data/customers.csv", "${SALES_DB}"), {"SALES_DB": f"postgresql://ann:{SECRET}@db/sales"})
    assert told.code == "CFG008"
    assert told.error.seen == "${SALES_DB}"
    assert SECRET not in str(told)


def test_a_password_is_refused_in_any_key_even_an_unknown_one(tmp_path: Path) -> None:
    told = problem(tmp_path, added(f"database: 'postgresql://ann:{SECRET}@db'\n"))
    assert told.code == "CFG008"
    assert SECRET not in str(told)


def test_a_value_of_the_environment_is_never_shown_in_a_message(tmp_path: Path) -> None:
    text = changed("data/customers.csv", "[]").replace("Europe/Berlin", "${ZONE}").replace("money", "${ZONE}").replace("EUR", "${ZONE}")
    told = problems(tmp_path, text, {"ZONE": SECRET})
    assert len(told) == 4
    assert all(SECRET not in str(one) for one in told)


def test_an_address_without_a_password_is_named_as_well(tmp_path: Path) -> None:
    assert problem(tmp_path, changed("data/customers.csv", "postgresql://db/sales")).code == "CFG014"
    assert problem(tmp_path, added("storage: {state: 'sqlite:///x.db'}\n")).code == "CFG014"


def test_a_secret_shows_in_no_repr(tmp_path: Path) -> None:
    loaded = load(tmp_path, added("storage: {state: 'env:STATE'}\n"), {"STATE": SECRET})
    followed = config.addresses.follow("env:STATE", {"STATE": SECRET}, tmp_path)
    assert SECRET not in repr(loaded) + repr(followed) + str(followed)
    assert followed.get_secret_value() == SECRET


def test_a_secret_is_read_from_a_file_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "state.url").write_text(f"{SECRET}\n")
    assert config.addresses.follow("file:state.url", {}, tmp_path).get_secret_value() == SECRET


@pytest.mark.parametrize("reference", ["env:STATE", "env:", "file:gone.url", "file:empty", "file:."])
def test_a_reference_that_leads_nowhere_is_told_with_its_place(tmp_path: Path, reference: str) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(ConfigError, match="CFG009") as caught:
        config.addresses.follow(reference, {"STATE": " "}, tmp_path, where="unequal.yaml:7")
    assert caught.value.where == "unequal.yaml:7"


# Files


def test_files_are_found_relative_to_the_config_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project" / "data").mkdir(parents=True)
    for name in ("orders-02.csv", "orders-01.csv", "notes.txt"):
        (tmp_path / "project" / "data" / name).touch()
    monkeypatch.chdir(tmp_path)
    loaded = load(tmp_path / "project", changed("data/orders-*.csv", "[data/orders-*.csv, data/orders-01.csv]"))
    assert [path.name for path in loaded.files("orders")] == ["orders-01.csv", "orders-02.csv"]
    assert all(path.is_absolute() for path in loaded.files("orders"))


def test_a_relative_path_of_the_config_finds_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "customers.csv").touch()
    load(tmp_path, SOUND)
    monkeypatch.chdir(tmp_path)
    loaded = config.load(Path("unequal.yaml"), os.environ)
    assert loaded.files("crm") == (tmp_path / "data" / "customers.csv",)


def test_a_file_whose_name_holds_a_bracket_is_found(tmp_path: Path) -> None:
    (tmp_path / "orders[1].csv").touch()
    loaded = load(tmp_path, changed("data/customers.csv", '"orders[1].csv"'))
    assert [path.name for path in loaded.files("crm")] == ["orders[1].csv"]


def test_a_folder_whose_name_holds_a_bracket_is_searched(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]b"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "orders-1.csv").touch()
    assert len(load(folder, SOUND).files("orders")) == 1


def test_a_path_that_finds_nothing_is_told_with_its_place(tmp_path: Path) -> None:
    loaded = load(tmp_path, SOUND)
    with pytest.raises(ConfigError, match="CFG033") as caught:
        loaded.files("orders")
    assert caught.value.where == "sources.orders.read (unequal.yaml:14)"


def test_a_database_has_no_files_and_a_sqlite_database_is_one(tmp_path: Path) -> None:
    (tmp_path / "shop.db").touch()
    named = changed("read: data/customers.csv", "read: env:SHOP\n    table: customers")
    assert load(tmp_path, named).files("crm") == ()
    sqlite = changed("read: data/customers.csv", "read: sqlite:shop.db\n    table: customers")
    assert load(tmp_path, sqlite).files("crm") == (tmp_path / "shop.db",)


# The starter


def test_the_starter_loads_without_its_data_and_without_an_environment(tmp_path: Path) -> None:
    loaded = load(tmp_path, config.starter())
    assert set(loaded.project.sources) == {"customers", "invoices"}


def test_every_line_that_the_starter_keeps_back_loads_when_it_is_let_in(tmp_path: Path) -> None:
    kept_back = [line for line in config.starter().splitlines() if line.lstrip().startswith("# ")]
    let_in = []
    for line in config.starter().splitlines():
        bare = line.replace("# ", "", 1)
        is_key = line in kept_back and (":" in bare.split("  #")[0]) and not bare.lstrip()[:1].isupper()
        let_in.append(bare if is_key else line)
    text = "\n".join(let_in).replace('delimiter: ";"', "delimiter: ';'")
    loaded = load(tmp_path, text + "\n")
    assert loaded.project.storage.state == "env:UNEQUAL_STATE_URL"
    assert loaded.project.sources["invoices"].postings is not None
    assert set(loaded.project.sources["invoices"].postings.amounts) == {"sales", "cost", "freight"}


# The projects that come with the repository


ROOT = Path(__file__).resolve().parents[2]
PROJECTS = [*sorted(ROOT.glob("examples/*/unequal.yaml")), ROOT / "src" / "unequal" / "demo" / "project" / "unequal.yaml"]


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.parent.name)
def test_the_projects_of_the_repository_load_without_their_data(path: Path) -> None:
    assert config.load(path, {}).project.sources


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda page: page.stem)
def test_every_whole_config_in_the_docs_loads(page: Path, tmp_path: Path) -> None:
    for text in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        if text.startswith("project:"):
            assert load(tmp_path, text).project.sources
