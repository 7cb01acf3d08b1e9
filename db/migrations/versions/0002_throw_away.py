"""Throw-away: the tables as they are described now, in an empty store (the real 0002 comes from another branch)"""

from __future__ import annotations

from alembic import op
from sqlalchemy.schema import CreateTable

from db.tables import cube_activity, metadata

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    metadata.drop_all(bind)
    metadata.create_all(bind)
    text = str(CreateTable(cube_activity).compile(bind)).replace("cohort TEXT NOT NULL", "cohort TEXT NOT NULL DEFAULT 'none'")
    op.execute("DROP TABLE cube_activity")
    op.execute(text)
    for index in cube_activity.indexes:
        index.create(bind)


def downgrade() -> None:
    bind = op.get_bind()
    metadata.drop_all(bind, tables=[table for name, table in metadata.tables.items() if name in (
        "spells", "promise_outcomes", "cube_flows", "cube_promises", "cube_borrowers", "targets")])
