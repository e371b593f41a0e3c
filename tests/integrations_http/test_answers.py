"""What comes back is checked: a wrong, missing or unreadable value never passes."""

import pytest
from pydantic import ValidationError

from bot.errors import Invalid, Rejected


async def test_a_healthy_answer_passes_and_is_there_for_later_steps(desk, site):
    expect = {"status": 200, "json": {"status": "healthy", "latency": "< 20", "up": True}}
    result = await desk.read("get", url=f"{site.url}/health", expect=expect)
    assert result.summary == f"GET {site.url}/health answered 200."
    assert result.data["json"]["status"] == "healthy"
    assert "application/json" in desk.said[0]
    assert '"healthy"' in desk.said[1]


@pytest.mark.parametrize(
    ("path", "wanted", "says"),
    [
        ("/health", {"status": "degraded"}, 'status: expected "degraded", found "healthy"'),
        ("/health", {"queue_depth": 0}, "queue_depth: expected 0, absent"),
        ("/health", {"metrics.latency_p95": "< 1"}, 'metrics.latency_p95: expected "< 1", absent'),
        ("/health", {"none": "is present"}, 'none: expected "is present", found null'),
        ("/health", {"none": "!= x"}, 'none: expected "!= x", found null'),
        ("/health", {"up": 1}, "up: expected 1, found true"),
        ("/health", {"latency": ">= 13"}, 'latency: expected ">= 13", found 12.5'),
        ("/health", {"status": "> 3"}, 'status: expected "> 3", found "healthy"'),
        ("/breakers", {"breakers.*.state": "closed"}, 'breakers.1.state: expected "closed"'),
        ("/breakers", {"empty.*.state": "closed"}, "empty.*.state: expected"),
        ("/breakers", {"breakers.7.state": "closed"}, "breakers.7.state: expected"),
        ("/wrong.json", {"status": "healthy"}, "expected JSON, found something else"),
        ("/deep.json", {"status": "healthy"}, "expected JSON, found something else"),
        ("/huge.json", {"0": 1}, "cut at 1 MB"),
        ("/image", {"a": 1}, "expected JSON, found something else"),
        ("/broken", {"error": "boom"}, "status: expected 2xx, found 500"),
    ],
)
async def test_what_is_not_as_expected_says_path_expected_and_found(desk, site, path, wanted, says):
    with pytest.raises(Rejected) as refused:
        await desk.read("get", url=f"{site.url}{path}", expect={"json": wanted})
    assert says in str(refused.value)


async def test_what_is_as_expected_passes(desk, site):
    wanted = {"breakers.0.state": "== closed", "count": ">= 2", "breakers.*.name": "is present"}
    header = {"content-type": "contains json", "Content-Length": "> 10"}
    expect = {"status": [200, 204], "json": wanted, "header": header}
    await desk.read("get", url=f"{site.url}/breakers", expect=expect)
    with pytest.raises(Rejected, match=r"header x-version: expected .*absent"):
        await desk.read(
            "get", url=f"{site.url}/breakers", expect={"header": {"x-version": "is present"}}
        )


async def test_a_redirect_is_reported_with_its_host_and_not_followed(desk, site):
    with pytest.raises(Rejected) as refused:
        await desk.read("get", url=f"{site.url}/moved")
    assert "expected 2xx, found 302" in str(refused.value)
    assert "http://169.254.169.254, which is not followed" in str(refused.value)
    expected = await desk.read("get", url=f"{site.url}/moved", expect={"status": 302})
    assert "redirect to http://169.254.169.254" in expected.summary
    assert [asked[1] for asked in site.asked] == ["/moved", "/moved"]


async def test_a_huge_answer_is_cut_and_says_so(desk, site):
    await desk.read("get", url=f"{site.url}/huge")
    assert "cut after the first 1000000 bytes" in desk.said[0]
    assert len(desk.said[1]) == 1_000_000


@pytest.mark.parametrize("path", ["/image", "/gzip"])
async def test_only_text_is_shown(desk, site, path):
    await desk.read("get", url=f"{site.url}{path}")
    assert len(desk.said) == 1
    assert desk.said[0].endswith("not shown")


async def test_head_and_queries(desk, site):
    await desk.read("head", url=f"{site.url}/health", expect={"header": {"content-type": "!= x"}})
    query = {"include_metrics": True, "period": "7d & more", "n": 3}
    await desk.read("get", url=f"{site.url}/api?a=1", query=query)
    assert site.asked[0][0] == "HEAD"
    assert site.asked[1][1] == "/api?a=1&include_metrics=true&period=7d+%26+more&n=3"


async def test_a_post_that_only_reads_must_be_declared_by_the_system(desk, site):
    expect = {"json": {"status": "is present"}}
    body = {"include_metrics": True}
    given = {"url": f"{site.url}/api/ai/status", "json": body, "reads": True, "expect": expect}
    result = await desk.read("post", **given)
    assert result.data["json"]["got"] == '{"include_metrics": true}'
    assert site.asked[0][2]["Content-Type"] == "application/json"
    with pytest.raises(Invalid, match="reading_posts"):
        await desk.read("post", url=f"{site.url}/api/ai/alerts/ack", reads=True)
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"url": "ftp://127.0.0.1/"},
        {"url": "http://127.0.0.1/ x"},
        {"url": "http://127.0.0.1/\nx"},
        {"url": "http://127.0.0.1/\0"},
        {"url": "http://127.0.0.1/${ADMIN_TOKEN}"},
        {"url": "-http://127.0.0.1/"},
        {"url": "http://127.0.0.1/" + "a" * 10_000},
        {"url": 5},
        {"headers": {"Host": "evil"}},
        {"headers": {"X-A": "b\r\nX-Evil: 1"}},
        {"headers": {"X A": "b"}},
        {"timeout": 0},
        {"timeout": 100_000},
        {"expect": {"status": "200"}},
        {"expect": {"body": "x"}},
        {"follow": True},
    ],
)
async def test_parameters_that_are_not_what_they_should_be_are_refused(desk, site, given):
    with pytest.raises(ValidationError):
        await desk.read("get", **{"url": f"{site.url}/health", **given})
    assert site.asked == []
