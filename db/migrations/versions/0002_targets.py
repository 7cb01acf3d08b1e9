"""Targets (a stand-in until the schema of this step is written)"""

from __future__ import annotations

from alembic import op

from db.tables import targets

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    targets.create(op.get_bind())


def downgrade() -> None:
    targets.drop(op.get_bind())
