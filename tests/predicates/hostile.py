"""The harness that throws garbage at `parse`, and the judge that says whether any got through.

Cases come from one seed, so that a failure can be repeated: texts known to have broken out of
other products' expression languages, sound predicates with bytes or words changed, and random
words of this language, of SQL and of exploits in a row.
"""

from __future__ import annotations

import random
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from unequal.predicates import tree, windows
from unequal.terms.errors import PredicateError

COLUMNS = {
    "tier": "string",
    "Full Name": "string",
    'we"ird\nname': "string",
    "complained_30d": "boolean",
    "orders": "int64",
    "profit_12m": "decimal(28, 4)",
    "price": "decimal(28, 10)",
    "score": "float64",
    "booked_on": "date",
    "occurred_at": "timestamp(6)",
    "tags": "array<string>",
    "select": "string",
    "Order": "int64",
    "order": "int64",
}
FUNCTIONS = frozenset(
    [
        "lower",
        "trim",
        "length",
        "starts_with",
        "ends_with",
        "contains",
        "coalesce",
        "abs",
        "round",
        "year",
        "month",
        "day",
        "date",
        "days_between",
    ]
)  # said once more, so that a function cannot join the list unseen

SOUND = (
    "tier in ('platinum','gold') and profit_12m > 500 and not complained_30d",
    "profit_12m / orders >= 12.50 or price * orders - 3 < -0.5",
    "\"Full Name\" ilike '%o''brien%' and tier not like 'x!_%' escape '!'",
    "booked_on between '2026-01-01' and date '2026-01-31' or occurred_at >= timestamp '2026-01-31 23:59:59.5'",
    "complained_30d is not true and score is null and (orders = 1 or orders <> 2)",
    "coalesce(round(profit_12m / orders, 2), 0) > abs(-price) and starts_with(lower(trim(tier)), 'g')",
    "tier not in ('a', null) and length(tier) <= 5 and year(booked_on) = 2026 and days_between(booked_on, date(occurred_at)) > 7",
    '"we""ird\nname" = \'x\' and Order = 1 and "select" < \'b\'',
    "not (not (not (complained_30d)))",
    'count(order, 30 days) >= 2 and (last("store visit") within 36 hours) is not true',
)
EVENTS = ("order", "call", "store visit")
HOSTILE = (
    # Java expression languages
    "(#rt=@java.lang.Runtime@getRuntime()).exec('id')",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    'Runtime r = Runtime.getRuntime(); r.exec("touch x");',
    "''.getClass().forName('java.lang.Runtime').getMethod('exec')",
    "new java.lang.ProcessBuilder(new String[]{'id'}).start()",
    "tier.class.module.classLoader = 'x'",
    "${jndi:ldap://127.0.0.1/a} = 'x'",
    "#{7*7} = 49", "{{7*7}} = 49", "<%= 7 * 7 %>", "script::Runtime.exec('id')",
    "reflect('java.lang.Runtime', 'getRuntime') is null", "java_method('java.lang.System', 'exit', 1) = 0",
    # Python
    "__import__('os').system('id')", "().__class__.__bases__[0].__subclasses__()", "exec('x=1')", "eval('1') = 1",
    "open('/etc/passwd').read() = ''", "lambda: 1", "[x for x in (1,)] = 1", "tier.__class__ = 'x'", "tier if 1 else 2", "f'{tier}' = 'x'", "tier := 'x'",
    # Engines: files, settings, clocks, code
    "read_csv('/etc/passwd') is not null", "read_text('/etc/passwd') like 'root%'", "tier in (select * from read_csv('/etc/passwd'))",
    "getvariable('secret') = 'x'", "current_setting('secret') = 'x'", "getenv('HOME') = '/root'", "pg_sleep(10) is null", "sleep(10) = 0",
    "attach 'x.db' as y", "copy tier to 'x.csv'", "install httpfs", "load httpfs", "pragma database_list", "set x = 1", "export database 'x'",
    "query('select 1') = 1", "query_table('x') = 1", "columns(*) = 1", "sniff_csv('x') is null", "glob('*') = 'x'", "duckdb_settings() is null",
    "parquet_metadata('x') is null", "which_secret('x') is null", "nextval('s') = 1", "txid_current() > 0", "random() < 0.5", "uuid() = 'x'",
    "now() > date '2026-01-01'", "count(order, 3 days; drop table x) > 1", "last(order) within (select 7) days", "count(orders, 30 days) > 1", "last(call) within 9e9 days", "current_date > booked_on", "current_user = 'x'", "session_user = 'x'", "version() like 'v%'",
    "assert_true(complained_30d) is null", "raise_error('x') is null", "input_file_name() = 'x'", "java.lang.Math.abs(1) = 1", "transform(tier, x -> x) = 'y'",
    # SQL that is more than an expression
    "1 = 1; drop table customer", "tier = 'x' or 1=1 --", "tier = 'x' /* and */ or 1 = 1", "tier = 'x' /* /* nested */ */", "tier = 'x' # comment",
    "exists (select 1)", "(select max(profit_12m) from customer) > 1", "tier = (values ('a'))", "with x as (select 1) select * from x", "select 1",
    "tier = 'a' union select 'b'", "count(*) > 1", "sum(orders) over () > 1", "orders > all (select 1)", "tier = any(array['a'])", "tier like any ('a', 'b')",
    "case when 1 = 1 then true else false end", "cast(orders as varchar) = '1'", "orders::varchar = '1'", "try_cast(tier as int) = 1",
    "extract(year from booked_on) = 2026", "booked_on > interval 1 day", "booked_on + interval '1' day > booked_on", "tier collate nocase = 'a'",
    "tier similar to 'a'", "tier ~ 'a'", "tier rlike 'a'", "tier glob 'a*'", "tier regexp 'a'", "tier || 'x' = 'y'", "orders % 2 = 0", "orders & 1 = 1",
    "orders ** 2 > 1", "orders ^ 2 > 1", "tier is distinct from 'x'", "orders isnull", "orders notnull", "tier[1] = 'a'", "tier.x = 'a'", "main.tier = 'a'",
    '"main"."tier" = \'a\'', "{'a': 1} is null", "[1, 2] is null", "struct_pack(a := 1) is null", "map {'a': 1} is null", "? = 1", ":a = 1", "@a = 1", "$1 = 1",
    "%(a)s = 1", "* = 1", "t.* is null", "orders = 1 limit 1", "orders = 1 order by 1", "row(1, 2) = row(1, 2)", "(1, 2) = (1, 2)", "()", "tier in ()",
    # Quotes, numbers, letters
    "$$a$$ = 'a'", "$tag$a$tag$ = 'a'", "E'\\x41' = 'A'", "U&'\\0041' = 'A'", "x'41' = 'A'", "b'1' = 1", "N'a' = 'a'", "tier = 'a' 'b'", "tier = 'a\\' or 1=1 or '",
    "tier = 'unterminated", '"unterminated = 1', "`tier` = 'a'", "[tier] = 'a'", "tier = \u2018a\u2019", "\uff54\uff49\uff45\uff52 = 'a'", "t\u0456er = 'a'",
    "tier\u200b = 'a'", "tier = 'a\u202e'", "tier = 'a\x00b'", "tier = 'a\x1b[2J'", "tier\u00a0= 'a'", "tier = '\ud800'", "\ufefftier = 'a'", "orders > \u0661",
    "orders > 1e400", "orders > 0x10", "orders > 1_000", "orders > 1.2.3", "orders > 1,000", "orders > " + "9" * 60, "orders > 1." + "9" * 60, "orders > .", "orders > inf", "orders = nan",
    # Size and depth
    "not " * 900 + "complained_30d", "- " * 1900 + "1 > 0", "(" * 2000 + ")" * 2000, "(" * 4000, ")" * 4000, "abs(" * 800 + "1" + ")" * 800, "not(" * 500 + "true" + ")" * 500,
    "complained_30d = not " * 180 + "true", "orders between 1 and not " * 160 + "true", "case when " * 300, "orders in (" * 300, "- + " * 900 + "1 > 0",
    " or ".join(["orders=1"] * 330), "+".join(["orders"] * 500) + " > 1", "*".join(["price"] * 200) + " > 1", "*".join(["price"] * 60) + " > 1", "orders = 1 " + "and " * 1000, "orders is null " * 300,
    "tier in (" + ",".join(["'a'"] * 1000) + ")", "'" * 4001, '"' * 4001, "tier like '" + "%a" * 2000 + "'", "x" * 5000, "\u20ac" * 2000, "tier = '" + "a" * (1 << 20) + "'",
    # Not even wrong
    "", " ", "\n", "and", "not", "=", "tier", "null", "null = null", "tier = null", "'a'", "1", "tier tier", "tier = ", "= tier", "tier = = tier", "orders between 1 2",
    "orders between 1 or 2", "tier in 'a'", "tier is 'a'", "tier like", "tier not 'a'", "1 < orders < 3", "orders = orders = orders", "tags = 'a'", "orders / 2 / 2 > 1",
    "Tier = 'a' and ORDER = 1", "complained_30d > false", "tier > 1", "orders like 'a'", "tier like tier", "tier like 'a' escape 'bc'", "tier like 'a!' escape '!'", "round(orders, orders) > 1",
    "lower() = 'a'", "lower(tier, tier) = 'a'", "lower(orders) = 'a'", "lower tier = 'a'", "booked_on = '2026-02-30'", "occurred_at = '2026-01-31'", "date '2026-1-1' = booked_on",
)  # fmt: skip

WORDS = (
    *COLUMNS, *FUNCTIONS, "and", "or", "not", "in", "between", "like", "ilike", "escape", "is", "null", "true", "false", "date", "timestamp",
    "(", ")", ",", "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "'a'", "''", "'%'", "'2026-01-31'", "'2026-01-31 00:00:00'", '"tier"', '"Full Name"', "0", "1", "2.50", ".5",
    "select", "from", "case", "when", "cast", "as", "exists", "any", "interval", "over", "distinct", "array", "struct", "current_date", "upper", "count", "last", "within", "count(order, 7 days)", "last(call) within", "days", "weeks", "call", "read_csv", "getenv", "__import__", "exec",
    ";", "--", "/*", "*/", "::", "||", "[", "]", "{", "}", "$", "$$", "?", ":", "@", "#", "%", "\\", "`", ".", "->", "==", "\u2019", "\u200b", "\u202e", "\x00", "\n", "1e9", "0x1", "N'a'", "\u0131",
)  # fmt: skip


def cases(seed: int, count: int) -> Iterator[str]:
    """So many texts, the same for the same seed: every hostile one first, then made ones."""
    draw = random.Random(seed)
    yield from HOSTILE[:count]
    makers: tuple[Callable[[random.Random], str], ...] = (
        _bytes_changed,
        _words_changed,
        _words_changed,
        _words_in_a_row,
        _written,
        _written,
        _crossed,
    )
    for _ in range(count - len(HOSTILE)):
        yield draw.choice(makers)(draw)


def _bytes_changed(draw: random.Random) -> str:
    raw = bytearray(draw.choice(SOUND + HOSTILE)[:300].encode("utf-8", "surrogatepass"))
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(raw) + 1)
        match draw.randrange(4):
            case 0:
                raw[at:at] = bytes([draw.randrange(256)])
            case 1:
                del raw[at : at + draw.randint(1, 4)]
            case 2 if raw:
                raw[at % len(raw)] ^= 1 << draw.randrange(8)
            case _:
                raw[at:at] = raw[at : at + draw.randint(1, 12)]
    return bytes(raw).decode(draw.choice(["utf-8", "latin-1"]), "surrogateescape")


def _words_changed(draw: random.Random) -> str:
    words = re.findall(r"'[^']*'|\"[^\"]*\"|\w+|\s+|.", draw.choice(SOUND), re.DOTALL)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(words))
        words[at : at + draw.randint(0, 2)] = [draw.choice(WORDS), " "][: draw.randint(0, 2)]
        words = words or [" "]
    return "".join(words)


def _words_in_a_row(draw: random.Random) -> str:
    return draw.choice([" ", ""]).join(draw.choices(WORDS, k=draw.randint(1, 12)))


def _crossed(draw: random.Random) -> str:
    one, two = draw.choice(SOUND), draw.choice(SOUND + HOSTILE)[:200]
    return one[: draw.randrange(len(one) + 1)] + two[draw.randrange(len(two) + 1) :]


def _written(draw: random.Random, depth: int = 0) -> str:  # noqa: PLR0911 - one line a form
    """Grammar-aware: mostly right in form, with types, names and depths drawn at random."""

    def part() -> str:
        return _written(draw, depth + 1)

    if depth > 6 or draw.random() < 0.25:
        return draw.choice(
            (
                '"Full Name"',
                "tier",
                "orders",
                "profit_12m",
                "booked_on",
                "complained_30d",
                "1",
                "'a'",
                "date '2026-01-31'",
                "null",
                "true",
                "nosuch",
                "price",
                "occurred_at",
            )
        )
    match draw.randrange(12):
        case 0 | 1:
            return f"{part()} {draw.choice(('and', 'or'))} {part()}"
        case 2:
            return f"not {part()}"
        case 3 | 4:
            return f"{part()} {draw.choice(('=', '<>', '<', '>='))} {part()}"
        case 5:
            return f"({part()})"
        case 6:
            return f"{part()} {draw.choice(('in', 'not in'))} ({', '.join(part() for _ in range(draw.randint(0, 3)))})"
        case 7:
            return f"{part()} {draw.choice(('', 'not '))}between {part()} and {part()}"
        case 8:
            return f"{draw.choice((*sorted(FUNCTIONS), 'upper', 'now'))}({', '.join(part() for _ in range(draw.randint(0, 3)))})"
        case 9:
            return f"{part()} {draw.choice('+-*/')} {part()}"
        case 10:
            return f"{part()} is {draw.choice(('', 'not '))}{draw.choice(('null', 'true', 'false', part()))}"
        case _:
            return f"{part()} {draw.choice(('like', 'not ilike'))} {draw.choice((part(), repr('a%')))}"


# The judge

_NODES = frozenset({
    tree.Column, tree.Literal, tree.Comparison, tree.Between, tree.OneOf, tree.Matches, tree.IsNull, tree.IsTruth, tree.Not,
    tree.And, tree.Or, tree.Sum, tree.Product, tree.Quotient, tree.Negative, tree.Fit, tree.Call,
})  # fmt: skip
_VALUES = frozenset({str, bool, Decimal, date, datetime})
_WATCHED = (
    "open",
    "exec",
    "compile",
    "import",
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "ctypes.",
    "sqlite3.",
    "urllib.",
    "pickle.",
    "marshal.",
)
_listeners: list[list[str]] = []


def _listen(event: str, _arguments: Any) -> None:
    if _listeners and event.startswith(_WATCHED):
        _listeners[-1].append(event)


sys.addaudithook(_listen)


@contextmanager
def listening() -> Iterator[list[str]]:
    """What the interpreter was asked to do beyond computing: files, imports, code, processes, network."""
    heard: list[str] = []
    _listeners.append(heard)
    try:
        yield heard
    finally:
        _listeners.pop()


def fault(parse: Callable[[str, Mapping[str, str]], tree.Predicate], text: str, refusals: type[Exception] = PredicateError) -> str:
    """What is wrong with how `parse` treats a text: an escape or a crash, in words; empty where nothing is."""
    with listening() as heard:
        try:
            found = parse(text, COLUMNS)
        except refusals as refusal:
            told = str(refusal)
            wrong = (
                ""
                if told.startswith("PRD0") and len(told) < 4000 and all(char.isprintable() or char == "\n" for char in told)
                else f"refused badly: {told!r}"
            )
        except BaseException as crash:  # noqa: BLE001 - any other exception is the fault looked for
            wrong = f"crashed: {type(crash).__name__}: {str(crash)[:200]}"
        else:
            wrong = _strange(found, text)
    return wrong or (f"asked the interpreter to {heard[0]}" if heard else "")


def _strange(found: tree.Predicate, text: str) -> str:  # noqa: PLR0911 - one line a fault
    """Why an accepted predicate is none of ours."""
    if type(found) is not tree.Predicate or found.root.type != tree.TRUTH:
        return "accepted as something else than a condition"
    if any(
        (unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\r\n")
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        for char in text
    ):
        return "accepted with a control character or half a character in it"
    nodes = list(tree.walk(found.root))
    if len(text.encode("utf-8", "surrogatepass")) > 4096 or len(nodes) > 700 or max(depth for _, depth in nodes) > 45:
        return f"accepted beyond its caps: {len(nodes)} nodes"
    for node, _ in nodes:
        if type(node) not in _NODES:
            return f"accepted with a {type(node).__name__}"
        match node:
            case tree.Column() if node.window is not None:
                if not _is_sound(node.window, node.name):
                    return f"accepted with the window {node.name}"
            case tree.Column() if node.name not in COLUMNS or node.stored != COLUMNS[node.name] or node.name == "tags":
                return f"accepted with the column {node.name}"
            case tree.Literal() if type(node.value) not in _VALUES:
                return f"accepted with a literal {type(node.value).__name__}"
            case tree.Literal() if type(node.value) is str and node.value.replace("'", "''") not in text:
                return f"accepted with a text that it does not say: {node.value!r}"
            case tree.Call() if node.function not in FUNCTIONS:
                return f"accepted with the function {node.function}"
    return ""


def _is_sound(window: windows.Window, name: str) -> bool:
    """Whether a window is over an event that there is, of a span that there may be."""
    return window.event in EVENTS and windows.of_name(name) == window and timedelta(0) < window.span <= timedelta(days=36_525)


def first_fault(
    parse: Callable[[str, Mapping[str, str]], tree.Predicate], *, seed: int, count: int, refusals: type[Exception] = PredicateError
) -> tuple[str, str] | None:
    """The first text of so many that is treated wrongly, and how; None where all are treated right."""
    for text in cases(seed, count):
        if wrong := fault(parse, text, refusals):
            return text, wrong
    return None
