"""Which question each data set answers, and what it lacks for the others: the page docs/reference/questions.md.

python tools/question_matrix.py          runs every example on the public data in UNEQUAL_DATA, and writes the page

A test runs the examples too and holds the page against them, so that it cannot grow stale.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.markdown import table  # noqa: E402
from unequal import answers, flow  # noqa: E402
from unequal.terms.errors import AnswerError  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "questions.md"
EXAMPLES = ROOT / "examples"
BEGIN, END = "<!-- matrix -->\n", "<!-- end of matrix -->\n"


def told(base: answers.Base) -> dict[str, str]:
    """What a base says to each question: nothing where it answers, and what it lacks where it does not."""
    found = {}
    for question in answers.QUESTIONS:
        try:
            answers.answer(question, base)
        except AnswerError as error:
            found[question] = f"{error.what}: {error.seen}" if error.seen else error.what
        else:
            found[question] = ""
    return found


def matrix(of: Mapping[str, Mapping[str, str]]) -> str:
    """The part of the page that is built.

    Args:
        of: data set -> question -> what it lacks; empty where it answers.
    """
    names = sorted(of)
    lacks: list[str] = []
    rows = []
    for question in answers.QUESTIONS:
        cells = []
        for name in names:
            why = of[name].get(question, "not asked")
            lacks += [f"{len(lacks) + 1}. `{question}` on {name}: {why}."] if why else []
            cells.append(f"lacks {len(lacks)}" if why else "answers")
        rows.append([f"`{question}`", *cells])
    return "\n".join([table(["question", *names], rows), *lacks, ""])


def page_with(built: str, page: Path = PAGE) -> str:
    """The page with its matrix written anew."""
    text = page.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    return f"{head}{BEGIN}\n{built}\n{END}{rest.split(END, 1)[1]}"


def run_example(name: str, data: Path, folder: Path) -> dict[str, str]:
    """Run an example on the public data in a folder of its own, and ask it everything."""
    shutil.copytree(EXAMPLES / name, folder / name)
    project = flow.open_project(folder / name, {"UNEQUAL_DATA": str(data)})
    flow.run(project)
    with flow.open_base(project) as opened:
        return told(opened.base)


def main() -> int:
    data = os.environ.get("UNEQUAL_DATA")
    if not data:
        print("UNEQUAL_DATA names no folder of public data")
        return 1
    found = {}
    for example in sorted(EXAMPLES.iterdir()):
        print(f"running {example.name}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            found[example.name] = run_example(example.name, Path(data), Path(folder))
    PAGE.write_text(page_with(matrix(found)), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
