"""A process to be killed in mid-step: `python -m tests.integrations_docker.child JSON`.

It plans, prints the plan and when it began, runs, and prints "done".
"""

import asyncio
import json
import sys
from datetime import UTC, datetime

from bot.action import Context
from integrations.docker import integration, watching
from tests.integrations_docker.desk import ACTIONS, SECRETS


async def _emit(_text: str) -> None:
    return None


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main(system: dict, name: str, given: dict, step_key: str) -> None:
    client = integration.connect(system)
    action = ACTIONS[f"docker.{name}"]
    params = action.params.model_validate(given)
    begun_at = datetime.now(UTC)
    context = Context(_emit, step_key, begun_at, system, SECRETS)
    planned = await action.planning(client, params, context)
    begun_at = datetime.now(UTC)
    context = Context(_emit, step_key, begun_at, system, SECRETS)
    say(json.dumps([begun_at.isoformat(), planned.model_dump()]))
    await action.run(client, params, planned, context)
    say("done")


if __name__ == "__main__":
    watching.STEADY_S = 0.2
    asyncio.run(main(*json.loads(sys.argv[1])))
