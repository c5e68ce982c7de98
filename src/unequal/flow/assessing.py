"""Reading sources only to say what they are worth: nothing is published and nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from unequal import sources, storage
from unequal.flow.opening import OpenProject
from unequal.terms.errors import AnswerError

_BOOKKEEPING = ("_file", "_row", "_byte", "_row_id")


def assess(opened: OpenProject, names: Sequence[str] = ()) -> sources.Assessment:
    """Profile the sources of a project, or some of them.

    Raises:
        AnswerError: ANS009, there is no source of that name.
        SourceError, Problems: a file cannot be read at all.
    """
    known = opened.config.sources
    unknown = [name for name in names if name not in known]
    if unknown:
        raise AnswerError("ANS009", "there is no such source", seen=", ".join(unknown), do=f"choose of {', '.join(known)}")
    chosen = {name: known[name] for name in names or known}
    with opened.run_folder.scratch() as scratch, storage.open_engine(opened.config.storage, scratch) as engine:
        tables = {name: _as_found(engine, opened, name) for name in chosen}
        return sources.assess(engine, tables, sources=chosen)


def _as_found(engine: storage.Engine, opened: OpenProject, name: str) -> ibis.Table:
    """A source's rows before any cast, so that what does not fit is seen too."""
    source = opened.config.sources[name]
    folder = engine.scratch / f"assessed-{name}"
    folder.mkdir(parents=True)
    sources.accept(
        engine, name, source, files=sources.files_of(source, opened.folder), project=opened.config, folder=folder, root=opened.folder
    )
    found = engine.read(folder / "raw.parquet")
    return found.drop(*(column for column in found.columns if column in _BOOKKEEPING))
