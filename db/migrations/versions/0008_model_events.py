"""The log of decisions about models; what earlier versions did not write down stands there without a name and a reason"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_EARLIER = 'recorded before the log was kept'


def upgrade() -> None:
    op.create_table(
        'model_events',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('book_id', sa.Integer(), nullable=False),
        sa.Column('model_id', sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ('what', 'who', 'at', 'because', 'figures')),
        sa.ForeignKeyConstraint(['book_id'], ['books.id']),
        sa.ForeignKeyConstraint(['model_id'], ['models.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('model_events_of_book', 'model_events', ['book_id'])
    for what, statuses in (('trained', "'champion', 'challenger', 'refused', 'retired'"), ('promoted', "'champion', 'retired'")):
        op.execute(
            "INSERT INTO model_events (book_id, model_id, what, who, at, because, figures) "
            f"SELECT book_id, id, '{what}', '', trained_at, '{_EARLIER}', '{{}}' FROM models "
            f"WHERE status IN ({statuses}) ORDER BY status = 'champion', id"
        )


def downgrade() -> None:
    op.drop_table('model_events')
