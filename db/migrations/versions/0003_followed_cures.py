"""Cures are followed to their end: what became of one is told anew, for every day of knowledge

No table changes. The cube of flows held cures by the earlier rule; books.unsettled 2 asks that every book be told
again, revision by revision, right after the upgrade (see db.history).
"""

from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE books SET unsettled = 2")


def downgrade() -> None:
    op.execute("UPDATE books SET unsettled = 2")
