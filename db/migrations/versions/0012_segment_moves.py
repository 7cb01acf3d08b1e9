"""Where a loan would be without hysteresis, who is unlike anything seen, and how loans move between segments

Scores given before know neither: their segment is the nearest one. The cubes are new; books.unsettled 2 asks that every
book be told again, revision by revision, right after the upgrade (see db.history).
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('scores', sa.Column('segment_nearest', sa.Text()))
    op.add_column('scores', sa.Column('segment_unlike', sa.Integer()))
    op.add_column('segmentations', sa.Column('who', sa.Text(), nullable=False, server_default=''))
    op.add_column('segmentations', sa.Column('reason', sa.Text(), nullable=False, server_default=''))
    op.add_column('segmentations', sa.Column('comparison', sa.Text()))
    _cube('cube_margins', 'as_of', ('segment', 'product', 'region'), ('placed', 'borderline', 'unlike', 'held_back'))
    _cube('cube_moves', 'month', ('origin', 'became', 'product', 'region'), ('loans', 'balance', 'held_back'))
    op.execute("UPDATE books SET unsettled = 2")


def downgrade() -> None:
    op.drop_table('cube_moves')
    op.drop_table('cube_margins')
    for name in ('comparison', 'reason', 'who'):
        op.drop_column('segmentations', name)
    op.drop_column('scores', 'segment_unlike')
    op.drop_column('scores', 'segment_nearest')


def _cube(name: str, day: str, groups: tuple[str, ...], measures: tuple[str, ...]) -> None:
    op.create_table(
        name,
        *(sa.Column(column, sa.Integer(), nullable=False) for column in ('id', 'book_id', 'revision_id')),
        *(sa.Column(column, sa.Text(), nullable=False) for column in (day, *groups)),
        *(sa.Column(measure, sa.Integer(), nullable=False) for measure in measures),
        sa.ForeignKeyConstraint(['revision_id'], ['revisions.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index(f'{name}_by_day', name, ['book_id', day])
    op.create_index(f'ix_{name}_revision_id', name, ['revision_id'])
