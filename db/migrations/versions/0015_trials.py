"""Trials registered before they begin, and how each ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'trials',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ('name', 'plan', 'status', 'who', 'at', 'verdict', 'because', 'decided_by', 'decided_at')
        ),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('trials_of_book', 'trials', ['book_id', 'name'], unique=True)


def downgrade() -> None:
    op.drop_table('trials')
