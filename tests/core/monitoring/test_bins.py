import numpy as np
import pytest

from core.monitoring.bins import MOST_KNOWN, counts_in, fit_bins, names_of, unseen_in


def texts(**counts):
    return np.asarray([level for level, count in counts.items() for _ in range(count)], dtype=object)


def test_numbers_fall_into_bins_of_equal_mass_and_what_is_missing_into_its_own():
    values = np.append(np.arange(1.0, 61.0), [np.nan, np.nan])
    bins = fit_bins(values, bins=6)
    assert counts_in(bins, values).tolist() == [10, 10, 10, 10, 10, 10, 2]
    assert counts_in(bins, np.array([-5.0, 1000.0, np.inf])).tolist() == [1, 0, 0, 0, 0, 1, 1]
    assert len(names_of(bins)) == 7


def test_a_value_on_an_edge_belongs_below_it_and_repeated_values_make_fewer_bins():
    values = np.array([0.0] * 80 + [1.0] * 15 + [2.0] * 5)
    bins = fit_bins(values)
    assert bins["edges"] == [0.0, 1.0]
    assert counts_in(bins, values).tolist() == [80, 15, 5, 0]
    assert names_of(bins) == ["up to 0", "0 to 1", "above 1", "missing"]


def test_levels_have_bins_and_rare_and_new_ones_share_one_beside_the_missing():
    values = np.append(texts(Auto=60, Home=40, Boat=7, Kite=1), [None, None])
    bins = fit_bins(values)
    assert (bins["levels"], bins["known"]) == (["Auto", "Home"], ["Boat", "Kite"])
    assert names_of(bins) == ["Auto", "Home", "other levels", "missing"]
    assert counts_in(bins, values).tolist() == [60, 40, 8, 2]
    now = np.array(["Home", "Boat", "Boat", "Sled", None, None], dtype=object)
    assert counts_in(bins, now).tolist() == [0, 1, 3, 2]
    assert unseen_in(bins, now) == 1


def test_a_column_of_names_does_not_keep_them_all():
    values = np.asarray([f"N{at}" for at in range(MOST_KNOWN + 1)] + ["Auto"] * 40, dtype=object)
    bins = fit_bins(values)
    assert bins["known"] is None
    assert counts_in(bins, values).tolist() == [40, MOST_KNOWN + 1, 0]
    assert unseen_in(bins, np.array(["somebody new"], dtype=object)) == 0


@pytest.mark.parametrize("values", [np.full(5, np.nan), np.zeros(5), np.full(5, None, dtype=object)])
def test_a_fact_without_differences_has_no_edges_but_its_missing_share(values):
    bins = fit_bins(values)
    assert counts_in(bins, values).sum() == 5
    assert counts_in(bins, values[:0]).sum() == 0
