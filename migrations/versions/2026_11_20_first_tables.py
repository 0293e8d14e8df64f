"""The first tables: users, runs, seeds, and the example back office.

Revision ID: 8a3a07914713
Revises: 
Create Date: 2026-11-20 23:29:32.171136

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql


# revision identifiers, used by Alembic.
revision = '8a3a07914713'
down_revision = None
branch_labels = None
depends_on = None

UTC_DATETIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')


def upgrade():
    op.create_table('calendar_days',
    sa.Column('country', sa.String(length=2), nullable=False, comment='国家'),
    sa.Column('day', sa.Date(), nullable=False, comment='日期'),
    sa.Column('is_working_day', sa.Boolean(), nullable=False, comment='工作日'),
    sa.Column('holiday', sa.String(length=100), nullable=True, comment='节假日'),
    sa.PrimaryKeyConstraint('country', 'day', name=op.f('pk_calendar_days')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('customers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False, comment='客户名称'),
    sa.Column('phone', sa.String(length=20), nullable=True, comment='电话'),
    sa.Column('city', sa.String(length=50), nullable=True, comment='城市'),
    sa.Column('created_at', sa.DateTime(), server_default=sa.func.now(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customers')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customers_name'), ['name'], unique=False)

    op.create_table('orders',
    sa.Column('order_no', sa.String(length=20), nullable=False, comment='订单号'),
    sa.Column('customer', sa.String(length=100), nullable=False, comment='客户名称'),
    sa.Column('phone', sa.String(length=20), nullable=True, comment='电话'),
    sa.Column('item', sa.String(length=200), nullable=False, comment='商品'),
    sa.Column('quantity', sa.Integer(), server_default=sa.text('1'), nullable=False, comment='数量'),
    sa.Column('amount', sa.Numeric(precision=12, scale=2), nullable=False, comment='金额'),
    sa.Column('status', sa.Enum('new', 'paid', 'shipped', 'done', 'cancelled', name='status'), server_default='new', nullable=False, comment='状态'),
    sa.Column('created_at', sa.DateTime(), nullable=False, comment='下单时间'),
    sa.Column('note', sa.String(length=500), nullable=True, comment='备注'),
    sa.PrimaryKeyConstraint('order_no', name=op.f('pk_orders')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_orders_created_at'), ['created_at'], unique=False)

    op.create_table('runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('state', sa.Enum('queued', 'running', 'paused', 'lost', 'succeeded', 'failed', 'cancelled', name='state'), nullable=False),
    sa.Column('operator', sa.String(length=100), nullable=False),
    sa.Column('host', sa.String(length=255), nullable=False),
    sa.Column('pid', sa.Integer(), nullable=False),
    sa.Column('git_commit', sa.String(length=40), nullable=True),
    sa.Column('arguments', sa.JSON(), nullable=False),
    sa.Column('started_at', UTC_DATETIME, nullable=False),
    sa.Column('finished_at', UTC_DATETIME, nullable=True),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_runs')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_runs_started_at'), ['started_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_runs_state'), ['state'], unique=False)

    op.create_table('users',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('password_hash', sa.String(length=255), nullable=False),
    sa.Column('role', sa.Enum('viewer', 'operator', 'admin', name='role'), nullable=False),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.Column('disabled_at', UTC_DATETIME, nullable=True),
    sa.Column('created_at', UTC_DATETIME, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('name', name=op.f('uq_users_name')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    op.create_table('seeds',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('loaded_at', UTC_DATETIME, nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_seeds_run_id_runs')),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_seeds')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )


def downgrade():
    op.drop_table('seeds')
    op.drop_table('users')
    with op.batch_alter_table('runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_runs_state'))
        batch_op.drop_index(batch_op.f('ix_runs_started_at'))

    op.drop_table('runs')
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_orders_created_at'))

    op.drop_table('orders')
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customers_name'))

    op.drop_table('customers')
    op.drop_table('calendar_days')
