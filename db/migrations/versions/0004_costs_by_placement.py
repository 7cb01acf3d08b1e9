"""Cubes of costs by the loan's attributes at placement, and of the cash outside placements

Both are derived from the rows: books.unsettled 2 asks that every book be told again, revision by revision, right after
the upgrade (see db.history).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_DIMENSIONS = ('product', 'region', 'segment', 'strategy', 'bucket', 'band')


def upgrade() -> None:
    _create_cube('cube_outside', ('month',), ('payments', 'cash', 'waivers', 'waived'))
    _create_cube('cube_costs', ('cohort', 'month'), ('costed', 'cost'))
    op.execute("UPDATE books SET unsettled = 2")


def downgrade() -> None:
    op.drop_table('cube_costs')
    op.drop_table('cube_outside')


def _create_cube(name: str, days: tuple[str, ...], measures: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        sa.Column('revision_id', sa.Integer(), nullable=False),
        *(sa.Column(column, sa.Text(), nullable=False) for column in (*days, *_DIMENSIONS)),
        *(sa.Column(measure, sa.Integer(), nullable=False) for measure in measures),
        sa.ForeignKeyConstraint(['revision_id'], ['revisions.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index(f'{name}_by_day', name, ['book_id', *days])
    op.create_index(f'ix_{name}_revision_id', name, ['revision_id'])
