from __future__ import annotations

import pytest

from core.errors import FileRefused, RecoupError, Refused, Reject, RowsRefused


def test_an_error_says_what_was_found_where_and_what_to_do():
    with pytest.raises(Refused, match=r"^The file is empty\. Choose another\.$"):
        raise FileRefused("The file is empty", remedy="Choose another.")


def test_at_most_three_places_are_shown_and_the_rest_counted():
    where = [f"line {line}" for line in range(2, 7)]
    assert str(Refused("Bad", where=where, remedy="Mend it.")) == "Bad (line 2; line 3; line 4; and 2 more). Mend it."
    assert str(Refused("Bad", where=where[:3], remedy="Mend it.")) == "Bad (line 2; line 3; line 4). Mend it."


def test_refused_rows_carry_every_reject():
    rejects = [Reject(4, "Days_Past_Due", "soon", "is not a number"), Reject(9, "(row)", "", "is short")]
    refused = RowsRefused("2 rows are refused", rejects=rejects, where=[str(rejects[0])], remedy="Mend them.")
    assert refused.rejects == tuple(rejects)
    assert str(refused) == "2 rows are refused (line 4, Days_Past_Due: 'soon' is not a number). Mend them."
    assert isinstance(refused, RecoupError)
