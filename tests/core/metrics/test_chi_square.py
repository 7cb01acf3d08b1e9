import math

import pytest
from scipy.stats import chi2

from core.metrics.chi_square import beyond, limit


@pytest.mark.parametrize("freedom", [1, 2, 3, 9, 10, 25])
def test_the_closed_form_is_scipys(freedom):
    for value in (0.0, 0.3, 2.0, 11.0, 40.0):
        assert beyond(value, freedom) == pytest.approx(chi2.sf(value, freedom), rel=1e-10)
    for share in (0.5, 0.01, 1e-4):
        assert limit(freedom, share) == pytest.approx(chi2.isf(share, freedom), rel=1e-9)


def test_without_degrees_of_freedom_there_is_no_such_variable():
    with pytest.raises(ValueError, match="1 or more degrees of freedom, not 0"):
        beyond(1.0, 0)
    assert math.isnan(beyond(math.nan, 3))
