"""Say of every loan what is said: segment, risk, expected recovery, proposed strategy, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from core.columns import by_field
from core.errors import Refused, TooLittleData
from core.metrics.delinquency import OPEN
from core.ports import PortfolioReader
from core.records import Model, Policy, Segmentation
from core.scores.rate.use import EXPECTED_FIELDS, expectation, rate_of
from core.scores.scoring.bands import band_of
from core.scores.scoring.expected import expected_amounts
from core.scores.scoring.explain import Contributions, unpacked
from core.scores.scoring.model_score import fields_read
from core.scores.scoring.risk import Source, risk_of
from core.scores.scoring.rule_score import INPUTS
from core.scores.scoring.what_if import WhatIf, what_if
from core.segments.assign import assign, unknown_ratios
from core.segments.features import BY_NAME, number, ratio_words
from core.strategies.catalogue import Limits
from core.workflows.proposing import damage_of, limits_for, proposed, unlimited, value_policy_of

LEFT_OUT = "Not stated, so left out"
UNSEEN = "Unknown to the model, so counted as none of the kinds it knows"
GROWN_BY = 2
"""A clustering is fitted again once a day holds this many times the loans it was fitted on."""

SCORE_FIELDS = (
    "snapshot_id", "source", "segment", "segment_margin", "segment_nearest", "segment_unlike", "risk_score", "band", "expected_rate", "expected_recovery",
    "expected_net", "expected_source", "expected_low", "expected_high", "expected_variance",
    "proposed", "policy", "needs_confirmation", "reasons", "contributions",
)  # fmt: skip


def score_frame(
    frame: pd.DataFrame,
    *,
    champion: Model | None,
    segmentation: Segmentation | None,
    rates: pd.DataFrame,
    limits: Limits | None = None,
    policy: Policy | None = None,
) -> pd.DataFrame:
    """Scores for snapshots, in the columns of `WriteUnit.put_scores`.

    Args:
        frame: snapshots in the columns of `WriteUnit.to_score`.
        champion: the model in use; None, or one whose artifact cannot be read, leaves the work to the rule score.
        segmentation: the clustering in use; None leaves segment None and segment_margin NaN. The segment is
            the nearest; what the month before holds back is settled after (core.workflows.refresh).
        rates: `WriteUnit.matured_rates()`.
        limits: costs and capacities; None for the catalogue's, of a learned policy for those on its card.
        policy: the learned one in use; None where the thresholds propose.

    Returns:
        One row a snapshot, on the frame's index; expected_* are NaN where experience is missing. reasons holds the
        policy's sentence first, then the score's, then what was left out.
    """
    risk, source = risk_of(frame, champion)
    scored = frame.assign(risk_score=risk["risk_score"], band=band_of(risk["risk_score"]), source=source)
    proposal = proposed(scored, policy, limits)
    limits = limits or (limits_for(policy, None) if policy is not None and not damage_of(policy) else Limits())
    told = expectation(scored, proposal["proposed"], rate_of(champion if source == "model" else None), rates)
    money = told.join(_money(scored, proposal["proposed"], told["expected_rate"], limits))
    placed = _placed(frame, segmentation)
    reasons = [
        [*policy, *why, *_told(UNSEEN, unseen), *_told(LEFT_OUT, missing)]
        for policy, why, unseen, missing in zip(
            proposal["reasons"], risk["reasons"], _unseen(risk), risk["left_out"], strict=True
        )
    ]
    columns: dict[str, Any] = {
        "snapshot_id": frame["snapshot_id"] if "snapshot_id" in frame else pd.Series(0, index=frame.index),
        "source": source,
        "segment": placed["segment"],
        "segment_margin": placed["margin"],
        "segment_nearest": placed["segment"],
        "segment_unlike": placed["unlike"],
        "risk_score": risk["risk_score"],
        "band": scored["band"],
        **{name: money[name] for name in (*EXPECTED_FIELDS, "expected_recovery", "expected_net")},
        "proposed": proposal["proposed"],
        "policy": proposal["policy"],
        "needs_confirmation": proposal["needs_confirmation"],
        "reasons": pd.Series(reasons, index=frame.index, dtype=object),
        "contributions": risk["contributions"],
    }
    return pd.DataFrame(columns, index=frame.index)[list(SCORE_FIELDS)]


def _unseen(risk: pd.DataFrame) -> Sequence[list[str]]:
    return list(risk["unseen"]) if "unseen" in risk else [[]] * len(risk)


def _told(what: str, names: Sequence[str]) -> list[str]:
    return [f"{what}: {', '.join(names)}"] if names else []


def _money(scored: pd.DataFrame, proposed: pd.Series, rate: pd.Series, limits: Limits) -> pd.DataFrame:
    figures = {strategy.name: strategy for strategy in limits.strategies}

    def of(name: str) -> pd.Series:
        return proposed.map({key: getattr(strategy, name) for key, strategy in figures.items()}).astype(float)

    balance = pd.Series(number(scored, "balance"), index=scored.index)
    return expected_amounts(rate, balance, cost=of("cost"), fee_share=of("fee_share"), npv_factor=of("npv_factor"))


def _placed(frame: pd.DataFrame, segmentation: Segmentation | None) -> pd.DataFrame:
    if segmentation is None:
        return pd.DataFrame({"segment": None, "margin": np.nan, "unlike": False}, index=frame.index)
    return assign(segmentation.content, segmentation.names, frame)


def fit_segments_if_needed(
    frame: pd.DataFrame, segmentation: Segmentation | None
) -> tuple[Mapping[str, Any], tuple[str, ...]] | None:
    """A clustering of a day, where the book has none or has outgrown it; None where the one in use stays.

    A refit keeps the number of segments where that is stable, and the ids and names of the segments it continues.
    The content says under "loans_on" of which day (ISO) the loans are.

    Args:
        frame: the live snapshots of one day, with as_of; only open loans shape the segments, closed ones are placed in them.
        segmentation: the clustering in use.
    """
    if "status" in frame:
        frame = frame[frame["status"].fillna(OPEN) == OPEN]
    if segmentation is not None and len(frame) < GROWN_BY * int(segmentation.content["n"]):
        return None
    from core.segments.clustering import fit_segments, refit_like
    from core.segments.naming import names_of
    from core.segments.stability import matched

    try:
        content = fit_segments(frame) if segmentation is None else refit_like(segmentation.content, frame)
    except TooLittleData:
        return None
    content = {**content, "loans_on": str(frame["as_of"].max())[:10]}
    if segmentation is None:
        return content, names_of(content)
    return matched(content, segmentation.content, segmentation.names)


@dataclass(frozen=True, slots=True)
class BorrowerAnswer:
    """What is said of one borrower typed into the form.

    Attributes:
        risk_score: 0-1, NaN where nothing is known; source: rule or model; band: Low, Medium, High or None.
        segment, segment_margin: None and NaN where the book has no clustering.
        segment_unlike: it lies further from every segment than 99 % of the loans they were fitted to.
        strategy, policy, needs_confirmation: the proposal.
        expected_rate, expected_recovery, expected_net: NaN where the book's experience does not carry them.
        expected_source: "model", "pooled" or None; expected_low, expected_high: what the middle 80 % of loans like it
            bring (currency), NaN unless the model speaks.
        why: sentences, the policy's first.
        left_out: headers of fields that were not given though something here reads them.
        for_the_record: headers of fields that were given and that nothing reads.
        contributions: what made the score, None where nothing was known.
        what_if: what would lead to a lighter track.
    """

    risk_score: float
    source: Source
    band: str | None
    segment: str | None
    segment_margin: float
    segment_unlike: bool
    strategy: str
    policy: str
    needs_confirmation: bool
    expected_rate: float
    expected_recovery: float
    expected_net: float
    expected_source: str | None
    expected_low: float
    expected_high: float
    why: tuple[str, ...]
    left_out: tuple[str, ...] = field(default=())
    for_the_record: tuple[str, ...] = field(default=())
    contributions: Contributions | None = None
    what_if: WhatIf | None = None


def score_with(reader: Callable[[], PortfolioReader]) -> Callable[[Mapping[str, Any]], BorrowerAnswer]:
    """`score_one` by what is in use in the book on show at the moment somebody asks.

    Args:
        reader: opens that book.
    """

    def score(fields: Mapping[str, Any]) -> BorrowerAnswer:
        now = reader()
        return score_one(
            fields, champion=now.champion(), segmentation=now.segmentation(), rates=now.matured_rates(),
            policy=now.policy_in_use(),
        )  # fmt: skip

    return score


def score_one(
    fields: Mapping[str, Any],
    *,
    champion: Model | None,
    segmentation: Segmentation | None,
    rates: pd.DataFrame,
    limits: Limits | None = None,
    policy: Policy | None = None,
) -> BorrowerAnswer:
    """Score one borrower at once, by the same functions as a whole book.

    Args:
        fields: values by field of core.columns (money in currency, shares 0-1); absent, None or NaN: not given.
            Without days past due the loan is taken as in arrears.
        champion, segmentation, rates, limits, policy: as in `score_frame`.

    Raises:
        Refused: a field that is no column, a number that is none, or one outside the column's bounds.
    """
    given = {name: value for name, value in fields.items() if not _is_absent(value)}
    row = _one_row(given)
    known_days = "dpd" in given
    if policy is not None and not damage_of(policy):
        limits = unlimited(limits_for(policy, limits))
    scored = score_frame(
        row, champion=champion, segmentation=segmentation, rates=rates, limits=limits, policy=policy
    ).iloc[0]
    assumed = [] if known_days else ["Days past due were not given: taken as in arrears"]
    stood_in = unknown_ratios(segmentation.content, row) if segmentation else []
    placed_by = (
        [f"Segment placed with the book's median of: {', '.join(map(ratio_words, stood_in))}"] if stood_in else []
    )
    read = _fields_read(scored["source"], champion, segmentation)
    columns = by_field("portfolio")
    return BorrowerAnswer(
        risk_score=float(scored["risk_score"]),
        source=scored["source"],
        band=scored["band"],
        segment=scored["segment"],
        segment_margin=float(scored["segment_margin"]),
        segment_unlike=bool(scored["segment_unlike"]),
        strategy=scored["proposed"],
        policy=scored["policy"],
        needs_confirmation=bool(scored["needs_confirmation"]),
        expected_rate=float(scored["expected_rate"]),
        expected_recovery=float(scored["expected_recovery"]),
        expected_net=float(scored["expected_net"]),
        expected_source=scored["expected_source"],
        expected_low=float(scored["expected_low"]),
        expected_high=float(scored["expected_high"]),
        why=(*assumed, *(each for each in scored["reasons"] if not each.startswith(LEFT_OUT)), *placed_by),
        left_out=tuple(column.header for name, column in columns.items() if name in read and name not in given),
        for_the_record=tuple(column.header for name, column in columns.items() if name in given and name not in read),
        contributions=unpacked(scored["contributions"]),
        what_if=what_if(row, champion=champion, proposed_by=value_policy_of([scored["policy"]])),
    )


def _is_absent(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))


def _one_row(given: Mapping[str, Any]) -> pd.DataFrame:
    columns = by_field("portfolio")
    for name, value in given.items():
        if name not in columns:
            raise Refused(f"There is no field '{name}'", remedy="Use the fields of the portfolio template.")
        _check_bounds(columns[name].header, columns[name].dtype, value, columns[name].low, columns[name].high)
    blank: dict[str, Any] = dict.fromkeys(columns)
    return pd.DataFrame([blank | {"loan_ref": "this loan", "status": "open"} | dict(given)])


def _check_bounds(header: str, dtype: str, value: Any, low: float | None, high: float | None) -> None:
    if dtype in ("text", "category", "date"):
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise Refused(f"{header} is {value!r}", remedy="Write a number.")
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"of {low:g} or more" if high is None else f"from {low or 0:g} to {high:g}"
        raise Refused(f"{header} is {value:g}", remedy=f"Write a number {bounds}.")


def _fields_read(source: Source, champion: Model | None, segmentation: Segmentation | None) -> set[str]:
    read = {"dpd", "balance"}
    if source == "model" and champion is not None:
        read |= fields_read(champion)
    else:
        read |= {name for each in INPUTS for name in each.fields}
    if segmentation is not None:
        read |= {name for ratio in segmentation.content["features"] for name in BY_NAME[ratio].fields}
    return read
