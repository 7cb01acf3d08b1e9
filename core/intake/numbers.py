"""Numbers as banks write them: decimal marks, thousands, currency signs, brackets and percent signs.

The rule for decimal marks. A column has one mark, decided over all its cells:
- a cell with both "." and "," says it: the last one is the mark ("1.234,50" says ",");
- a mark that occurs twice groups thousands ("1,234,567" says ".");
- a single mark is the decimal mark unless exactly three digits follow one to three digits ("12,5" says ",");
- "1,234" and "1.234" alone say nothing: they follow the column, else the file, else the comma groups thousands.
  An amount "1.234" that nothing decides is refused, since it can mean 1.23 or 1234.
A cell that contradicts its column's mark is refused, never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal

from core.intake.cells import Cells, is_absent
from core.intake.currencies import currencies_of

LONGEST_NUMBER = 60
_EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)
SPACES = "'’ \u00a0\u2009\u202f"
MINUS = "\u2212\u2013-"
_PLAIN_COLUMN = re.compile(r"(?:-?[0-9]{1,18}(?:\.[0-9]{1,30})?\n)*+")
_DOT_IS_DECIMAL = re.compile(r"\.[0-9]{1,2}\n|\.[0-9]{4}|[0-9]{4}\.|(?:^|\n)-?0[0-9]*\.")
_WRITTEN = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[+{MINUS}])?\s*(?P<before>[^\W\d_]{{1,3}}\.?|[^\W\d_]{{0,2}}[$€£₹¥₦₱₩])?\s*(?P<inner>[{MINUS}])?\s*"
    rf"(?P<body>[0-9](?:[0-9.,{SPACES}]*[0-9.,])?|[.,][0-9]+)(?P<exponent>[eE][-+]?[0-9]{{1,4}})?\s*"
    rf"(?P<percent>%)?\s*(?P<after>[$€£₹¥₦₱₩]|[^\W\d_]{{1,3}}\.?)?\s*(?P<trail>[{MINUS}])?\s*(?P<close>\))?"
)
_GROUPS = {
    mark: re.compile(
        rf"(?:[0-9]+|[0-9]{{1,3}}(?:[{other}{SPACES}][0-9]{{2,3}})*[{other}{SPACES}][0-9]{{3}})(?:[{mark}][0-9]*)?|[{mark}][0-9]+"
    )
    for mark, other in ((".", ","), (",", "."))
}


@dataclass(frozen=True, slots=True)
class Written:
    """One number as written: its digits with marks, its sign, its exponent, and what stood around it."""

    body: str
    negative: bool
    exponent: str
    percent: bool
    signs: frozenset[str]  # ISO codes the currency sign can mean; empty without a sign


@dataclass(slots=True)
class Numerals:
    """The distinct cells of a numeric column, taken apart but not yet read.

    Attributes:
        written: per distinct text a `Written`, None where absent, or the reason it is no number.
        marks: how many rows say that "." or "," is the decimal mark.
        plain: all cells are plain (digits, a leading "-", a "."), so `written` is left empty.
    """

    cells: Cells
    written: list[Written | str | None] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)
    plain: bool = False
    two_ways: str = ""  # a cell that can be read two ways, "" without one


def take_apart(cells: Cells) -> Numerals:
    """The cells of a column as numerals, with what they say about the decimal mark."""
    joined = "\n".join(cells.texts) + "\n"
    if joined.count("\n") == len(cells.texts) and _PLAIN_COLUMN.fullmatch(joined):
        if _DOT_IS_DECIMAL.search(joined):
            return Numerals(cells, marks=Counter({".": 1}), plain=True)
        if "." not in joined:
            return Numerals(cells, plain=True)
    found = Numerals(cells)
    for text, rows in zip(cells.texts, cells.rows, strict=True):
        written = None if is_absent(text) else _written(text.strip())
        found.written.append(written)
        if isinstance(written, Written):
            mark = stated_mark(written.body)
            if mark:
                found.marks[mark] += int(rows)
            elif ("." in written.body or "," in written.body) and not found.two_ways:
                found.two_ways = text.strip()
    return found


def stated_mark(body: str) -> str:
    """The decimal mark a number shows, "" where it shows none or could be read either way.

    >>> [stated_mark(body) for body in ("1,234.50", "1.234,50", "12,5", "1,234,567", "1,234", "1234")]
    ['.', ',', ',', '.', '', '']
    """
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        last = "." if body.rindex(".") > body.rindex(",") else ","
        return last if body.count(last) == 1 else ""
    mark, times, other = (".", dots, ",") if dots else (",", commas, ".")
    if times != 1:
        return other if times else ""
    head, tail = body.split(mark)
    groups_of_three = len(tail) == 3 and tail.isdigit()
    return "" if groups_of_three and 1 <= len(head.lstrip()) <= 3 and not head.startswith("0") else mark


def digits(written: Written, mark: str) -> str:
    """A numeral as Python writes it ("-1234.5e3"), "" where it is not written with this decimal mark.

    >>> digits(Written("12,34,567.5", True, "", False, frozenset()), ".")
    '-1234567.5'
    """
    body = written.body
    if not _GROUPS[mark].fullmatch(body):
        return ""
    other = "," if mark == "." else "."
    bare = re.sub(f"[{SPACES}{other}]", "", body).replace(",", ".")
    return f"{'-' if written.negative else ''}{bare}{written.exponent}"


def to_cents(text: str) -> tuple[int, Decimal]:
    """An amount in whole hundredths, rounded half to even, and what rounding added to it.

    >>> [to_cents(text)[0] for text in ("0.125", "0.135", "-1.005", "10")]
    [12, 14, -100, 1000]
    """
    exact = Decimal(text)
    cents = exact.scaleb(2, _EXACT).to_integral_value(context=_EXACT)
    return int(cents), _EXACT.subtract(cents.scaleb(-2, _EXACT), exact)


def _written(text: str) -> Written | str:
    if text.lower().lstrip("+-") in ("inf", "infinity", "∞"):
        return "is infinite"
    match = _WRITTEN.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    if not match:
        return "is not a number"
    part = match.groupdict()
    minuses = sum(bool(part[name]) for name in ("open", "inner", "trail")) + (
        part["sign"] is not None and part["sign"] != "+"
    )
    if bool(part["open"]) != bool(part["close"]) or minuses > 1:
        return "is not a number"
    codes: frozenset[str] = frozenset()
    for sign in filter(None, (part["before"], part["after"])):
        named = currencies_of(sign)
        if not named or (codes and not codes & named):
            return "is not a number"
        codes = codes & named if codes else named
    return Written(part["body"].strip(), minuses == 1, part["exponent"] or "", bool(part["percent"]), codes)
