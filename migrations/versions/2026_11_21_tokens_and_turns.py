"""API tokens, idempotency keys, what runs of uploads were asked, and turns and claims of queued requests.

Revision ID: 9b4f20c7d1ae
Revises: 5e0b6f1f8a3d
Create Date: 2026-11-21 18:40:00

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql


# revision identifiers, used by Alembic.
revision = '9b4f20c7d1ae'
down_revision = '5e0b6f1f8a3d'
branch_labels = None
depends_on = None

UTC_DATETIME = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), 'mysql', 'mariadb')
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), 'mysql', 'mariadb')


def upgrade():
    op.create_table('api_tokens',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('shown', sa.String(length=16), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('created_at', UTC_DATETIME, nullable=False),
    sa.Column('expires_at', UTC_DATETIME, nullable=True),
    sa.Column('used_at', UTC_DATETIME, nullable=True),
    sa.Column('revoked_at', UTC_DATETIME, nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_api_tokens_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_tokens_user_id'), ['user_id'], unique=False)

    op.create_table('idempotency_keys',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('key_hash', sa.String(length=64), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('created_at', UTC_DATETIME, nullable=False),
    sa.ForeignKeyConstraint(
        ['user_id'], ['users.id'], name=op.f('fk_idempotency_keys_user_id_users'), ondelete='CASCADE'
    ),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_idempotency_keys_run_id_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idempotency_keys')),
    sa.UniqueConstraint('user_id', 'key_hash', name=op.f('uq_idempotency_keys_user_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('idempotency_keys', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_idempotency_keys_run_id'), ['run_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_idempotency_keys_created_at'), ['created_at'], unique=False)

    op.create_table('upload_imports',
    sa.Column('run_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('upload_id', sa.Integer(), nullable=False),
    sa.Column('asked', LONG_TEXT, nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_upload_imports_run_id_runs')),
    sa.ForeignKeyConstraint(
        ['upload_id'], ['uploads.id'], name=op.f('fk_upload_imports_upload_id_uploads'), ondelete='CASCADE'
    ),
    sa.ForeignKeyConstraint(['confirmed_by'], ['runs.id'], name=op.f('fk_upload_imports_confirmed_by_runs')),
    sa.PrimaryKeyConstraint('run_id', name=op.f('pk_upload_imports')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('upload_imports', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_upload_imports_upload_id'), ['upload_id'], unique=False)

    with op.batch_alter_table('run_requests', schema=None) as batch_op:
        batch_op.add_column(sa.Column('priority', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('turn', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('lock_name', sa.String(length=100), nullable=True))
        batch_op.add_column(sa.Column('claim', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('claimed_by', sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column('claimed_at', UTC_DATETIME, nullable=True))
        batch_op.add_column(sa.Column('attempts', sa.Integer(), nullable=False, server_default='0'))
        batch_op.create_index(
            batch_op.f('ix_run_requests_claim'), ['claim', 'priority', 'turn', 'run_id'], unique=False
        )


def downgrade():
    with op.batch_alter_table('run_requests', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_run_requests_claim'))
        for name in ('attempts', 'claimed_at', 'claimed_by', 'claim', 'lock_name', 'turn', 'priority'):
            batch_op.drop_column(name)
    op.drop_table('upload_imports')
    op.drop_table('idempotency_keys')
    op.drop_table('api_tokens')
