"""Colours of charts, by mode. The same values stand in assets/recoup.css; a test holds the two together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Mode = Literal["light", "dark"]

FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif'
)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one mode; `ink` and `muted` are for text, `faint` for decoration only."""

    surface: str
    ink: str
    muted: str
    faint: str
    line: str
    grid: str
    accent: str
    soft: str
    good: str
    bad: str
    series: str
    strategies: tuple[tuple[str, str], ...]
    segments: tuple[str, ...]


LIGHT = Palette(
    surface="#FFFFFF", ink="#151A22", muted="#5A6472", faint="#8A94A3", line="#E3E7ED", grid="#EEF1F5",
    accent="#1E4E8C", soft="#E8EFF8", good="#0E7F63", bad="#BC4A25", series="#3E86C8",
    strategies=(("Standard", "#3E86C8"), ("Settlement", "#B97A12"), ("Legal", "#8B5FB0")),
    segments=("#A3673F", "#5B6FA8", "#C2788F", "#4C9A8F", "#7A8B3C", "#8C6BB1", "#A8893A", "#6B7F8F"),
)  # fmt: skip
DARK = Palette(
    surface="#161B22", ink="#E9EDF2", muted="#9BA6B5", faint="#6F7B8B", line="#29313C", grid="#202731",
    accent="#7FB0EA", soft="#1B2A3D", good="#3DB891", bad="#EE8A66", series="#5BA3E6",
    strategies=(("Standard", "#5BA3E6"), ("Settlement", "#E8AE54"), ("Legal", "#B08AD6")),
    segments=("#C4875C", "#8093D0", "#D996AA", "#63B5A9", "#9BAE58", "#AC90CF", "#C6A95C", "#8FA3B3"),
)  # fmt: skip


def palette(mode: Mode | str | None) -> Palette:
    """The colours of a mode; anything but "dark" is light."""
    return DARK if mode == "dark" else LIGHT


def strategy_colour(strategy: str, mode: Mode | str | None) -> str:
    """A strategy's own colour; one that is not among the three tracks is muted grey."""
    colours = palette(mode)
    return dict(colours.strategies).get(strategy, colours.faint)


def segment_colours(names: Sequence[str], mode: Mode | str | None) -> dict[str, str]:
    """Each segment's colour, by its place in the book's own order of segments (`reader.values("segment")`).

    "not stated" is grey wherever it stands and takes no colour from the others.
    """
    colours = palette(mode)
    named = [name for name in names if name != "not stated"]
    found = {name: colours.segments[place % len(colours.segments)] for place, name in enumerate(named)}
    return {name: found.get(name, colours.faint) for name in names}


def tint(colour: str, share: float) -> str:
    """A colour of the palette, thinned over the surface.

    >>> tint("#3E86C8", 0.5)
    'rgba(62,134,200,0.5)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
