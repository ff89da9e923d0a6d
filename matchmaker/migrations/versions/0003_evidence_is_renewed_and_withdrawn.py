"""Evidence is renewed and withdrawn, and its scope remembers what it covered

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

import matchmaker.orm

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

SCOPE = {
    'family': sa.String(length=60),
    'hs_code': sa.String(length=6),
    'place': sa.String(length=80),
    'material': sa.String(length=160),
    'lapse_told_on': sa.Date(),
}


def upgrade() -> None:
    # Columns are added, tables never made anew: SQLite would empty them by their cascades.
    op.add_column('evidence', sa.Column('withdrawn_at', matchmaker.orm.Utc(timezone=True), nullable=True))
    op.add_column('evidence', sa.Column('renews', sa.String(length=16), nullable=True))
    for name, kind in SCOPE.items():
        op.add_column('evidence_scope', sa.Column(name, kind, nullable=True))
    # What is covered today is what was meant when the scope was given.
    op.execute("UPDATE evidence_scope SET "
               "family = (SELECT f.key FROM product p JOIN product_family f ON f.id = p.family_id "
               "WHERE p.id = evidence_scope.product_id), "
               "hs_code = (SELECT p.hs_code FROM product p WHERE p.id = evidence_scope.product_id), "
               "place = (SELECT s.town FROM site s WHERE s.id = evidence_scope.site_id)")


def downgrade() -> None:
    for name in reversed(SCOPE):
        op.drop_column('evidence_scope', name)
    op.drop_column('evidence', 'renews')
    op.drop_column('evidence', 'withdrawn_at')
