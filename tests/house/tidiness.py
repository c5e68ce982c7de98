"""What is asked of the source as text: each rule is a function from a module to the places that break it.

A rule takes a parsed `Module`, so that the tests can show on a bad snippet that it is able to fail.
"""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"

REFUSED_NAMES = frozenset(
    {"utils", "helpers", "common", "misc", "core", "manager", "service", "handler", "processor", "wrapper"}
)  # fmt: skip
LONGEST_FUNCTION = 70
SHORT_FUNCTION = 20
SHARE_OF_SHORT_FUNCTIONS = 0.9
LONGEST_FILE = 500
NAMES_OF_A_FACE = 12

MAY_DO: dict[str, str] = {
    "unequal.storage": "it is the room that knows the engines: computing, reading and writing is what its verbs do",
    "unequal.flow": "it runs steps, publishes, and is the only place that reads the clock",
    "unequal.answers.answer": "an answer hands its table to a notebook as a pandas frame",
    "unequal.demo.text_files": "it writes the made applications' own files, a SQLite database among them",
    "unequal.notebook": "an interface: it hands tables to a notebook",
    "unequal.api": "an interface",
    "unequal.console": "an interface",
    "unequal.cli": "an interface",
}
"""Modules, with those inside them, that may compute, hand over or read the clock; and why."""

OPEN_ROOMS = frozenset({"terms", "version"})
"""Words that all rooms share: their parts are modules, and every room may use them."""

_DOING_METHODS = frozenset(
    {"execute", "to_pandas", "to_pyarrow", "to_pyarrow_batches", "to_polars", "to_pandas_batches", "to_parquet", "to_csv", "raw_sql"}
)
_CLOCK_METHODS = frozenset({"now", "today", "utcnow"})
_CLOCK_OF_TIME = frozenset({"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"})


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        return [*self.name.split("."), ""][1]

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)} {what}"

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def modules() -> list[Module]:
    """Every module of the package."""
    found = []
    for path in sorted((SOURCE / "unequal").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found.append(Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path.read_text(encoding="utf-8")))
    return found


def rooms() -> list[str]:
    """The folders of the package that hold code."""
    return sorted(folder.name for folder in (SOURCE / "unequal").iterdir() if folder.is_dir() and any(folder.rglob("*.py")))


def allowance(name: str, allowed: Mapping[str, str]) -> str | None:
    """The entry of an allow list that covers a module: the module itself or a package it is in."""
    return next((entry for entry in allowed if name == entry or name.startswith(f"{entry}.")), None)


def doing_in_the_wrong_kind(module: Module) -> Iterator[str]:
    """Calls that compute a table, hand it over or read the clock, where only table and number functions may be."""
    if allowance(module.name, MAY_DO):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of_time = isinstance(node.func.value, ast.Name) and node.func.value.id == "time" and node.func.attr in _CLOCK_OF_TIME
            if node.func.attr in _DOING_METHODS | _CLOCK_METHODS or of_time:
                yield module.at(node, f"calls .{node.func.attr}()")
        elif isinstance(node, ast.ImportFrom) and node.module == "time" and {alias.name for alias in node.names} & _CLOCK_OF_TIME:
            yield module.at(node, "imports the clock")


def refused_file_names(module: Module) -> Iterator[str]:
    """Names that say nothing of what is inside."""
    yield from (f"{module.name} is named {part}" for part in module.name.split(".") if part in REFUSED_NAMES)


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its `def` on, its docstring left out: to say more must not count against it."""
    end = function.end_lineno or function.lineno
    docstring = function.body[0] if ast.get_docstring(function, clean=False) is not None else None
    return end - function.lineno + 1 - (((docstring.end_lineno or 0) - docstring.lineno + 1) if docstring else 0)


def long_functions(module: Module) -> Iterator[str]:
    """Functions longer than the house allows."""
    for function in module.functions:
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION:
            yield module.at(function, f"{function.name} is longer than {LONGEST_FUNCTION} lines")


def share_of_short_functions(found: Iterable[Module]) -> float:
    """How many of all functions are under 20 lines."""
    lengths = [length_of(function) for module in found for function in module.functions]
    return sum(length < SHORT_FUNCTION for length in lengths) / len(lengths)


def long_files(module: Module) -> Iterator[str]:
    """Files longer than the house allows."""
    lines = module.text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{module.name} has {lines} lines"


def names_in_all(module: Module) -> list[str] | None:
    """What `__all__` lists; None where there is none."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            return list(ast.literal_eval(node.value))
    return None


def faults_of_face(module: Module) -> Iterator[str]:
    """A room's `__init__` that has no `__all__`, or too many names in it."""
    names = names_in_all(module)
    if names is None:
        yield f"{module.name} has no __all__"
    elif len(names) > NAMES_OF_A_FACE:
        yield f"{module.name} shows {len(names)} names, and a face has at most {NAMES_OF_A_FACE}"


def reaching_inside(module: Module, faces: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Imports of another room's inside, and uses of names that are not on its face. `terms` is open: its parts are modules."""
    used: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (module.at(node, f"imports {alias.name}") for alias in node.names if _is_inside(alias.name, module.room))
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield module.at(node, "imports by a relative path")
        elif isinstance(node, ast.ImportFrom) and node.module == "unequal":
            used |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in faces and alias.name != module.room}
        elif isinstance(node, ast.ImportFrom) and node.module:
            if _is_inside(node.module, module.room):
                yield module.at(node, f"imports from {node.module}")
            yield from _hidden_names(module, node, faces)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in used:
            room = used[node.value.id]
            if node.attr not in set(faces[room]) and room not in OPEN_ROOMS:
                yield module.at(node, f"uses {room}.{node.attr}, which is not on the face")


def _is_inside(name: str, own_room: str) -> bool:
    parts = name.split(".")
    return len(parts) > 2 and parts[0] == "unequal" and parts[1] not in {own_room, *OPEN_ROOMS}


def _hidden_names(module: Module, node: ast.ImportFrom, faces: Mapping[str, Iterable[str]]) -> Iterator[str]:
    room = str(node.module).removeprefix("unequal.")
    if node.module == f"unequal.{room}" and room in faces and room not in {module.room, *OPEN_ROOMS}:
        hidden = sorted({alias.name for alias in node.names} - set(faces[room]))
        if hidden:
            yield module.at(node, f"imports {', '.join(hidden)} from {room}, and the face does not show it")


def undocumented(module: Module) -> Iterator[str]:
    """Modules, public functions and public classes without a docstring."""
    if not ast.get_docstring(module.tree) and module.text.strip():
        yield f"{module.name} has no docstring"
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield module.at(node, f"{node.name} has no docstring")


def error_codes(module: Module, prefixes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Codes of errors that stand in the source as texts, each with its place."""
    pattern = re.compile(rf"(?:{'|'.join(prefixes)})\d{{3}}")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.fullmatch(node.value):
            yield node.value, module.at(node, node.value)


def error_prefixes(errors: Module) -> set[str]:
    """The three letters of each room that has errors, as the docstrings of terms/errors.py say them."""
    docstrings = [ast.get_docstring(node) or "" for node in errors.tree.body if isinstance(node, ast.ClassDef)]
    return {match[1] for text in docstrings if (match := re.match(r"([A-Z]{3}): ", text))}


def unfinished(name: str, text: str) -> Iterator[str]:
    """Marks of work put off."""
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    for number, line in enumerate(text.splitlines(), 1):
        if marks.search(line):
            yield f"{name}:{number} is unfinished: {line.strip()[:80]}"


_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "deb.deb" + "ian.org")
_MACHINE_PATH = re.compile(r"(?<![\w.\-/~}])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|Us" + r"ers|tm" + r"p)/")


def ties_to_a_machine(name: str, text: str) -> Iterator[str]:
    """Hosts of package registries and absolute paths of one machine."""
    for number, line in enumerate(text.splitlines(), 1):
        if any(host in line for host in _HOSTS):
            yield f"{name}:{number} names a registry's host"
        if _MACHINE_PATH.search(line):
            yield f"{name}:{number} names a path of one machine"


def tracked_files() -> list[Path]:
    """Files that are in the repository or would be by `git add`."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({ROOT / name for name in listed if name and (ROOT / name).is_file()})


def text_of(path: Path) -> str | None:
    """A file's text; None where it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def rooms_in_contract(text: str) -> list[list[str]]:
    """The layers of the import contract, highest first, each with its rooms."""
    contract = configparser.ConfigParser()
    contract.read_string(text)
    layers = contract["importlinter:contract:rooms"]["layers"].split("\n")
    return [[room.strip(" ()") for room in layer.split("|")] for layer in layers if layer.strip()]
