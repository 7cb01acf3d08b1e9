"""What is found about a score on every batch: drift, calibration, ranking, maturity

Nothing is filled in for the past: a book is watched from its next batch or training on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'monitoring',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        sa.Column('revision_id', sa.Integer(), nullable=False),
        sa.Column('model_id', sa.Integer()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ('as_of', 'what', 'feature')),
        sa.Column('value', sa.REAL()),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ('n', 'm')),
        sa.Column('bound', sa.REAL()),
        sa.Column('alarm', sa.Integer(), nullable=False),
        sa.Column('details', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.ForeignKeyConstraint(['revision_id'], ['revisions.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('monitoring_of_book', 'monitoring', ['book_id', 'model_id', 'as_of'])


def downgrade() -> None:
    op.drop_table('monitoring')
