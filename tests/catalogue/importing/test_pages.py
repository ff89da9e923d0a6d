"""The pages of imports: sent, looked at, mapped, agreed to, fetched; and who may do so."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matchmaker.catalogue.importing.jobs import _read, _write
from matchmaker.catalogue.importing.services import LARGEST_PHOTOS
from matchmaker.catalogue.models import Product
from matchmaker.database import get_db
from tests.factories import make_cast
from tests.signed_in import sign_in

SHEET = "Sl No,Product,Rate,MOQ\n1,Coir mat,Rs 120/pc,12 doz\n2,Rubber mat,cheap,5\n,Total,,5\n"


class Run:
    """A job's view of its run, without a job store."""

    def progress(self, *_: Any) -> None:
        pass


@pytest.fixture
def comes(app: Flask) -> Callable[[str], FlaskClient]:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        cast = make_cast(get_db())
        get_db().commit()
        visits = {}
        for role in ("owner", "colleague", "viewer", "rival"):
            client = sign_in(app.test_client(), getattr(cast, role))
            with client.session_transaction() as session:
                visits[role] = dict(session)

    def client(role: str) -> FlaskClient:
        visitor = app.test_client()
        with visitor.session_transaction() as session:
            session.update(visits[role])
        return visitor

    return client


def send(client: FlaskClient, content: bytes, name: str = "list.csv") -> Any:
    data = {"file": (io.BytesIO(content), name)}
    return client.post("/firm/import", data=data, content_type="multipart/form-data")


def work(app: Flask, address: str, step: Callable[..., str]) -> str:
    with app.app_context():
        return step(Run(), address.rsplit("/", 1)[1])


def test_from_the_file_to_the_product(app: Flask, comes: Callable[[str], FlaskClient]) -> None:
    owner = comes("owner")
    assert "Send a sheet" in owner.get("/firm/import").text
    address = send(owner, SHEET.encode()).location
    waiting = owner.get(address).text
    assert "The file is being read" in waiting
    assert '<meta http-equiv="refresh" content="3">' in waiting  # without JavaScript
    assert owner.get(f"{address}/progress").json["state"] == "reading"
    assert work(app, address, _read) == "staged"
    page = owner.get(address).text
    assert "Row 3" in page
    assert "There is no number here. Write it like Rs 120/pc." in page
    assert "1 row was passed over" in page
    created = owner.get(f"{address}?kind=created").text
    assert "from 144: 120" in created
    assert "Kind guessed from the name" in created
    errors = owner.get(f"{address}/errors.csv").text
    assert errors.splitlines()[1] == (
        "2,Rubber mat,cheap,5,Rate: There is no number here. Write it like Rs 120/pc."
    )
    assert owner.get(f"{address}/columns").status_code == 200
    assert owner.post(f"{address}/write").status_code == 302
    assert "Your products are being written" in owner.get(address).text
    assert work(app, address, _write) == "applied"
    assert work(app, address, _write) == "over"
    assert "Written." in owner.get(address).text
    with app.app_context():
        titles = get_db().scalars(select(Product.title)).all()
    assert titles == ["Coir mat"]
    assert "COIR-MAT,Coir mat" in owner.get("/firm/import/products.csv").text


def test_nobody_else_finds_it_and_who_only_looks_changes_nothing(
    app: Flask, comes: Callable[[str], FlaskClient]
) -> None:
    address = send(comes("owner"), SHEET.encode()).location
    work(app, address, _read)
    rival, viewer = comes("rival"), comes("viewer")
    for each in ("", "/columns", "/progress", "/errors.csv", "/errors.xlsx"):
        assert rival.get(address + each).status_code == 404
        assert viewer.get(address + each).status_code == 200
    for each in ("/write", "/drop", "/columns"):
        assert rival.post(address + each).status_code == 404
        assert viewer.post(address + each).status_code == 403
    assert send(viewer, SHEET.encode()).status_code == 403
    assert "Coir mat" not in rival.get("/firm/import/products.csv").text


def test_a_person_says_what_the_columns_hold(
    app: Flask, comes: Callable[[str], FlaskClient]
) -> None:
    owner = comes("owner")
    address = send(owner, b"Ware,Preis\nCoir mat,9\n").location
    work(app, address, _read)
    assert "Say what the columns hold" in owner.get(address).text
    assert "Below it stands: Coir mat" in owner.get(f"{address}/columns").text
    chosen = {"header": "1", "column-0": "title", "column-1": "price"}
    assert owner.post(f"{address}/columns", data=chosen).status_code == 302
    assert work(app, address, _read) == "staged"
    assert "Write 1 row" in owner.get(address).text
    wrong = owner.post(f"{address}/columns", data={"header": "1", "column-0": "nonsense"})
    assert wrong.status_code == 400


def test_a_sheet_without_headings_is_read_once_its_columns_are_named(
    app: Flask, comes: Callable[[str], FlaskClient]
) -> None:
    owner = comes("owner")
    address = send(owner, b"Coir mat,9,5\nRubber mat,cheap,6\nCoir yarn,7,8\n").location
    work(app, address, _read)
    owner.post(f"{address}/columns", data={"header": "0"})
    work(app, address, _read)
    assert "Below it stands: Coir mat" in owner.get(f"{address}/columns").text
    chosen = {"header": "0", "column-0": "title", "column-1": "price", "column-2": "moq"}
    owner.post(f"{address}/columns", data=chosen)
    assert work(app, address, _read) == "staged"
    page = owner.get(address).text
    assert "Write 2 rows" in page
    assert "Price" in page and "cheap" in page


def test_a_second_price_that_is_not_read_is_said(
    app: Flask, comes: Callable[[str], FlaskClient]
) -> None:
    owner = comes("owner")
    sheet = b"Item,Price (INR),Price (USD),MOQ\nCoir mat,120,1.5,5\n"
    address = send(owner, sheet).location
    work(app, address, _read)
    said = "The column “Price (USD)” is not read: “Price (INR)” is taken for the same."
    assert said in owner.get(address).text
    owner.post(f"{address}/columns", data={"header": "1", "column-1": "-", "column-2": "price"})
    work(app, address, _read)
    page = owner.get(address).text
    assert "is taken for the same" not in page
    assert "1.5" in page


def test_what_cannot_be_taken_is_said_on_the_page(comes: Callable[[str], FlaskClient]) -> None:
    owner = comes("owner")
    empty = send(owner, b"")
    assert (empty.status_code, "The file is empty" in empty.text) == (400, True)
    none = owner.post("/firm/import", data={})
    assert (none.status_code, "Choose a file first" in none.text) == (400, True)
    large = send(owner, b"a,b\n" * 4_000_000)
    assert (large.status_code, "at most 12 MB" in large.text) == (400, True)
    huge = send(owner, b"x" * (LARGEST_PHOTOS + 2 * 1024 * 1024))
    assert huge.status_code == 413


def test_the_pages_are_all_malayalam_for_who_reads_malayalam(
    app: Flask, comes: Callable[[str], FlaskClient]
) -> None:
    owner = comes("owner")
    address = send(owner, SHEET.encode()).location
    work(app, address, _read)
    page = owner.get(f"/ml{address}").text
    assert "ഇവിടെ സംഖ്യയില്ല" in page
    assert "To correct" not in page
    assert "പേര്" in owner.get("/ml/firm/import/template.csv").text
