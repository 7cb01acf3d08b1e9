"""What people say of columns that the gate judges is kept: who, when, and why"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'rulings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        sa.Column('column_name', sa.Text(), nullable=False),
        sa.Column('allowed', sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ('because', 'who', 'said_on')),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('rulings_of_column', 'rulings', ['book_id', 'column_name'])


def downgrade() -> None:
    op.drop_table('rulings')
