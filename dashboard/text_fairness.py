"""Sentences about fairness: is the score as right about everybody, whom do the proposals fall on, what stands in for whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.records import Model
from core.scores.fairness.groups import in_order
from dashboard import format as show
from dashboard.text_models import between
from dashboard.text_models_evidence import no_evidence

Row = Mapping[str, Any]
CALIBRATION, SELECTION, STAND_INS = (
    "Is it as right about everybody?",
    "Whom do the proposals fall on?",
    "Who could be recognised",
)
NO_LEGAL_VERDICT = "A screening figure with its interval, no legal verdict."
LEVEL = "95 % interval"
FALLS_ON_NONE = "Legal is proposed for no group"


def no_audit(model: Model | None) -> str:
    """Why there is no audit to draw."""
    return no_evidence(model)


def no_groups(told: Row) -> str:
    """Why an audit holds no group."""
    return f"{show.UNDEFINED}, because the book states no age, gender or other attribute with two groups of {told['fewest']} loans."


def no_calibration(told: Row) -> str:
    """Why nothing is said of calibration."""
    if told["source"] == "rule":
        return f"{show.UNDEFINED}, because the rule score orders the work and is no probability that could come true or not."
    return f"{show.UNDEFINED}, because no group has {told['fewest_events']} loans of either outcome."


def no_selection() -> str:
    """Why nothing is said of selection."""
    return (
        f"{show.UNDEFINED}, because too few loans are proposed for Legal to compare groups (10 on both sides together)."
    )


def no_stand_ins() -> str:
    """Why nothing is said of stand-ins."""
    return f"{show.UNDEFINED}, because no attribute has a group of 50 loans and 50 others."


def groups_of(told: Row) -> Iterator[tuple[str, Row, Row]]:
    """Each group that is judged: its label ("Gender: Female"), itself, and its attribute."""
    for attribute in told["attributes"]:
        for group in _ordered(attribute["groups"]):
            if not group["refused"]:
                yield label_of(attribute, group["group"]), group, attribute


def proxies_of(told: Row) -> Iterator[tuple[Row, Row]]:
    """Each group that was asked whether it can be recognised, behind its attribute."""
    for attribute in told["attributes"]:
        for each in _ordered(attribute["proxy"]):
            yield attribute, each


def _ordered(rows: Sequence[Row]) -> list[Row]:
    """Rows of groups: age bands from the youngest on, others as they come."""
    named = {row["group"]: row for row in rows}
    return [named[group] for group in in_order(named)]


def label_of(attribute: Row, group: str) -> str:
    """A group with its attribute in words.

    >>> label_of({"name": "Employment_Type"}, "Retired")
    'Employment type: Retired'
    """
    name = str(attribute["name"]).replace("_", " ")
    return f"{name[:1].upper()}{name[1:].lower()}: {group}"


def standing_apart(told: Row) -> int:
    """How many groups stand apart: the score is not as right about them, or proposes Legal for them more or less often."""
    return sum(
        bool((group["calibration"] or {}).get("apart")) or bool((chosen(group, "Legal") or {}).get("apart"))
        for _, group, _ in groups_of(told)
    )


def chosen(group: Row, track: str, kind: str = "proposed") -> Row | None:
    """How often a track falls on a group, None where that was not looked at."""
    return next((each for each in group["selection"] if (each["track"], each["kind"]) == (track, kind)), None)


def refused_words(told: Row) -> str:
    """The groups too small to be judged, with their n; "" where there is none."""
    small = [
        f"{label_of(attribute, group['group'])} (n = {show.number(group['n'])})"
        for attribute in told["attributes"] for group in _ordered(attribute["groups"]) if group["refused"]
    ]  # fmt: skip
    return f" Too small to be judged (under {told['fewest']} loans): {', '.join(small)}." if small else ""


def calibration_title(told: Row) -> str:
    """Whether more or less happens than was promised, for any group."""
    odd = [
        f"{label} ({'more' if group['calibration']['ratio'] > 1 else 'fewer'} losses than promised)"
        for label, group, _ in groups_of(told) if group["calibration"] and group["calibration"]["apart"]
    ]  # fmt: skip
    return f"Not as right about {', '.join(odd)}" if odd else "As right about every group as chance allows"


def calibration_subtitle(told: Row) -> str:
    """What is drawn."""
    return (
        f"Loans not recovered for each one promised (actual over promised), out of fold; {LEVEL}. One is right; a diamond stands apart from it beyond "
        f"chance, shared over the groups of an attribute.{refused_words(told)}{_flip_words(told)}{_falls_words(told)}"
    )


def _falls_words(told: Row) -> str:
    """That proposals fall on some group more or less often, said where only calibration is drawn; "" where on none."""
    title = selection_title(told)
    return "" if title.startswith(FALLS_ON_NONE) else f" {title}: look at Proposals."


def selection_title(told: Row) -> str:
    """Whom Legal is proposed for more or less often than the largest group."""
    odd = []
    for label, group, _ in groups_of(told):
        legal = chosen(group, "Legal")
        if legal and legal["apart"]:
            like = "" if legal["within"] is None else f", {show.number(legal['within'], 1)} among loans of like risk"
            odd.append(f"{show.number(legal['ratio'], 1)} times as often for {label}{like}")
    return f"Legal is proposed {', '.join(odd)}" if odd else f"{FALLS_ON_NONE} more often than chance allows"


def selection_subtitle(told: Row) -> str:
    """What is drawn."""
    whose = "the model" if told["source"] == "model" else "the rule score"
    against = ", ".join(f"{each['reference']!s}" for each in told["attributes"])
    return (
        f"Share proposed for Legal by {whose}, over that of the largest group ({against}); {LEVEL}. Hollow: among loans of "
        f"like risk, so that a difference in risk is not taken for one in treatment. {NO_LEGAL_VERDICT}{_flip_words(told)}"
    )


def stand_ins_title(told: Row) -> str:
    """The flip test, then the proxy test."""
    flip = told["flip"]
    if not flip["fields"]:
        return "The book states no protected attribute to flip"
    named = " and ".join(str(each).replace("_", " ").lower() for each in flip["fields"][:3])
    moved = flip["score_changes"] + flip["proposal_changes"]
    said = f"Told another {named}, {'no score and no proposal changes' if not moved else f'{show.number(moved)} scores or proposals change'}"
    review = [label_of(attribute, each["group"]) for attribute, each in proxies_of(told) if each["review"]]
    return f"{said}; {', '.join(review)} can be recognised: review" if review else f"{said}; no group is recognised"


def stand_ins_subtitle(told: Row) -> str:
    """What is drawn, and the flip test in figures."""
    inputs = [str(each["name"]).replace("_", " ").lower() for each in told["attributes"] if each["proxy_why"]]
    aside = f" Not asked of {', '.join(inputs)}: it is an input itself." if inputs else ""
    return (
        f"How well what the model reads tells who is in a group: cross-fitted AUC, {LEVEL}. 0.5 is guessing; above "
        f"{show.number(told['review_from'], 1)} a person has to look.{_flip_words(told)}{aside}"
    )


def _flip_words(told: Row) -> str:
    """What the flip test counted; "" where nothing protected is stated."""
    flip = told["flip"]
    if not flip["fields"]:
        return ""
    return (
        f" Flip test, every protected attribute told otherwise: {show.number(flip['score_changes'])} scores and "
        f"{show.number(flip['proposal_changes'])} proposals of {show.count(flip['n'], 'loans')} changed."
    )


def calibration_rows(told: Row) -> list[list[str]]:
    """A row a group: calibration, AUC, mean risk and its difference."""
    head = [
        "Group",
        "n",
        "Not recovered",
        "Promised",
        "Actual / promised",
        LEVEL,
        "AUC",
        LEVEL,
        "Mean risk",
        "Difference (SD)",
        LEVEL,
    ]
    rows = [head]
    for label, group, _ in groups_of(told):
        held, area, smd = group["calibration"], group["auc"], group["smd"]
        rows.append([
            label, show.number(group["n"]), show.number(group["events"]), show.number(held["expected"], 1) if held else show.UNDEFINED,
            *_pair(held and held["ratio"], held and held["ci"]), *_pair(area and area["value"], area and area["ci"]),
            show.number(group["mean_risk"], 3),
            *(["compared with", ""] if smd is None else _pair(smd["value"], smd["ci"])),
        ])  # fmt: skip
    return rows


def selection_rows(told: Row) -> list[list[str]]:
    """A row a group and track: share, ratio, ratio among loans of like risk."""
    rows = [["Group", "Track", "Decided by", "n", "Share", LEVEL, "Ratio", LEVEL, "At like risk", LEVEL, "Turns round"]]
    for label, group, attribute in groups_of(told):
        for each in group["selection"]:
            by = "this score" if each["kind"] == "proposed" else "as it happened"
            ratio = ["compared with", "", "", ""] if group["group"] == attribute["reference"] else [
                *_pair(each["ratio"], each["ratio_ci"]), *_pair(each["within"], each["within_ci"])
            ]  # fmt: skip
            low, high = (show.percent(end) for end in each["ci"])
            rows.append([
                label, each["track"], by, show.number(each["n"]), show.percent(each["share"]), f"{low} to {high}", *ratio,
                "yes" if each["reverses"] else "no",
            ])  # fmt: skip
    return rows


def stand_in_rows(told: Row) -> list[list[str]]:
    """A row a group of the proxy test."""
    return [["Group", "In the group", "Of", "AUC", LEVEL, "Review"]] + [
        [label_of(attribute, each["group"]), show.number(each["n"]), show.number(each["of"]), *_pair(each["auc"], each["ci"]),
         "yes" if each["review"] else "no"]
        for attribute, each in proxies_of(told)
    ]  # fmt: skip


def _pair(value: float | None, ends: Sequence[float] | None) -> list[str]:
    return [show.UNDEFINED if value is None else show.number(value, 3), between(ends)]


def ratio_hover(label: str, value: float, ends: Sequence[float], n: int, what: str) -> str:
    """What is said of a dot."""
    return f"<b>{label}</b><br>{what} {show.number(value, 2)} ({show.number(ends[0], 2)} to {show.number(ends[1], 2)})<br>n = {show.number(n)}"


def summary_of(rows: Sequence[Sequence[str]], column: int) -> str:
    """One column of a table read out, group by group."""
    return "; ".join(f"{row[0]} {row[column]}" for row in rows[1:]) + "."
