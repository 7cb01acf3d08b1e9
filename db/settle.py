"""Which row speaks (`live` 1) where several tell of the same thing.

Batches are newer and older by the day they were received, then by number: a back-fill in any order gives the same book.
Snapshots, by loan and day: the row of the newest committed batch, counted from the newest full batch of that day on
(a full batch replaces its day). A day known only from partial batches is made whole: the open loans that speak on the
latest earlier day and are in none of its files are carried over as copies, kept with the day's first committed batch;
whenever that earlier day changes they are chosen again, and a copy that fits again speaks again.
Payments, by their number: the row of the newest committed batch; without a number every row. Actions: every row.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable

from sqlalchemy import Connection

from db.spells import begin, end
from db.tables import snapshots
from db.touched import Touched

_NOT_COPIED = {
    "id", "batch_id", "as_of", "carried_from", "carried_id", "live", "since_on", "until_on", "strategy_stated"
}  # fmt: skip
_COPIED = ", ".join(column.name for column in snapshots.columns if column.name not in _NOT_COPIED)
_COPIED_FROM = ", ".join(f"s.{column.name}" for column in snapshots.columns if column.name not in _NOT_COPIED)

_SPEAKS = "book_id = :book AND as_of = :day AND live = 1"


def settle_days(connection: Connection, book_id: int, touched: Touched, days: Iterable[str]) -> None:
    """Let the right snapshots speak on these days, and on the later days that carry rows over from them.

    Fills `changed` and `spoke` (see db.touched)."""
    waiting = sorted(set(days))
    while waiting:
        day = waiting.pop(0)
        if not _settle_day(connection, book_id, touched, day):
            continue
        following = _scalar(
            connection,
            "SELECT min(as_of) FROM snapshots WHERE book_id = :book AND live = 1 AND as_of > :day",
            book_id,
            day,
        )
        if following and following not in waiting and not _full_ones(_tellers(connection, book_id, following)):
            insort(waiting, following)


def _settle_day(connection: Connection, book_id: int, touched: Touched, day: str) -> bool:
    tellers = _tellers(connection, book_id, day)
    full = _full_ones(tellers)
    run = connection.exec_driver_sql
    run("DELETE FROM tellers")
    for place, (batch_id, _) in enumerate(tellers[full[-1] if full else 0 :]):
        run("INSERT INTO tellers VALUES (?, ?)", (batch_id, place))
    run("DELETE FROM speaking")
    run(
        "INSERT INTO speaking SELECT id, loan_id FROM (SELECT s.id, s.loan_id, row_number() OVER ("
        "PARTITION BY s.loan_id ORDER BY t.place DESC, s.id DESC) AS newest FROM snapshots s CROSS JOIN tellers t "
        "WHERE s.book_id = :book AND s.as_of = :day AND s.carried_id IS NULL AND t.id = s.batch_id) told WHERE newest = 1",
        {"book": book_id, "day": day},
    )
    if tellers and not full:
        _carry_over(connection, book_id, day, tellers[0][0])
    touched.day_of_book(book_id, day)
    return _flip_day(connection, book_id, touched, day)


def _tellers(connection: Connection, book_id: int, day: str) -> list[tuple[int, str]]:
    """The committed batches with rows of their own on a day, oldest first: number and scope."""
    found = connection.exec_driver_sql(
        "SELECT b.id, b.scope FROM batches b WHERE b.id IN ("
        "SELECT DISTINCT batch_id FROM snapshots WHERE book_id = :book AND as_of = :day AND carried_id IS NULL) "
        "AND b.status = 'committed' ORDER BY b.received_on, b.id",
        {"book": book_id, "day": day},
    )
    return [(int(number), str(scope)) for number, scope in found]


def _full_ones(tellers: list[tuple[int, str]]) -> list[int]:
    """The places of the full batches among them."""
    return [place for place, (_, scope) in enumerate(tellers) if scope == "full"]


def _carry_over(connection: Connection, book_id: int, day: str, carrier: int) -> None:
    source_day = _scalar(
        connection, "SELECT max(as_of) FROM snapshots WHERE book_id = :book AND live = 1 AND as_of < :day", book_id, day
    )
    if source_day is None:
        return
    given = {"book": book_id, "day": day, "source": source_day, "carrier": carrier}
    run = connection.exec_driver_sql
    sources = (
        "FROM snapshots s WHERE s.book_id = :book AND s.as_of = :source AND s.live = 1 AND s.status = 'open' "
        "AND s.loan_id NOT IN (SELECT loan_id FROM speaking)"
    )
    run(
        f"INSERT INTO snapshots ({_COPIED}, batch_id, as_of, carried_from, carried_id, live) "
        f"SELECT {_COPIED_FROM}, :carrier, :day, :source, s.id, 0 {sources} AND NOT EXISTS (SELECT 1 FROM snapshots c "
        "WHERE c.loan_id = s.loan_id AND c.as_of = :day AND c.carried_id = s.id AND c.batch_id = :carrier)",
        given,
    )
    run(
        "INSERT INTO speaking SELECT c.id, c.loan_id FROM "
        f"(SELECT s.id, s.loan_id {sources}) o CROSS JOIN snapshots c "
        "WHERE c.loan_id = o.loan_id AND c.as_of = :day AND c.carried_id = o.id AND c.batch_id = :carrier",
        given,
    )


def _flip_day(connection: Connection, book_id: int, touched: Touched, day: str) -> bool:
    given = {"book": book_id, "day": day}
    run = connection.exec_driver_sql
    run("DELETE FROM moved")
    gone = f"{_SPEAKS} AND id NOT IN (SELECT id FROM speaking)"
    come = f"id NOT IN (SELECT id FROM snapshots WHERE {_SPEAKS})"
    run(
        f"INSERT INTO moved SELECT loan_id, :day FROM snapshots WHERE {gone} "
        f"UNION SELECT loan_id, :day FROM speaking WHERE {come}",
        given,
    )
    if not connection.exec_driver_sql("SELECT 1 FROM moved LIMIT 1").scalar():
        return False
    run(
        "INSERT INTO changed SELECT m.loan_id, m.as_of, EXISTS (SELECT 1 FROM snapshots s WHERE s.loan_id = m.loan_id "
        "AND s.as_of = m.as_of AND s.live = 1) FROM moved m"
    )
    run(
        f"INSERT INTO spoke SELECT id FROM speaking WHERE {come} AND NOT EXISTS "
        "(SELECT 1 FROM scores c WHERE c.snapshot_id = speaking.id AND c.live = 1) ON CONFLICT DO NOTHING",
        given,
    )
    touched.days()
    end(connection, "snapshots", touched.known_on, gone, given)
    begin(connection, "snapshots", touched.known_on, "id IN (SELECT id FROM speaking)")
    return True


def settle_payments(connection: Connection, book_id: int, touched: Touched, batch_id: int) -> None:
    """Let the right payments speak among those that share a number with the batch's, and date its loans' reversals."""
    given = {"book": book_id, "batch": batch_id}
    run = connection.exec_driver_sql
    run("DELETE FROM refs")
    run(
        "INSERT INTO refs SELECT DISTINCT payment_ref FROM payments WHERE batch_id = :batch AND payment_ref IS NOT NULL",
        given,
    )
    run("DELETE FROM speaking")
    run(
        "INSERT INTO speaking SELECT id, 0 FROM (SELECT p.id, row_number() OVER ("
        "PARTITION BY p.payment_ref ORDER BY b.received_on DESC, b.id DESC, p.id DESC) AS newest "
        "FROM refs r CROSS JOIN payments p JOIN batches b ON b.id = p.batch_id "
        "WHERE p.book_id = :book AND p.payment_ref = r.ref AND b.status = 'committed') told WHERE newest = 1 "
        "UNION ALL SELECT p.id, 0 FROM payments p JOIN batches b ON b.id = p.batch_id "
        "WHERE p.batch_id = :batch AND p.payment_ref IS NULL AND b.status = 'committed'",
        given,
    )
    concerned = (
        "SELECT p.id FROM refs r CROSS JOIN payments p WHERE p.book_id = :book AND p.payment_ref = r.ref "
        "UNION SELECT p.id FROM payments p WHERE p.batch_id = :batch"
    )
    reversals = (
        "SELECT p.id FROM refs r CROSS JOIN payments p WHERE p.book_id = :book AND p.reverses_ref = r.ref "
        "AND p.reverses_ref IS NOT NULL UNION SELECT p.id FROM payments p WHERE p.batch_id = :batch "
        "AND p.amount < 0"
    )
    touched.payments(f"{concerned} UNION {reversals}", given)
    silent = f"id IN ({concerned}) AND id NOT IN (SELECT id FROM speaking)"
    end(connection, "payments", touched.known_on, silent, given)
    begin(connection, "payments", touched.known_on, "id IN (SELECT id FROM speaking)")
    run(
        "UPDATE payments SET effective_on = coalesce((SELECT p.paid_on FROM payments p WHERE p.book_id = payments.book_id "
        "AND p.payment_ref = payments.reverses_ref AND p.loan_id = payments.loan_id AND p.live = 1 "
        f"AND p.amount > 0), paid_on) WHERE amount < 0 AND id IN ({concerned} UNION {reversals})",
        given,
    )
    run(  # what takes a waiver back is no cash either
        "UPDATE payments SET payment_kind = CASE WHEN EXISTS (SELECT 1 FROM payments p WHERE p.book_id = payments.book_id "
        "AND p.payment_ref = payments.reverses_ref AND p.loan_id = payments.loan_id AND p.live = 1 AND p.amount > 0 "
        f"AND p.payment_kind = 'waiver') THEN 'waiver' ELSE 'reversal' END WHERE amount < 0 AND id IN ({concerned} UNION {reversals})",
        given,
    )


def settle_actions(connection: Connection, touched: Touched, batch_id: int) -> None:
    """Let the actions and promises of a batch speak while it is committed."""
    touched.actions_of_batch(batch_id)
    status = connection.exec_driver_sql("SELECT status FROM batches WHERE id = ?", (batch_id,)).scalar_one()
    turn = begin if status == "committed" else end
    for table in ("actions", "promises"):
        turn(connection, table, touched.known_on, "batch_id = :batch", {"batch": batch_id})


def _scalar(connection: Connection, query: str, book_id: int, day: str) -> str | None:
    found = connection.exec_driver_sql(query, {"book": book_id, "day": day}).scalar()
    return None if found is None else str(found)
