"""The columns of a source and the types they will have, told from headers alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis
import pyarrow as pa

from unequal.config import Project, Source
from unequal.sources.contracts import ARROW_TYPES, casts_of
from unequal.sources.formats import extract_name, format_of, open_reader
from unequal.sources.headings import heading_of


def columns_of(name: str, source: Source, files: Sequence[Path], *, project: Project, root: Path | None = None) -> Mapping[str, str]:
    """Column -> Ibis type after the contract's casts; no row of data is read.

    Raises:
        SourceError, Problems: a file that cannot be opened, a header unlike the contract; all of a source's at once.
    """
    names = [extract_name(source, file, root) for file in files]
    readers = [open_reader(source, file, where=f"sources.{name}, file {told}") for file, told in zip(files, names, strict=True)]
    heading = heading_of(name, source, readers, names)
    casts = casts_of(name, source, heading.columns, project, format_of(source, files[0]))
    kinds = [kept if cast.kind == "stored" else ARROW_TYPES[cast.kind] for cast, kept in zip(casts, heading.types, strict=True)]
    schema = ibis.Schema.from_pyarrow(pa.schema(list(zip(heading.columns, kinds, strict=True))))
    return {column: str(kind) for column, kind in schema.items()}
