"""With the knowledge of an earlier day a book answers as one that was told only what was known on that day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from core.errors import HistoryUnsettled, SelectionRefused
from core.selection import Selection
from db.cubes.all import recount
from db.engine import reading
from db.known import Knowledge
from tests.db.conftest import visible
from tests.db.story import Life, Tellers, answers, assert_same, lived

pytestmark = pytest.mark.no_cover
"""An oracle: it says whether answers are right, and other tests cover what it runs."""

AS_OF = (None, date(2026, 7, 19), date(2026, 11, 30))
DAYS_ASKED = 4
NOT_OF_THE_DAY = {"name": "own", "own_stored": True, "currency": "", "revision": 0, "last_received_on": None}


def asked(life: Life, selection: Selection, *, scored: bool) -> dict[str, object]:
    try:
        return answers(life.reader, selection, scored=scored)
    except SelectionRefused as refused:
        return {"refused": str(refused)}


def assert_every_day_is_known_as_it_was(life: Life, tellers: Tellers, *, scored: bool) -> None:
    days = life.days()
    chosen = sorted({days[0] - timedelta(days=1), days[0], *Random(len(days)).sample(days, k=DAYS_ASKED), days[-1]})
    for place, day in enumerate(chosen):
        fresh = tellers.told(life.told, day)
        as_of = AS_OF[place % len(AS_OF)]
        found = asked(life, Selection(as_of=as_of, known_on=day), scored=scored)
        assert_same(found, asked(fresh, Selection(as_of=as_of), scored=scored), day)
        assert replace(life.reader.book(day), **NOT_OF_THE_DAY) == replace(fresh.reader.book(), **NOT_OF_THE_DAY)
        assert life.reader.book(day).last_received_on == life.last_received_on(day)
        fresh.close()


def assert_cubes_equal_rows_on_every_day(life: Life) -> None:
    with reading(life.engine) as connection:
        for day in life.days():
            for name, differences in recount(connection, Knowledge(day.isoformat())).items():
                assert differences.empty, f"{name} as known on {day} differs from its rows:\n{differences}"


def test_files_that_came_in_order_and_undos_between_them(tmp_path, template):
    life = lived(tmp_path / "life.db", template, Random(1), in_order=True)
    assert_every_day_is_known_as_it_was(life, Tellers(tmp_path, template), scored=True)
    assert_cubes_equal_rows_on_every_day(life)
    assert life.reader.known_days() == life.days()
    life.close()


def test_files_that_came_out_of_order_once_history_is_settled(tmp_path, template):
    life = lived(tmp_path / "life.db", template, Random(2), in_order=False)
    before = visible(life.engine)
    with pytest.raises(HistoryUnsettled, match="Ask again in a moment, or run the worker"):
        life.reader.stock(Selection(known_on=life.days()[0]))
    assert life.writer.settle_history("own")
    assert visible(life.engine) == before
    assert_every_day_is_known_as_it_was(life, Tellers(tmp_path, template), scored=False)
    assert_cubes_equal_rows_on_every_day(life)
    assert not life.writer.settle_history("own")
    life.close()
