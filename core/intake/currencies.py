"""Which currency a sign or code before an amount can mean."""

from __future__ import annotations

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
