"""From characters to tokens: the first gate, before any parser sees the text.

Whatever is not in the language is refused here by its first character or word: comments,
semicolons, parameters, SQL's other words, functions that do not exist, columns that the
table does not have. What passes is a list of tokens whose leaves are resolved already.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from sqlglot.tokenizer_core import TokenType

from unequal.predicates import numbers, windows
from unequal.predicates.column_types import column_type
from unequal.predicates.functions import FUNCTIONS, INSTEAD
from unequal.predicates.refusals import Text, printable
from unequal.predicates.tree import DATE, TEXT, TIMESTAMP, TRUTH, Column, Literal
from unequal.terms.errors import PredicateError

MAX_BYTES: Final = 4096


class Null:
    """The leaf that the word null is."""


Leaf = Column | Literal | Null


@dataclass(frozen=True, slots=True)
class Token:
    """One token: what sqlglot calls it, where it stands, and what it is if it is a leaf or a function's name."""

    type: TokenType
    start: int
    end: int
    leaf: Leaf | None = None
    function: str = ""


_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |   (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?![\w.]))
    |   (?P<word>[A-Za-z_]\w*)
    |   (?P<text>'(?:[^']|'')*')
    |   (?P<name>"(?:[^"]|"")*")
    |   (?P<sign><>|!=|<=|>=|==|--|/\*|\|\||[-+*/=<>(),])
    """,
    re.VERBOSE | re.ASCII,
)
_SIGNS: Final[dict[str, TokenType]] = {
    "=": TokenType.EQ, "<>": TokenType.NEQ, "!=": TokenType.NEQ,
    "<": TokenType.LT, "<=": TokenType.LTE, ">": TokenType.GT, ">=": TokenType.GTE,
    "+": TokenType.PLUS, "-": TokenType.DASH, "*": TokenType.STAR, "/": TokenType.SLASH,
    "(": TokenType.L_PAREN, ")": TokenType.R_PAREN, ",": TokenType.COMMA,
}  # fmt: skip
_WORDS: Final[dict[str, TokenType]] = {
    "and": TokenType.AND, "or": TokenType.OR, "not": TokenType.NOT, "in": TokenType.IN,
    "between": TokenType.BETWEEN, "like": TokenType.LIKE, "ilike": TokenType.ILIKE,
    "escape": TokenType.ESCAPE, "is": TokenType.IS,
}  # fmt: skip
_FIXED_LEAVES: Final[dict[str, Leaf]] = {"true": Literal(value=True, type=TRUTH), "false": Literal(value=False, type=TRUTH), "null": Null()}
_FOREIGN: Final = frozenset({
    "all", "any", "array", "as", "asc", "at", "attach", "begin", "by", "call", "case", "cast", "collate", "copy", "create", "cross",
    "current_date", "current_time", "current_timestamp", "delete", "desc", "distinct", "do", "drop", "else", "end", "except",
    "execute", "exists", "extract", "filter", "from", "glob", "group", "having", "insert", "install", "intersect", "interval", "into",
    "isnull", "join", "lateral", "limit", "load", "natural", "notnull", "nulls", "offset", "on", "order", "outer", "over", "overlaps",
    "partition", "pragma", "qualify", "regexp", "returning", "rlike", "row", "select", "set", "show", "similar", "some", "struct",
    "table", "tablesample", "then", "top", "truncate", "try_cast", "union", "unnest", "update", "using", "values", "when", "where",
    "window", "with", "within", "xor",
})  # fmt: skip
_HINTS: Final[dict[str, str]] = {
    "--": "leave comments out; put a space between two minus signs",
    "/*": "leave comments out",
    "==": "write = once",
    "||": "texts cannot be joined; compare the columns one by one",
    ";": "write one expression, without a semicolon",
    ".": "write the column's name alone, in double quotes if it has a point",
    "$": "write values out; a predicate has no parameters",
    "?": "write values out; a predicate has no parameters",
    ":": "write dates as date '2026-01-31'; a predicate has no casts and no parameters",
    "%": "write a pattern in quotes, as in name like 'A%'",
    "[": "write lists in parentheses, as in tier in ('gold', 'silver')",
    "`": "write names with special characters in double quotes",
    "\u2018": "use straight quotes: '",
    "\u2019": "use straight quotes: '",
    "\u201c": "use straight quotes: ' around texts, \" around names",
    "\u201d": "use straight quotes: ' around texts, \" around names",
    "\u2264": "write <=",
    "\u2265": "write >=",
    "\u2260": "write <>",
    "\u2212": "write the minus sign of the keyboard: -",
    "\u00a0": "use a plain space instead of the no-break space",
}
_RUN: Final = re.compile(r"[\w.]*", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIMESTAMP: Final = re.compile(r"\d{4}-\d{2}-\d{2}[ T]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,6})?", re.ASCII)


def scan(source: Text, columns: Mapping[str, str], events: Collection[str] = ()) -> list[Token]:
    """The tokens of a predicate.

    Raises:
        PredicateError: PRD001 too long; PRD004 a character, PRD005 an open quote, PRD007 a word that has no
            place here; PRD008, PRD009, PRD018 columns; PRD010 a function; PRD014 a number, date or timestamp;
            PRD021, PRD022 windows over events.
    """
    _check_characters(source)
    return list(_Scan(source, columns, events).tokens())


def _check_characters(source: Text) -> None:
    # Counting characters first keeps a text of a gigabyte from being encoded only to be measured.
    size = len(source.text) if len(source.text) > MAX_BYTES else len(source.text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise PredicateError("PRD001", f"a predicate is longer than {MAX_BYTES:,} bytes", where=source.where,
                             seen=f"{size:,} bytes or more", do="compare with a column that holds the group, instead of listing its members")  # fmt: skip
    for at, char in enumerate(source.text):
        if char.isprintable() or char in "\t\r\n":
            continue
        # Direction marks make a text read otherwise than it is: whoever approves a rule must see what it says.
        if unicodedata.category(char) in {"Cc", "Cs"} or unicodedata.bidirectional(char) in _DIRECTIONS:
            raise source.refusal("PRD004", f"the character {_named(char)} has no place in a predicate", at, at + 1, do="delete it")


_DIRECTIONS: Final = frozenset({"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"})


def _named(char: str) -> str:
    shown = char if char.isprintable() and not char.isspace() else printable(char)
    name = unicodedata.name(char, "")
    return shown if char.isascii() else f"{shown} ({name.lower() or hex(ord(char))})"


class _Scan:
    """One pass over a text."""

    def __init__(self, source: Text, columns: Mapping[str, str], events: Collection[str]) -> None:
        self.source, self.text, self.columns = source, source.text, columns
        # A table that has a window's column knows of its event.
        self.events = {*events, *(window.event for window in map(windows.of_name, columns) if window is not None)}

    def tokens(self) -> Iterator[Token]:
        at = 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if found is None:
                raise self._misplaced(at)
            start, at = found.span()
            match found.lastgroup:
                case "number":
                    yield self._number(start, at)
                case "text":
                    yield Token(TokenType.STRING, start, at, Literal(self.text[start + 1 : at - 1].replace("''", "'"), TEXT))
                case "name":
                    yield self._column(self.text[start + 1 : at - 1].replace('""', '"'), start, at, quoted=True)
                case "sign":
                    yield self._sign(start, at)
                case "word":
                    token = self._word(start, at)
                    at = token.end
                    yield token

    def _refuse(self, code: str, what: str, start: int, end: int, do: str) -> PredicateError:
        return self.source.refusal(code, what, start, end, do=do)

    def _misplaced(self, at: int) -> PredicateError:
        char = self.text[at]
        if char in "'\"":
            what = "a text" if char == "'" else "a column's name"
            return self._refuse(
                "PRD005", f"{what} is not closed", at, at + 1, f"end it with {char}; inside it, write {char}{char} for {char}"
            )
        if (char.isascii() and char.isdigit()) or (char == "." and self.text[at + 1 : at + 2].isdigit()):
            end = next(_RUN.finditer(self.text, at)).end()
            return self._refuse("PRD014", "a number is not written as digits with one decimal point", at, end, "write it as in 1234.50")
        do = _HINTS.get(char) or ("write names with special characters in double quotes" if char.isalpha() else "delete it")
        return self._refuse("PRD004", f"the character {_named(char)} has no place in a predicate", at, at + 1, do)

    def _sign(self, start: int, end: int) -> Token:
        sign = self.text[start:end]
        if sign not in _SIGNS:
            raise self._refuse("PRD004", f"the sign {sign} has no place in a predicate", start, end, _HINTS[sign])
        return Token(_SIGNS[sign], start, end)

    def _number(self, start: int, end: int) -> Token:
        written = self.text[start:end]
        plain = (written.rstrip("0").rstrip(".") if "." in written else written) or "0"
        value = Decimal(plain)
        type_ = numbers.literal_type(value)
        if type_ is None:
            raise self._refuse("PRD014", f"a number has more than {numbers.WHOLE} digits before the point or {numbers.DECIMALS} after it",
                               start, end, "write it with fewer digits")  # fmt: skip
        return Token(TokenType.STRING, start, end, Literal(value, type_))

    def _word(self, start: int, end: int) -> Token:
        word, folded = self.text[start:end], self.text[start:end].lower()
        if folded in _WORDS:
            return Token(_WORDS[folded], start, end)
        if folded in _FIXED_LEAVES:
            return Token(TokenType.STRING, start, end, _FIXED_LEAVES[folded])
        if self.text[end : end + 1] == "." or self.text[end : end + 1].isalpha():
            raise self._misplaced(end)
        following = _TOKEN.match(self.text, end)
        if following is not None and following.lastgroup == "space":
            following = _TOKEN.match(self.text, following.end())
        if following is not None and following.lastgroup == "text" and folded in {"date", "timestamp"}:
            return self._dated(folded, start, following.end(), following.group()[1:-1])
        if self.events and windows.begins(self.text, start, end):
            return self._window(start)
        if following is not None and following.group() == "(" and (folded in FUNCTIONS or word not in self.columns):
            return self._function(folded, start, end)
        return self._column(word, start, end, quoted=False)

    def _window(self, start: int) -> Token:
        window, end = windows.read(self.source, start, self.events)
        type_ = column_type(window.stored)
        assert type_ is not None, "a window's value can be compared"
        return Token(TokenType.IDENTIFIER, start, end, Column(window.name, type_, window.stored, window))

    def _dated(self, word: str, start: int, end: int, written: str) -> Token:
        literal = date_literal(written) if word == "date" else timestamp_literal(written)
        if literal is None:
            form = "'2026-01-31'" if word == "date" else "'2026-01-31 23:59:59'"
            raise self._refuse("PRD014", f"that is not a {word} of the calendar", start, end, f"write it as {word} {form}")
        return Token(TokenType.STRING, start, end, literal)

    def _function(self, folded: str, start: int, end: int) -> Token:
        if folded in FUNCTIONS:
            return Token(TokenType.VAR, start, end, function=folded)
        if folded in _FOREIGN and folded not in INSTEAD:
            raise self._foreign(start, end)
        near = get_close_matches(folded[:64], FUNCTIONS, n=1)
        do = INSTEAD.get(folded) or (f"did you mean {near[0]}?" if near else f"functions: {', '.join(FUNCTIONS)}")
        raise self._refuse("PRD010", f"no function is called {printable(folded[:64])}", start, end, do)

    def _foreign(self, start: int, end: int) -> PredicateError:
        return self._refuse("PRD007", f"predicates have no {self.text[start:end].lower()}", start, end,
                            "write one condition over columns of the table; put a column of that name in double quotes")  # fmt: skip

    def _column(self, name: str, start: int, end: int, *, quoted: bool) -> Token:
        found = self._resolve(name, start, end, quoted=quoted)
        type_ = column_type(self.columns[found])
        if type_ is None:
            raise self._refuse("PRD018", f"the column {printable(found)} holds {printable(self.columns[found][:64])}, which a predicate cannot compare",
                               start, end, "give the column a type: text, integer, decimal, date, timestamp or boolean")  # fmt: skip
        return Token(TokenType.IDENTIFIER, start, end, Column(found, type_, self.columns[found]))

    def _resolve(self, name: str, start: int, end: int, *, quoted: bool) -> str:
        """The column meant: the exact name; a bare one also in other letter case, where that leaves no doubt."""
        if name in self.columns:
            return name
        alike = [] if quoted else [column for column in self.columns if column.lower() == name.lower()]
        if len(alike) == 1:
            return alike[0]
        if alike:
            raise self._refuse("PRD009", f"the name {name} fits several columns", start, end,
                               f"write one of them exactly: {_listed(alike)}")  # fmt: skip
        if not quoted and name.lower() in _FOREIGN:
            raise self._foreign(start, end)
        near = _near(name, self.columns)
        do = f"did you mean {_listed(near)}?" if near else f"columns: {_listed(sorted(self.columns))}"
        if quoted and '"' not in name and not near:
            do += "; texts stand in single quotes"
        raise self._refuse("PRD008", f"no column is called {printable(name[:64])}", start, end, do)


def _near(name: str, columns: Mapping[str, str]) -> list[str]:
    # Cut, because comparing long texts takes quadratic time and a column's name is short.
    by_folded = {column.lower()[:64]: column for column in columns}
    folded = name.lower()[:64]
    return [by_folded[folded]] if folded in by_folded else [by_folded[match] for match in get_close_matches(folded, by_folded, n=3)]


def _listed(names: list[str], most: int = 12) -> str:
    if not names:
        return "none"
    told = ", ".join(as_written(name) for name in names[:most])
    return f"{told} and {len(names) - most} more" if len(names) > most else told


def as_written(name: str) -> str:
    """A column's name as a predicate writes it: bare where that is read back as it is, else in double quotes."""
    window = windows.of_name(name)
    if window is not None:
        return window.written
    plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and name.lower() not in {*_WORDS, *_FIXED_LEAVES}
    return name if plain else '"' + printable(name).replace('"', '""') + '"'


def date_literal(written: str) -> Literal | None:
    """The date that an ISO text says, or None."""
    if not _DATE.fullmatch(written):
        return None
    try:
        return Literal(date.fromisoformat(written), DATE)
    except ValueError:
        return None


def timestamp_literal(written: str) -> Literal | None:
    """The moment that an ISO text without an offset says, or None."""
    if not _TIMESTAMP.fullmatch(written):
        return None
    try:
        return Literal(datetime.fromisoformat(written), TIMESTAMP)
    except ValueError:
        return None
