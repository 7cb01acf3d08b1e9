"""When facts begin and cease to speak: `live`, and the days between which it was so (see db.known)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection


def begin(
    connection: Connection, fact: str, known_on: str, where: str, given: Mapping[str, object] | None = None
) -> None:
    """The silent rows of a table of facts that meet a condition speak from a day on.

    Where one spoke before, that spell is kept in `spells`; one that began and ended on the same day is nobody's
    knowledge and is forgotten.

    Args:
        fact: the table's name; known_on: the day of the revision; where: a condition on its rows; given: its values.
    """
    told = {**(given or {}), "spell_day": known_on}
    silent = f"live = 0 AND {where}"
    connection.exec_driver_sql(
        f"INSERT INTO spells (book_id, fact, fact_id, since_on, until_on) SELECT {_BOOK_OF.get(fact, 'book_id')}, "
        f"'{fact}', id, since_on, until_on FROM {fact} WHERE {silent} AND since_on < until_on",
        told,
    )
    connection.exec_driver_sql(
        f"UPDATE {fact} SET live = 1, since_on = :spell_day, until_on = NULL WHERE {silent}", told
    )


def end(
    connection: Connection, fact: str, known_on: str, where: str, given: Mapping[str, object] | None = None
) -> None:
    """The speaking rows that meet a condition are silent from a day on (arguments as in `begin`)."""
    connection.exec_driver_sql(
        f"UPDATE {fact} SET live = 0, until_on = :spell_day WHERE live = 1 AND {where}",
        {**(given or {}), "spell_day": known_on},
    )


_BOOK_OF = {"scores": "(SELECT r.book_id FROM revisions r WHERE r.id = revision_id)"}
