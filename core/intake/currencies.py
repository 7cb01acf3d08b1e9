"""Which currency a sign or code before an amount can mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import FileRefused
from core.intake.cells import Cells, shown
from core.wording import counted

CODES = frozenset(
    "AED ARS AUD BDT BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF IDR ILS INR JPY KES KRW LKR MAD MXN "  # noqa: SIM905
    "MYR NGN NOK NPR NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD TZS UAH UGX USD VND XAF XOF ZAR "
    "ZMW".split()
)
DOLLARS = frozenset(("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"))

SIGNS: dict[str, frozenset[str]] = {
    "₹": frozenset({"INR"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "$": DOLLARS,
    "US$": frozenset({"USD"}),
    "A$": frozenset({"AUD"}),
    "C$": frozenset({"CAD"}),
    "RS": frozenset({"INR", "PKR", "LKR", "NPR"}),
    "₦": frozenset({"NGN"}),
    "₱": frozenset({"PHP"}),
    "₩": frozenset({"KRW"}),
    "R$": frozenset({"BRL"}),
    "ZŁ": frozenset({"PLN"}),
    "KČ": frozenset({"CZK"}),
    "R": frozenset({"ZAR"}),
    "RM": frozenset({"MYR"}),
}


def currencies_of(sign: str) -> frozenset[str]:
    """The ISO 4217 codes a sign or code can stand for; empty where it is neither.

    >>> sorted(currencies_of("Rs."))
    ['INR', 'LKR', 'NPR', 'PKR']
    """
    plain = sign.strip().rstrip(".").upper()
    return frozenset({plain}) if plain in CODES else SIGNS.get(plain, frozenset())


def named(codes: Collection[str]) -> str:
    """Currencies in words: the one, or those a shared sign can mean.

    >>> named({"EUR"}), named(DOLLARS)
    ('EUR', 'one of ARS, AUD, CAD and 8 more')
    """
    known = sorted(codes)
    if len(known) == 1:
        return known[0]
    return f"one of {', '.join(known[:3])}" + (f" and {len(known) - 3} more" if len(known) > 3 else "")


@dataclass(frozen=True, slots=True)
class Said:
    """A distinct cell that says a currency: what it can mean, its column's name, and where it stands."""

    codes: frozenset[str]
    header: str
    cells: Cells
    place: int


def agreed(said: Iterable[Said], lines: Sequence[int] | np.ndarray) -> frozenset[str]:
    """The currencies all cells of a file can mean together: one, or several where a sign is shared; empty where none says.

    Args:
        said: every cell that says one.
        lines: the line of each row of the file.

    Raises:
        FileRefused: they contradict each other.
    """
    cells: dict[tuple[frozenset[str], str], list[Said]] = {}
    for each in said:
        cells.setdefault((each.codes, each.header), []).append(each)
    if not cells:
        return frozenset()
    together = frozenset.intersection(*(codes for codes, _ in cells))
    if not together:
        found = ", ".join(f"{named(codes)} on {_rows(found)}" for (codes, _), found in cells.items())
        raise FileRefused(
            f"The file mixes currencies ({found}), and money of two currencies cannot be added",
            where=[_first(found, lines) for found in cells.values()],
            remedy="Split it into one file per currency, or convert it: one book has one currency.",
        )
    return together


def _rows(said: Sequence[Said]) -> str:
    rows = int(sum(each.cells.rows[each.place] for each in said))
    return counted(rows, "row")


def _first(said: Sequence[Said], lines: Sequence[int] | np.ndarray) -> str:
    first = min(said, key=lambda each: int(np.argmax(each.cells.codes == each.place)))
    row = int(np.argmax(first.cells.codes == first.place))
    return f"line {int(lines[row])}, {first.header}: '{shown(first.cells.texts[first.place])}'"
