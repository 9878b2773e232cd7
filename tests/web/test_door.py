"""What strangers may send to the real gunicorn, and what it answers: always a problem, and nothing is kept."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from tests.web import raw
from tests.web.raw import Door, chunked, form, request

LARGEST = 2_000_000
FORM = "multipart/form-data; boundary=x"
MODEL = 'name="model"; filename="model.pt"'
SOON = 2.0
KEY, OTHER = "a-key-of-sixteen", "another-key-of-our-own"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with raw.running(tmp_path_factory.mktemp("door"), WHYGRAD_MAX_UPLOAD_BYTES=str(LARGEST)) as door:
        yield door


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """With keys, and a name of its own."""
    settings = {"WHYGRAD_KEYS": f"{KEY},{OTHER}", "WHYGRAD_ALLOWED_HOSTS": "Grad.Example"}
    with raw.running(tmp_path_factory.mktemp("locked"), **settings) as door:
        yield door


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Behind a proxy on this machine, which names who has signed in with it."""
    settings = {"WHYGRAD_PROXY_HEADER": "X-Forwarded-User", "WHYGRAD_PROXIES": "127.0.0.1"}
    with raw.running(tmp_path_factory.mktemp("behind"), **settings) as door:
        yield door


class TestNoHttp:
    """What gunicorn itself would answer in HTML."""

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            (b"no request\r\n\r\n", 400),
            (b"GET /healthz\r\n\r\n", 400),
            (b"GET /healthz HTTP/9.9\r\n\r\n", 400),
            (b"get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            (b"G\x00T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            (b"GET /heal\x00thz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            (b"GET /healthz HTTP/1.1\r\nHost: local\x00host\r\n\r\n", 400),
            (b"GET /healthz HTTP/1.1\nHost: localhost\n\n", 400),
            (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n", 400),
            (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n", 400),
            (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: 1\r\n folded\r\n\r\n", 400),
            (b"GET /%b HTTP/1.1\r\nHost: localhost\r\n\r\n" % (b"a" * 10_000), 414),
            (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: %b\r\n\r\n" % (b"a" * 10_000), 431),
            (b"GET / HTTP/1.1\r\nHost: localhost\r\n%b\r\n" % (b"X: 1\r\n" * 100), 431),
            (b"GET / HTTP/1.1\r\nHost: localhost\r\n%b" % (b"X: %b\r\n" % (b"a" * 8000) * 100), 431),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: +1\r\n\r\n", 400),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n{", 400),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 2\r\n\r\n{", 400),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: %b\r\n\r\n{" % (b"9" * 5000), 400),
            (
                b"POST /explain HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                400,
            ),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 400),
            (b"POST /explain HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            (b"POST /explain HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\n\r\n", 417),
        ],
    )
    def test_is_a_problem_in_fixed_words_that_ends_the_connection(self, door: Door, sent: bytes, status: int) -> None:
        with door.connect(sent) as connection:
            reply = raw.read(connection)
            assert connection.recv(1) == b""
        assert reply.status == status
        assert set(reply.detail) & set("\x00<>\\%'\"") == set()
        assert reply.headers["x-content-type-options"] == "nosniff"
        (line,) = [line for line in door.lines if line.get("request") == reply.headers["x-request-id"]]
        assert line["message"].startswith(f"no HTTP, {status}: ")

    @pytest.mark.parametrize("body", [b"zz\r\n{", b"-1\r\n{", b"5\r\n{}", b"2\r\n{}junk\r\n0\r\n\r\n", b"2;\r;\r\n{}"])
    def test_chunks_that_are_none(self, door: Door, body: bytes) -> None:
        sent = request(
            "POST", "/explain", Content_Type="application/json", Transfer_Encoding="chunked", Content_Length=""
        )
        with door.connect(sent + body) as connection:
            connection.shutdown(socket.SHUT_WR)
            reply = raw.read(connection)
        assert (reply.status, "broke off" in reply.detail) == (400, True)

    def test_a_header_that_only_a_proxy_may_send_is_nothing(self, door: Door) -> None:
        sent = b"GET /rules HTTP/1.1\r\nHost: localhost\r\nSCRIPT_NAME: /x\r\nX-Forwarded-Host: evil.example\r\n\r\n"
        assert door.send(sent).status == 200

    def test_only_one_request_is_seen_in_a_request(self, door: Door) -> None:
        """A body that is not read is not taken for the next request."""
        smuggled = request("GET", "/rules")
        with door.connect(request("GET", "/nothing", smuggled, Connection="keep-alive")) as connection:
            assert raw.read(connection).headers["connection"] == "close"
            assert connection.recv(1) == b""


class TestAdmission:
    @pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.0.0.1:8000", "127.9.9.9", "[::1]:1"])
    def test_loopback_names_are_ours(self, door: Door, host: str) -> None:
        assert door.ask("GET", "/rules", Host=host).status == 200

    @pytest.mark.parametrize("path", ["/", "/healthz", "/diagnoses", "/nothing"])
    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", "[::2]", "1.localhost"])
    def test_another_name_is_421(self, door: Door, host: str, path: str) -> None:
        reply = door.ask("GET", path, Host=host)
        assert (reply.status, "WHYGRAD_ALLOWED_HOSTS" in reply.detail) == (421, True)

    @pytest.mark.parametrize("host", [b"\r\nHost: ", b"\r\nHost:  ", b""])
    def test_no_name_is_400(self, door: Door, host: bytes) -> None:
        reply = door.send(b"GET / HTTP/1.1%b\r\n\r\n" % host)
        assert (reply.status, reply.detail) == (400, "The request names no Host.")

    @pytest.mark.parametrize("host", ["a b", "a@b", "localhost@evil.example", "localhost/x", "localhost, evil"])
    def test_what_is_no_name_is_400(self, door: Door, host: str) -> None:
        reply = door.ask("GET", "/", Host=host)
        assert (reply.status, "neither a name nor an address" in reply.detail) == (400, True)

    @pytest.mark.parametrize("path", ["/", "/healthz", "/nothing"])
    def test_a_websocket_is_400(self, door: Door, path: str) -> None:
        reply = door.ask("GET", path, Connection="Upgrade", Upgrade="WebSocket")
        assert (reply.status, "No WebSocket" in reply.detail) == (400, True)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.example"},
            {"Origin": "http://localhost:3000"},
            {"Origin": "null"},
            {"Origin": "http://["},
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
            {"Sec_Fetch_Site": "same-origin", "Origin": "http://evil.example"},
        ],
    )
    @pytest.mark.parametrize(
        ("method", "path"),
        [("POST", "/diagnose"), ("POST", "/explain"), ("PUT", "/models/" + "0" * 64), ("DELETE", "/x")],
    )
    def test_another_site_is_403(self, door: Door, method: str, path: str, headers: dict[str, str]) -> None:
        reply = door.ask(method, path, b"{}", **headers)
        assert (reply.status, "another site" in reply.detail) == (403, True)

    @pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost"}, {"Sec_Fetch_Site": "none"}])
    def test_curl_and_our_own_pages_are_let_in(self, door: Door, headers: dict[str, str]) -> None:
        reply = door.ask("POST", "/explain", b'{"text": "x"}', Content_Type="application/json", **headers)
        assert reply.status == 200

    def test_every_answer_tells_a_browser_to_be_careful(self, door: Door) -> None:
        for reply in (
            door.ask("GET", "/rules"),
            door.ask("GET", "/nothing"),
            door.ask("PATCH", "/"),
            door.send(b"x\r\n\r\n"),
        ):
            policy = reply.headers["content-security-policy"]
            assert policy.startswith("default-src 'none';")
            assert "frame-ancestors 'none'" in policy
            assert reply.headers["cache-control"] == "no-store"

    def test_an_answer_and_its_lines_in_the_log_have_an_id(self, door: Door) -> None:
        given = door.ask("GET", "/rules", X_Request_ID="of-a-proxy.1")
        assert given.headers["x-request-id"] == "of-a-proxy.1"
        forged = door.ask("GET", "/nothing%0a%1b[2J", X_Request_ID='"}{')
        id = forged.headers["x-request-id"]
        assert id.isalnum()
        (line,) = [line for line in door.lines if line.get("request") == id]
        assert line["message"].startswith(r"GET /nothing\n\x1b[2J 404 in ")


class TestProxy:
    def test_whom_it_names_is_let_in(self, behind: Door) -> None:
        assert behind.ask("GET", "/limits", X_Forwarded_User="ada").status == 200
        assert behind.ask("GET", "/limits").status == 401

    @pytest.mark.parametrize(
        "sent",
        [b"X_Forwarded_User: ada", b"X-Forwarded_User: ada", b"X-Forwarded-User: ada\r\nX-Forwarded-User: root"],
    )
    def test_a_header_that_passes_for_its_own_names_nobody(self, behind: Door, sent: bytes) -> None:
        assert behind.send(b"GET /limits HTTP/1.1\r\nHost: localhost\r\n%b\r\n\r\n" % sent).status == 401


class TestLimits:
    @pytest.fixture(autouse=True)
    def nothing_is_kept(self, door: Door) -> Iterator[None]:
        kept = door.kept
        yield
        assert door.kept == kept
        assert door.seconds() < SOON

    @pytest.mark.parametrize("in_chunks", [False, True])
    @pytest.mark.parametrize(
        ("method", "path", "media_type", "limit"),
        [
            ("POST", "/explain", "application/json", 1_000_000),
            ("POST", "/diagnose", FORM, LARGEST),
            ("PUT", "/models/" + "0" * 64, "application/octet-stream", LARGEST),
        ],
    )
    def test_a_body_over_the_limit(
        self, door: Door, method: str, path: str, media_type: str, limit: int, in_chunks: bool
    ) -> None:
        body = form((MODEL, bytes(limit)))
        headers = {"Content_Type": media_type}
        if in_chunks:
            head = request(method, path, **headers, Transfer_Encoding="chunked", Content_Length="")
            reply = door.send(head + chunked(*[body[n : n + 100_000] for n in range(0, len(body), 100_000)]))
        else:
            reply = door.ask(method, path, body, **headers)
        assert (reply.status, f"larger than the limit of {limit:,} bytes" in reply.detail) == (413, True)

    @pytest.mark.parametrize("frame", [b"1\r\na\r\n", b"1;" + b"a;" * 2000 + b"a\r\na\r\n"])
    @pytest.mark.parametrize(
        ("method", "path", "media_type"),
        [
            ("POST", "/explain", "application/json"),
            ("POST", "/diagnose", FORM),
            ("PUT", "/models/" + "0" * 64, "application/octet-stream"),
        ],
    )
    def test_a_body_in_crumbs(self, door: Door, method: str, path: str, media_type: str, frame: bytes) -> None:
        head = request(method, path, Content_Type=media_type, Transfer_Encoding="chunked", Content_Length="")
        reply = door.send(head + frame * 2000)
        assert (reply.status, "in crumbs" in reply.detail) == (400, True)

    def test_trailers_without_end(self, door: Door) -> None:
        head = request("POST", "/explain", Content_Type="application/json", Transfer_Encoding="chunked")
        reply = door.send(head.replace(b"Content-Length: 0\r\n", b"") + b"2\r\n{}\r\n0\r\n" + b"X: a\r\n" * 5000)
        assert (reply.status, "too long" in reply.detail) == (400, True)

    def test_a_long_body_is_refused_before_it_is_sent(self, door: Door) -> None:
        length = str(400_000_000)
        reply = door.ask("PUT", "/models/" + "0" * 64, Content_Length=length, Expect="100-continue")
        assert reply.status == 413
        assert reply.headers["connection"] == "close"

    @pytest.mark.parametrize(
        "parts",
        [
            [(f'name="{n}"', b"") for n in range(5000)],
            [(MODEL, b"x")] * 5000,
            [(MODEL, b"x"), ('name="shapes"', b"1" * 600_000)],
            [('name="request"', b"[" * 1_500_000)],
            [(f'name="{"a" * 600_000}"', b"")],
            [('name="shapes"\r\nX: ' + "a" * 600_000, b"")],
        ],
    )
    def test_a_form_of_too_much(self, door: Door, parts: list[tuple[str, bytes]]) -> None:
        reply = door.ask("POST", "/diagnose", form(*parts), Content_Type=FORM)
        head = request("POST", "/diagnose", Content_Type=FORM, Content_Length="", Transfer_Encoding="chunked")
        for answer in (reply, door.send(head + chunked(form(*parts)))):
            assert (answer.status, "more than 100 fields" in answer.detail) == (413, True)

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"[" * 100_000, "Nested deeper"),
            (b'{"text": %b' % (b'{"a":' * 50_000), "Nested deeper"),
            (b'{"text": %b}' % (b"9" * 5000), "5,000 digits"),
            (b'{"text": NaN}', "NaN"),
            (b'{"text": -Infinity}', "Infinity"),
            (b'{"text": 1e999}', "too large"),
            (b'{"text": "\xff"}', "not UTF-8"),
            (b'{"text": "\\ud800"}', "surrogate"),
            (b'{"text": "a", "text": "b"}', "twice"),
            (b"\xef\xbb\xbf{}", "BOM"),
            (b"", "Not valid JSON"),
            (b"\x1f\x8b\x08\x00", "UTF-8"),
        ],
    )
    def test_json_that_is_none(self, door: Door, body: bytes, says: str) -> None:
        reply = door.ask("POST", "/explain", body, Content_Type="application/json")
        assert (reply.status, says in reply.detail) == (422, True), reply.detail

    @pytest.mark.parametrize(
        ("path", "headers"),
        [
            ("/explain", {"Content_Type": "text/plain"}),
            ("/explain", {}),
            ("/explain", {"Content_Type": "application/json", "Content_Encoding": "gzip"}),
            ("/diagnose", {"Content_Type": "application/json"}),
            ("/diagnose", {"Content_Type": "multipart/form-data"}),
        ],
    )
    def test_a_type_that_is_not_taken(self, door: Door, path: str, headers: dict[str, str]) -> None:
        assert door.ask("POST", path, b"{}", **headers).status == 415
        assert door.ask("POST", path, b"{}", **headers).detail

    @pytest.mark.parametrize(
        "path",
        [
            "/../../etc/passwd",
            "/models/../../etc/passwd",
            "/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "/models/" + "A" * 64,
            "/diagnoses/..%2f..%2fetc%2fpasswd",
            "/diagnoses/%00",
            "/diagnoses/%ff%fe",
            "/diagnoses/" + "a" * 4000,
            "//evil.example/rules",
            "/rules/%F0%9F%92%A9",
            "/%",
            "/%zz",
        ],
    )
    def test_an_odd_path(self, door: Door, path: str) -> None:
        reply = door.ask("GET", path)
        assert (reply.status, len(reply.detail) < 500) == (404, True)

    @pytest.mark.parametrize("method", ["TRACE", "PATCH", "PROPFIND", "CONNECT"])
    def test_an_odd_method(self, door: Door, method: str) -> None:
        reply = door.ask(method, "/rules" if method != "CONNECT" else "localhost:80")
        assert reply.status in (404, 405)
        assert reply.detail

    @pytest.mark.parametrize(
        ("field", "value", "pointer", "says"),
        [
            ("shapes", "1000000x1000000", "/shapes/0", "takes 4 TB"),
            ("shapes", "1;" * 200_000, "/shapes", "200,001 entries"),
            ("shapes", "9" * 400_000, "/shapes", "larger than any tensor"),
            ("shapes", "-1x4", "/shapes", "not a size"),
            ("shapes", "9223372036854775807x2", "/shapes/0/shape", "More elements"),
            ("request", '{"inputs": [{"shape": [1000000, 1000000]}]}', "/request/inputs/0", "takes 4 TB"),
            ("request", '{"inputs": [{"shape": [%s]}]}' % ("1," * 200_000 + "1"), "/request/inputs", "200,004 values"),
            ("request", '{"inputs": [{"shape": [1e30]}]}', "/request/inputs/0/shape/0", "Not an integer"),
            ("request", '{"inputs": [{"shape": [true]}]}', "/request/inputs/0/shape/0", "Not an integer"),
            ("request", '{"inputs": [{"shape": [-9223372036854775809]}]}', "/request/inputs/0/shape/0", "0 or more"),
            ("request", '{"inputs": %s}' % ("[" * 32 + "]" * 32), "/request", "Nested deeper"),
            ("request", '{"ignore": [%s""]}' % ('"CUT10",' * 50_000), "/request/ignore", "50,001 entries"),
        ],
    )
    def test_inputs_are_judged_before_they_are_made(
        self, door: Door, field: str, value: str, pointer: str, says: str
    ) -> None:
        began = time.monotonic()
        parts = form((MODEL, b"a program"), (f'name="{field}"', value.encode()))
        reply = door.ask("POST", "/diagnose", parts, Content_Type=FORM)
        assert (reply.status, says in reply.detail) == (422, True), reply.detail
        assert reply.document["errors"][0]["pointer"] == pointer
        assert time.monotonic() - began < SOON

    def test_a_range_is_not_taken_and_no_harm(self, door: Door) -> None:
        assert door.ask("GET", "/limits", Range="bytes=0-,0-,0-,0-").status == 200


class TestUploads:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("../../etc/passwd", "passwd"),
            ("/etc/passwd", "passwd"),
            ("C:\\\\windows\\\\x.pt", "x.pt"),
            ("a\x00b.pt", "ab.pt"),
            ("a\x1b[2J\x7f.pt", "a[2J.pt"),
            ("..", ".."),
            ("a" * 4000 + ".pt", "a" * 255),
        ],
    )
    def test_a_file_name_is_only_shown(self, door: Door, name: str, shown: str) -> None:
        content = name.encode() + b" is its name"
        reply = door.ask("POST", "/diagnose", form((f'name="model"; filename="{name}"', content)), Content_Type=FORM)
        assert (reply.status, reply.document["model"]["name"]) == (202, shown)
        sha256 = hashlib.sha256(content).hexdigest()
        assert door.data / "uploads" / sha256[:2] / sha256 in door.kept

    @pytest.mark.parametrize("path", ["/diagnose", "/models/" + "0" * 64])
    def test_a_connection_that_breaks_off_leaves_no_file(
        self, door: Door, path: str, until: Callable[[Callable[[], bool]], None]
    ) -> None:
        kept, seen = door.kept, len(door.lines)
        method = "POST" if path == "/diagnose" else "PUT"
        connection = door.connect(request(method, path, Content_Type=FORM, Content_Length=str(LARGEST - 1)))
        connection.sendall(form((MODEL, bytes(1_000_000)))[:-20])
        connection.close()
        until(lambda: any(path in line["message"] and " 400 " in line["message"] for line in door.lines[seen:]))
        assert door.kept == kept

    def test_a_body_is_asked_for_when_it_is_wanted(self, door: Door) -> None:
        body = b'{"text": "x"}'
        head = request(
            "POST", "/explain", Content_Type="application/json", Content_Length=str(len(body)), Expect="100-continue"
        )
        with door.connect(head) as connection:
            assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(body)
            assert raw.read(connection).status == 200


class TestKeys:
    @pytest.mark.parametrize(
        "given", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}", f"Bearer {KEY}x", KEY, "Bearer \xff"]
    )
    def test_without_a_key_nothing_is_told(self, locked: Door, given: str) -> None:
        for path in ("/diagnoses", "/", "/nothing", "/rules"):
            reply = locked.ask("GET", path, Authorization=given)
            assert (reply.status, "Authorization: Bearer KEY" in reply.detail) == (401, True)
            assert reply.headers["www-authenticate"] == 'Bearer realm="whygrad"'

    @pytest.mark.parametrize("key", [KEY, OTHER])
    def test_each_key_opens(self, locked: Door, key: str) -> None:
        assert locked.ask("GET", "/diagnoses", Authorization=f"Bearer {key}").status == 200
        assert locked.ask("GET", "/diagnoses", Authorization=f"bearer  {key}", Host="grad.example:443").status == 200

    def test_a_probe_needs_none(self, locked: Door) -> None:
        assert locked.ask("GET", "/healthz").status == 200
        assert locked.ask("GET", "/readyz").status in (200, 503)

    @pytest.mark.parametrize("expect", ["", "100-continue"])
    def test_a_large_upload_is_refused_unread(self, locked: Door, expect: str) -> None:
        head = request("POST", "/diagnose", Content_Type=FORM, Content_Length=str(400_000_000), Expect=expect)
        began = time.monotonic()
        with locked.connect(head) as connection:
            assert raw.read(connection).status == 401
        assert time.monotonic() - began < SOON

    def test_an_upload_that_is_on_its_way_hears_of_it(self, locked: Door) -> None:
        body = form((MODEL, bytes(30_000_000)))
        assert locked.ask("POST", "/diagnose", body, Content_Type=FORM).status == 401
        assert locked.kept == []

    def test_no_key_is_in_the_log(self, locked: Door) -> None:
        assert KEY not in locked.log.read_text()


class TestSlowClients:
    """Fifty at once of each kind, each a byte a second."""

    def test_nobody_else_waits(self, door: Door) -> None:
        heads = (
            b"GET /healthz HTTP/1.1\r\nHost: ",
            request("POST", "/diagnose", Content_Type=FORM, Content_Length="1000000"),
            request(
                "POST", "/explain", Content_Type="application/json", Content_Length="", Transfer_Encoding="chunked"
            ),
        )
        slow = [door.connect(head) for head in heads for _ in range(50)]
        took = []
        for _ in range(5):
            for connection in slow:
                with suppress(OSError):  # it was put out, as it may be
                    connection.send(b"-")
            took.append(door.seconds())
            time.sleep(1)
        for connection in slow:
            connection.close()
        assert max(took) < SOON

    @pytest.mark.slow
    def test_nobody_waits_for_what_frames_the_chunks_of_others(self, door: Door) -> None:
        head = request(
            "POST", "/explain", Content_Type="application/json", Transfer_Encoding="chunked", Content_Length=""
        )
        flood = (b"80;%b\r\n%b\r\n" % (b";".join([b"a"] * 4000), bytes(128))) * 512 + b"0\r\n\r\n"
        with ThreadPoolExecutor(8) as pool:
            replies = [pool.submit(door.send, head + flood) for _ in range(8)]
            assert max(door.seconds() for _ in range(20)) < SOON
        assert {reply.result().status for reply in replies} == {422}

    def test_who_does_not_read_holds_up_nobody(self, door: Door) -> None:
        asked = request("GET", "/openapi.yaml", Connection="keep-alive") * 5
        deaf = [door.connect() for _ in range(50)]
        for connection in deaf:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.sendall(asked)
        assert max(door.seconds() for _ in range(10)) < SOON
        for connection in deaf:
            connection.close()
