"""bot.ports.Output: what steps say is kept in order, once, up to a size."""

from bot.store.output import RedisOutput


async def test_pieces_are_kept_in_order_each_step_under_its_heading(store):
    for number, (step, text) in enumerate(
        [("steps/a", "one\n"), ("steps/b", "two"), ("steps/a", "three\n")]
    ):
        assert await store.output.append("RUN-1", step, text, f"{number:08}")
    whole = "== steps/a ==\none\nthree\n== steps/b ==\ntwo\n"
    assert await store.output.whole("RUN-1") == whole
    assert await store.output.size("RUN-1") == 13
    assert await store.output.whole("RUN-2") == ""
    assert await store.output.size("RUN-2") == 0


async def test_the_tail_is_the_end(store):
    assert await store.output.tail("RUN-1", "steps/a", 5) == ""
    for number in range(100):
        await store.output.append("RUN-1", "steps/a", f"{number}\n", f"{number:08}")
    assert await store.output.tail("RUN-1", "steps/a", 8) == "7\n98\n99\n"
    assert len(await store.output.tail("RUN-1", "steps/a", 10_000)) == 290


async def test_the_same_piece_again_adds_nothing(store):
    for number in ("1", "1", "2", "2", "1"):  # the last one comes late
        assert await store.output.append("RUN-1", "steps/a", f"{number}\n", number)
    assert await store.output.whole("RUN-1") == "== steps/a ==\n1\n2\n"


async def test_a_run_has_so_much_room(store):
    small = RedisOutput(store.connection, room=10)
    assert await small.append("RUN-1", "steps/a", "12345678", "1")
    assert not await small.append("RUN-1", "steps/b", "12345678", "2")
    assert await small.append("RUN-1", "steps/b", "12", "3")
    assert await small.append("RUN-2", "steps/a", "12345678", "1")


async def test_a_long_log_is_read_in_pages(store):
    for number in range(200):
        await store.output.append("RUN-1", "steps/a", f"{number:03}\n", f"{number:08}")
    whole = await store.output.whole("RUN-1")
    assert whole == "== steps/a ==\n" + "".join(f"{number:03}\n" for number in range(200))
