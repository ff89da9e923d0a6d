"""The clock a person lives by."""

from __future__ import annotations

from zoneinfo import ZoneInfo

HOME = ZoneInfo("Asia/Kolkata")


def zone_named(name: str) -> ZoneInfo:
    """The zone with this IANA name; one that nobody knows counts as India's."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return HOME
