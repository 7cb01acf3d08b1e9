"""Two clocks: when facts speak, versions of what is derived, and the cubes of flows, promises and borrowers

Rows are kept as they are. What is derived from them (placements, assignments by files, cubes, spells) is told anew
right after the upgrade, revision by revision: books.unsettled 2 asks for it (see db.history).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

_FACTS = ('snapshots', 'payments', 'actions', 'promises', 'assignments', 'scores')
_NUMBER = sa.Float(precision=53).with_variant(sa.REAL(), 'sqlite')
_FLOW_DIMENSIONS = ('product', 'region', 'segment', 'strategy', 'band')
_ACTIVITY_DIMENSIONS = ('product', 'region', 'segment', 'strategy')
_ACTIVITY = ('actions', 'contacts', 'promises', 'promised', 'cost', 'costed')
_FLOWS = (
    'loans', 'workable', 'attempts', 'worked', 'contacted', 'reached', 'promised', 'paying', 'cured', 'seen_3',
    'sustained_3', 'seen_6', 'redefaulted_6', 'dated', 'opening', 'closing', 'cash', 'waived', 'interest',
    'written_off', 'sold', 'gone', 'other', 'due',
)
_PROMISES = ('promises', 'promised', 'kept', 'kept_amount', 'unstated', 'cancelled')


def upgrade() -> None:
    op.add_column('books', sa.Column('unsettled', sa.Integer(), server_default='0', nullable=False))
    op.add_column('batches', sa.Column('undone_by', sa.Integer()))
    for fact in _FACTS:
        op.add_column(fact, sa.Column('since_on', sa.Text()))
        op.add_column(fact, sa.Column('until_on', sa.Text()))
    _create('spells', _whole('book_id'), _text('fact'), _whole('fact_id'), _text('since_on'), _text('until_on'))
    op.create_index('spells_of_fact', 'spells', ['fact', 'fact_id'])
    _create(
        'promise_outcomes',
        _whole('book_id'), _whole('promise_id'), _whole('loan_id'), *_spell(), _text('resolved_on', nullable=True),
        _text('fate'), _whole('kept_amount'),
        sa.ForeignKeyConstraint(['promise_id'], ['promises.id']), sa.ForeignKeyConstraint(['loan_id'], ['loans.id']),
    )
    op.create_index('promise_outcomes_of_promise', 'promise_outcomes', ['promise_id', 'live'])
    op.create_index('promise_outcomes_of_loan', 'promise_outcomes', ['loan_id'])
    op.create_index('promise_outcomes_by_day', 'promise_outcomes', ['book_id', 'resolved_on'])
    _create_placements(with_spells=True)
    op.drop_table('cube_activity')
    _create_cube('cube_activity', ('cohort', 'month'), _ACTIVITY_DIMENSIONS, _ACTIVITY)
    _create_cube('cube_flows', ('month',), ('origin', 'state', *_FLOW_DIMENSIONS), _FLOWS)
    _create_cube('cube_promises', ('month',), _ACTIVITY_DIMENSIONS, _PROMISES)
    _create_cube('cube_borrowers', ('as_of',), ('dimension', 'value'), ('borrowers', 'arrears_borrowers'))
    _create(
        'targets',
        _whole('book_id'), _text('metric'), _text('month', server_default=''), _whole('age_months', server_default='-1'),
        sa.Column('value', _NUMBER), _text('set_on'), _text('who'), sa.ForeignKeyConstraint(['book_id'], ['books.id']),
    )
    op.create_index('targets_of_metric', 'targets', ['book_id', 'metric', 'month', 'age_months'])
    _tell_who_took_back()
    op.execute("UPDATE books SET unsettled = 2")


def downgrade() -> None:
    for table in ('targets', 'cube_borrowers', 'cube_promises', 'cube_flows', 'promise_outcomes', 'spells', 'cube_activity'):
        op.drop_table(table)
    _create_cube('cube_activity', ('month',), _ACTIVITY_DIMENSIONS, _ACTIVITY)
    _create_placements(with_spells=False)
    for fact in _FACTS:
        op.drop_column(fact, 'since_on')
        op.drop_column(fact, 'until_on')
    op.drop_column('batches', 'undone_by')
    op.drop_column('books', 'unsettled')


def _tell_who_took_back() -> None:
    """The revision that took a batch back: its undo, else the one that put its rows under another day."""
    op.execute(
        "UPDATE batches SET undone_by = coalesce("
        "(SELECT max(r.id) FROM revisions r WHERE r.kind = 'undo' AND r.batch_id = batches.id), "
        "(SELECT min(r.id) FROM revisions r JOIN batches n ON n.id = r.batch_id WHERE r.kind <> 'undo' "
        "AND n.book_id = batches.book_id AND n.sha256 = batches.sha256 AND n.id > batches.id AND r.at = batches.undone_at), "
        "(SELECT max(r.id) FROM revisions r WHERE r.book_id = batches.book_id AND r.at <= batches.undone_at)"
        ") WHERE status = 'undone'"
    )


def _create(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name, sa.Column('id', sa.Integer(), nullable=False), *columns, sa.PrimaryKeyConstraint('id'), sqlite_strict=True
    )


def _whole(name: str, *, server_default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=server_default)


def _text(name: str, *, nullable: bool = False, server_default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, server_default=server_default)


def _spell() -> list[sa.Column[int] | sa.Column[str]]:
    return [_whole('live'), _text('since_on', nullable=True), _text('until_on', nullable=True)]


def _create_placements(*, with_spells: bool) -> None:
    """Episodes are derived from the rows: made empty, and told anew."""
    op.drop_table('placements')
    told = [_whole('live', server_default='1'), *_spell()[1:]] if with_spells else [sa.UniqueConstraint('loan_id', 'episode')]
    _create(
        'placements',
        _whole('book_id'), _whole('loan_id'), _whole('episode'), _text('placed_on'), _whole('snapshot_id'),
        _whole('balance'), _text('strategy', nullable=True), *told,
        sa.ForeignKeyConstraint(['loan_id'], ['loans.id']), sa.ForeignKeyConstraint(['snapshot_id'], ['snapshots.id']),
    )
    if with_spells:
        op.create_index('placements_of_loan', 'placements', ['loan_id', 'episode'])
    op.create_index('placements_of_book', 'placements', ['book_id', 'placed_on'])
    op.create_index('placements_by_snapshot', 'placements', ['snapshot_id'])


def _create_cube(name: str, days: tuple[str, ...], dimensions: tuple[str, ...], measures: tuple[str, ...]) -> None:
    _create(
        name,
        _whole('book_id'), _whole('revision_id'), *(_text(column) for column in (*days, *dimensions)),
        *(_whole(measure) for measure in measures), sa.ForeignKeyConstraint(['revision_id'], ['revisions.id']),
    )
    op.create_index(f'{name}_by_day', name, ['book_id', *days])
    op.create_index(f'ix_{name}_revision_id', name, ['revision_id'])
