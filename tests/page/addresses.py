"""Shared by the tests of addresses: models, a client of their routes, and how to ask."""

import dataclasses

import torch
from starlette.testclient import TestClient

from cgan import weights
from cgan.draw import hands
from cgan.page import routes
from page.conftest import app_with

REPORT = weights.shipped("report")
# The report's weights with style directions, as newer files have.
STYLED = dataclasses.replace(REPORT, directions=torch.eye(3, REPORT.z_dim), digest="5" + REPORT.digest[1:])
MODELS = {"vae": weights.shipped("vae"), "report": REPORT, "styled": STYLED}
CODE = hands.encode(hands.seeded(3, [1], REPORT.z_dim)[0])


def new_client():
    return TestClient(app_with(routes.routes(MODELS)))


def get(client, path, **asked):
    return client.get(f"/gradio_api/{path}", params=asked)
