"""A trend as a small picture, without axes. It comes as an image so that six of them cost nothing."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Sequence

from dashboard.theme import palette

WIDTH, HEIGHT, EDGE = 130.0, 26.0, 3.0


def sparkline(values: Sequence[float], mode: str | None) -> str:
    """The image source of a line over `values`, oldest first; NaN leaves a gap.

    Returns "" when fewer than two values are known. The last known value carries a dot.
    """
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 2:
        return ""
    colour = palette(mode).series
    points = _points(values, min(known), max(known))
    end_x, end_y = [point for point in points if point][-1]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none">'
        f'<path d="{_path(points)}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-linejoin="round"'
        f' stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
        f'<circle cx="{end_x:.1f}" cy="{end_y:.1f}" r="1.8" fill="{colour}"/></svg>'
    )
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _points(values: Sequence[float], low: float, high: float) -> list[tuple[float, float] | None]:
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    span = (high - low) or 1.0
    return [
        (EDGE + place * step, HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE))
        if math.isfinite(value)
        else None
        for place, value in enumerate(values)
    ]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    pieces: list[str] = []
    for before, point in zip([None, *points], points, strict=False):
        if point:
            pieces.append(f"{'L' if before else 'M'}{point[0]:.1f} {point[1]:.1f}")
    return "".join(pieces)
