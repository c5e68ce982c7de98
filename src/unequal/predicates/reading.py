"""From tokens to the typed tree: sqlglot finds the structure, an allowlist and the types decide.

sqlglot is handed tokens whose leaves are nothing but their own index, so no text of the user's
ever reaches it: it sees parentheses, operators and numbers of places. Of the nodes it answers
with, only those of an exact class in `_READERS`, with only the arguments named there, are read;
all others are refused, and so is whatever does not go together by type.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from sqlglot import ErrorLevel, exp
from sqlglot.errors import ParseError
from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token as ParserToken

from unequal.predicates import numbers, patterns, tree
from unequal.predicates.functions import FUNCTIONS, Function
from unequal.predicates.refusals import Text
from unequal.predicates.scanning import Null, Token, as_written, date_literal, scan, timestamp_literal
from unequal.predicates.shape import check_shape
from unequal.terms.errors import PredicateError

MAX_NODES: Final = 300
MAX_DEPTH: Final = 45


def parse(text: str, columns: Mapping[str, str], *, where: str = "", events: Collection[str] = ()) -> tree.Predicate:
    """Read a predicate once, and check that it is one.

    Args:
        text: one boolean expression, as in `tier in ('gold', 'silver') and profit_12m > 500`.
        columns: the columns it may use, and their types as Ibis writes them.
        where: what holds the text, as in "sources.orders.rules (unequal.yaml:12)" or "--where"; errors repeat it.
        events: the names of events over which it may have windows, see `windows`; those of windows among `columns` are known without.

    Returns:
        The predicate: its tree is a truth, its columns are exact names of `columns`.

    Raises:
        PredicateError: PRD001 to PRD018 and PRD020 to PRD022; where the text is too large or nested too deep, is not written in
            the language, names what does not exist, or compares what does not go together. Nothing else is ever raised.

    Source: docs/reference/predicates.md
    """
    source = Text(text, where)
    tokens = scan(source, columns, events)
    check_shape(source, tokens)
    root = _structure(source, tokens)
    read = _Reader(source, tokens).condition(root).node
    if any(depth > MAX_DEPTH for _, depth in tree.walk(read)):
        raise source.refusal("PRD002", f"a predicate is nested more than {MAX_DEPTH} deep", 0, len(text),
                             do="multiply fewer factors, or compute a column for a part of it")  # fmt: skip
    return tree.Predicate(text, read, where)


def _structure(source: Text, tokens: Sequence[Token]) -> exp.Expression:
    """What sqlglot makes of the tokens, counted."""
    given = [ParserToken(token.type, str(at) if token.leaf or token.function else source.text[token.start : token.end],
                         line=1, col=at, start=token.start, end=token.end - 1) for at, token in enumerate(tokens)]  # fmt: skip
    try:
        found = Parser(error_level=ErrorLevel.IMMEDIATE).parse_into(exp.Condition, given, source.text)[0]
    except ParseError as error:
        token = tokens[min(error.errors[0].get("col") or 0, len(tokens) - 1)]
        raise source.refusal("PRD006", "the predicate cannot be read from here", token.start, token.end,
                             do="complete the condition before it, or put parentheses around what belongs together") from None  # fmt: skip
    assert found is not None, "a checked token list holds an expression"
    size = sum(type(node) not in {exp.Identifier, exp.Paren} for node in found.walk())
    if size > MAX_NODES:
        raise PredicateError("PRD003", f"a predicate has more than {MAX_NODES} parts", where=source.where, seen=f"{size:,} parts",
                             do="compare with a column that holds the group, instead of listing its members")  # fmt: skip
    return cast("exp.Expression", found)


@dataclass(frozen=True, slots=True)
class _Read:
    """A node and where its text starts and ends; `node` is None where the text says null."""

    found: tree.Node | None
    start: int
    end: int

    @property
    def node(self) -> tree.Node:
        assert self.found is not None, "null is refused before its node is asked for"
        return self.found


_OPERATORS: Final[dict[type[exp.Expression], tree.Operator]] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_CONDITIONS: Final = frozenset({*_OPERATORS, exp.And, exp.Or, exp.Not, exp.In, exp.Between, exp.Like, exp.ILike, exp.Escape, exp.Is})


class _Reader:
    """Reads nodes of sqlglot's into ours. Each method answers for one family of exact classes."""

    def __init__(self, source: Text, tokens: Sequence[Token]) -> None:
        self.source, self.tokens = source, tokens

    # What is read, and by whom

    def read(self, node: exp.Expression) -> _Read:
        """Any node of the language; a leaf, a value or a condition."""
        reader, arguments = _READERS.get(type(node), (None, ()))
        extra = [name for name, value in node.args.items() if value not in (None, False, []) and name not in arguments]
        if reader is None or extra:
            raise self._refuse("PRD007", "this is not part of the language", self._span(node),
                               "write conditions with comparisons, in, between, like, is null, and, or and not")  # fmt: skip
        return reader(self, node)

    def condition(self, node: exp.Expression) -> _Read:
        """A node that must be a truth."""
        read = self.value(node)
        if read.node.type.kind is not tree.Kind.TRUTH:
            raise self._refuse("PRD013", f"a {read.node.type.kind} stands where a condition is expected", read, _condition_of(read.node))
        return read

    def value(self, node: exp.Expression) -> _Read:
        """A node that must not be the word null."""
        read = self.read(node)
        if read.found is None:
            raise self._refuse("PRD015", "null is compared or computed with, which is never true", read, "write is null or is not null")
        return read

    def operand(self, node: exp.Expression) -> _Read:
        """A value beside an operator: a condition there must stand in parentheses."""
        if type(node) in _CONDITIONS:
            raise self._refuse("PRD016", "a condition stands beside an operator without parentheses", self._span(node),
                               "put parentheses around it; write 1 < x and x < 10 instead of 1 < x < 10")  # fmt: skip
        return self.value(node)

    # Leaves

    def leaf(self, node: exp.Expression) -> _Read:
        # A column is an identifier inside a Column; a literal carries its index itself.
        inner = node.this if type(node) is exp.Column else node
        token = self.tokens[int(inner.this)]
        assert token.leaf is not None, "an index of a leaf points to a leaf"
        if isinstance(token.leaf, Null):
            return _Read(None, token.start, token.end)
        leaf: tree.Node = token.leaf
        if isinstance(leaf, tree.Column) and leaf.type.kind is tree.Kind.NUMBER:
            leaf = numbers.read(leaf)
        return _Read(leaf, token.start, token.end)

    def paren(self, node: exp.Expression) -> _Read:
        return self.read(node.this)

    # Conditions

    def connection(self, node: exp.Expression) -> _Read:
        parts = [self.condition(part) for part in _spine(node, {type(node)})]
        nodes = tuple(part.node for part in parts)
        return _Read(tree.And(nodes) if type(node) is exp.And else tree.Or(nodes), parts[0].start, parts[-1].end)

    def negation(self, node: exp.Expression) -> _Read:
        part = self.condition(node.this)
        return _Read(tree.Not(part.node), part.start, part.end)

    def comparison(self, node: exp.Expression) -> _Read:
        left, right = self._alike([self.operand(node.this), self.operand(node.expression)])
        operator = _OPERATORS[type(node)]
        if left.node.type.kind is tree.Kind.TRUTH and operator not in {"=", "<>"}:
            raise self._refuse(
                "PRD012", f"booleans have no order: {operator} cannot compare them", left, "write the condition, or not before it"
            )
        return _Read(tree.Comparison(operator, left.node, right.node), left.start, right.end)

    def between(self, node: exp.Expression) -> _Read:
        value, low, high = self._alike([self.operand(node.this), self.operand(node.args["low"]), self.operand(node.args["high"])])
        if value.node.type.kind is tree.Kind.TRUTH:
            raise self._refuse(
                "PRD012", "booleans have no order: between cannot compare them", value, "write the condition, or not before it"
            )
        return _Read(tree.Between(value.node, low.node, high.node), value.start, high.end)

    def one_of(self, node: exp.Expression) -> _Read:
        value = self.operand(node.this)
        options = [self.read(option) for option in node.expressions]
        for option in options:
            if option.found is not None and not isinstance(option.found, tree.Literal):
                raise self._refuse("PRD007", "a list holds something else than values", option, "list values; compare with columns by =")
        told = [option for option in options if option.found is not None]
        if not told:
            raise self._refuse("PRD015", "a list holds nothing but null", options[0] if options else value, "write is null")
        value, *told = self._alike([value, *told])
        literals = tuple(cast("tree.Literal", option.found) for option in told)
        return _Read(tree.OneOf(value.node, literals, or_null=len(told) < len(options)), value.start, options[-1].end)

    def matches(self, node: exp.Expression, escape: exp.Expression | None = None) -> _Read:
        value = self._of_kind(self.operand(node.this), tree.Kind.TEXT, "like")
        pattern = self._of_kind(self.operand(node.expression), tree.Kind.TEXT, "like")
        sign = self._escape_sign(escape)
        if not isinstance(pattern.node, tree.Literal):
            raise self._refuse(
                "PRD017", "a pattern is not written out", pattern, "write it in quotes, or use contains, starts_with or ends_with"
            )
        try:
            parts = patterns.read_pattern(str(pattern.node.value), sign)
        except ValueError as error:
            raise self._refuse(
                "PRD017", str(error), pattern, "write % for any text, _ for one character, escape 'x' to mean them literally"
            ) from None
        compared = value.node
        if type(node) is exp.ILike:
            compared, parts = tree.Call("lower", (compared,), compared.type), patterns.in_small_letters(parts)
        found: tree.Node = tree.Matches(compared, parts)
        # sqlglot notes `not like` inside the node, and every other `not` around it.
        return _Read(tree.Not(found) if node.args.get("negate") else found, value.start, pattern.end)

    def escaped(self, node: exp.Expression) -> _Read:
        if type(node.this) not in {exp.Like, exp.ILike}:
            raise self._refuse("PRD007", "escape stands without like", self._span(node), "write escape after the pattern of a like")
        return self.matches(node.this, node.expression)

    def _escape_sign(self, node: exp.Expression | None) -> str:
        if node is None:
            return ""
        sign = self.operand(node)
        if not isinstance(sign.node, tree.Literal) or not isinstance(sign.node.value, str) or len(sign.node.value) != 1:
            raise self._refuse("PRD017", "an escape is not one character in quotes", sign, "write it as in escape '!'")
        return sign.node.value

    def certainty(self, node: exp.Expression) -> _Read:
        told = self.read(node.expression)
        if told.found is None:
            value = self.operand(node.this)
            return _Read(tree.IsNull(value.node), value.start, told.end)
        value = self._of_kind(self.operand(node.this), tree.Kind.TRUTH, "is true and is false")
        truth = bool(cast("tree.Literal", told.found).value)
        return _Read(tree.IsTruth(value.node, truth), value.start, told.end)

    # Numbers

    def sum(self, node: exp.Expression) -> _Read:
        links = _links(node, {exp.Add, exp.Sub})
        terms = [self._number(operand) for _, operand in links]
        signed = [_negative(term.node) if kind is exp.Sub else term.node for (kind, _), term in zip(links, terms, strict=True)]
        return _Read(numbers.total(signed), terms[0].start, terms[-1].end)

    def product(self, node: exp.Expression) -> _Read:
        links = _links(node, {exp.Mul, exp.Div})
        factors = [self._number(operand) for _, operand in links]
        made = factors[0].node
        for (kind, _), factor in zip(links[1:], factors[1:], strict=True):
            if kind is exp.Div and (_divides(made) or _divides(factor.node)):
                raise self._refuse(
                    "PRD020", "a quotient is divided again", factor, "multiply the divisors: write a / (b * c) instead of a / b / c"
                )
            made = numbers.quotient(made, factor.node) if kind is exp.Div else numbers.product(made, factor.node)
        return _Read(made, factors[0].start, factors[-1].end)

    def negative(self, node: exp.Expression) -> _Read:
        value = self._number(node.this)
        return _Read(_negative(value.node), value.start, value.end)

    def _number(self, node: exp.Expression) -> _Read:
        return self._of_kind(self.operand(node), tree.Kind.NUMBER, "arithmetic")

    # Functions

    def call(self, node: exp.Expression) -> _Read:
        token = self.tokens[int(str(node.this))]
        function = FUNCTIONS[token.function]
        given = [self.operand(argument) for argument in node.expressions]
        wanted = len(function.arguments)
        if len(given) < wanted or (len(given) > wanted and not function.more):
            raise self._refuse("PRD011", f"{function.name} takes {wanted} argument{'s' * (wanted > 1)}{' or more' * function.more}, not {len(given)}",
                               _Read(None, token.start, token.end), f"write {function.signature}")  # fmt: skip
        if function.name == "coalesce":
            given = self._alike(given)
        for place, argument in enumerate(given):
            kinds = function.arguments[min(place, wanted - 1)]
            if argument.node.type.kind not in kinds:
                raise self._refuse("PRD011", f"{function.name} does not take a {argument.node.type.kind} in place {place + 1}", argument,
                                   f"write {function.signature}")  # fmt: skip
        return _Read(self._called(function, given), token.start, given[-1].end)

    def _called(self, function: Function, given: Sequence[_Read]) -> tree.Node:
        nodes = tuple(argument.node for argument in given)
        if function.name == "round":
            return numbers.rounded(nodes[0], self._decimals(given[1]))
        type_ = function.result or nodes[0].type
        if function.name == "coalesce" and type_.kind is tree.Kind.NUMBER:
            type_ = numbers.common([node.type for node in nodes])
        return tree.Call(function.name, nodes, type_)

    def _decimals(self, read: _Read) -> int:
        value = read.node.value if isinstance(read.node, tree.Literal) else None
        if not isinstance(value, Decimal) or value != int(value) or not 0 <= value <= numbers.DECIMALS:
            raise self._refuse(
                "PRD011", "round takes the number of decimals as a whole number from 0 to 10", read, "write it as in round(x, 2)"
            )
        return int(value)

    # Types

    def _of_kind(self, read: _Read, kind: tree.Kind, what: str) -> _Read:
        if read.node.type.kind is not kind:
            raise self._refuse("PRD012", f"{what} takes a {kind}, and this is a {read.node.type.kind}", read, _instead(read.node, kind))
        return read

    def _alike(self, reads: Sequence[_Read]) -> list[_Read]:
        """The values with texts beside dates read as dates, and numbers brought to size; refused where kinds still differ."""
        kinds = [read.node.type.kind for read in reads]
        dated = next((kind for kind in kinds if kind in {tree.Kind.DATE, tree.Kind.TIMESTAMP}), None)
        if dated is not None:
            reads = [self._dated(read, dated) for read in reads]
        first = reads[0]
        for read in reads[1:]:
            if read.node.type.kind is not first.node.type.kind:
                kind, other = first.node.type.kind, read.node.type.kind
                raise self._refuse("PRD012", f"a {kind} is compared with a {other}", read, _instead(read.node, kind))
        if first.node.type.kind is not tree.Kind.NUMBER:
            return list(reads)
        return [_Read(node, read.start, read.end) for node, read in zip(numbers.alike([read.node for read in reads]), reads, strict=True)]

    def _dated(self, read: _Read, kind: tree.Kind) -> _Read:
        if not isinstance(read.node, tree.Literal) or not isinstance(read.node.value, str):
            return read
        literal = date_literal(read.node.value) if kind is tree.Kind.DATE else timestamp_literal(read.node.value)
        if literal is None:
            do = (
                "write it as '2026-01-31'"
                if kind is tree.Kind.DATE
                else "write it as '2026-01-31 23:59:59', in UTC, or compare date(...) with a day"
            )
            raise self._refuse("PRD014", f"that is not a {kind} of the calendar", read, do)
        return _Read(literal, read.start, read.end)

    # Places

    def _refuse(self, code: str, what: str, place: _Read, do: str) -> PredicateError:
        return self.source.refusal(code, what, place.start, place.end, do=do)

    def _span(self, node: exp.Expression) -> _Read:
        """From the first leaf or function below a node to the last; the whole text where there is none."""
        marks = [str(inner.this) for inner in node.walk() if type(inner) in {exp.Literal, exp.Identifier, exp.Anonymous}]
        places = [self.tokens[int(mark)] for mark in marks if mark.isdigit()]
        if not places:
            return _Read(None, 0, len(self.source.text))
        return _Read(None, min(place.start for place in places), max(place.end for place in places))


def _spine(node: exp.Expression, classes: set[type[exp.Expression]]) -> list[exp.Expression]:
    """The parts of a chain such as a and b and c, without recursion: chains grow to the left and may be long."""
    return [part for _, part in _links(node, classes)]


def _links(node: exp.Expression, classes: set[type[exp.Expression]]) -> list[tuple[type[exp.Expression] | None, exp.Expression]]:
    """The parts of a chain, each with the class that joins it to those before it."""
    links: list[tuple[type[exp.Expression] | None, exp.Expression]] = []
    while type(node) in classes:
        links.append((type(node), node.expression))
        node = node.this
    return [(None, node), *reversed(links)]


def _negative(node: tree.Node) -> tree.Node:
    if isinstance(node, tree.Literal) and isinstance(node.value, Decimal):
        return tree.Literal(-node.value, node.type)
    return numbers.negative(node)


def _divides(node: tree.Node) -> bool:
    return any(isinstance(inner, tree.Quotient) for inner, _ in tree.walk(node))


def _condition_of(node: tree.Node) -> str:
    """What to write where a value stands alone."""
    examples = {
        tree.Kind.TEXT: "= 'gold'",
        tree.Kind.NUMBER: "> 0",
        tree.Kind.DATE: ">= '2026-01-31'",
        tree.Kind.TIMESTAMP: ">= '2026-01-31 00:00:00'",
    }
    name = as_written(node.name) if isinstance(node, tree.Column) else "it"
    return f"compare it, as in {name} {examples[node.type.kind]}"


def _instead(node: tree.Node, wanted: tree.Kind) -> str:
    """What to write where a node of another kind is wanted."""
    kind = node.type.kind
    if isinstance(node, tree.Literal) and kind is tree.Kind.TEXT:
        return (
            f"take the quotes off to write a {wanted}"
            if wanted in {tree.Kind.NUMBER, tree.Kind.TRUTH}
            else f"compare it with a column of {wanted}"
        )
    if isinstance(node, tree.Literal) and wanted is tree.Kind.TEXT:
        return "put it in single quotes, or compare it with another column"
    if {kind, wanted} == {tree.Kind.DATE, tree.Kind.TIMESTAMP}:
        return "compare date(...) of the timestamp with the date, or write the timestamp with its time"
    return f"use a {wanted} here; this one is a {kind}"


_PAIR: Final = ("this", "expression")
_READERS: Final[dict[type[exp.Expression], tuple[Callable[[_Reader, exp.Expression], _Read], tuple[str, ...]]]] = {
    exp.Column: (_Reader.leaf, ("this",)),
    exp.Literal: (_Reader.leaf, ("this", "is_string")),
    exp.Paren: (_Reader.paren, ("this",)),
    exp.And: (_Reader.connection, _PAIR),
    exp.Or: (_Reader.connection, _PAIR),
    exp.Not: (_Reader.negation, ("this",)),
    **dict.fromkeys(_OPERATORS, (_Reader.comparison, _PAIR)),
    exp.Between: (_Reader.between, ("this", "low", "high")),
    exp.In: (_Reader.one_of, ("this", "expressions")),
    exp.Like: (_Reader.matches, (*_PAIR, "negate")),
    exp.ILike: (_Reader.matches, (*_PAIR, "negate")),
    exp.Escape: (_Reader.escaped, _PAIR),
    exp.Is: (_Reader.certainty, _PAIR),
    exp.Add: (_Reader.sum, _PAIR),
    exp.Sub: (_Reader.sum, _PAIR),
    exp.Mul: (_Reader.product, _PAIR),
    exp.Div: (_Reader.product, _PAIR),
    exp.Neg: (_Reader.negative, ("this",)),
    exp.Anonymous: (_Reader.call, ("this", "expressions")),
}
"""The allowlist: for each exact class of sqlglot's, who reads it and which of its arguments may be set."""
