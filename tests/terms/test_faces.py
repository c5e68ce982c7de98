"""A room's face: each name is had when it is asked for, and is what the room says it is."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import unequal

FOLDER = Path(str(unequal.__file__)).parent
ROOMS = sorted(each.parent.name for each in FOLDER.glob("*/__init__.py") if "open_by_name(" in each.read_text(encoding="utf-8"))


def alone(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_of_a_face_is_there(room: str) -> None:
    face = import_module(f"unequal.{room}")
    for name in face.__all__:
        assert getattr(face, name) is not None
        assert name in dir(face)


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_face_does_not_show_it_does_not_have(room: str) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = import_module(f"unequal.{room}").no_such_name


def test_a_room_loads_none_of_its_modules_before_one_is_asked_for() -> None:
    program = "import sys\nfrom unequal import ledger, value\nprint([name for name in sys.modules if name.startswith('unequal.value.')])"
    assert alone(program).strip() == "[]"


@pytest.mark.parametrize("first", ["import unequal.answers.answer", "from unequal.answers import answer"])
def test_a_name_that_is_also_a_modules_is_what_the_face_shows_whichever_comes_first(first: str) -> None:
    assert alone(f"{first}\nimport unequal.answers.answer\nfrom unequal import answers\nprint(answers.answer.__module__)").strip() == (
        "unequal.answers.asking"
    )


def test_a_module_that_the_face_does_not_show_is_had_by_its_own_room() -> None:
    from unequal.flow import progress

    assert isinstance(progress, ModuleType)
