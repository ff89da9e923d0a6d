"""All tables of all rooms. They name each other by string, so all must be known before a query."""

from __future__ import annotations

from sqlalchemy import MetaData

from matchmaker.orm import Model


def all_tables() -> MetaData:
    """The tables of every room, whatever was imported before."""
    import matchmaker.accounts.drafts
    import matchmaker.accounts.entries
    import matchmaker.accounts.models
    import matchmaker.api.models
    import matchmaker.catalogue.capacity
    import matchmaker.catalogue.models
    import matchmaker.catalogue.upkeep
    import matchmaker.certification.models
    import matchmaker.clusters.models
    import matchmaker.desk.models
    import matchmaker.matching.unmet.models
    import matchmaker.notices.models
    import matchmaker.sourcing.models  # noqa: F401

    return Model.metadata
