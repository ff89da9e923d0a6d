"""Clusters and what surrounds them: sectors, institutions, facilities, ports, sources."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Float, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.orm import Model, one_of

CONFIDENCE = ("high", "medium", "low")


class Source(Model):
    """Where a statement comes from. `key` is the name used in the reference data."""

    __tablename__ = "source"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(String(60))


class Sector(Model):
    """A line of trade, e.g. rubber or knitwear."""

    __tablename__ = "sector"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Port(Model):
    """A sea port: Indian ports of loading, and the readers' ports of arrival."""

    __tablename__ = "port"
    locode: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    country: Mapped[str] = mapped_column(String(2))
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    is_origin: Mapped[bool] = mapped_column(Boolean, default=False)


class SeaDistance(Model):
    """Kilometres by sea between two ports, computed with searoute."""

    __tablename__ = "sea_distance"
    origin: Mapped[str] = mapped_column(ForeignKey("port.locode"), primary_key=True)
    destination: Mapped[str] = mapped_column(ForeignKey("port.locode"), primary_key=True)
    km: Mapped[int] = mapped_column(Integer)


class Cluster(Model):
    """Similar firms close together. Reference data: each statement carries its sources."""

    __tablename__ = "cluster"
    __table_args__ = (
        one_of("confidence", CONFIDENCE),
        CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="on_earth"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    sector_id: Mapped[int] = mapped_column(ForeignKey("sector.id"), index=True)
    district: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(80), index=True)
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
    coord_source: Mapped[str] = mapped_column(String(30))
    products: Mapped[list[str]] = mapped_column(JSON)
    hs: Mapped[list[str]] = mapped_column(JSON)
    seaport: Mapped[str] = mapped_column(ForeignKey("port.locode"))
    seaport_km: Mapped[int] = mapped_column(Integer)
    airport: Mapped[str] = mapped_column(String(3))
    airport_name: Mapped[str] = mapped_column(String(80))
    airport_km: Mapped[int] = mapped_column(Integer)
    gi: Mapped[list[str]] = mapped_column(JSON)
    town_of_export_excellence: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sources: Mapped[list[str]] = mapped_column(JSON)
    confidence: Mapped[str] = mapped_column(String(8))
    sector: Mapped[Sector] = relationship()
    institutions: Mapped[list[ClusterInstitution]] = relationship(back_populates="cluster")
    facilities: Mapped[list[Facility]] = relationship(back_populates="cluster")


class Institution(Model):
    """A body that serves clusters: export council, DIC, laboratory, commodity board."""

    __tablename__ = "institution"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))


class ClusterInstitution(Model):
    """That an institution serves a cluster."""

    __tablename__ = "cluster_institution"
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    cluster: Mapped[Cluster] = relationship(back_populates="institutions")
    institution: Mapped[Institution] = relationship()


class Facility(Model):
    """A shared asset of a cluster: common facility centre, laboratory, tool room, park."""

    __tablename__ = "facility"
    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(60))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    source: Mapped[str | None] = mapped_column(String(60))
    cluster: Mapped[Cluster] = relationship(back_populates="facilities")
