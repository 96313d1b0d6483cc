"""Hostile requests: the closed is closed, a password covers all, and nothing ends in a 5xx or a traceback."""

import inspect
import json
import re
import sys
import threading
import time
from collections import Counter
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cgan import weights, writing
from cgan.page import access, draw, language, routes

SOAK = pytest.param(2000, marks=pytest.mark.soak)
MARK = "a-name-that-no-file-has"
CLOSED = [
    "monitoring",
    "monitoring/summary",
    "gradio_api/file=http://127.0.0.1:1/x",
    "gradio_api/file=HTTPS://127.0.0.1:1/x",
    "gradio_api/file=%2fetc%2fpasswd",
    "gradio_api/file=/etc/passwd",
    "gradio_api/file=../../etc/passwd",
    "gradio_api/file=README.md",
    "gradio_api/file={folder}/../../../../../../../../etc/passwd",
    "gradio_api/file={folder}",
    "gradio_api/file/etc/passwd",
    "gradio_api/proxy=http://127.0.0.1:1/",
    "gradio_api/stream/a/b/0/playlist.m3u8",
    "gradio_api/deep_link?session_hash=a",
    "gradio_api/dev/reload",
    "gradio_api/runs",
    "gradio_api/digits/../../../etc/passwd",
    "docs",
    "openapi.json",
]


@pytest.fixture(scope="module")
def client(url):
    with httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def locked(serve):
    with httpx.Client(base_url=serve(auth=access.log_in("ann:sécret")), timeout=20) as client:
        yield client


@pytest.mark.parametrize("path", CLOSED)
def test_what_is_closed(client, path):
    answer = client.get("/" + path.format(folder=access.get_upload_folder()))
    assert (answer.status_code, answer.text) == (404, "There is nothing at this address.")


def test_the_queue_has_no_way_around(client):
    body = {"data": [7, 42, 16, "report"], "fn_index": 0, "session_hash": "a"}
    for path in ("run/generate", "api/generate", "run/predict", "api/predict/", "component_server"):
        assert client.post(f"/gradio_api/{path}", json=body).status_code == 404
    assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404


def test_the_host_header_has_no_say(client):
    for host in ("x/login?", "x/assets/#", "[", "a:b:c"):
        answer = client.get("/monitoring", headers={"Host": host})
        assert answer.status_code in (400, 404)


def test_long_requests_are_refused(client):
    answer = client.post("/gradio_api/queue/join", content=b"[" * (access.MAX_BODY + 1))
    assert answer.status_code == 413
    assert client.post("/gradio_api/queue/join", content=iter([b"{}"])).status_code == 411


def test_a_password_covers_every_address(locked):
    for path in {"/config", "/gradio_api/info", "/gradio_api/queue/data", "/gradio_api/heartbeat/a"}:
        assert locked.get(path).status_code == 401
    for path in ("digits/7.png", f"file={access.get_upload_folder()}/a/image.png", "user", "queue/status"):
        assert locked.get(f"/gradio_api/{path}").status_code == 401
    for path in ("queue/join", "call/generate", "cancel", "reset"):
        assert locked.post(f"/gradio_api/{path}", json={}).status_code == 401
    for address in ("/", "/?all_endpoints=1", "/?page=a&deep_link=a"):
        html = locked.get(address).text.replace(language.Language(None).script.decode(), "")  # our texts
        assert '"components":[]' in html and "window.gradio_api_info = {};</script>" in html  # the form alone
        known = [
            word
            for file in weights.load_generators([weights.SHIPPED]).values()
            for word in (file.id, file.model)
        ]
        assert not [word for word in [*known, "generate", "digit", "seed", "/sync"] if word in html]


def test_guessing_is_slow_and_the_right_password_opens(locked, monkeypatch):
    statuses = []

    def guess(address, password="wrong"):
        data, headers = {"username": "ann", "password": password}, {"X-Forwarded-For": address}
        answer = httpx.post(f"{str(locked.base_url).rstrip('/')}/login", data=data, headers=headers)
        statuses.append(answer.status_code)

    def guess_at_once(*addresses):
        statuses.clear()
        start, threads = time.monotonic(), [threading.Thread(target=guess, args=[a]) for a in addresses]
        for thread in threads:
            thread.start()
        if len(set(addresses)) == 1:  # it does not fill the places of another
            guess("10.0.0.9", "sécret")
        for thread in threads:
            thread.join()
        return sorted(statuses), time.monotonic() - start

    monkeypatch.setattr(guard, "SECONDS_A_GUESS", 0.3)
    answers, seconds = guess_at_once("10.0.0.1", "10.0.0.2", "10.0.0.3")
    assert answers == [400] * 3 and seconds >= 3 * 0.3
    monkeypatch.setattr(guard, "SECONDS_A_GUESS", 2)
    monkeypatch.setattr(guard, "MAX_LOGINS_EACH", 1)
    assert guess_at_once("10.0.0.1", "10.0.0.1")[0] == [200, 400, 429]
    assert guess_at_once("2001:db8::1", "2001:db8::2")[0] == [400, 429]  # of one network
    for limit in ("MAX_LOGINS", "MAX_LOGINS_EACH"):
        with monkeypatch.context() as patched:
            patched.setattr(guard, limit, 0)
            guess("10.0.0.1")
            assert statuses.pop() == 429
    assert locked.post("/login", data={"username": "ann", "password": "sécret"}).status_code == 200
    assert locked.get("/gradio_api/digits/7.png").status_code == locked.get("/config").status_code == 200
    locked.cookies.clear()


def test_a_full_server_says_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr(guard, "MAX_DRAWING", 0)
    answer = client.get("/gradio_api/digits/7.png")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert client.get("/").status_code == 200
    monkeypatch.setattr(guard, "MAX_OPEN", 0)
    assert client.get("/").status_code == 503


text = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.integers().map(str),
    st.sampled_from(["0", "7", "-0", "1e3", "NaN", "٣", "1_0", "report", f"../{MARK}", f"/{MARK}\0", "%00"]),
)
EDGES = "-1 0 10 99 100 101 120 121 1000 1001 9999 10000 65536 4294967295 4294967296".split()
WORDS = {"text": ["3", "12:30", "(1+2)x3=9\n 0.5"], "hand": writing.HANDS, "ground": writing.GROUNDS}
WORDS |= {"format": ["png", "idx"], "digit": ["3", "0-9", "all"]}
MODELS = weights.load_generators([weights.SHIPPED])
WORDS["model"] = WORDS["name"] = list(MODELS)
NAMES = re.findall(r'asked(?:\.get\(|\[)"(\w+)"', inspect.getsource(routes))
NAMES = sorted({"from", "to", "model", "w", "name", "epoch", "number", *NAMES})
good = st.fixed_dictionaries(
    {name: st.sampled_from(WORDS.get(name, list("23456789"))) for name in NAMES if name != "w"}
)
bad = st.sampled_from(EDGES) | text
asked = st.builds(
    lambda given, worse: {name: value for name, value in (given | worse).items() if value is not None},
    good,
    st.dictionaries(st.sampled_from(NAMES) | text, bad | st.none(), max_size=3),
)
values = st.recursive(
    st.none() | st.booleans() | st.floats() | text | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
opened = []
sys.addaudithook(lambda event, details: opened.append(details) if event in ("open", "os.listdir") else None)


def cases(count):
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # what fails is shown as found: no minutes of looking for a smaller one
        suppress_health_check=list(HealthCheck),
    )


def told(statuses):
    counts = ", ".join(f"{count:,} times {status}" for status, count in sorted(statuses.items()))
    return f"no traceback, no file touched; answered {counts}"


@pytest.mark.parametrize("count", [30, SOAK])
def test_our_addresses_answer_whatever_is_asked(count, withstood):
    ours = routes.routes(MODELS)
    app = Starlette(**access.app_kwargs(ours))
    app.auth, app.cookie_id, app.tokens = None, "x", {}
    client = TestClient(app)  # it raises what an address raises
    answered, statuses = set(), Counter()

    @cases(count * len(ours))
    @given(st.sampled_from(ours), asked, st.sampled_from(["GET", "GET", "GET", "HEAD", "POST"]))
    def hostile(route, asked, method):
        path = route.path
        for name in route.param_convertors:
            path = re.sub(f"{{{name}(:int)?}}", quote(asked.pop(name, ""), safe="") or "x", path)
        opened.clear()
        start = time.process_time()
        answer = client.request(method, path, params=asked)
        assert answer.status_code < 500 and "Traceback" not in answer.text
        most = 10 if path.endswith(".zip") else 1  # 10,000 pictures
        assert time.process_time() - start < 2 * most and len(answer.content) < 1_000_000 * most
        assert MARK not in str(opened)
        statuses[answer.status_code] += 1
        if answer.status_code == 200:
            answered.add(route.path)

    hostile()
    withstood(f"{statuses.total():,} hostile requests to {len(ours)} addresses", told(statuses))
    assert len(answered) > len(ours) / 2  # most are reached, in so few cases


@pytest.mark.parametrize("count", [40, SOAK])
def test_generate_answers_whatever_is_asked(client, capfd, count, withstood):
    good = st.integers(0, 9), st.integers(0, 65535), st.sampled_from(draw.COUNTS)
    drawn, of_any_model = st.tuples(*good, st.just("report")), st.tuples(*good, values)
    anything = st.lists(values, max_size=5) | st.tuples(values, values, values, values)
    statuses = Counter()

    @cases(count)
    @given(anything | drawn | of_any_model)
    def hostile(data):
        body = json.dumps({"data": data}).encode("utf-8", "replace")
        opened.clear()
        start = time.monotonic()
        answer = client.post(
            "/gradio_api/call/generate", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code < 500 and "Traceback" not in answer.text
        statuses[answer.status_code] += 1
        if answer.status_code == 200:
            answer = client.get(f"/gradio_api/call/generate/{answer.json()['event_id']}")
            assert answer.status_code == 200 and "Traceback" not in answer.text
            assert "event: complete" in answer.text or "event: error" in answer.text
        assert time.monotonic() - start < 10 and MARK not in str(opened)

    hostile()
    said = capfd.readouterr().err
    assert not said, said
    withstood(f"{statuses.total():,} hostile calls of `/generate`", told(statuses))


def test_logging_in_opens_the_page(chromium, locked):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(str(locked.base_url))
    for label, text in (("username", "ann"), ("password", "sécret")):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Login").click()
    page.wait_for_function("document.querySelector('#picture img')?.naturalWidth > 0")
    context.close()
