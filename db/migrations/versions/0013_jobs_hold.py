"""What a running job keeps others from: two trainings of one book at a time would learn against each other."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('jobs', sa.Column('holds', sa.Text()))


def downgrade() -> None:
    op.drop_column('jobs', 'holds')
