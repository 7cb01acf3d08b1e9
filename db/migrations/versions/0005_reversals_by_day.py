"""Reversals count from the day they are posted: in what became of a promise, and in the cash of a cohort

The outcomes and both cubes are derived: they are made anew, and books.unsettled 2 asks that every book be told again,
revision by revision, right after the upgrade (see db.history). That also brings cures charged off on the way by their
present rule.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_AT_PLACEMENT = ('product', 'region', 'segment', 'strategy', 'bucket', 'band')
_ON_THE_DAY = ('product', 'region', 'segment', 'strategy')
_CASH = ('payments', 'cash', 'cash_effective')
_PROMISES = ('promises', 'promised', 'kept', 'kept_amount', 'unstated', 'cancelled')


def upgrade() -> None:
    _outcomes(('told_on',), ('kept',), day='told_on')
    _cube('cube_promises', ('month', 'told', *_ON_THE_DAY), _PROMISES, by_day=['month', 'told'])
    _cube('cube_cash', ('cohort', 'month', 'told', *_AT_PLACEMENT), _CASH, by_day=['cohort', 'month', 'told'])
    op.execute("UPDATE books SET unsettled = 2")


def downgrade() -> None:
    _outcomes((), (), day='resolved_on')
    _cube('cube_promises', ('month', *_ON_THE_DAY), _PROMISES, by_day=['month'])
    _cube('cube_cash', ('cohort', 'month', *_AT_PLACEMENT), _CASH, by_day=['cohort', 'month'])
    op.execute("UPDATE books SET unsettled = 2")


def _outcomes(texts: tuple[str, ...], counts: tuple[str, ...], *, day: str) -> None:
    op.drop_table('promise_outcomes')
    op.create_table(
        'promise_outcomes',
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ('id', 'book_id', 'promise_id', 'loan_id', 'live')),
        *(sa.Column(name, sa.Text()) for name in ('since_on', 'until_on', 'resolved_on', *texts)),
        sa.Column('fate', sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in (*counts, 'kept_amount')),
        sa.ForeignKeyConstraint(['promise_id'], ['promises.id']),
        sa.ForeignKeyConstraint(['loan_id'], ['loans.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index('promise_outcomes_of_promise', 'promise_outcomes', ['promise_id', 'live'])
    op.create_index('promise_outcomes_of_loan', 'promise_outcomes', ['loan_id'])
    op.create_index('promise_outcomes_by_day', 'promise_outcomes', ['book_id', day])


def _cube(name: str, groups: tuple[str, ...], measures: tuple[str, ...], *, by_day: list[str]) -> None:
    op.drop_table(name)
    op.create_table(
        name,
        *(sa.Column(column, sa.Integer(), nullable=False) for column in ('id', 'book_id', 'revision_id')),
        *(sa.Column(column, sa.Text(), nullable=False) for column in groups),
        *(sa.Column(measure, sa.Integer(), nullable=False) for measure in measures),
        sa.ForeignKeyConstraint(['revision_id'], ['revisions.id']),
        sa.PrimaryKeyConstraint('id'),
        sqlite_strict=True,
    )
    op.create_index(f'{name}_by_day', name, ['book_id', *by_day])
    op.create_index(f'ix_{name}_revision_id', name, ['revision_id'])
