"""An incident from declare to resolved, as people live it."""

from tests.support.world import World


async def test_declare_update_resolve(bot: World) -> None:
    """One command opens the channel and says the Initial message; update and resolve follow."""
    ann = bot.person("U0ANN")
    assert (await ann.command("/incident", "declare sev1 checkout is slow")).status == 200
    await bot.settled()
    channel = await bot.channel()
    assert [m["text"][:40] for m in bot.posted(channel)][1].startswith("🚨")
    await ann.command("/incident", "update rolled back", channel=channel)
    await bot.settled()
    await ann.command("/incident", "resolve rolled back to 41", channel=channel)
    await bot.settled()
    assert (await bot.incident()).status == "resolved"
