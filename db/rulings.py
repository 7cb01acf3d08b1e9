"""What people said of columns that the gate judges: appended, never edited; the newest row of a column holds."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from core.records import Ruling
from db.tables import rulings


def rulings_of(connection: Connection, book_id: int) -> list[Ruling]:
    """What holds of each column somebody ruled on, by column (see PortfolioReader.rulings)."""
    newest = select(func.max(rulings.c.id)).where(rulings.c.book_id == book_id).group_by(rulings.c.column_name)
    told = (rulings.c.column_name, rulings.c.allowed, rulings.c.because, rulings.c.who, rulings.c.said_on)
    query = select(*told).where(rulings.c.id.in_(newest)).order_by(rulings.c.column_name)
    return [
        Ruling(str(column), bool(allowed), str(because), str(who), str(said_on))
        for column, allowed, because, who, said_on in connection.execute(query)
    ]


def put_ruling(connection: Connection, book_id: int, ruling: Ruling) -> None:
    """Append a ruling (see PortfolioWriter.put_ruling)."""
    told = {"because": ruling.because, "who": ruling.who, "said_on": ruling.said_on}
    row = {"book_id": book_id, "column_name": ruling.column, "allowed": int(ruling.allowed), **told}
    connection.execute(insert(rulings).values(**row))
