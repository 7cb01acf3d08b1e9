"""Every metric by name: what it means, and where to find the rows behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from core.errors import SelectionRefused
from core.metrics.cells import several
from core.metrics.change_parts import CHANGES
from core.metrics.collection_effectiveness import LOST
from core.metrics.definitions import (
    IN_ARREARS,
    Behind,
    Better,
    Definition,
    cures_followed,
    of_the_year,
    reached,
    since_january,
    whole_month,
)
from core.metrics.delinquency import BUCKETS
from core.metrics.flows import NEW, REDEFAULT_DPD, REDEFAULT_MONTHS, STATES, SUSTAINED_MONTHS
from core.metrics.measure import Unit
from core.metrics.points import POINTS
from core.metrics.promise_outcomes import GRACE_DAYS

_CASH = Behind("cash", "cash", "Cash")
_CASH_MONTH = Behind("cash", "cash", "Cash of the month", "month")
_COST = Behind("costs", "cost", "Cost")
_COST_MONTH = Behind("costs", "cost", "Cost of the month", "month")
_PLACED = Behind("placed", "balance", "Balance placed")


def definition(name: str) -> Definition:
    """What a metric, or a number that only points of charts have, means. Raises SelectionRefused for a name that is none."""
    for others in (POINTS, CHANGES):
        if name in others:
            return others[name]
    if name not in CATALOGUE:
        raise SelectionRefused(
            f"There is no number called '{name[:60]}'", remedy="Open it from a figure on a page, by 'why this number'."
        )
    return CATALOGUE[name]


def _portfolio() -> list[Definition]:
    def stock(name: str, label: str, unit: Unit, better: Better, formula: str, measure: str) -> Definition:
        return Definition(name, label, unit, better, formula, "portfolio", Behind("stock", measure, label))

    return [
        stock("outstanding", "Outstanding", "currency", "neither", "Balance of open loans on the day.", "balance"),
        stock("in_arrears", "In arrears", "currency", "down", "Balance of open loans at least one day past due.", "arrears_balance"),
        stock("loans", "Loans", "count", "neither", "Open loans on the day.", "loans"),
        stock("loans_in_arrears", "Loans in arrears", "count", "down", "Open loans at least one day past due.", "arrears_loans"),
        stock("workable", "Workable loans", "count", "neither", "Loans in arrears that are open and not on hold.", "workable_loans"),
        Definition("on_hold_share", "On hold", "share", "neither",
                   "Loans in arrears on hold, their own or their borrower's, by loans in arrears.", "portfolio",
                   Behind("stock", "arrears_loans", "Loans on hold", fixed=(("workable", "no"),)),
                   Behind("stock", "arrears_loans", "Loans in arrears")),
        Definition("balance_placed", "Balance placed", "currency", "neither",
                   "Balance of each loan on the day its recovery began, all placements to date.", "portfolio", _PLACED),
        Definition("cash_to_date", "Cash to date", "currency", "up",
                   "Cash net of reversals since placement; waivers never count.", "portfolio", _CASH),
        Definition("recovery_rate", "Recovery rate", "share", "up",
                   "Cash net of reversals since placement, by balance placed; waivers never count.", "portfolio", _CASH, _PLACED),
        Definition("cash_month", "Cash this month", "currency", "up",
                   "Cash net of reversals posted in the month, on placed loans.", "portfolio", _CASH_MONTH),
        Definition("cost_month", "Cost this month", "currency", "down", "Cost of the month's actions, on placed loans.", "portfolio", _COST_MONTH),
        Definition("cost_to_collect", "Cost to collect", "share", "down", "Cost of the month's actions on placed loans, by the month's cash.",
                   "portfolio", _COST_MONTH, _CASH_MONTH),
        Definition("net_recovery", "Net recovery", "currency", "up", "Cash of the month less the cost of its actions, both on placed loans.",
                   "portfolio", _CASH_MONTH, less=_COST_MONTH),
        Definition("cost_to_date", "Cost to date", "currency", "down", "Cost of actions to date, on placed loans.", "portfolio", _COST),
        Definition("cost_to_collect_to_date", "Cost to collect to date", "share", "down", "Cost of actions to date, by cash to date, both on placed loans.",
                   "portfolio", _COST, _CASH),
        Definition("net_recovery_to_date", "Net recovery to date", "currency", "up", "Cash to date less the cost of actions to date, both on placed loans.",
                   "portfolio", _CASH, less=_COST),
        Definition("contacts_month", "Contacts this month", "count", "up", "Actions of the month that reached the right party.",
                   "portfolio", Behind("activity", "contacts", "Contacts", "month")),
        Definition("promises_month", "Promises this month", "count", "up", "Promises to pay made in the month.",
                   "portfolio", Behind("activity", "promises", "Promises", "month")),
    ]  # fmt: skip


def _flow(
    measure: str,
    label: str,
    *,
    fixed: tuple[tuple[str, str], ...] = (),
    arrears: bool = True,
    without: tuple[str, ...] = (),
) -> Behind:
    return Behind("flows", measure, label, "whole month", fixed, IN_ARREARS if arrears else (), without=without)


def _roll() -> list[Definition]:
    def rate(name: str, label: str, better: Better, what: str, move: str, weight: str) -> Definition:
        base, of = ("opening", "balance") if weight == "opening" else ("loans", "loans")
        not_new = (("origin", several(*IN_ARREARS)),)
        return Definition(
            name, label, "share", better, f"{what}, by {of} in arrears at the month's opening; adjacent month-ends only.",
            "roll", _flow(base, label, fixed=(("move", move), *not_new)), _flow(base, "In arrears at the opening", fixed=not_new),
        )  # fmt: skip

    return [
        rate("roll_forward_rate", "Rolled forward", "down", "Opening balance that moved to a worse bucket or was charged off", "forward", "opening"),
        rate("roll_forward_rate_loans", "Rolled forward, loans", "down", "Loans that moved to a worse bucket or were charged off", "forward", "loans"),
        rate("stay_rate", "Stayed", "neither", "Opening balance that stayed in its bucket", "stay", "opening"),
        rate("roll_back_rate", "Rolled back", "up", "Opening balance that moved to a better bucket, short of Current", "back", "opening"),
        rate("cure_rate", "Cured", "up", "Opening balance that moved to Current or was paid", "cure", "opening"),
        rate("cure_rate_loans", "Cured, loans", "up", "Loans that moved to Current or were paid", "cure", "loans"),
        rate("left_rate", "Left the book", "neither", "Opening balance of loans sold, recalled or missing from the file", "left", "opening"),
        _after_cure("sustained_cure_rate", "Sustained cures", "up", "sustained_3", "seen_3", SUSTAINED_MONTHS,
                    f"Cured loans that are Current {SUSTAINED_MONTHS} months on, or paid by then, by cured loans followed that long; what was sold, recalled or is missing before is left out."),
        _after_cure("redefault_rate", "Fell back after a cure", "down", "redefaulted_6", "seen_6", REDEFAULT_MONTHS,
                    f"Cured loans that were {REDEFAULT_DPD} or more days past due, or charged off, within {REDEFAULT_MONTHS} months, by cured loans followed that long; what was sold, recalled or is missing before is left out."),
        *[_net_flow(better_bucket, bucket) for better_bucket, bucket in zip(("Current", *IN_ARREARS), IN_ARREARS, strict=False)],
    ]  # fmt: skip


def _after_cure(name: str, label: str, better: Better, above: str, below: str, months: int, formula: str) -> Definition:
    when = cures_followed(months)
    sides = (Behind("flows", above, label, when=when), Behind("flows", below, "Cures followed so long", when=when))
    return Definition(name, label, "share", better, formula, "roll", *sides)


def _net_flow(before: str, bucket: str) -> Definition:
    return Definition(
        f"net_flow_{bucket}", f"Net flow into {bucket}", "ratio", "down",
        f"Balance in {bucket} by the balance in {before} a month earlier: no roll rate, it counts who came from anywhere and may exceed one.",
        "roll", Behind("stock", "balance", f"{bucket} now", "whole month", buckets=(bucket,)),
        Behind("stock", "balance", f"{before} a month earlier", "month before", buckets=(before,)),
    )  # fmt: skip


def _bridge() -> list[Definition]:
    def line(name: str, label: str, better: Better, formula: str, behind: Behind) -> Definition:
        return Definition(f"bridge_{name}", label, "currency", better, formula, "bridge", behind)

    taken_off = "Of the loans in arrears at the opening; taken off in the bridge."
    amounts: list[tuple[str, str, Better, str]] = [
        ("cash", "Cash", "up", "cash"), ("waived", "Waived", "neither", "waived"), ("written_off", "Written off", "down", "written_off"),
        ("sold", "Sold or recalled", "neither", "sold"), ("gone", "Missing from the file", "neither", "gone"),
    ]  # fmt: skip
    return [
        line("opening", "Arrears at the opening", "neither", "Balance in arrears at the month-end before.", _flow("opening", "Opening")),
        line("new", "New in arrears", "down", "Closing balance of loans in arrears that were not in the book before.",
             _flow("closing", "New in arrears", fixed=(("origin", NEW),))),
        line("fell_behind", "Fell behind", "down", "Closing balance of loans that were Current and are in arrears now.",
             _flow("closing", "Fell behind", fixed=(("origin", "Current"), ("state", several(*IN_ARREARS))), arrears=False)),
        line("cured", "Cured", "up", "Closing balance of loans that were in arrears and are Current now; taken off in the bridge.",
             _flow("closing", "Cured", fixed=(("state", "Current"),))),
        *[line(name, label, better, f"{label} in the month. {taken_off}", _flow(measure, label)) for name, label, better, measure in amounts],
        line("interest_and_fees", "Interest and fees", "neither",
             "What balances in arrears gained beyond what was paid and waived: interest, fees, or cash above the balance.", _flow("interest", "Interest and fees")),
        line("other", "Other changes", "neither", "What the closing balance lacks that no payment, waiver or write-off explains.", _flow("other", "Other changes")),
        line("reclassified", "Moved between groups", "neither", "Closing stock of the chosen groups less what their own flows close with; nothing without a filter.",
             Behind("stock", "arrears_balance", "Closing stock", "whole month", computed="Moved between groups",
                    how="this stock less the closing balances of the same groups' flows")),
        line("closing", "Arrears at the closing", "down", "Balance in arrears at the month-end.",
             Behind("stock", "arrears_balance", "Closing", "whole month")),
    ]  # fmt: skip


_FOLLOWED = (("origin", several(*BUCKETS)), ("state", several(*(state for state in STATES if state not in LOST))))
_OF_THE_CEI = {
    "Collected": "opening balances and instalments due less closing balances and what was written off",
    "Collectable": "opening balances and instalments due less the closing balances that are Current",
}


def _funnel() -> list[Definition]:
    def step(
        name: str, label: str, formula: str, above: tuple[str, str], below: tuple[str, str], unit: Unit = "share"
    ) -> Definition:
        sides = (_flow(*above, arrears=False), _flow(*below, arrears=False))
        return Definition(
            name,
            label,
            unit,
            "neither" if unit == "ratio" else "up",
            f"{formula}, in the newest whole month.",
            "funnel",
            *sides,
        )

    workable, worked = ("workable", "Workable loans"), ("worked", "Worked loans")
    opening, due, closing = (
        Behind("flows", measure, label, "whole month", fixed, computed=called, how=_OF_THE_CEI[called])
        for measure, label, fixed, called in (
            ("opening", "Opening balance", _FOLLOWED, "Collected"),
            ("due", "Instalments due", _FOLLOWED, "Collectable"),
            ("closing", "Closing balance", _FOLLOWED, "Collected"),
        )
    )
    return [
        step("penetration", "Penetration", "Workable loans with at least one action, by workable loans", worked, workable),
        step("intensity", "Intensity", "Actions by worked loans", ("attempts", "Actions"), worked, "ratio"),
        step("contact_rate", "Contact rate", "Loans where somebody was reached, by worked loans", ("contacted", "Contacted loans"), worked),
        step("right_party_rate", "Right-party rate", "Loans where the right party was reached, by worked loans", ("reached", "Loans reached"), worked),
        step("promise_rate", "Promise rate", "Loans that promised to pay, by loans where the right party was reached",
             ("promised", "Loans that promised"), ("reached", "Loans reached")),
        step("paying_rate", "Paying rate", "Workable loans that paid, by workable loans", ("paying", "Paying loans"), workable),
        Definition("cei", "Collection effectiveness", "share", "up",
                   "Opening balance and instalments due less what is owed or was written off at the closing, by opening balance and instalments due less the closing balance that is Current; of loans neither sold, recalled nor missing.",
                   "collection_effectiveness", opening, due, more=closing),
    ]  # fmt: skip


def _vintages() -> list[Definition]:
    made = []
    for months in (3, 6, 12, 24):
        made.append(
            Definition(
                f"liquidation_{months}m", f"Liquidation at {months} months", "share", "up",
                f"Cash up to {months} months after placement, by balance placed, of cohorts that old; a reversal counts in the month of its payment.",
                "vintages", Behind("cash", "cash_effective", "Cash", when=reached(months, up_to_it=True), told_by=("payments",)),
                Behind("placed", "balance", "Balance placed", when=reached(months), told_by=("payments",), without=("age",)),
            )
        )  # fmt: skip
    return made


def _value() -> list[Definition]:
    discounted = "each month is discounted to the start of the 12"
    old, first_year = reached(12), reached(12, up_to_it=True)
    placed = Behind("placed", "balance", "Balance placed", when=old)

    known: tuple[Literal["payments", "costs"], ...] = ("payments", "costs")
    worth = "Present value of the cash less that of the cost"
    loss = "the balance placed and its costs less its cash, both discounted to the month of placement"
    cash = Behind("cash", "cash_effective", "Cash", when=first_year)

    return [
        Definition("npv", "Net present value", "currency", "up", "Cash less cost of the last 12 months, each month discounted to their start.",
                   "value", Behind("cash", "cash", "Cash", when=of_the_year, told_by=known, computed=worth, how=discounted),
                   less=Behind("costs", "cost", "Cost", when=of_the_year, told_by=known, computed=worth, how=discounted)),
        Definition("netback", "Netback", "share", "up", "Cash of the first 12 months after each strategy's fee, by balance placed, of cohorts that old.",
                   "value", replace(cash, told_by=("payments",), computed="Cash after fees",
                                    how="each payment less its strategy's fee; none counts where nobody stated a fee"),
                   replace(placed, told_by=("payments",), computed="Balance placed under a known fee",
                           how="the balances placed under a strategy whose fee is stated")),
        Definition("lgd_12m", "Realised loss given default", "share", "down",
                   "Balance placed and discounted costs less discounted recoveries of the first 12 months, by balance placed, of cohorts that old.",
                   "value", replace(cash, told_by=known, computed="Loss", how=loss), replace(placed, told_by=known),
                   more=Behind("costs", "cost", "Cost", when=first_year, told_by=known, computed="Loss", how=loss),
                   source="PRA, SS4/24, Credit risk: internal ratings based approach, 13.1-13.2"),
    ]  # fmt: skip


def _year() -> list[Definition]:
    def cash(name: str, label: str, which: str, back: int) -> Definition:
        behind = Behind("cash", "cash", label, when=since_january, years_back=back)
        return Definition(name, label, "currency", "up", f"Cash net of reversals posted from 1 January of {which}, on placed loans.", "year", behind)  # fmt: skip

    lost = "What was left of the loans that were charged off"
    state = (("state", "charged off"),)
    return [
        cash("cash_year", "Cash this year", "this year to the day", 0),
        cash("cash_year_before", "Cash last year, same months", "last year to the same day", 1),
        Definition("written_off_month", "Written off, month", "currency", "down", f"{lost} in the month.", "year",
                   Behind("flows", "written_off", "Written off", "whole month", fixed=state)),
        Definition("written_off_year", "Written off, year", "currency", "down", f"{lost} from 1 January to the end of the month.", "year",
                   Behind("flows", "written_off", "Written off", fixed=state, when=lambda day: since_january(whole_month(day)))),
    ]  # fmt: skip


def _customers() -> list[Definition]:
    once = "each borrower is counted once, however many of the loans are theirs"
    open_loans = Behind("stock", "loans", "Open loans")
    late = Behind("stock", "arrears_loans", "Loans in arrears", computed="Borrowers in arrears", how=once)
    people = Behind("stock", "loans", "Open loans", computed="Borrowers", how=once)
    return [
        Definition("borrowers", "Borrowers", "count", "neither", "People and firms with an open loan, each counted once.", "customers", people),
        Definition("borrowers_in_arrears", "Borrowers in arrears", "count", "down",
                   "Borrowers with a loan at least one day past due, each counted once.", "customers", late),
        Definition("loans_per_borrower", "Loans per borrower", "ratio", "neither", "Open loans by their borrowers.", "customers", open_loans, people),
    ]  # fmt: skip


def _outlook() -> list[Definition]:
    newer = "newer months weigh more"
    weighed = "each counts with the probability of its bucket to move to a worse one or be charged off"

    def told(called: str, how: str, measure: str = "closing") -> Behind:
        return Behind(
            "flows",
            measure,
            "Closing balance" if measure == "closing" else "Loans",
            when=of_the_year,
            computed=called,
            how=how,
        )

    return [
        Definition("forecast_cash_next_month", "Cash next month, forecast", "currency", "up",
                   "Cash as in the month's cash: balances in arrears by the share each bucket paid over the last 12 months, newer ones weighing more, "
                   "and what other placed loans paid in such a month.", "forecast", Behind("cash", "cash", "Cash", when=of_the_year, computed="Cash next month",
                                      how=f"no sum of these rows: they set the share each bucket pays, {newer}")),
        Definition("forecast_arrears_next_month", "Arrears next month, forecast", "currency", "down",
                   "Balances by the movements between buckets over the last 12 months, newer ones weighing more, and the mean of what was new.",
                   "forecast", told("Arrears next month", f"no sum of these rows: they set the shares that are carried forward, {newer}")),
        Definition("forecast_coverage", "Forecasts that held", "share", "neither",
                   "Forecasts of cash and of arrears made one month ahead at the last 12 month-ends whose interval held what came, by all of them that can be checked.",
                   "forecast", told("Forecasts that held", "no sum of these rows: they are what the last forecasts were made from and checked against", "loans"),
                   told("Forecasts checked", "no sum of these rows: they are what the last forecasts were made from and checked against", "loans")),
        Definition("rolling_next_month", "About to roll", "currency", "down",
                   "Open balances by the probability that their bucket moves to a worse one or is charged off by the next month-end.",
                   "early_warning", Behind("stock", "balance", "Open balance", computed="About to roll", how=weighed)),
        Definition("rolling_loans_next_month", "Loans about to roll", "count", "down",
                   "Open loans by the probability that their bucket moves to a worse one or is charged off by the next month-end.",
                   "early_warning", Behind("stock", "loans", "Open loans", computed="Loans about to roll", how=weighed)),
    ]  # fmt: skip


def _promises() -> list[Definition]:
    promises = Behind("promises", "promises", "Promises due", when=of_the_year, told_by=("payments", "actions"))
    promised = Behind("promises", "promised", "Amount promised", when=of_the_year, told_by=("payments", "actions"))
    rule = f"of promises whose due day and {GRACE_DAYS} days of grace passed in the last 12 months; one payment keeps one promise, earliest due first"
    return [
        Definition("promises_kept_rate", "Kept promises", "share", "up", f"Promises kept by promises due, {rule}.",
                   "promises", Behind("promises", "kept", "Promises kept", when=of_the_year, told_by=("payments", "actions")), promises),
        Definition("promises_kept_value_rate", "Kept promises, by amount", "share", "up", f"Amount paid up to what was promised by amount promised, {rule}.",
                   "promises", Behind("promises", "kept_amount", "Amount kept", when=of_the_year, told_by=("payments", "actions")), promised),
        Definition("promises_open", "Open promises", "count", "neither", "Promises that are neither due yet nor cancelled.",
                   "promises", Behind("activity", "promises", "Promises made", computed="Open promises",
                                      how="the promises made less those whose due day and grace are over, were cancelled, or state no day or amount")),
    ]  # fmt: skip


_FAMILIES = (_portfolio, _roll, _bridge, _funnel, _vintages, _year, _value, _customers, _outlook, _promises)
CATALOGUE: dict[str, Definition] = {each.name: each for family in _FAMILIES for each in family()}
"""Every metric, by name."""
