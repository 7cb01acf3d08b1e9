"""What was measured about strategies, the policies learned from it, and who decided what about them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        'strategy_runs',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        sa.Column('revision_id', sa.Integer(), nullable=False),
        *_texts('known_on', 'at', 'who', 'batches', 'limits', 'content'),
        sa.Column('evidence', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.ForeignKeyConstraint(['revision_id'], ['revisions.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('strategy_runs_of_book', 'strategy_runs', ['book_id', 'id'])
    op.create_table(
        'policies',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        sa.Column('run_id', sa.Integer()),
        *_texts('kind', 'status', 'trained_at', 'batches', 'sha256', 'card', 'artifact'),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.ForeignKeyConstraint(['run_id'], ['strategy_runs.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('policies_of_book', 'policies', ['book_id', 'status'])
    op.create_table(
        'strategy_events',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        *_texts('what', 'subject', 'who', 'at', 'because', 'figures'),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('strategy_events_of_book', 'strategy_events', ['book_id', 'id'])


def downgrade() -> None:
    for name in ('strategy_events', 'policies', 'strategy_runs'):
        op.drop_table(name)
