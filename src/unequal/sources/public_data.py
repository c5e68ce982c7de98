"""Public data sets: fetched from their homes into the user's cache, and verified before they count."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from zipfile import BadZipFile

import pooch
from python_calamine import CalamineError

from unequal.sources.data_sets import DATA_SETS, DataSet, Download
from unequal.terms.errors import SourceError

Tell = Callable[[str], None]
Progress = Callable[[str, int, int], None]
"""Called with the file's name, the bytes that are here and the bytes there are (0 where the home does not say)."""

_SECONDS: Final = 60
_CHUNK_BYTES: Final = 1 << 16


def default_cache() -> Path:
    """Where public data lies on this machine: `UNEQUAL_DATA` where it is set, else the user's cache."""
    named = os.environ.get("UNEQUAL_DATA")
    return Path(named) if named else Path(pooch.os_cache("unequal")) / "data"


def get(
    name: str,
    cache: Path | None = None,
    *,
    base_url: str | None = None,
    retries: int = 2,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Path:
    """Fetch a public data set into the cache, and hand back its folder.

    What is already there and right is not fetched again, so that an interrupted fetch goes on
    with the files that are missing. A file is moved to its place in one step, after it was
    verified: by its checksum where we have seen the public file, else by the figures that it
    must come to.

    Args:
        name: one of `names()`.
        cache: the folder of all data sets; `default_cache()` where absent.
        base_url: take the same paths from this address, such as a company's mirror.
        retries: how often a download that failed is tried again.
        progress: told of the bytes as they come.
        tell: told in words what is done.

    Raises:
        SourceError: SRC050 unknown name, SRC051 home out of reach, SRC052 wrong checksum,
            SRC053 not found at home, SRC054 the figures do not come out, SRC055 the cache cannot be written.
    """
    chosen = _known(name)
    folder = (default_cache() if cache is None else cache) / name
    say = tell or (lambda _text: None)
    if is_complete(name, folder):
        say(f"{name} is already in {folder}")
        return folder
    partial = folder.parent / f".{name}.partial"
    try:
        partial.mkdir(parents=True, exist_ok=True)
        for download in chosen.downloads:
            if all(_matches(folder / file.path, file.sha256) for file in download.files):
                continue
            say(f"fetching {download.name} from {_address(download.urls[0], base_url)}")
            arrived = _fetch(download, partial, base_url=base_url, retries=retries, progress=progress)
            _accept(download, arrived, partial, folder, say)
        _prove(chosen, folder)
    except SourceError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    except PermissionError as error:
        raise _unwritable(folder, error) from error
    shutil.rmtree(partial, ignore_errors=True)
    return folder


def known() -> Mapping[str, DataSet]:
    """Every public data set that `get` knows, by name: what it is, its home, its licence."""
    return DATA_SETS


def names() -> tuple[str, ...]:
    """The names of all public data sets that `get` knows."""
    return tuple(DATA_SETS)


def is_complete(name: str, folder: Path) -> bool:
    """Whether a data set's files are all there and verified: by checksum, or else by their figures."""
    chosen = _known(name)
    files = [file for download in chosen.downloads for file in download.files]
    if not all((folder / file.path).is_file() for file in files):
        return False
    if all(_matches(folder / file.path, file.sha256) for file in files):
        return True
    if any(file.required and not _matches(folder / file.path, file.sha256) for file in files):
        return False
    try:
        return not _wrong_figures(chosen, folder)
    except (OSError, ValueError, KeyError, BadZipFile, CalamineError):
        return False


def _known(name: str) -> DataSet:
    if name not in DATA_SETS:
        raise SourceError("SRC050", "there is no public data set of that name", seen=name, do=f"choose one of {', '.join(DATA_SETS)}")
    return DATA_SETS[name]


def _address(url: str, base_url: str | None) -> str:
    return url if base_url is None else f"{base_url.rstrip('/')}/{urlsplit(url).path.lstrip('/')}"


def _fetch(download: Download, partial: Path, *, base_url: str | None, retries: int, progress: Progress | None) -> Path:
    """The downloaded file, from the first of its homes that has it."""
    homes = [_address(url, base_url) for url in download.urls]
    refused: list[SourceError] = []
    for home in dict.fromkeys(homes):
        try:
            return _fetch_from(home, download, partial, retries=retries, progress=progress)
        except SourceError as error:
            refused.append(error)
    raise refused[0]


def _fetch_from(home: str, download: Download, partial: Path, *, retries: int, progress: Progress | None) -> Path:
    """The downloaded file from one home; a broken connection is tried again, a refusal is not."""
    registry = {download.name: f"sha256:{download.sha256}" if download.sha256 else None}
    store = pooch.create(partial, base_url="", registry=registry, urls={download.name: home})
    pooch.get_logger().setLevel("WARNING")  # what is fetched is told by `tell`, not by the library
    for attempt in range(retries + 1):
        try:
            return Path(store.fetch(download.name, downloader=_download(download.name, progress)))
        except ValueError as error:
            raise SourceError(
                "SRC052", "a download is not the file we know", where=home, seen=str(error).splitlines()[0],
                do="try again later; if it stays so, the home has changed the file, and it is not used",
            ) from error  # fmt: skip
        except (OSError, HTTPException) as error:
            if attempt == retries or isinstance(error, HTTPError | PermissionError):
                raise _unreachable(home, error) from error
            time.sleep(min(attempt + 1, 10))
    raise AssertionError("unreachable: the last attempt returns or raises")


def _download(name: str, progress: Progress | None) -> Callable[[str, Any, Any], None]:
    """How pooch is to fetch one file: in blocks, closed in every case, and refused when it ends too early."""

    def fetch(url: str, output: Any, _store: Any) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"{url} is no address of the web")
        request = Request(url, headers={"User-Agent": "unequal"})  # noqa: S310 - the scheme was checked
        with urlopen(request, timeout=_SECONDS) as response, Path(output).open("wb") as file:  # noqa: S310
            total, done = int(response.headers.get("Content-Length") or 0), 0
            while block := response.read(_CHUNK_BYTES):
                file.write(block)
                done += len(block)
                if progress is not None:
                    progress(name, done, total)
        if total and done != total:
            raise ConnectionError(f"{done:,} of {total:,} bytes came")

    return fetch


def _unreachable(home: str, error: Exception) -> SourceError:
    if isinstance(error, PermissionError):
        return _unwritable(Path(str(error.filename)), error)
    if isinstance(error, HTTPError):
        error.close()
        return SourceError(
            "SRC053", "a data set's home does not have the file", where=home, seen=f"answer {error.code}",
            do="fetch it by hand from the data set's home page, or give another address with --from",
        )  # fmt: skip
    return SourceError(
        "SRC051", "a data set's home cannot be reached", where=home, seen=f"{type(error).__name__}: {error}"[:120],
        do="connect to the internet and try again; files that arrived are kept",
    )  # fmt: skip


def _unwritable(folder: Path, error: OSError) -> SourceError:
    return SourceError("SRC055", "the cache of public data cannot be written", where=str(folder), seen=str(error.strerror),
                       do="set UNEQUAL_DATA to a folder that you may write")  # fmt: skip


def _accept(download: Download, arrived: Path, partial: Path, folder: Path, say: Tell) -> None:
    """Turn a download into the project's files, verify them, and move each to its place."""
    made = partial / "made"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    for file in download.files:
        (made / file.path).parent.mkdir(parents=True, exist_ok=True)
    try:
        download.turn(arrived, made)
    except (OSError, ValueError, KeyError, BadZipFile, CalamineError) as error:
        raise SourceError(
            "SRC054", "a download cannot be turned into the data set's files", where=download.urls[0], seen=str(error)[:200],
            do="the home serves something else now; fetch it by hand from the data set's home page",
        ) from error  # fmt: skip
    for file in download.files:
        path = made / file.path
        if not _matches(path, file.sha256):
            if file.required:
                raise SourceError("SRC052", "a file is not the one we know", where=str(folder / file.path),
                                  seen=f"sha256 {_sha256(path)}", do="report it; the file is not used")  # fmt: skip
            say(f"{file.path} differs in bytes from the copy this was built on; its figures decide")
    for file in download.files:
        place = folder / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        (made / file.path).replace(place)
    arrived.unlink()


def _prove(chosen: DataSet, folder: Path) -> None:
    """Hold the whole data set against the figures that must come out; what fails is taken away again."""
    wrong = _wrong_figures(chosen, folder)
    if wrong:
        for download in chosen.downloads:
            for file in download.files:
                if not _matches(folder / file.path, file.sha256):
                    (folder / file.path).unlink(missing_ok=True)
        raise SourceError("SRC054", "a data set does not come to the figures that it must", where=str(folder),
                          seen="; ".join(wrong[:3]), do=f"report it; the data set's home page is {chosen.home}")  # fmt: skip


def _wrong_figures(chosen: DataSet, folder: Path) -> list[str]:
    found = chosen.measure(folder)
    return [f"{name} {found.get(name)}, not {figure}" for name, figure in chosen.figures.items() if found.get(name) != figure]


def _matches(path: Path, sha256: str | None) -> bool:
    return sha256 is not None and path.is_file() and _sha256(path) == sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
