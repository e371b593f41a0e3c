"""HTTP requests to the hosts that a system lists.

Nothing is known of what a changing request does, so when it is not known whether it arrived a
person is asked; only PUT is safe to send again (RFC 9110, 9.2.2). DELETE is too by that page, but
many answer the second one with 404, which would read as a failure.
"""

from bot.action import (
    ActionSet,
    Call,
    Context,
    Effect,
    Planned,
    Result,
    Risk,
)
from bot.errors import Rejected
from integrations.http.asking import Changing, Posting, Reading, Wanted, judge, may_read, redirect
from integrations.http.client import Answer, HttpClient

LONGEST_S = 140  # the longest `timeout`, and finding and connecting to the host
DATA_MAX = 100_000  # bytes of a JSON answer that later steps may use
TEXTS = ("text/", "application/json", "application/problem+json", "application/x-ndjson")
NEVER_TEXT = {"gzip", "br", "deflate", "zstd", "compress"}

actions: ActionSet[HttpClient] = ActionSet("http")


@actions.read(Reading, timeout_s=LONGEST_S)
async def get(client: HttpClient, params: Reading, context: Context) -> Result:
    """Ask with GET and check the answer."""
    return await _sent(client, Wanted.of("GET", params, context.system), context, changes=False)


@actions.read(Reading, timeout_s=LONGEST_S)
async def head(client: HttpClient, params: Reading, context: Context) -> Result:
    """Ask with HEAD and check status and headers."""
    return await _sent(client, Wanted.of("HEAD", params, context.system), context, changes=False)


@actions.change(Posting, risk=Risk.HIGH, effect=Effect.MANUAL, timeout_s=LONGEST_S)
async def post(client: HttpClient, params: Posting, planned: Planned, context: Context) -> Result:
    """Send with POST and check the answer."""
    return await _run(client, "POST", params, planned, context)


@actions.change(Changing, risk=Risk.HIGH, effect=Effect.IDEMPOTENT, timeout_s=LONGEST_S)
async def put(client: HttpClient, params: Changing, planned: Planned, context: Context) -> Result:
    """Send with PUT and check the answer."""
    return await _run(client, "PUT", params, planned, context)


@actions.change(Changing, risk=Risk.HIGH, effect=Effect.MANUAL, timeout_s=LONGEST_S)
async def patch(client: HttpClient, params: Changing, planned: Planned, context: Context) -> Result:
    """Send with PATCH and check the answer."""
    return await _run(client, "PATCH", params, planned, context)


@actions.change(Changing, risk=Risk.DESTRUCTIVE, effect=Effect.MANUAL, timeout_s=LONGEST_S)
async def delete(
    client: HttpClient, params: Changing, planned: Planned, context: Context
) -> Result:
    """Send with DELETE and check the answer."""
    return await _run(client, "DELETE", params, planned, context)


@post.reads_when("reads")
async def ask_with_post(client: HttpClient, params: Posting, context: Context) -> Result:
    """Ask with a POST that only reads."""
    wanted = Wanted.of("POST", params, context.system)
    may_read(wanted, context.system)
    return await _sent(client, wanted, context, changes=False)


@post.plan
async def plan_post(_client: HttpClient, params: Posting, context: Context) -> Planned:
    """Resolve the POST."""
    return _planned(Wanted.of("POST", params, context.system), context)


@put.plan
async def plan_put(_client: HttpClient, params: Changing, context: Context) -> Planned:
    """Resolve the PUT."""
    return _planned(Wanted.of("PUT", params, context.system), context)


@patch.plan
async def plan_patch(_client: HttpClient, params: Changing, context: Context) -> Planned:
    """Resolve the PATCH."""
    return _planned(Wanted.of("PATCH", params, context.system), context)


@delete.plan
async def plan_delete(_client: HttpClient, params: Changing, context: Context) -> Planned:
    """Resolve the DELETE."""
    return _planned(Wanted.of("DELETE", params, context.system), context)


def _planned(wanted: Wanted, context: Context) -> Planned:
    wanted.check_secrets(context.secrets)
    return Planned(targets=(wanted.target,), calls=(Call(target=wanted.target, text=wanted.text),))


async def _run(
    client: HttpClient, method: str, params: Changing, planned: Planned, context: Context
) -> Result:
    wanted = Wanted.of(method, params, context.system)
    if planned.calls != _planned(wanted, context).calls:
        message = f"{wanted.target}: this is not the request that was approved; nothing was sent."
        raise Rejected(message, code="moved")
    return await _sent(client, wanted, context, changes=True)


async def _sent(client: HttpClient, wanted: Wanted, context: Context, *, changes: bool) -> Result:
    answer = await client.send(wanted.ask(context.system, context.secrets, changes=changes))
    summary = f"{wanted.method} {wanted.origin}{wanted.path} answered {answer.status}"
    await context.emit(f"{summary} in {answer.elapsed_ms} ms, {_described(answer)}")
    if answer.body and _is_text(answer):
        await context.emit(answer.body.decode("utf-8", "replace"))
    found = judge(wanted, answer)
    data = {"status": answer.status, "elapsed_ms": answer.elapsed_ms}
    if where := redirect(answer):
        summary += f", a redirect to {where} that was not followed"
    if found is None or len(answer.body) > DATA_MAX:
        return Result(summary=f"{summary}.", data=data)
    return Result(summary=f"{summary}.", data={**data, "json": found})


def _described(answer: Answer) -> str:
    kind = answer.headers.get("content-type", "no content type")
    size = f"{len(answer.body)} bytes"
    if answer.cut:
        size = f"cut after the first {len(answer.body)} bytes"
    return f"{kind}, {size}" + ("" if _is_text(answer) or not answer.body else ", not shown")


def _is_text(answer: Answer) -> bool:
    if answer.headers.get("content-encoding", "").strip().lower() in NEVER_TEXT:
        return False
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind.startswith(TEXTS) or kind.endswith("+json")
