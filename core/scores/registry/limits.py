"""What a model cannot do, in words, read from its card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.wording import counted, dated

SMALL = 2_000
"""Below this many loans the AUC and the calibration of a score still move noticeably from sample to sample."""


def limits_of(card: Mapping[str, Any]) -> list[str]:
    """Sentences about where a model's figures end; the most general first.

    Args:
        card: of a model, as training left it; what an older card lacks is passed over.
    """
    said = []
    data = card.get("data") or {}
    if anew := card.get("recalibrated"):
        learned = anew.get("learned") or {}
        until = f", which learned from loans up to {dated(learned['last_day'])}" if learned.get("last_day") else ""
        said.append(
            f"Its probabilities were set anew on {counted(anew['loans'], 'loan')} of {dated(anew['first_day'])} to "
            f"{dated(anew['last_day'])}; it orders loans as model {anew['from']} does{until}. Whether the new probabilities "
            "hold on later loans is not known."
        )
    elif data.get("first_day") and data["first_day"] == data.get("last_day"):
        said.append(
            f"It knows loans of one day only ({dated(data['first_day'])}): whether it holds later is not known."
        )
    elif "out_of_time" in card and card["out_of_time"] is None and card.get("auc") is not None:
        said.append("No later loans with outcomes were there to ask it about: whether it holds later is not known.")
    elif (later := card.get("out_of_time")) and not later.get("windows_apart"):
        said.append("The later loans it was asked about began before the outcomes it learned from were complete.")
    if data.get("loans") and data["loans"] < SMALL:
        said.append(f"It learned from {counted(data['loans'], 'loan')}: its figures would move with another sample.")
    if card.get("conditional_on_strategy"):
        said.append(
            f"Its probability is for loans left under {card.get('reference_strategy', 'Standard')}; what other strategies would "
            "bring is read from who was given them, and is no measured effect."
        )
    elif card.get("auc") is not None:
        said.append(
            "The file does not say which strategy a loan was under: what officers did is mixed into the outcomes."
        )
    if card.get("outcome_column") == "recovery_status":
        said.append("Its outcome is a status somebody wrote, not money that came in.")
    return said
