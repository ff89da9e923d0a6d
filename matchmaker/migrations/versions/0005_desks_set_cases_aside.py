"""Desks set cases aside, remind once, and say when a refused firm is looked at again

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

import matchmaker.orm

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('desk_assignment', sa.Column('aside_until', sa.Date(), nullable=True))
    op.add_column('desk_assignment', sa.Column('reminded_at', matchmaker.orm.Utc(timezone=True), nullable=True))
    op.add_column('firm_check', sa.Column('number', sa.String(length=40), server_default='', nullable=False))
    op.create_table('firm_refusal',
    sa.Column('firm_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('again_on', sa.Date(), nullable=False),
    sa.Column('officer_id', sa.Integer(), nullable=True),
    sa.Column('at', matchmaker.orm.Utc(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['firm_id'], ['firm.id'], name=op.f('fk_firm_refusal_firm_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['officer_id'], ['user_account.id'], name=op.f('fk_firm_refusal_officer_id')),
    sa.PrimaryKeyConstraint('firm_id', name=op.f('pk_firm_refusal'))
    )


def downgrade() -> None:
    op.drop_table('firm_refusal')
    op.drop_column('firm_check', 'number')
    op.drop_column('desk_assignment', 'reminded_at')
    op.drop_column('desk_assignment', 'aside_until')
