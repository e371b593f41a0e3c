"""V3 webhooks: are they PagerDuty's, and what do they say? Pure.

Sources: docs/webhooks of PagerDuty/developer-docs (01-Overview, 02-Behavior, 04-Signatures).
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.domain.intent import Intent, IntentKind
from integrations.pagerduty.wire import heard_event

VERSION: Final = "v1="
SIGNATURE: Final = "X-PagerDuty-Signature"
WEBHOOK_ID: Final = "X-Webhook-Id"
_ID_MAX: Final = 200


def is_signed(body: bytes, header: str, secrets: Iterable[str]) -> bool:
    """Whether any signature of the header was made of the raw body with any of the secrets."""
    given = [one.strip().removeprefix(VERSION) for one in header.split(",") if VERSION in one]
    made = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets]
    pairs = [
        hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))
        for ours in made
        for theirs in given
    ]
    return any(pairs)


def intent(body: bytes, webhook_id: str, now: datetime) -> Intent:
    """Return a signed webhook as an intent; what cannot be read is one too, and does nothing.

    Its id is the webhook's, which is the same each time it is delivered.
    """
    name = webhook_id.strip()[:_ID_MAX] or hashlib.sha256(body).hexdigest()
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    event = said.get("event") if isinstance(said, dict) else None
    heard = heard_event(event if isinstance(event, dict) else {}, now)
    return Intent(
        id=f"pagerduty:{name}",
        kind=IntentKind.EVENT,
        name=f"pagerduty.{heard.type}",
        user="pagerduty",
        team="",
        received_at=now,
        payload=heard.model_dump(mode="json"),
    )
