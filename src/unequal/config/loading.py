"""Reading a project's config: one file in, one frozen project out, or every problem of it at once."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from unequal.config.addresses import is_reference
from unequal.config.columns import parts
from unequal.config.contracts import problems_of_sources
from unequal.config.cost_references import problems_of_costs
from unequal.config.document import Document, read_document
from unequal.config.environment import expand
from unequal.config.problems import shown
from unequal.config.project import Project
from unequal.config.references import problems_of_references
from unequal.config.tie_out import problems_of_tie_out
from unequal.config.validation import problems_of
from unequal.terms.errors import ConfigError, Problems

LARGEST_BYTES: Final = 1_000_000
"""A config of a hundred sources is a tenth of it."""


@dataclass(frozen=True)
class Loaded:
    """A project with the places of its keys.

    Args:
        project: the whole config, validated and cross-checked.
        path: the file it was read from.
        folder: the folder that relative paths are relative to.
        environment_names: the variables of the environment that were put into it.
    """

    project: Project
    path: Path
    folder: Path
    environment_names: frozenset[str]
    _document: Document = field(repr=False, compare=False)

    def where(self, *path: str | int) -> str:
        """File and line of a key, so that an error can name it: `unequal.yaml:12`.

        A path that is not in the file (a default) is placed at its nearest heading.

        Args:
            path: keys and list positions: `where("sources", "orders", "read")`.
        """
        return self._document.where(path)

    def files(self, source: str) -> tuple[Path, ...]:
        """The files that a source's paths and globs find, relative to the config, sorted; none for a database by address.

        Raises:
            ConfigError: CFG033, a path or glob finds nothing.
        """
        found: dict[Path, None] = {}
        for index, text in enumerate(parts(self.project.sources[source].read)):
            if is_reference(text):
                continue
            files = _found(self.folder, Path(text.removeprefix("sqlite:")).expanduser())
            if not files:
                path = ("sources", source, "read")
                where = f"sources.{source}.read ({self.where(*path, index)})"
                do = "put the extract there, or mend the path; it is relative to the config's folder"
                raise ConfigError("CFG033", "no file is found for a source", where=where, seen=shown(text), do=do)
            found.update(dict.fromkeys(files))
        return tuple(found)


def load(path: Path, environment: Mapping[str, str]) -> Loaded:
    """Read a config, put in what it takes from the environment, and check it.

    Args:
        path: of the file, usually `unequal.yaml`.
        environment: the variables that `${NAME}` is taken from; UNEQUAL_DATA has a default.

    Raises:
        ConfigError: the file cannot be read, or not as YAML (CFG001, CFG002, CFG006).
        Problems: everything else that is wrong with it, in the order of the file.
    """
    document = read_document(_text(path), path.name)
    values, names = expand(document, environment)
    project: Project | None = None
    problems = document.problems
    try:
        project = Project.model_validate(values)
    except ValidationError as error:
        problems = [*problems, *problems_of(error, values, document)]
    if project is not None and not problems:
        problems = [
            *problems_of_sources(project), *problems_of_references(project), *problems_of_costs(project), *problems_of_tie_out(project),
        ]  # fmt: skip
    if problems:
        raise Problems(document.errors(problems))
    assert project is not None, "a config without problems has a project"
    return Loaded(project, path, path.absolute().parent, names, document)


def _text(path: Path) -> str:
    do = "name a config with `-C FOLDER`, or write one with `unequal init`"
    try:
        if path.is_dir():
            raise ConfigError("CFG001", "the config is a folder", where=str(path), do=do)
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
        if len(raw) > LARGEST_BYTES:
            do = "leave data out of the config; rates and lookups can be read from a source"
            raise ConfigError("CFG001", f"the config is larger than {LARGEST_BYTES:,} bytes", where=f"{path.name}:1", do=do)
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        do = "save the file as UTF-8"
        seen = f"byte 0x{error.object[error.start]:02X}"
        raise ConfigError("CFG001", "the config is not UTF-8", where=f"{path.name}:{line}", seen=seen, do=do) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError("CFG001", "the config cannot be read", where=str(path), seen=reason, do=do) from None


def _found(folder: Path, pattern: Path) -> list[Path]:
    # A file whose very name holds a bracket is that file, not a pattern.
    if (folder / pattern).is_file():
        return [folder / pattern]
    # Path.glob takes no absolute pattern, and one that UNEQUAL_DATA begins is.
    found = (folder / name for name in glob.iglob(str(pattern), root_dir=folder, recursive=True))  # noqa: PTH207
    return sorted(path for path in found if path.is_file())
