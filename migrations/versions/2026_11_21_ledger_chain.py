"""The ledger's hash chain, checkpoints of scripts, kinds of calendar days, unit prices of orders.

Revision ID: c41d7e90b2a6
Revises: 8a3a07914713
Create Date: 2026-11-21 02:40:00

"""
import hashlib
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql


# revision identifiers, used by Alembic.
revision = 'c41d7e90b2a6'
down_revision = '8a3a07914713'
branch_labels = None
depends_on = None

UTC_DATETIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), 'mysql', 'mariadb')
NO_HASH = '0' * 64


def upgrade():
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('token', sa.String(length=12), server_default='', nullable=False))
        batch_op.add_column(sa.Column('dry_run', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('git_dirty', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('script_id', sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column('script_sha256', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('options', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('reason', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('artifacts', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('prev_hash', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('hash', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('lock_name', sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column('heartbeat_at', UTC_DATETIME, nullable=True))
        batch_op.add_column(sa.Column('progress_done', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('progress_total', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('stop_requested', sa.String(length=10), nullable=True))
        batch_op.create_index(batch_op.f('ix_runs_script_id'), ['script_id'], unique=False)
    op.execute("UPDATE runs SET options = '{}', artifacts = '[]'")
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.alter_column('options', existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column('artifacts', existing_type=sa.JSON(), nullable=False)

    moves = op.create_table('run_moves',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('at', UTC_DATETIME, nullable=False),
    sa.Column('operator', sa.String(length=100), nullable=False),
    sa.Column('host', sa.String(length=255), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('facts', LONG_TEXT, nullable=False),
    sa.Column('prev_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_moves')),
    sa.UniqueConstraint('prev_hash', name=op.f('uq_run_moves_prev_hash')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('run_moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_moves_run_id'), ['run_id'], unique=False)
    # The chain's root; its facts are the moment at which this ledger began.
    now = datetime.now(UTC).replace(tzinfo=None)
    facts = now.isoformat()
    op.bulk_insert(moves, [{
        'id': 1, 'run_id': None, 'state': 'root', 'at': now, 'operator': '', 'host': '', 'pid': 0, 'facts': facts,
        'prev_hash': NO_HASH, 'hash': hashlib.sha256(facts.encode()).hexdigest(),
    }])

    op.create_table('checkpoints',
    sa.Column('run_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=64), nullable=True),
    sa.Column('last_key', sa.Text(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('batches', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('committed_by_script', sa.Boolean(), nullable=False),
    sa.Column('ended', sa.Boolean(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('saved_at', UTC_DATETIME, nullable=False),
    sa.PrimaryKeyConstraint('run_id', name=op.f('pk_checkpoints')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('run_failures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run_failures')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('run_failures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_run_failures_run_id'), ['run_id'], unique=False)

    with op.batch_alter_table('calendar_days', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.Enum('workday', 'weekend', 'holiday', 'substitute', name='day_kind'), nullable=True, comment='日期类型'))
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_price', sa.Numeric(precision=12, scale=2), nullable=True, comment='单价'))


def downgrade():
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_column('unit_price')
    with op.batch_alter_table('calendar_days', schema=None) as batch_op:
        batch_op.drop_column('kind')
    op.drop_table('run_failures')
    op.drop_table('checkpoints')
    op.drop_table('run_moves')
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_runs_script_id'))
        for name in ('stop_requested', 'progress_total', 'progress_done', 'heartbeat_at', 'lock_name', 'hash',
                     'prev_hash', 'artifacts', 'reason', 'options', 'script_sha256', 'script_id', 'git_dirty',
                     'dry_run', 'token'):
            batch_op.drop_column(name)
