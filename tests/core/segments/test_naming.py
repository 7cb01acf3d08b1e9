from hypothesis import given
from hypothesis import strategies as st

from core.segments.naming import names_of

FEATURES = ["log_debt_to_income", "log_balance", "collateral_cover", "log_dpd"]


def content(*centroids, centre=(0.5, 9.0, 1.0, 3.0), scale=(0.2, 1.0, 0.5, 1.0), features=FEATURES):
    return {
        "method": "k-means",
        "features": features,
        "centroids": [list(c) for c in centroids],
        "centre": list(centre),
        "scale": list(scale),
    }


def test_the_three_ratios_that_stand_out_most_make_the_name_strongest_first():
    names = names_of(content((1.5, 0.9, 0.1, 1.2), (-0.5, -0.3, 0.8, 0.0)))
    assert names == ("Stretched budget, long overdue, large balance", "Well secured, comfortable budget")


def test_a_segment_like_the_book_is_called_typical():
    assert names_of(content((0.1, -0.2, 0.0, 0.39), (1.0, 0.0, 0.0, 0.0))) == (
        "Typical of the book",
        "Stretched budget",
    )


def test_no_security_at_all_is_called_unsecured():
    assert names_of(content((0.0, 0.0, -1.9, 0.0), (0.0, 0.0, -1.0, 0.0))) == ("Unsecured", "Little security")


def test_hardly_any_arrears_are_called_barely_overdue():
    assert names_of(content((0.0, 0.0, 0.0, -2.5), (0.0, 0.0, 0.0, -0.5))) == ("Barely overdue", "Recently overdue")


def test_equal_names_are_told_apart_by_their_next_word():
    names = names_of(content((1.0, 0.3, 0.0, 0.0), (1.1, -0.3, 0.0, 0.0)))
    assert names == ("Stretched budget, large balance", "Stretched budget")


@given(st.lists(st.lists(st.floats(-2, 2), min_size=4, max_size=4), min_size=2, max_size=6))
def test_names_are_unique_whatever_the_centroids(centroids):
    names = names_of(content(*centroids))
    assert len(set(names)) == len(names) == len(centroids)


def test_names_hold_no_jargon():
    for name in names_of(content((1.5, 0.9, 0.1, 1.2), (-1.5, -0.9, -2.1, -2.9))):
        assert not {"dpd", "dti", "log", "z"} & set(name.lower().replace(",", "").split())
