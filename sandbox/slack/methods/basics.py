"""api.test, auth.test, apps.connections.open, team.info, bots.info."""

from sandbox.slack import messages
from sandbox.slack.errors import fail
from sandbox.slack.methods.call import Call
from sandbox.slack.model import BOT_ID, BOT_USER, TEAM_DOMAIN, TEAM_ID, TEAM_NAME, Json


def api_test(call: Call) -> Json:
    """Answer with what came in; `error` asks for that error."""
    args = {k: v for k, v in call.args.items() if k != "token"}
    if call.text("error"):
        fail(call.text("error"), args=args)
    return {"args": args} if args else {}


def auth_test(call: Call) -> Json:
    """Who the token is."""
    return {
        "url": call.ws.url,
        "team": TEAM_NAME,
        "user": call.ws.users[BOT_USER].name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """A ticket for one socket."""
    ticket = call.core.delivery.sockets.ticket()
    base = call.core.base_url.replace("http", "ws", 1)
    return {"url": f"{base}/socket/{ticket}"}


def team_info(call: Call) -> Json:
    """The workspace."""
    if call.text("team") not in ("", TEAM_ID):
        fail("team_not_found")
    icon = {f"image_{size}": "" for size in (34, 44, 68, 88, 102, 132)}
    return {
        "team": {
            "id": TEAM_ID,
            "name": TEAM_NAME,
            "domain": TEAM_DOMAIN,
            "url": call.ws.url,
            "email_domain": "example.com",
            "icon": {**icon, "image_default": True},
        }
    }


def bots_info(call: Call) -> Json:
    """The bot."""
    if call.text("bot") not in ("", BOT_ID):
        fail("bot_not_found")
    return {"bot": messages.bot_profile(call.ws)}
