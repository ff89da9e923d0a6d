"""create_app: configuration, database, search, languages and rooms made into one application."""

from __future__ import annotations

from flask import Flask, request
from flask_babel import Babel
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from matchmaker import (
    access,
    arriving,
    changing_address,
    clocks,
    database,
    health,
    joining,
    logs,
    own_settings,
    searching,
    signing_in,
    store,
    web,
)
from matchmaker.accounts import frame
from matchmaker.accounts.pages import pages as accounts_pages
from matchmaker.api import wiring
from matchmaker.catalogue import views_pictures
from matchmaker.catalogue.routes import pages as catalogue_pages
from matchmaker.certification.routes import pages as certification_pages
from matchmaker.config import LANGUAGES, ROOT, Config
from matchmaker.desk.routes import pages as desk_pages
from matchmaker.limits import limiter
from matchmaker.notices import views as notices_views
from matchmaker.reader import LanguagePrefix, language_of
from matchmaker.sourcing import views_requirements as sourcing_views
from matchmaker.storefront import views


def create_app(config: Config | None = None) -> Flask:
    """The application with every room in it. Opens nothing: database and index come on use."""
    config = config or Config.from_env()
    app = Flask(
        "matchmaker",
        root_path=str(ROOT / "matchmaker"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    _configure(app, config)
    logs.bind_requests(app)
    database.connect(app, config)
    searching.set_up(app, config)
    store.set_up(app, config)
    # First of all that happens in a request: whoever is signed in is looked up soon after.
    web.read_without_locking(app)
    CSRFProtect(app)
    limiter.init_app(app)
    Compress(app)
    _speak_languages(app)
    signing_in.set_up(app, config)
    web.protect(app, https=config.public_url.startswith("https://"))
    web.handle_errors(app)
    app.register_blueprint(health.pages)
    views.set_up(app)
    frame.set_up(app)
    clocks.set_up(app)
    app.register_blueprint(accounts_pages)
    app.register_blueprint(joining.pages)
    arriving.set_up(app)
    app.register_blueprint(changing_address.pages)
    app.register_blueprint(own_settings.pages)
    app.register_blueprint(notices_views.pages)
    app.register_blueprint(sourcing_views.pages)
    app.register_blueprint(catalogue_pages)
    app.register_blueprint(views_pictures.pictures)
    app.register_blueprint(certification_pages)
    app.register_blueprint(desk_pages)
    wiring.set_up(app)
    access.require_audiences(app)
    return app


def _configure(app: Flask, config: Config) -> None:
    https = config.public_url.startswith("https://")
    app.extensions["config"] = config
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        RATELIMIT_STORAGE_URI=config.rate_limit_store,
        RATELIMIT_HEADERS_ENABLED=True,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "templates" / "translations"),
        # Fast rather than small to the last byte: this is done for every page.
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],  # files too, for whom knows only gzip
        COMPRESS_LEVEL=5,
        COMPRESS_BR_LEVEL=4,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,  # addresses of static files carry their version
    )
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[assignment,method-assign]
    if config.trust_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]


def _speak_languages(app: Flask) -> None:
    Babel(app, locale_selector=lambda: language_of(request) if request else "en")
    app.jinja_env.globals["LANGUAGES"] = LANGUAGES
