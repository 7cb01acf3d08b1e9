"""How far models in the shadow agree with the one that orders the work"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'model_shadows',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        sa.Column('revision_id', sa.Integer(), nullable=False),
        sa.Column('model_id', sa.Integer(), nullable=False),
        sa.Column('against', sa.Integer()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ('as_of', 'figures')),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.ForeignKeyConstraint(['revision_id'], ['revisions.id']),
        sa.ForeignKeyConstraint(['model_id'], ['models.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('model_shadows_of_book', 'model_shadows', ['book_id', 'as_of'])


def downgrade() -> None:
    op.drop_table('model_shadows')
