"""Who somebody is, under whatever name: columns nobody may be treated by, told by their name or by what they hold."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from core.columns import PORTFOLIO
from core.scores.checks.suspicion import strength_alone
from core.scores.rows.features import as_numbers

IS_PROTECTED = "It is a protected attribute, or a place that can stand in for one: never an input"
SAME_AS = 0.95
"""A column that tells a protected attribute with this AUC is that attribute; what tells less is named by the audit of fairness."""
FEWEST_OF_GROUP = 20

WORDS = frozenset({
    "sex", "sexe", "sexo", "sesso", "gender", "geschlecht", "geslacht", "genero", "male", "female", "woman", "women",
    "anrede", "salutation", "age", "alter", "edad", "idade", "leeftijd", "dob", "yob", "jahrgang", "race", "caste",
    "tribe", "zip", "plz",
})  # fmt: skip
"""Whole words, without accents: sex, age, origin and places, in the languages that banks' files come in."""
PARTS = re.compile(
    "gender|geschlecht|birth|geburt|naissance|nacimiento|nascita|nascimento|(customer|client|borrower|applicant|debtor)age"
    "|marri|marital|familienstand|(civil|marital)status|estadocivil|etatcivil|statocivile"
    "|relig|konfession|ethni|nationalit|nacionalid|nazionalit|citizen|staatsang|countryoforigin|herkunft|mothertongue|muttersprache|skincolo"
    "|disab|handicap|behinder|discapac|pregnan|schwanger|sexual|tradeunion|gewerkschaft"
    "|zipcode|pincode|postcode|postalcode|postleitzahl|codepostal|codigopostal|firstname|forename|vorname|surname|nachname"
)
"""Parts of a name written together."""
AGE_OF_A_THING = frozenset({
    "loan", "account", "vehicle", "car", "asset", "property", "building", "house", "machine", "equipment", "debt",
    "credit", "file", "arrears", "contract", "book",
})  # fmt: skip
"""With one of these beside it, "age" is no person's."""


def named_protected(name: str) -> bool:
    """Whether a column's name says who somebody is, or names a place that can stand in for it.

    >>> [named_protected(name) for name in ("CustomerAge", "Geschlecht", "PLZ", "Loan_Age", "percentage", "Altersgrenze")]
    [True, True, True, False, False, False]
    """
    plain = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)).encode("ascii", "ignore")
    words = set(re.split(r"[^a-z]+", plain.decode().lower())) - {""}
    told = words & WORDS
    if told == {"age"} and words & AGE_OF_A_THING:
        told = set()
    return bool(told) or PARTS.search(re.sub(r"[^a-z]", "", plain.decode().lower())) is not None


def another_name_for(values: pd.Series, rows: pd.DataFrame) -> str:
    """Why a column is a protected attribute that the rows state, whatever it is called; "" where it is none.

    Args:
        values: one a row, as the file had them.
        rows: snapshots in the fields of core.columns. An attribute with fewer than 20 loans on either side is not asked:
            the older half against the younger, the largest group against all others.
    """
    for column in PORTFOLIO:
        if not column.protected or column.field not in rows:
            continue
        stated = rows[column.field].notna().to_numpy()
        if stated.sum() < 2 * FEWEST_OF_GROUP:
            continue
        who = rows.loc[stated, column.field]
        numbers = as_numbers(who)
        side = numbers > np.nanmedian(numbers) if numbers is not None else (who == who.mode().iloc[0]).to_numpy()
        if min(int(side.sum()), int((~side).sum())) < FEWEST_OF_GROUP:
            continue
        strength = strength_alone(values[stated], np.asarray(side, dtype=float))
        if strength >= SAME_AS:
            return f"It tells {column.header} with an AUC of {strength:.2f}: that protected attribute by another name, never an input"
    return ""
