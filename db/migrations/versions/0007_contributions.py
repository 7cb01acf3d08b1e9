"""What made each score is kept with it; scores given before have none

No older score is given contributions afterwards: they are said of a day again when it is rescored.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('scores', sa.Column('contributions', sa.Text()))


def downgrade() -> None:
    op.drop_column('scores', 'contributions')
