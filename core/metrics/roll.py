"""Where does the stock go from one month-end to the next: forward, back, cured, or out of the book?"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from core.metrics.cure import lasting_measures
from core.metrics.delinquency import ARREARS, BUCKETS
from core.metrics.flows import STATES
from core.metrics.intervals import wilson, with_wilson
from core.metrics.measure import Measure, ratio
from core.metrics.net_flow import net_flow_measures
from core.metrics.whole_month import WholeMonth, newest_whole_month
from core.ports import PortfolioReader
from core.selection import Selection
from core.wording import dated

Weight = Literal["opening", "loans"]
Direction = Literal["forward", "stay", "back", "cure", "left"]
DIRECTIONS: tuple[Direction, ...] = ("forward", "stay", "back", "cure", "left")
"""What a month can do to a loan. Every flow has exactly one, so that their shares add up to 1."""


def direction(origin: str, state: str) -> Direction:
    """What a flow means for the lender.

    forward: a worse bucket, or charged off. stay: the same bucket. back: a better bucket that is not Current.
    cure: from arrears to Current or paid. left: sold, recalled or missing, which is neither good nor bad by itself;
    and a Current loan paid, which had nothing to cure.

    >>> [direction("30-59", state) for state in ("60-89", "charged off", "30-59", "1-29", "Current", "paid", "sold")]
    ['forward', 'forward', 'stay', 'back', 'cure', 'cure', 'left']
    """
    if state == "charged off":
        return "forward"
    if state == "paid" and origin in ARREARS:
        return "cure"
    if state not in BUCKETS:
        return "left"
    before, after = BUCKETS.index(origin), BUCKETS.index(state)
    if before == after:
        return "stay"
    if after > before:
        return "forward"
    return "cure" if after == 0 else "back"


def roll_matrix(
    flows: pd.DataFrame,
    weight: Weight = "opening",
    *,
    by: Sequence[str] = (),
    origins: Sequence[str] = BUCKETS,
    states: Sequence[str] = STATES,
) -> pd.DataFrame:
    """Of what stood in a bucket at the opening, which share is in each state one month later?

    Args:
        flows: origin, state, loans (count) and the column `weight`, one or more rows a pair; several months are pooled
            unless "month" is in `by`. Rows of other origins (new loans) are no part of it. No nulls.
        weight: "opening" (balance, currency) or "loans" (count).
        by: further columns that each have their own matrix.
        origins, states: in the order wanted.

    Returns:
        One row an origin with loans and a state, in the orders given: `by`, origin, state, share (numerator /
        denominator, 0-1; NaN where the origin has loans but no balance), numerator, denominator (in units of
        `weight`), loans (of the whole origin), low, high (Wilson, for weight "loans"). The shares of an origin add
        up to 1. A share of balance has NaN for an interval: large loans count for more than one, and how many they
        are worth needs the squares of balances, which flows do not carry. Empty without flows.

    Raises:
        ValueError: a state that is not among `states`, for it would be dropped in silence.

    References:
        By count: Anderson & Goodman (1957), "Statistical inference about Markov chains", Ann. Math. Stat. 28, 89-110.
        By balance: roll rates, ../../README.md, "How the numbers are defined".

    >>> flows = pd.DataFrame({"origin": "1-29", "state": ["1-29", "30-59"], "opening": [75.0, 25.0], "loans": [1, 1]})
    >>> roll_matrix(flows, states=("1-29", "30-59"))[["origin", "state", "share", "loans"]].values.tolist()
    [['1-29', '1-29', 0.75, 2], ['1-29', '30-59', 0.25, 2]]
    """
    keys = [*by, "origin"]
    stock = flows[flows["origin"].isin(list(origins))]
    unknown = sorted(set(stock["state"]) - set(states))
    if unknown:
        raise ValueError(f"a roll matrix of the states {', '.join(states)} has no place for: {', '.join(unknown)}")
    amounts = stock[[*keys, "state"]].assign(
        numerator=stock[weight].astype(float), loans=stock["loans"].astype(np.int64)
    )
    cells = amounts.groupby([*keys, "state"], as_index=False)["numerator"].sum()
    wholes = amounts.groupby(keys, as_index=False)[["numerator", "loans"]].sum()
    wholes = wholes[wholes["loans"] > 0].rename(columns={"numerator": "denominator"})
    grid = wholes.merge(pd.DataFrame({"state": list(states)}), how="cross").merge(
        cells, on=[*keys, "state"], how="left"
    )
    grid["numerator"] = grid["numerator"].fillna(0).round(2)
    grid["denominator"] = grid["denominator"].round(2)
    grid["share"] = (grid["numerator"] / grid["denominator"]).where(grid["denominator"] > 0)
    grid[["low", "high"]] = _intervals(grid, weight)
    place = grid["origin"].map({origin: index for index, origin in enumerate(origins)})
    ordered = grid.assign(place=place).sort_values([*by, "place"], kind="stable", ignore_index=True)
    return ordered[[*keys, "state", "share", "numerator", "denominator", "loans", "low", "high"]]


def roll_trend(flows: pd.DataFrame, weight: Weight = "opening") -> pd.DataFrame:
    """The roll matrix of every month by itself, for the trend of any of its cells.

    Args:
        flows: as for `roll_matrix`, with the column month (month-end, ISO).
        weight: "opening" or "loans".

    Returns:
        month and the columns of `roll_matrix`, oldest month first. A month without two adjacent month-ends, or
        without loans in that origin, is absent: a line over the months must break there. Empty without flows.
    """
    return roll_matrix(flows, weight, by=["month"])


def direction_shares(flows: pd.DataFrame, weight: Weight = "opening", origins: Sequence[str] = ARREARS) -> pd.DataFrame:
    """Of what stood in these buckets together, which share rolled forward, stayed, rolled back, was cured, or left?

    Args:
        flows: origin, state, loans and the column `weight`; may be empty. Other origins are left out.
        weight: "opening" (balance, currency) or "loans" (count).
        origins: buckets taken together.

    Returns:
        One row a direction, in the order of DIRECTIONS: direction, share (NaN where the denominator is 0), numerator,
        denominator, loans (of all origins together). The shares add up to 1.

    References:
        Forward = sum over j > i and charged off; cure = Current and paid: ../../README.md, "How the numbers are defined".
    """
    stock = flows[flows["origin"].isin(list(origins))]
    moves = [direction(origin, state) for origin, state in zip(stock["origin"], stock["state"], strict=True)]
    sums = stock[weight].groupby(np.array(moves, dtype=object)).sum().reindex(list(DIRECTIONS)).fillna(0)
    whole = float(round(stock[weight].sum(), 2))
    shares = pd.DataFrame({"direction": list(DIRECTIONS), "numerator": sums.to_numpy(dtype=float).round(2)})
    shares["denominator"], shares["loans"] = whole, int(stock["loans"].sum())
    shares["share"] = shares["numerator"] / whole if whole > 0 else float("nan")
    return shares[["direction", "share", "numerator", "denominator", "loans"]]


def direction_trend(flows: pd.DataFrame, wanted: Direction, weight: Weight = "opening") -> pd.DataFrame:
    """The share of `direction_shares` of the arrears that went one way, month by month.

    Args:
        flows: month (month-end, ISO), origin, state and the column `weight`; may be empty.
        wanted: a direction.
        weight: "opening" (balance, currency) or "loans" (count).

    Returns:
        month, share (NaN where nothing was in arrears at the opening), oldest first. Empty without flows.

    >>> flows = pd.DataFrame({"month": "2026-10-31", "origin": "1-29", "state": ["Current", "1-29"], "opening": [1.0, 3.0]})
    >>> direction_trend(flows, "cure")["share"].tolist()
    [0.25]
    """
    late = flows["origin"].isin(list(ARREARS))
    pairs = zip(flows["origin"], flows["state"], late, strict=True)
    went = np.array([of and direction(origin, state) == wanted for origin, state, of in pairs], dtype=bool)
    sums = pd.DataFrame(
        {"month": flows["month"], "above": flows[weight].where(went, 0), "below": flows[weight].where(late, 0)}
    )
    months = sums.groupby("month", sort=True)[["above", "below"]].sum().astype(float)
    share = (months["above"] / months["below"]).where(months["below"] > 0)
    return share.rename("share").reset_index()


def transition_counts(panel: pd.DataFrame) -> pd.DataFrame:
    """How often did a loan in one state stand in another one step later?

    Args:
        panel: one row a loan and time: ID, Time (whole numbers), State. No nulls. Steps over a gap are not counted.

    Returns:
        origin, state (text), loans (count of steps), for `roll_matrix` with its own origins and states. Empty where no
        loan is seen at two adjacent times.

    Raises:
        ValueError: a loan has two states at one time.
    """
    twice = panel[panel.duplicated(["ID", "Time"])]
    if len(twice):
        raise ValueError(f"{len(twice)} rows repeat a loan and time, the first is ID {twice['ID'].iloc[0]}")
    ordered = panel.sort_values(["ID", "Time"], kind="stable")
    later = ordered.groupby("ID")[["Time", "State"]].shift(-1)
    adjacent = later["Time"] == ordered["Time"] + 1
    after = later["State"][adjacent].astype(ordered["State"].dtype)
    steps = pd.DataFrame({"origin": ordered["State"][adjacent].astype(str), "state": after.astype(str)})
    return steps.groupby(["origin", "state"]).size().rename("loans").reset_index()


def roll_measures(reader: PortfolioReader, selection: Selection) -> dict[str, Measure]:
    """How the arrears moved over the newest whole month, and whether cures last.

    Returns:
        roll_forward_rate (to a worse bucket or charged off), stay_rate, roll_back_rate (to a better bucket, not
        Current), cure_rate (to Current or paid) and left_rate (sold, recalled or missing): shares of the opening
        balance of all loans in arrears; they add up to 1. roll_forward_rate_loans and cure_rate_loans: the same by
        count, with an interval. net_flow_<bucket> for each bucket in arrears (see core.metrics.net_flow).
        sustained_cure_rate and redefault_rate: see core.metrics.cure. Undefined numbers are NaN with the reason.
    """
    month = newest_whole_month(reader.book(selection.known_on), selection)
    flows = reader.flows(selection, ["month", "origin", "state"])
    of_month = flows[flows["month"] == month.closing.isoformat()]
    return _moves(of_month, month) | net_flow_measures(reader, selection) | lasting_measures(flows, month.closing)


_NAMES: dict[Direction, str] = {
    "forward": "roll_forward_rate",
    "stay": "stay_rate",
    "back": "roll_back_rate",
    "cure": "cure_rate",
    "left": "left_rate",
}
_COUNTED: tuple[Direction, ...] = ("forward", "cure")


def _moves(flows: pd.DataFrame, month: WholeMonth) -> dict[str, Measure]:
    by_balance, by_count = (
        direction_shares(flows).to_dict("records"),
        direction_shares(flows, "loans").to_dict("records"),
    )
    measures = {_NAMES[row["direction"]]: _share(row, month) for row in by_balance}
    counted = [row for row in by_count if row["direction"] in _COUNTED]
    return measures | {f"{_NAMES[row['direction']]}_loans": with_wilson(_share(row, month)) for row in counted}


def _share(row: dict[Hashable, Any], month: WholeMonth) -> Measure:
    n = row["loans"]
    nothing = (
        f"the loans in arrears on {dated(month.opening)} had no balance"
        if n
        else f"no loan was in arrears on {dated(month.opening)}"
    )
    return ratio(row["numerator"], row["denominator"], n=n, why=month.words, when_zero=month.why or nothing)


def _intervals(grid: pd.DataFrame, weight: Weight) -> np.ndarray:
    if weight != "loans" or grid.empty:
        return np.full((len(grid), 2), np.nan)
    return np.array([wilson(*pair) for pair in zip(grid["numerator"], grid["denominator"], strict=True)])
