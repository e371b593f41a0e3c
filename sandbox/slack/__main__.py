"""`python -m sandbox.slack`: the workspace by itself, for a look or for a bot beside it."""

import argparse
import asyncio
import sys
from pathlib import Path

import yaml

from sandbox.slack.sandbox import SlackSandbox


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.slack", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--manifest", type=Path, help="manifest.yml of the app")
    parser.add_argument("--request-url", help="where the bot listens; none = sockets only")
    parser.add_argument("--signing-secret", default="sandbox-signing-secret")
    return parser.parse_args()


async def _serve(args: argparse.Namespace) -> None:
    sandbox = SlackSandbox(
        signing_secret=args.signing_secret,
        request_url=args.request_url,
        manifest=yaml.safe_load(args.manifest.read_text()) if args.manifest else None,
    )
    await sandbox.start(args.host, args.port)
    sys.stdout.write(
        f"page: {sandbox.base_url}/\n"
        f"bot:  SLACK_API_URL={sandbox.api_url} SLACK_BOT_TOKEN=xoxb-sandbox "
        f"SLACK_APP_TOKEN=xapp-sandbox SLACK_SIGNING_SECRET={args.signing_secret}\n"
    )
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await sandbox.stop()


def main() -> None:
    """Serve until Ctrl-C."""
    try:
        asyncio.run(_serve(_arguments()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
