"""Throw-away in this branch: the tables as db.tables has them, for new stores only"""

from __future__ import annotations

from alembic import op

from db.tables import metadata

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_NEW = ("spells", "promise_outcomes", "cube_flows", "cube_promises", "cube_borrowers", "targets")


def upgrade() -> None:
    connection = op.get_bind()
    for table in reversed(metadata.sorted_tables):
        table.drop(connection, checkfirst=True)
    metadata.create_all(connection)


def downgrade() -> None:
    for name in _NEW:
        metadata.tables[name].drop(op.get_bind())
