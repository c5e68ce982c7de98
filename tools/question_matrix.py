"""Which question each data set answers, and what it lacks for the others: the page docs/reference/questions.md.

python tools/question_matrix.py          makes Meridian, runs it and every example on the public data in UNEQUAL_DATA, and writes the page
python tools/question_matrix.py FOLDER   takes what is run already: a folder of projects with a published run each, named as the examples are

A test asks the same runs, and holds the page against them, so that it cannot grow stale.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.markdown import table  # noqa: E402
from unequal import answers, demo, flow  # noqa: E402
from unequal.terms.errors import AnswerError  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "questions.md"
EXAMPLES = ROOT / "examples"
MERIDIAN: Final = "meridian"
BEGIN, END = "<!-- matrix -->\n", "<!-- end of matrix -->\n"


def told(base: answers.Base) -> dict[str, str]:
    """What a base says to each question: nothing where it answers; where it does not, what it lacks and what to do."""
    found = {}
    for question in answers.QUESTIONS:
        try:
            answers.answer(question, base)
        except AnswerError as error:
            found[question] = f"{error.seen or error.what}. To answer it: {error.do}"
        else:
            found[question] = ""
    return found


def matrix(of: Mapping[str, Mapping[str, str]]) -> str:
    """The part of the page that is built.

    Args:
        of: data set -> question -> what it lacks; empty where it answers.
    """
    names = sorted(of, key=lambda name: (name != MERIDIAN, name))
    rows = []
    lacks: dict[tuple[str, str], list[str]] = {}
    for question in answers.QUESTIONS:
        cells = []
        for name in names:
            why = of[name][question]
            if why:
                lacks.setdefault((question, why), []).append(name)
            cells.append(f"lacks {list(lacks).index((question, why)) + 1}" if why else "answers")
        rows.append([f"`{question}`", *cells])
    said = [f"{number}. `{question}` on {', '.join(on)}: {why}." for number, ((question, why), on) in enumerate(lacks.items(), 1)]
    return "\n".join([table(["question", *names], rows), "What is lacking:\n", *said])


def page_with(built: str, page: Path = PAGE) -> str:
    """The page with its matrix written anew."""
    text = page.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN, 1)
    return f"{head}{BEGIN}\n{built}\n\n{END}{rest.split(END, 1)[1]}"


def asked(folder: Path, data: str) -> dict[str, str]:
    """What a project with a published run says to every question."""
    with flow.open_base(flow.open_project(folder, {"UNEQUAL_DATA": data})) as opened:
        return told(opened.base)


def ran(data: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Meridian and every example, run in folders of their own and asked."""
    for name in [MERIDIAN, *sorted(one.name for one in EXAMPLES.iterdir())]:
        print(f"running {name}", flush=True)
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / name
            if name == MERIDIAN:
                demo.build(folder)
            else:
                shutil.copytree(EXAMPLES / name, folder)
            flow.run(flow.open_project(folder, {"UNEQUAL_DATA": data}))
            yield name, asked(folder, data)


def main() -> int:
    """Write the page."""
    data = os.environ.get("UNEQUAL_DATA")
    if not data:
        print("UNEQUAL_DATA names no folder of public data")
        return 1
    given = sorted(one for one in Path(sys.argv[1]).iterdir() if one.is_dir()) if len(sys.argv) > 1 else []
    found = {one.name: asked(one, data) for one in given} or dict(ran(data))
    PAGE.write_text(page_with(matrix(found)), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
