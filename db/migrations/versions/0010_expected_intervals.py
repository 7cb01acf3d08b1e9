"""Where an expected recovery comes from, and how far what comes may lie from it

Scores stored before have none of it: their expectation was the pooled experience, which says no interval.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

_COLUMNS: tuple[sa.Column[Any], ...] = (
    sa.Column('expected_source', sa.Text()),
    *(sa.Column(f'expected_{end}', sa.Integer()) for end in ('low', 'high')),
    sa.Column('expected_variance', sa.REAL()),
)


def upgrade() -> None:
    for column in _COLUMNS:
        op.add_column('scores', column)


def downgrade() -> None:
    for column in _COLUMNS:
        op.drop_column('scores', column.name)
