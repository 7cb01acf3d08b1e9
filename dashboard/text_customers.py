"""The sentences of the page Customers and sites."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from core.columns import PERSON_HOLDS
from core.metrics.customers import BorrowerSummary
from core.metrics.measure import Measure
from core.metrics.sites import NOT_ADJUSTED
from core.selection import NOT_STATED
from core.wording import agree, counted
from dashboard import format as show
from dashboard.text_apart import CHANCE, side

NO_LOANS = "No open loan of this selection, and none was placed in it."
NO_ARREARS = "No loan of this selection is past due."
ONE_EACH = "Each open loan has a borrower of its own"
ONE_EACH_NOTE = "The files name nobody with two open loans in this selection. A loan whose files name no borrower counts as a borrower of its own."
FIND_TITLE = "All loans of one borrower"
FIND_NOTE = "Type the number of a borrower or of a loan, or how it begins."


def customers_answer(now: Mapping[str, Measure], loans: int, balance: float, currency: str) -> str:
    """Who owes how much, in a sentence.

    Args:
        now: from `core.metrics.customers.customer_measures`.
        loans, balance: of open loans; balance in currency.
    """
    people, late = int(now["borrowers"].value), int(now["borrowers_in_arrears"].value)
    if not people:
        return "**Nobody owes anything here**: no loan of this selection is open."
    each = "" if people == loans else f", {show.measure(now['loans_per_borrower'])} each"
    return (
        f"**{show.count(people, 'borrowers')}** {agree(people, 'owes', 'owe')} {show.money(balance, currency)} on "
        f"{show.count(loans, 'open loans')}{each}; **{show.number(late)}** of them {agree(late, 'is', 'are')} behind with a loan."
    )


def how_many(n: int, by: str) -> str:
    """How many sites: "1 agency", "18 branches"."""
    return f"{counted(n, by)}"


def unstated(by: str) -> str:
    """Why there is nothing to compare."""
    return f"{show.UNDEFINED}, because the files state no {by}."


def against_others(row: Mapping[str, object]) -> str:
    """A site beside all the others, in a word or two."""
    if not row["differs"]:
        return "within chance" if row["low"] == row["low"] else ""
    return "above" if side(row) == "more" else "below"


def sites_subtitle(sites: pd.DataFrame, by: str, drawn: int, part: str = "") -> str:
    """What is drawn, n, what chance does, and that nothing is adjusted; `part`: up to when payments are known."""
    named = int((sites["loans"] > 0).sum())
    largest = f"; drawn are {drawn} of {show.number(named)}, those that differ and the largest" if named > drawn else ""
    n = show.count(int(sites["loans"].sum()), "placements")
    return (
        f"Cash to date by balance placed, by {by} at placement, with the {show.percent(0.95, 0)} interval, n = {n}{largest}"
        f"{f'; {part}' if part else ''}. {CHANCE} {NOT_ADJUSTED}"
    )


def sizes_title(sizes: pd.DataFrame) -> str:
    """What those with several loans hold of the arrears.

    Args:
        sizes: from `PortfolioReader.borrower_sizes`.
    """
    several = sizes[sizes["size"] > 1]
    people, arrears = int(several["borrowers"].sum()), float(sizes["arrears_balance"].sum())
    if not people:
        return ONE_EACH
    has = f"{show.count(people, 'borrowers')} with several loans"
    share = float(several["arrears_balance"].sum()) / arrears if arrears else float("nan")
    hold = "holds" if people == 1 else "hold"
    return f"{has} {hold} {show.percent(share)} of the arrears" if arrears else f"{has}, none behind"


def size_word(size: int) -> str:
    """How many loans: "1", "4 or more"."""
    return "4 or more" if size == 4 else str(size)


def largest_subtitle(shown: pd.DataFrame, people: int, arrears: float, day: str, *, narrowed: bool) -> str:
    """Which borrowers are listed, and how much of the arrears is theirs."""
    share = show.percent(float(shown["arrears_balance"].sum()) / arrears)
    which = (
        f"{show.number(len(shown))} of {show.count(people, 'borrowers')}"
        if people > len(shown)
        else f"All {show.count(people, 'borrowers')}"
    )
    over = "all their open loans of this selection" if narrowed else "all their open loans"
    return f"{which} in arrears on {day}, by what is past due over {over}; they hold {share} of the arrears."


def hold_words(summary: BorrowerSummary) -> str:
    """What hold stands on a borrower's loans, and which of them it binds."""
    if not summary.holds:
        return "none"
    about = [hold for hold in summary.holds if hold in PERSON_HOLDS]
    if about:
        every = (
            "the open loan" if summary.open_loans == 1 else f"any of the {show.count(summary.open_loans, 'open loans')}"
        )
        bound = f"about the person, so nobody may work {every}" if summary.open_loans else "about the person"
        return f"{', '.join(summary.holds)}: {bound}"
    bound = f"{show.number(summary.held_loans)} of {show.count(summary.open_loans, 'open loans')} may not be worked"
    return f"{', '.join(summary.holds)}: binds its own loan only; {bound}"


def behind_words(summary: BorrowerSummary) -> str:
    """How far behind a borrower is."""
    if not summary.open_loans:
        return "no loan is open"
    if not summary.worst_dpd:
        return "every open loan is current"
    return f"{show.count(summary.worst_dpd, 'days')} past due ({summary.worst_bucket})"


def loans_words(summary: BorrowerSummary) -> str:
    """How many loans a borrower has, of which products."""
    opened = "all open" if summary.open_loans == summary.loans else f"{show.number(summary.open_loans)} open"
    if summary.loans == 1:
        opened = "open" if summary.open_loans else "not open"
    products = ", ".join(name for name in summary.products if name != NOT_STATED)
    return f"{show.count(summary.loans, 'loans')}, {opened}" + (f": {products}" if products else "")


def borrower_title(borrower_ref: str, loan_ref: str) -> str:
    """Who this is; a loan whose files name no borrower stands for its own."""
    if borrower_ref == f"(loan {loan_ref})":
        return f"Loan {loan_ref}, whose files name no borrower"
    return f"Borrower {borrower_ref}"


def several_found(asked: str, shown: int, more: bool) -> str:
    """More than one borrower may be meant."""
    return f"{'More than ' if more else ''}{show.count(shown, 'borrowers')} may be meant by “{asked}”. {'These hold the largest loans: choose' if more else 'Choose'} one, or type more."


def nobody_found(asked: str, day: str) -> str:
    """No borrower and no loan is called so."""
    return f"No borrower on {day} is called “{asked}”, no loan either, and none that is open begins so."


NOTHING_BEHIND = "Nothing of this borrower is past due, so no score orders any work."


def loan_score(loan_ref: str, score: str) -> str:
    """The head over the parts of a loan's score."""
    return f"{loan_ref}: score {score}"


def more_loans(count: int) -> str:
    """Loans in arrears whose parts are not drawn."""
    return f"{show.count(count, 'smaller loans')} in arrears {'is' if count == 1 else 'are'} not drawn here."
