"""The blueprint of this room; its pages live in views*.py."""

from flask import Blueprint

pages = Blueprint("desk", __name__)
