"""Build the pages that come from the code: the config's reference and schema, the errors, the dictionary, and cog blocks.

python tools/build_docs.py           writes what is stale
python tools/build_docs.py --check   writes nothing, names what is stale, and ends with 1 if something is
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # so that this file, run as a script, and cog blocks find `tools`

from cogapp import Cog  # type: ignore[import-untyped] # noqa: E402

from tools.dictionary import dictionary  # noqa: E402
from tools.error_pages import error_page  # noqa: E402
from unequal.config.policies import Policy  # noqa: E402
from unequal.config.schema import json_schema  # noqa: E402


def built_pages(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Each page that is built, with the text it should have."""
    docs = root / "docs"
    yield docs / "reference" / "unequal.schema.json", json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    yield docs / "reference" / "policy.schema.json", json.dumps(json_schema(Policy), indent=2, ensure_ascii=False) + "\n"
    yield docs / "errors.md", error_page(docs / "errors")
    yield docs / "dictionary.md", dictionary()
    for page in sorted([root / "README.md", *docs.rglob("*.md")]):
        text = page.read_text(encoding="utf-8")
        if "[[[cog" in text:
            yield page, run_cog(text, page)


def run_cog(text: str, page: Path) -> str:
    """The page with the output of its cog blocks written anew."""
    cog = Cog()
    cog.options.verbosity = 0
    built = cog.process_string(text, str(page))
    return str(built)


def stale_pages(root: Path = ROOT) -> list[tuple[Path, str]]:
    """The pages whose text on disk is not what the code says, with the right text."""
    return [(page, text) for page, text in built_pages(root) if not page.exists() or page.read_text(encoding="utf-8") != text]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write or check; returns the exit code."""
    stale = stale_pages(root)
    for page, text in stale:
        name = page.relative_to(root)
        if "--check" in arguments:
            print(f"{name} is stale: run `make docs`")
            continue
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
        print(f"wrote {name}")
    return int(bool(stale) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
