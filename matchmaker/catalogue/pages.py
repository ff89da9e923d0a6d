"""The blueprint of this room; its pages live in views*.py."""

from flask import Blueprint

pages = Blueprint("catalogue", __name__)
