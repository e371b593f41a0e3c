"""What a runbook may ask of a status page. Publishing is no action: people approve exact texts."""

from typing import Any

from bot.action import ActionSet, Context, Params, Result
from bot.errors import Rejected
from integrations.statuspage.client import TIMEOUT_S, PublicClient

actions: ActionSet[PublicClient] = ActionSet("statuspage")


class Page(Params):
    """`page` is the page's own address: one of the system's urls."""

    page: str


@actions.read(Page, timeout_s=TIMEOUT_S + 5)
async def summary(client: PublicClient, params: Page, context: Context) -> Result:
    """Read what customers are told just now, from a page's public summary.json."""
    urls = [str(url).rstrip("/") for url in dict(context.system.get("urls") or {}).values()]
    if params.page.rstrip("/") not in urls:
        message = f"{params.page} is none of the system's urls; nothing was asked."
        raise Rejected(message, code="address")
    found = await client.summary(params.page)
    lasting = [str(one.get("name", "")) for one in found.get("incidents") or ()]
    state: dict[str, Any] = found.get("status") or {}
    said = str(state.get("description") or "no state is shown")
    data = {
        "indicator": str(state.get("indicator", "")),
        "description": said,
        "incidents": lasting,
        "components": {
            str(one.get("name", "")): str(one.get("status", ""))
            for one in found.get("components") or ()
        },
    }
    return Result(summary=f"{said}; {len(lasting)} current", data=data)
