"""Questions as statements that are built once: all that differs between two selections of one shape is a parameter.

Building and compiling a statement of these takes longer than most cubes take to answer it, and every new value of a
filter would build it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Integer, Row, Select, Text, bindparam
from sqlalchemy.dialects import sqlite

from db.known import NOW, Knowledge

MOST_STATEMENTS = 1000
_PREFIX = "asked_"
MONTH, DAY, NEVER = "month", "day", "never"
"""A selection ends with a whole month, on a day within one, or is of an empty book."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the text of a statement depends on.

    Attributes:
        filters: dimension and how many of its values are kept.
        is_earlier: asks with the knowledge of an earlier day.
        ends: MONTH, DAY or NEVER.
    """

    filters: tuple[tuple[str, int], ...]
    is_earlier: bool
    ends: str


def _text(name: str) -> BindParameter[str]:
    return bindparam(f"{_PREFIX}{name}", value=None, type_=Text)


class Asked:
    """A scope (`db.sums.Scope`) with a parameter in the place of each of its values.

    Attributes:
        book_id, day, until, known: as in the scope.
        first, last: the first and the last day of the month of `until`.
        filters: dimension to a parameter for each value kept.
    """

    book_id: BindParameter[int] = bindparam(f"{_PREFIX}book_id", value=None, type_=Integer)
    day, until, first, last = (_text(name) for name in ("day", "until", "first", "last"))
    _then = Knowledge(_text("known_on"))

    def __init__(self, shape: Shape) -> None:
        self.ends = shape.ends
        self.known = self._then if shape.is_earlier else NOW
        self.filters = {
            name: tuple(_text(f"{name}_{place}") for place in range(count)) for name, count in shape.filters
        }


Build = Callable[[Asked, Sequence[str]], Select[Any]]


def answered(
    connection: Connection, build: Build, shape: Shape, by: Sequence[str], values: Mapping[str, Any]
) -> Sequence[Row[Any]]:
    """The rows of a statement.

    Args:
        build: makes it from an `Asked` and the groups; nothing else may decide what it makes.
        values: the scope's, by the names that `Asked` gives its parameters.
    """
    text, places = _built(build, shape, tuple(by))
    given = tuple(values[name] if name else constant for name, constant in places)
    return connection.exec_driver_sql(text, given).all()


@lru_cache(maxsize=MOST_STATEMENTS)
def _built(build: Build, shape: Shape, by: tuple[str, ...]) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """The statement's text, and for each of its places the name of a value or, without a name, a constant."""
    query = build(Asked(shape), by)
    compiled: Any = query.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True})
    constants: dict[str, Any] = compiled.params
    return compiled.string, tuple((_value_of(name), constants[name]) for name in compiled.positiontup)


def _value_of(name: str) -> str:
    """The name of the value that a parameter stands for; "" for a constant."""
    return name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""
