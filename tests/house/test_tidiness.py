"""The house rules, held over the whole package; and each rule shown able to fail."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.house import tidiness
from tests.house.tidiness import Module
from tools.error_pages import documented_codes

MODULES = tidiness.modules()
INITS = [module for module in MODULES if module.name == f"unequal.{module.room}" and module.room in tidiness.rooms()]
FACES = {module.room: tidiness.names_in_all(module) or [] for module in INITS}
ORDER = [
    ["cli"], ["console"], ["api"], ["notebook"], ["report", "demo"], ["pages"], ["charts"], ["access"], ["flow"], ["answers"], ["experiments"],
    ["contact_centre"], ["treatments"], ["customer_base"], ["value"], ["ledger"], ["identity"], ["sources"], ["storage"],
    ["predicates"], ["config"], ["terms"],
]  # fmt: skip


def broken(rule: Callable[[Module], Iterator[str]]) -> list[str]:
    return [place for module in MODULES for place in rule(module)]


def on(text: str, name: str = "unequal.ledger.posting") -> Module:
    return Module(name, text)


def test_table_and_number_functions_neither_compute_nor_read_the_clock() -> None:
    assert broken(tidiness.doing_in_the_wrong_kind) == []


@pytest.mark.parametrize(
    "bad",
    [
        "def f(t): return t.execute()", "def f(t): return t.count().to_pyarrow()", "import ibis\ndef f(t): return t.mutate(at=ibis.now())",
        "from datetime import date\ndef f(): return date.today()", "import time\ndef f(): return time.time()", "from time import perf_counter",
        "def f(c): return c.raw_sql('select 1')", "def f(t): t.to_pandas()",
    ],
)  # fmt: skip
def test_a_call_that_computes_or_reads_the_clock_is_found(bad: str) -> None:
    assert list(tidiness.doing_in_the_wrong_kind(on(bad)))
    assert not list(tidiness.doing_in_the_wrong_kind(on(bad, "unequal.flow.batch")))


def test_a_call_that_only_builds_a_table_is_let_through() -> None:
    assert not list(tidiness.doing_in_the_wrong_kind(on("def f(t): return t.group_by('x').aggregate(n=t.count())")))


def test_every_allowance_is_for_a_module_that_exists_or_a_room_that_will() -> None:
    names = {module.name for module in MODULES} | {f"unequal.{room}" for layer in ORDER for room in layer}
    assert set(tidiness.MAY_DO) <= names
    assert all(tidiness.MAY_DO.values())


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert broken(tidiness.refused_file_names) == []
    assert list(tidiness.refused_file_names(on("", "unequal.ledger.utils")))
    assert list(tidiness.refused_file_names(on("", "unequal.common.money")))


def test_no_function_is_longer_than_seventy_lines() -> None:
    assert broken(tidiness.long_functions) == []
    assert list(tidiness.long_functions(on("def f():\n" + "    x = 1\n" * 70)))
    assert not list(tidiness.long_functions(on("def f():\n" + "    x = 1\n" * 69)))


def test_nine_in_ten_functions_are_under_twenty_lines() -> None:
    assert tidiness.share_of_short_functions(MODULES) >= tidiness.SHARE_OF_SHORT_FUNCTIONS
    long, short = "def f():\n" + "    x = 1\n" * 19, "def g():\n" + "    x = 1\n" * 18
    assert tidiness.share_of_short_functions([on(long), on(short)]) == 0.5


def test_a_docstring_does_not_make_a_function_long() -> None:
    documented = on('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n')
    assert tidiness.length_of(documented.functions[0]) == 2


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    assert broken(tidiness.long_files) == []
    assert list(tidiness.long_files(on("x = 1\n" * 501)))
    assert not list(tidiness.long_files(on("x = 1\n" * 500)))


def test_every_room_shows_at_most_twelve_names() -> None:
    assert {module.room for module in INITS} == set(tidiness.rooms()), "a room has no __init__.py"
    assert [fault for module in INITS if module.room != "terms" for fault in tidiness.faults_of_face(module)] == []


def test_a_face_without_a_list_or_with_thirteen_names_is_found() -> None:
    assert list(tidiness.faults_of_face(on("x = 1", "unequal.ledger")))
    assert list(tidiness.faults_of_face(on(f"__all__ = {[f'n{i}' for i in range(13)]}", "unequal.ledger")))
    assert not list(tidiness.faults_of_face(on(f"__all__ = {[f'n{i}' for i in range(12)]}", "unequal.ledger")))


def test_no_room_reaches_inside_another() -> None:
    assert broken(lambda module: tidiness.reaching_inside(module, FACES)) == []


@pytest.mark.parametrize(
    "bad",
    [
        "from unequal.config.sources import Source", "import unequal.config.sources", "from unequal.config import hidden", "from . import posting",
        "from unequal import config\nconfig.hidden()", "def f():\n    from unequal.config.sources import Source",
        "from unequal import config as c\nc.hidden()",
    ],
)  # fmt: skip
def test_reaching_inside_another_room_is_found(bad: str) -> None:
    assert list(tidiness.reaching_inside(on(bad), {"config": ["load"], "ledger": []}))


@pytest.mark.parametrize(
    "good",
    [
        "from unequal import config\nconfig.load()", "from unequal.config import load", "from unequal.terms.money import money_sum",
        "from unequal.ledger.statement import anything", "from unequal.version import __version__",
    ],
)  # fmt: skip
def test_using_a_face_or_a_word_of_terms_is_let_through(good: str) -> None:
    assert not list(tidiness.reaching_inside(on(good), {"config": ["load"], "ledger": [], "terms": []}))


def test_every_public_function_and_class_says_what_it_is() -> None:
    assert broken(tidiness.undocumented) == []
    assert list(tidiness.undocumented(on('"""Module."""\ndef f(): ...')))
    assert list(tidiness.undocumented(on('"""Module."""\nclass F: ...')))
    assert list(tidiness.undocumented(on("x = 1")))
    assert not list(tidiness.undocumented(on('"""Module."""\ndef _f(): ...')))


def prefixes() -> set[str]:
    return tidiness.error_prefixes(next(module for module in MODULES if module.name == "unequal.terms.errors"))


def test_every_error_code_has_a_section_in_the_docs_and_every_section_a_code() -> None:
    raised = {code: place for module in MODULES for code, place in tidiness.error_codes(module, prefixes())}
    documented = documented_codes(tidiness.ROOT / "docs" / "errors")
    assert sorted(set(raised) - set(documented)) == [], "codes without a section"
    assert sorted(set(documented) - set(raised)) == [], "sections without a code"


def test_error_codes_are_found_in_the_source() -> None:
    assert {"CFG", "SRC", "LED"} <= prefixes()
    assert [code for code, _ in tidiness.error_codes(on('raise E("LED003", "x")\nsku = "ABC123"'), {"LED"})] == ["LED003"]


def test_nothing_is_left_for_later() -> None:
    texts = [(path, tidiness.text_of(path)) for path in tidiness.tracked_files()]
    assert [place for path, text in texts if text and path.suffix != ".txt" for place in tidiness.unfinished(path.name, text)] == []
    assert list(tidiness.unfinished("x.py", "# TO" + "DO: later"))


def test_nothing_in_the_repository_is_tied_to_a_machine_or_a_registry() -> None:
    texts = [(path, tidiness.text_of(path)) for path in tidiness.tracked_files()]
    assert [place for path, text in texts if text for place in tidiness.ties_to_a_machine(str(path.relative_to(tidiness.ROOT)), text)] == []
    assert list(tidiness.ties_to_a_machine("x", "index = https://py" + "pi.org/simple"))
    assert list(tidiness.ties_to_a_machine("x", "open('/ho" + "me/ann/data.csv')"))
    assert not list(tidiness.ties_to_a_machine("x", "https://example.org/ho" + "me/index.html ~/ho" + "me/"))


def test_the_import_contract_names_every_room_in_the_order_of_the_design() -> None:
    layers = tidiness.rooms_in_contract((tidiness.ROOT / ".importlinter").read_text(encoding="utf-8"))
    assert layers == ORDER
    assert set(tidiness.rooms()) <= {room for layer in layers for room in layer}


def test_imports_keep_to_the_contract() -> None:
    linted = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=tidiness.ROOT, check=False, capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stdout


def test_every_room_has_tests_of_its_own() -> None:
    tested = {folder.name for folder in (tidiness.ROOT / "tests").iterdir() if any(folder.glob("test_*.py"))}
    assert sorted(set(tidiness.rooms()) - tested) == []
