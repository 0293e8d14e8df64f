"""What imports brought, and what was there before.

Revision ID: 5e0c9d3a71f4
Revises: c41d7e90b2a6
Create Date: 2026-11-21 08:50:00

"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql


# revision identifiers, used by Alembic.
revision = '5e0c9d3a71f4'
down_revision = 'c41d7e90b2a6'
branch_labels = None
depends_on = None

LONG_BINARY = sa.LargeBinary().with_variant(mysql.LONGBLOB(), 'mysql', 'mariadb')


def upgrade():
    op.create_table('imported_sheets',
    sa.Column('run_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('table_name', sa.String(length=255), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('file', sa.String(length=255), nullable=False),
    sa.Column('sheet', sa.String(length=255), nullable=False),
    sa.Column('left_out', LONG_BINARY, nullable=True),
    sa.Column('inserted', LONG_BINARY, nullable=True),
    sa.Column('proof', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('run_id', 'number', name=op.f('pk_imported_sheets')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('imported_sheets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_imported_sheets_sha256'), ['sha256'], unique=False)
    op.create_table('before_images',
    sa.Column('run_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('change', sa.Enum('updated', 'deleted', name='change'), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('rows', LONG_BINARY, nullable=False),
    sa.PrimaryKeyConstraint('run_id', 'number', name=op.f('pk_before_images')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )


def downgrade():
    op.drop_table('before_images')
    op.drop_table('imported_sheets')
