"""Only listed hosts are reached, at an address that was checked, whatever the name says later."""

import ssl
import subprocess
from shutil import which

import pytest
from aiohttp import web

from bot.errors import Invalid, Rejected, Unavailable
from integrations.http.client import HttpClient
from integrations.http.guard import Reach, permitted, refusal
from tests.integrations_http.conftest import Desk
from tests.support.docker_engine import need

ALL = frozenset(Reach)


def desk_of(url: str, *answers: list[str], **http) -> Desk:
    """Return a desk whose resolver gives the answers one after the other."""
    left = list(answers)

    async def resolve(_host: str, _port: int) -> list[str]:
        return left.pop(0)

    system = {"urls": {"base": url}, "http": http}
    desk = Desk(system, HttpClient(system, resolve=resolve))
    desk.left = left
    return desk


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}.evil.com/",
        "http://evil.com/",
        "http://localhost:{port}/",
        "http://127.0.0.1:1/",
        "https://127.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f000001:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://127.0.0.1:{port}@evil.com/",
        "http://evil.com\\@127.0.0.1:{port}/",
        "http://evil.com#@127.0.0.1:{port}/",
        "http://127.0.0.1%2eevil.com:{port}/",
        "http://127.0.0.1:{port}/a/../../b",
        "http://127.0.0.1:{port}/a/%2E%2e/b",
        "http://127.0.0.1:99999/",
        "http:///health",
    ],
)
async def test_what_the_system_does_not_list_is_not_asked(desk, site, url):
    with pytest.raises(Invalid):
        await desk.read("get", url=url.format(port=site.port))
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "169.254.170.2", "0.0.0.0", "224.0.0.1", "255.255.255.255"),  # noqa: S104 - refused
        *("168.63.129.16", "100.100.100.200", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "ff02::1"),
        *("::", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::a9fe:a9fe"),
        *("nonsense", "0x7f.1"),
    ],
)
def test_some_addresses_are_never_reached(address):
    assert refusal(address, ALL)


@pytest.mark.parametrize(
    ("host", "address", "open_to"),
    [
        ("api.example.com", "93.184.216.34", True),
        ("api.example.com", "2606:2800:220:1::1", True),
        ("api.example.com", "127.0.0.1", False),
        ("api.example.com", "::1", False),
        ("api.example.com", "10.0.0.7", False),
        ("api.example.com", "192.168.1.1", False),
        ("api.example.com", "100.64.0.1", False),
        ("api.example.com", "fd12::1", False),
        ("api.example.com", "::ffff:127.0.0.1", False),
        ("api.example.com", "::ffff:10.0.0.1", False),
        ("api.example.com", "64:ff9b::7f00:1", False),
        ("api.example.com", "2002:7f00:1::", False),
        ("api.example.com", "::7f00:1", False),
        ("mcp-cortex-ai", "172.18.0.3", True),
        ("mcp-cortex-ai", "127.0.0.1", False),
        ("qdrant.shop.svc", "10.9.8.7", True),
        ("localhost", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("localhost", "10.0.0.1", False),
        ("10.0.0.7", "10.0.0.7", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
    ],
)
def test_a_name_is_reached_only_where_it_itself_lies(host, address, open_to):
    assert (refusal(address, permitted(host)) is None) is open_to


def test_a_system_may_say_that_a_name_is_inside():
    assert refusal("10.1.1.1", permitted("api.corp.example", ["api.corp.example"])) is None
    assert refusal("127.0.0.1", permitted("api.corp.example", ["api.corp.example"]))


@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"], []]
)
async def test_one_bad_address_is_enough_to_refuse(site, answer):
    desk = desk_of(f"http://api.example.com:{site.port}", answer)
    with pytest.raises(Rejected, match="may not be reached") as refused:
        await desk.read("get", url=f"http://api.example.com:{site.port}/health")
    assert refused.value.code == "address"
    assert site.asked == []


async def test_the_name_is_resolved_once_and_the_checked_address_is_connected_to(site):
    """A name that changes its mind (DNS rebinding) has no second chance."""
    url = f"http://web.localhost:{site.port}"
    desk = desk_of(url, ["127.0.0.1"], ["169.254.169.254"])
    await desk.read("get", url=f"{url}/health")
    assert desk.left == [["169.254.169.254"]]
    assert site.asked[0][2]["Host"] == f"web.localhost:{site.port}"
    with pytest.raises(Rejected):
        await desk.read("get", url=f"{url}/health")
    await desk.client.close()


async def test_the_next_address_is_tried_when_one_does_not_connect(site):
    url = f"http://web.localhost:{site.port}"
    desk = desk_of(url, ["127.0.0.2", "::1", "127.0.0.1"])
    await desk.change("post", url=f"{url}/x")
    assert len(site.asked) == 1
    await desk.client.close()


async def test_an_ipv6_address_is_connected_to(raw_six):
    system = {"urls": {"base": f"http://[::1]:{raw_six}", "cache": "redis://x", "later": "${URL}"}}
    desk = Desk(system, HttpClient(system))
    await desk.read("get", url=f"http://[::1]:{raw_six}/health")
    assert desk.said[-1] == "ok"
    await desk.client.close()


@pytest.fixture
async def raw_six():
    """A server on the IPv6 loopback that wants to be called by its address."""

    async def handle(request: web.Request) -> web.Response:
        assert request.headers["Host"].startswith("[::1]:")
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_get("/health", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "::1", 0).start()
    except OSError as error:
        need(None, f"IPv6 on the loopback ({error})")
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_a_name_that_does_not_resolve_is_unavailable():
    system = {"urls": {"base": "http://nowhere.invalid"}}
    desk = Desk(system, HttpClient(system))
    with pytest.raises(Unavailable, match="could not be resolved; nothing was sent"):
        await desk.change("post", url="http://nowhere.invalid/")


@pytest.fixture
async def tls(tmp_path):
    need(which("openssl"), "openssl")
    names = ["-subj", "/CN=web.localhost", "-addext", "subjectAltName=DNS:web.localhost"]
    files = ["-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command = ["openssl", "req", *kind, *files, *names, "-days", "2"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603, ASYNC221 - a key for a test

    async def handle(_request: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    app = web.Application()
    app.router.add_get("/health", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield runner.addresses[0][1], str(tmp_path / "cert.pem")
    await runner.cleanup()


async def _answers(url: str, ca: str | None) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    system = {"urls": {"base": url}}
    desk = Desk(system, HttpClient(system, resolve=resolve, ca=ca))
    try:
        await desk.read("get", url=f"{url}/health", expect={"json": {"status": "healthy"}})
    finally:
        await desk.client.close()


async def test_a_certificate_is_checked_for_the_name_and_not_the_address(tls):
    port, ca = tls
    await _answers(f"https://web.localhost:{port}", ca)
    with pytest.raises(Rejected, match=r"certificate is not valid for web\.localhost"):
        await _answers(f"https://web.localhost:{port}", None)
    with pytest.raises(Rejected, match=r"certificate is not valid for other\.localhost"):
        await _answers(f"https://other.localhost:{port}", ca)
