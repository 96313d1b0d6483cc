"""The page without a server, as the Gradio page gives it away."""

import pytest
from page.addresses import MODELS, get
from page.conftest import app_with
from starlette.testclient import TestClient

from cgan.page import routes
from cgan.site import bundle, takeaway


@pytest.fixture
def client(compact):
    return TestClient(
        app_with(routes.routes({"compact": compact, **MODELS}, digits_html=takeaway.digits_html))
    )


def test_the_file_has_the_weights_that_are_served(client, compact):
    answer = get(client, "digits.html")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"] == 'attachment; filename="digits.html"'
    assert answer.headers["cache-control"] == "public, no-cache"
    assert answer.content == bundle.one_file(compact)
    assert get(client, "digits.html", w=compact.id).content == answer.content


def test_models_that_draw_only_here(client):
    for model in ("report", "vae"):
        answer = get(client, "digits.html", model=model)
        assert (answer.status_code, "compact" in answer.text) == (404, True)
    assert get(client, "digits.html", digit="3").status_code == 400
