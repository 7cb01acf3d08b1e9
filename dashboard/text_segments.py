"""The sentences of the Segments page: how sure segments are, how loans moved, how other ways did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.metrics.flows import LEFT, NEW
from core.metrics.intervals import wilson
from core.records import Job, Segmentation
from core.segments.moved_on import RECOGNISED_FROM, STABLE_FROM, has_moved_on
from core.selection import NOT_STATED
from core.wording import agree
from dashboard import format as show
from dashboard.components.table import BELOW, NONE

JOBS = {"refit": "Fitting the segments again", "compare segments": "Comparing with other ways"}
NO_SEGMENTS = "this book has no segments yet"
MOVED_BY_THE_FIT = " The segments were fitted to the loans of this month-end: some moves are the fit's, not the loans', and the next month has none of those."
OTHER_LOANS = " They are not the loans the segments were fitted to, so K-means has other figures here than above."
ASK_REASON = "Why again? Kept with your name and the day."
TERMS = (
    "Rand index: how alike two groupings of the same loans are, 1 the same, 0 as by chance. Jaccard: the part of a segment's "
    "loans that it shares with the one found again. Silhouette: how much nearer a loan is to its own segment than to the next, "
    "from −1 to 1."
)
"""What the figures of a fit mean, on each tab that has them."""
WAYS = ("Way", "Groups", "Largest", "Noise", "Rand index", "Least Jaccard", "Silhouette", "Recovery explained", "n")


def sure_title(placed: int, borderline: int, unlike: int) -> str:
    """What the counts come to."""
    if not placed:
        return "How sure are the segments?"
    odd = show.percent(unlike / placed) if unlike else "none"
    return f"{show.percent(borderline / placed, 0)} of the loans are borderline, {odd} unlike anything seen"


def sure_rows(margins: pd.DataFrame) -> list[tuple[str, ...]]:
    """A row a segment, and all of them: loans, borderline, unlike and held back, each share with its interval."""
    rows = [_sure_row(str(row["segment"]), row) for row in margins.to_dict("records") if row["placed"]]
    if len(rows) > 1:
        names = ["placed", "borderline", "unlike", "held_back"]
        rows.append(_sure_row("All", margins[names].sum().to_dict()))
    return rows


def _sure_row(name: str, row: Mapping[Any, Any]) -> tuple[str, ...]:
    placed = int(row["placed"])
    return (
        name,
        show.number(placed),
        *(_share(int(row[each]), placed) for each in ("borderline", "unlike", "held_back")),
    )


def _share(some: int, of: int) -> str:
    low, high = wilson(some, of)
    return f"{show.number(some)}{BELOW}{show.percent(some / of)}{BELOW}({show.percent(low)} to {show.percent(high)})"


def sure_subtitle(segmentation: Segmentation | None, stated: int) -> str:
    """What the words mean."""
    if segmentation is None or not stated:
        return f"{show.UNDEFINED}, because {NO_SEGMENTS}."
    if segmentation.content.get("method") == "buckets":
        return "These segments are cut by arrears and balance: a loan is in or out, so there is no margin and none is unlike the others."
    return (
        "Borderline: the second nearest segment is at most 10 % further away. Unlike anything seen: further out than 99 % "
        "of the loans of the fit, so about 1 % on its day. Held back: nearer to another segment, but not clearly and not "
        "for a second month. In brackets: 95 % interval (Wilson)."
    ).replace("10 %", show.percent(0.1, 0)).replace("99 %", show.percent(0.99, 0)).replace("1 %", show.percent(0.01, 0)).replace("95 %", show.percent(0.95, 0))  # fmt: skip


def fit_sentences(segmentation: Segmentation | None) -> list[str]:
    """How the segments came about and how still they hold."""
    if segmentation is None or not segmentation.content:
        return [f"How still they hold is {show.UNDEFINED}, because {NO_SEGMENTS}."]
    content = segmentation.content
    said = [_fitted(segmentation)]
    evidence = {int(each["k"]): each for each in content.get("evidence", [])}
    redraws, n = content.get("redraws", 20), content.get("evidence_n", content.get("n", 0))
    ours = evidence.get(len(segmentation.names)) if content.get("method") == "k-means" else None
    if ours is not None:
        firm = ours["ari"] >= STABLE_FROM and ours["jaccard"] >= RECOGNISED_FROM
        said.append(
            f"Drawn again {redraws} times from {show.count(int(n), 'loans')}, they {'hold still' if firm else 'hold less still than we ask'}: "
            f"adjusted Rand index {ours['ari']:.2f} (we ask {STABLE_FROM:.2f}), least stable segment found again with Jaccard "
            f"{ours['jaccard']:.2f} (we ask {RECOGNISED_FROM:.2f}), smallest segment {show.percent(ours['smallest_share'], 0)} of the loans, "
            f"silhouette {_figure(ours['silhouette'])}. {TERMS}"
        )
        others = [
            f"{k}: {each['ari']:.2f} and {each['jaccard']:.2f}" for k, each in evidence.items() if each is not ours
        ]
        if others:
            said.append(f"Other numbers of segments, index and Jaccard: {'; '.join(others)}.")
    else:
        tried = [f"{k}: {each['ari']:.2f} and {each['jaccard']:.2f}" for k, each in evidence.items()]
        said.append(
            "No number of segments held still enough, so the book is cut by arrears and balance."
            if tried
            else "The book's ratios do not vary enough to find segments, so it is cut by arrears and balance."
        )
        if tried:
            said.append(f"Tried, with index and Jaccard over {redraws} redraws: {'; '.join(tried)}. {TERMS}")
    missing = {name: rows for name, rows in dict(content.get("missing", {})).items() if rows}
    if missing and content.get("method") == "k-means":
        worst = max(missing, key=lambda name: missing[name])
        said.append(
            f"A figure that a loan lacks counts as the book's median; lacking most often: {worst.removeprefix('log_').replace('_', ' ')}, {show.count(missing[worst], 'loans')}."
        )
    return said


def moved_on(placed: int, unlike: int) -> list[str]:
    """That the segments have grown old, where they have."""
    if not has_moved_on(placed, unlike):
        return []
    return [
        f"{show.percent(unlike / placed, 0)} of the loans are unlike those the segments were fitted to: the book has moved on. "
        "Fit them again: say why below, and press the button. Segments that are found again keep their names."
    ]


def _fitted(segmentation: Segmentation) -> str:
    content = segmentation.content
    of_day = f" as of {show.day(content['loans_on'])}" if content.get("loans_on") else " of a day that was not kept"
    when = f" on {show.day(segmentation.fitted_at[:10])}" if segmentation.fitted_at else ""
    who = f" by {segmentation.who}" if segmentation.who else ""
    why = f", because: {segmentation.reason}" if segmentation.reason else ""
    number = (
        f" Why {show.count(len(segmentation.names), 'segments')}: {content['chosen_by']}."
        if content.get("chosen_by")
        else ""
    )
    return f"Fitted{when}{who} to {show.count(int(content.get('n', 0)), 'open loans')}{of_day}{why}.{number}"


def _figure(value: float | None) -> str:
    return show.UNDEFINED if value is None else show.number(value, 2)


def month_of(moves: pd.DataFrame) -> str | None:
    """The newest month of the moves; None where there is none."""
    return None if moves.empty else str(moves["month"].max())


def moves_title(matrix: pd.DataFrame, *, anew: bool = False) -> str:
    """Decisive: how many stayed; `anew` where the segments were fitted on the very day the loans came to."""
    kept, open_then = _stayed(matrix)
    if not open_then:
        return "How loans moved between segments"
    return f"{show.percent(kept / open_then, 0)} of the loans stayed in their segment in {show.month(str(matrix['month'].iloc[0]))}{', over a new fit' if anew else ''}"


def _stayed(matrix: pd.DataFrame) -> tuple[int, int]:
    old = matrix[matrix["origin"] != NEW]
    return int(old.loc[old["origin"] == old["became"], "loans"].sum()), int(old["loans"].sum())


def moves_subtitle(matrix: pd.DataFrame, *, by_balance: bool) -> str:
    """What the table holds."""
    kept, open_then = _stayed(matrix)
    old = matrix[matrix["origin"] != NEW]
    goes_on = ~old["became"].isin(LEFT)
    moved = int(old.loc[goes_on & (old["became"] != old["origin"]), "loans"].sum())
    held = int(matrix["held_back"].sum())
    of = "opening balance" if by_balance else "loans"
    interval = ""
    if open_then and not by_balance:
        low, high = wilson(kept, open_then)
        interval = f" Stayed: {show.percent(kept / open_then)} ({show.percent(low)} to {show.percent(high)}, n {show.number(open_then)})."
    return (
        f"From each segment (row) a month before to where its {of} stood at the end of {show.month(str(matrix['month'].iloc[0]))}; rows sum to "
        f"{show.percent(1, 0)}, {NONE} is no loan. {show.count(moved, 'loans')} changed {agree(moved, 'its', 'their')} segment; {show.number(held)} more would have and {agree(held, 'was', 'were')} held back: "
        f"not clearly nearer to another, and not for a second month.{interval}"
    )


def moves_absent(book_days: int) -> str:
    """Why there are no moves."""
    why = "this book has only one day" if book_days < 2 else "no two adjacent month-ends lie up to this day"
    return f"{show.UNDEFINED}, because {why}."


def matrix_cells(matrix: pd.DataFrame, names: Sequence[str], *, by_balance: bool) -> tuple[list[str], list[list[str]]]:
    """The heads and rows of the transition matrix: row name, n (loans; or balance), then the share that went to each state."""
    measure = "balance" if by_balance else "loans"
    told = matrix.astype({measure: float})
    table = told.pivot_table(index="origin", columns="became", values=measure, aggfunc="sum", fill_value=0.0)
    known = [name for name in (*names, NOT_STATED) if name in table.index or name in table.columns]
    others = sorted({*table.index, *table.columns} - {*known, NEW, *LEFT})
    inside, left = [*known, *others], [state for state in LEFT if state in table.columns]
    heads = [
        "From",
        "Balance" if by_balance else "n",
        *(f"{place}{BELOW}{name}" for place, name in enumerate(inside, start=1)),
        *left,
    ]
    rows = []
    for place, origin in enumerate([*inside, NEW], start=1):
        if origin not in table.index:
            continue
        total = float(table.loc[origin].sum())
        shares = [
            float(table.loc[origin].get(state, 0.0)) / total if total else float("nan") for state in (*inside, *left)
        ]
        label = "New arrivals" if origin == NEW else f"{place} {origin}"
        size = show.money(total) if by_balance else show.number(total)
        rows.append([label, size, *(_short(share) for share in shares)])
    return heads, rows


def _short(share: float) -> str:
    return NONE if share == 0 else show.percent(share)


def others_words(ways: int) -> str:
    """What stands under the tab: how many ways K-means was held against, itself among the `ways`."""
    return f"K-means beside {ways - 1} other ways" if ways > 1 else "Not compared with other ways yet"


def others_title(comparison: Mapping[str, Any] | None) -> str:
    """The verdict, short."""
    return (
        "K-means beside the other ways"
        if comparison is None
        else "Why K-means: beside the other ways on the same loans"
    )


def others_subtitle(comparison: Mapping[str, Any] | None) -> str:
    """What was compared, on what."""
    if comparison is None:
        return "Not compared yet for these segments. It takes the worker a few seconds."
    on = "whose outcome of 12 months is known" if comparison["on"] == "outcomes" else "open on the newest day"
    return (
        f"On {show.count(int(comparison['n']), 'loans')} {on}, drawn uniformly; Rand index and Jaccard over {comparison['redraws']} redraws of them. "
        f"Recovery explained: its variance between groups, on loans held out (95 % interval).{OTHER_LOANS if comparison['on'] == 'outcomes' else ''} {TERMS}"
    ).replace("95 %", show.percent(0.95, 0))


def others_rows(comparison: Mapping[str, Any] | None) -> list[tuple[str, ...]]:
    """A row a way, in the order of WAYS."""
    return [] if comparison is None else [_way(each) for each in comparison["ways"]]


def _way(way: Mapping[str, Any]) -> tuple[str, ...]:
    explained, n = show.UNDEFINED, ""
    if way["explained"] is not None:
        explained = f"{show.percent(way['explained'])} ({show.percent(way['explained_low'])} to {show.percent(way['explained_high'])})"
        n = show.number(way["explained_n"])
    shares = (show.percent(way["largest"], 0), show.percent(way["noise"]))
    figures = (_figure(way["ari"]), _figure(way["jaccard"]), _figure(way["silhouette"]))
    return (str(way["name"]), show.number(way["groups"]), *shares, *figures, explained, n)


def job_words(job: Job | None) -> str:
    """How a job of this page stands."""
    if job is None or job.kind not in JOBS:
        return ""
    if not job.is_over:
        return f"{JOBS[job.kind]}: {show.percent(job.progress, 0)}{', ' + job.message if job.message else ''}"
    if job.status == "done":
        return str((job.result or {}).get("sentence", "Done."))
    return f"Nothing was changed: {job.message}"
