"""Shared by the tests of the page without a server."""

import pytest

from tests.site.browser import Scripts


@pytest.fixture(scope="session")
def scripts(chromium):
    return Scripts(chromium)


@pytest.fixture(scope="session")
def engine(chromium, compact):
    found = Scripts(chromium)
    found.load(compact)
    return found
