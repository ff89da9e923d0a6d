"""The blueprint of this room; its pages live in views*.py."""

from flask import Blueprint

pages = Blueprint("certification", __name__)
