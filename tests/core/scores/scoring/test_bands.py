import pandas as pd

from core.scores.scoring.bands import BANDS, band_of
from core.strategies.thresholds import CHAMPION_V0


def test_bands_are_closed_below_and_open_above():
    scores = pd.Series([0.0, 0.4999, 0.5, 0.7499, 0.75, 1.0], index=list("abcdef"))
    assert band_of(scores).to_dict() == {"a": "Low", "b": "Low", "c": "Medium", "d": "Medium", "e": "High", "f": "High"}


def test_no_score_has_no_band():
    assert band_of(pd.Series([float("nan")])).tolist() == [None]
    assert band_of(pd.Series([], dtype=float)).empty


def test_the_policy_cuts_where_the_bands_do():
    for band, track in zip(BANDS, CHAMPION_V0.tracks, strict=True):
        at = {"Low": 0.0, "Medium": CHAMPION_V0.edges[0], "High": CHAMPION_V0.edges[1]}[band]
        assert band_of(pd.Series([at])).tolist() == [band], track
