"""The blueprint with all pages of this room on it: a page is there once its module was read."""

from matchmaker.certification import views, views_documents, views_readiness  # noqa: F401
from matchmaker.certification.pages import pages as pages
