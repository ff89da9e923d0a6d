"""Desks have a queue of requirements

Revision: 0009, after 0008
"""

from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

NAME = 'ck_desk_assignment_queue_known'
BEFORE = "'firms', 'evidence', 'expiring', 'stale', 'imports', 'flags', 'unreached', 'buyers'"


def upgrade() -> None:
    with op.batch_alter_table('desk_assignment') as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_='check')
        batch_op.create_check_constraint(op.f(NAME), f"queue IN ({BEFORE}, 'requirements')")


def downgrade() -> None:
    op.execute("DELETE FROM desk_assignment WHERE queue = 'requirements'")
    with op.batch_alter_table('desk_assignment') as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_='check')
        batch_op.create_check_constraint(op.f(NAME), f"queue IN ({BEFORE})")
