"""A process to be killed in mid-step: `python -m tests.integrations_docker.child JSON`.

It plans, prints the plan and when it began, runs, and prints "done".
"""

import asyncio
import json
import sys
from datetime import UTC, datetime

from bot.action import Context
from integrations.docker import integration
from tests.integrations_docker.desk import ACTIONS, SECRETS


async def _emit(_text: str) -> None:
    return None


async def main(system: dict, name: str, given: dict, step_key: str) -> None:
    client = integration.connect(system)
    action = ACTIONS[f"docker.{name}"]
    params = action.params.model_validate(given)
    begun_at = datetime.now(UTC)
    context = Context(_emit, step_key, begun_at, system, SECRETS)
    planned = await action.planning(client, params, context)
    begun_at = datetime.now(UTC)
    context = Context(_emit, step_key, begun_at, system, SECRETS)
    print(json.dumps([begun_at.isoformat(), planned.model_dump()]), flush=True)
    await action.run(client, params, planned, context)
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*json.loads(sys.argv[1])))
