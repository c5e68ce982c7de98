"""The order of tokens: values and operators in turn, parentheses closed, nothing nested too deep.

sqlglot reads text generously (`between 1 2`, a comma too many) and by recursion. Here the order
is checked strictly and in one pass, so that its parser meets only token lists whose nesting is
bounded: parentheses, and `not` and signs that wait for what follows them, count alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot.tokenizer_core import TokenType

from unequal.predicates.refusals import Text
from unequal.predicates.scanning import Null, Token
from unequal.predicates.tree import Literal
from unequal.terms.errors import PredicateError

MAX_NESTING: Final = 20

_LEAVES: Final = frozenset({TokenType.STRING, TokenType.IDENTIFIER})
_PREFIXES: Final = frozenset({TokenType.NOT, TokenType.DASH, TokenType.PLUS})
_STARTS: Final = _LEAVES | {TokenType.VAR, TokenType.L_PAREN}
_INFIXES: Final = frozenset({
    TokenType.AND, TokenType.OR, TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.LTE, TokenType.GT, TokenType.GTE,
    TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.SLASH, TokenType.BETWEEN, TokenType.LIKE, TokenType.ILIKE, TokenType.ESCAPE,
})  # fmt: skip
_NEGATABLE: Final = frozenset({TokenType.IN, TokenType.BETWEEN, TokenType.LIKE, TokenType.ILIKE})


@dataclass(slots=True)
class _Level:
    """What is open inside one pair of parentheses, or outside of any."""

    opened_by: Token | None
    lists: bool = False
    waiting_nots: int = 0
    waiting_signs: int = 0
    open_betweens: int = 0


def check_shape(source: Text, tokens: Sequence[Token]) -> None:
    """Refuse a token list that is no expression, or is nested too deep.

    Raises:
        PredicateError: PRD002 nested more than 20 deep; PRD006 a value, an operator or a parenthesis is missing.
    """
    _Shape(source, tokens).check()


class _Shape:
    """One pass over the tokens. `at` is the token looked at; `value_next` whether a value must come."""

    def __init__(self, source: Text, tokens: Sequence[Token]) -> None:
        self.source, self.tokens = source, tokens
        self.at, self.value_next = 0, True
        self.levels = [_Level(None)]
        self.depth = 0

    def check(self) -> None:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if self.value_next:
                self._value(token)
            else:
                self._operator(token)
            self.at += 1
        if self.value_next:
            end = len(self.source.text)
            raise self.source.refusal("PRD006", "the predicate ends where a value is expected", end, end,
                                      do="write a condition, as in tier = 'gold'")  # fmt: skip
        if (opened := self.levels[-1].opened_by) is not None:
            raise self._refuse("a parenthesis is not closed", opened, "close it with )")

    def _value(self, token: Token) -> None:
        if token.type in _LEAVES:
            self._value_done()
        elif token.type is TokenType.L_PAREN:
            before = self.tokens[self.at - 1].type if self.at else None
            self._deepen(token)
            self.levels.append(_Level(token, lists=before in {TokenType.VAR, TokenType.IN}))
        elif token.type in _PREFIXES:
            self._deepen(token)
            if token.type is TokenType.NOT:
                self.levels[-1].waiting_nots += 1
            else:
                self.levels[-1].waiting_signs += 1
        elif token.type is not TokenType.VAR:
            raise self._refuse("a value is missing here", token, "write a column or a value before it")

    def _operator(self, token: Token) -> None:
        if token.type is TokenType.R_PAREN:
            self._close(token)
        elif token.type is TokenType.COMMA:
            if not self.levels[-1].lists:
                raise self._refuse(
                    "a comma stands outside a list", token, "write numbers without thousands marks, and conditions with and or or"
                )
            self._release(self.levels[-1])
            self.value_next = True
        elif token.type is TokenType.IS:
            self._is(token)
        elif token.type is TokenType.NOT:
            if self._next_type() not in _NEGATABLE:
                raise self._refuse(
                    "the word not stands where an operator is expected",
                    token,
                    "write not before a condition, or not in, not like, not between",
                )
        elif token.type is TokenType.IN:
            if self._next_type() is not TokenType.L_PAREN:
                raise self._refuse(
                    "in is not followed by a list", token, "write the values in parentheses, as in tier in ('gold', 'silver')"
                )
            self.value_next = True
        elif token.type in _INFIXES:
            self._infix(token)
        else:
            assert token.type in _STARTS, "a token that is neither value nor operator"
            raise self._refuse("an operator is missing here", token, "write an operator before it, such as = or and")

    def _infix(self, token: Token) -> None:
        level = self.levels[-1]
        if token.type is TokenType.BETWEEN:
            level.open_betweens += 1
        elif token.type is TokenType.AND and level.open_betweens:
            # This `and` belongs to a between: what waits before it goes on waiting.
            level.open_betweens -= 1
        elif token.type in {TokenType.AND, TokenType.OR}:
            self._release(level)
        self.value_next = True

    def _is(self, token: Token) -> None:
        if self._next_type() is TokenType.NOT:
            self.at += 1
        following = self.tokens[self.at + 1].leaf if self.at + 1 < len(self.tokens) else None
        if not isinstance(following, Null) and not (isinstance(following, Literal) and isinstance(following.value, bool)):
            raise self._refuse(
                "is must be followed by null, true or false", token, "write is null, is not null, is true or is false; otherwise use ="
            )
        self.at += 1

    def _close(self, token: Token) -> None:
        closed = self.levels.pop()
        if closed.opened_by is None:
            raise self._refuse("a parenthesis is closed that was not opened", token, "delete it, or open it with (")
        self._release(closed)
        self.depth -= 1
        self._value_done()

    def _value_done(self) -> None:
        self.depth -= self.levels[-1].waiting_signs
        self.levels[-1].waiting_signs = 0
        self.value_next = False

    def _release(self, level: _Level) -> None:
        self.depth -= level.waiting_nots
        level.waiting_nots = level.open_betweens = 0

    def _deepen(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.source.refusal("PRD002", f"a predicate is nested more than {MAX_NESTING} deep", token.start, token.end,
                                      do="take parentheses, signs and nots out, or compute a column for a part of it")  # fmt: skip

    def _next_type(self) -> TokenType | None:
        return self.tokens[self.at + 1].type if self.at + 1 < len(self.tokens) else None

    def _refuse(self, what: str, token: Token, do: str) -> PredicateError:
        return self.source.refusal("PRD006", what, token.start, token.end, do=do)
