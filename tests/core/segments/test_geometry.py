import numpy as np
import pandas as pd
import pytest

from core.segments.geometry import STANDING_SHARE, distances, frame_of_reference, in_space, standardised


def ratios(rows=400, **instead):
    rng = np.random.default_rng(3)
    columns = {
        "log_balance": rng.normal(9, 1, rows),
        "log_dpd": rng.normal(4, 0.5, rows),
        "contact_rate": rng.random(rows),
    }
    return pd.DataFrame(columns | instead)


def test_one_odd_figure_moves_neither_scale_nor_centre():
    plain = ratios()
    odd = plain.copy()
    odd.loc[0, "log_balance"] = 1e9
    before, after = frame_of_reference(plain), frame_of_reference(odd)
    assert after["centre"][0] == pytest.approx(before["centre"][0], abs=0.02)
    assert after["scale"][0] == pytest.approx(before["scale"][0], rel=0.02)
    assert standardised(after, odd)[0, 0] == 3.0
    assert standardised(after, odd, clipped=False)[0, 0] > 1e6


def test_a_ratio_that_hardly_ever_varies_is_no_axis():
    space = frame_of_reference(ratios(contact_rate=np.r_[1.0, np.zeros(399)]))
    assert space["features"] == ["log_balance", "log_dpd"]


def test_the_standing_turns_every_ratio_so_that_more_is_better_and_has_its_share_of_the_variance():
    frame = ratios()
    space = frame_of_reference(frame)
    assert np.sign(space["standing"]).tolist() == [-1, -1, 1]
    points = in_space(space, standardised(space, frame))
    assert points[:, -1].var() == pytest.approx(STANDING_SHARE * 3)


def test_ratios_that_cancel_out_have_no_standing():
    same = np.linspace(0, 1, 400)
    space = frame_of_reference(pd.DataFrame({"log_dpd": same, "contact_rate": same}))
    assert space["standing"] == [0.0, 0.0]


def test_a_missing_ratio_counts_as_the_book_s_median():
    frame = ratios()
    space = frame_of_reference(frame)
    row = frame.head(2).assign(log_dpd=[np.nan, frame["log_dpd"].median()], log_balance=9.0, contact_rate=0.5)
    z = standardised(space, row)
    assert (z[0] == z[1]).all()


def test_distances_are_euclidean_over_ratios_and_standing_and_a_fit_without_standing_has_only_ratios():
    content = {
        "features": ["log_balance", "log_dpd"], "medians": [0.0, 0.0], "centre": [0.0, 0.0], "scale": [1.0, 1.0],
        "centroids": [[0.0, 0.0], [3.0, 4.0]],
    }  # fmt: skip
    frame = pd.DataFrame({"balance": [0.0], "dpd": [0]})
    assert distances(content, frame).tolist() == [[0.0, 5.0]]
    assert distances(content | {"standing": [-1.0, -1.0]}, frame)[0, 1] == pytest.approx(np.sqrt(9 + 16 + 49))


def test_no_rows_have_a_frame_of_reference_without_axes():
    assert frame_of_reference(ratios().assign(log_dpd=4.0)[["log_dpd"]])["features"] == []
