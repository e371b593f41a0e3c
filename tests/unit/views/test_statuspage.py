"""Texts for customers: plain, true to the incident, free of what is internal."""

import pytest

from bot.domain.config import Config, System
from bot.domain.incident import CloseReason, Situation, Status, Update
from bot.domain.statuspage import BODY_MAX, NAME_MAX
from bot.views.statuspage.texts import CustomerTexts, clean_text
from tests.unit.views.world import incident

CONFIG = Config(systems={"mcp-cortex": System(id="mcp-cortex", title="AI Services")})
TEXTS = CustomerTexts()
INTERNAL = "db-7 disk full"


def made(stage: str, **changes) -> tuple[str, str]:
    one = incident(**{"title": INTERNAL, "system": "mcp-cortex", **changes})
    return TEXTS.render(stage, one, CONFIG)


@pytest.mark.parametrize("stage", ["initial", "update", "resolved", "closed"])
def test_nothing_internal_is_in_any_draft(stage):
    said = Update(
        by="U0ANN", at=incident().declared_at, investigation=INTERNAL, mitigation=INTERNAL
    )
    name, body = made(stage, last_update=said)
    assert INTERNAL not in name + body
    assert name.startswith("AI Services: ")
    assert "<@" not in body


def test_what_customers_notice_is_said_as_it_was_written():
    _, body = made("initial", situation=Situation(impact="Logins <fail> & *time out*"))
    assert "Logins <fail> & *time out*" in body


def test_each_state_has_its_words():
    assert "found the cause" in made("update", status=Status.IDENTIFIED)[1]
    assert "watching" in made("update", status=Status.MONITORING)[1]
    assert "come back" in made("update", reopened=1)[1]
    assert "still investigating" in made("update")[1]


@pytest.mark.parametrize("reason", [CloseReason.DUPLICATE, CloseReason.FALSE_ALARM])
def test_what_was_not_fixed_never_says_so(reason):
    _, body = made("closed", status=Status.CLOSED, close_reason=reason)
    assert "resolved" not in body.lower()
    assert "fixed" not in body.lower()


def test_a_folder_of_templates_wins_the_most_special_first_and_a_broken_one_is_passed_over():
    files = {
        "mcp-cortex/customers/initial.txt": "# {{ nonsense }}",
        "customers/initial.txt": "# {{ service }} is slow\n{{ said }}",
        "initial.txt": "# internal",
    }
    texts = CustomerTexts(files.get)
    said = Update(by="U0ANN", at=incident().declared_at, text="Sorry.")
    one = incident(system="mcp-cortex", last_update=said)
    assert texts.render("initial", one, CONFIG) == ("AI Services is slow", "Sorry.")
    [mistake] = texts.check(files["mcp-cortex/customers/initial.txt"], "x.txt")
    assert mistake == "x.txt:1: nonsense is not a name that templates know"
    assert texts.check("# {{ service }}\n{{ duration }}", "x.txt") == []
    assert texts.check("{{ service / 2 }}", "x.txt") != []


def test_a_template_without_a_title_is_called_by_the_service():
    texts = CustomerTexts({"customers/initial.txt": "Just words."}.get)
    one = incident(system="mcp-cortex")
    assert texts.render("initial", one, CONFIG) == ("AI Services", "Just words.")


def test_texts_are_plain_and_within_the_pages_limits():
    name, body = clean_text("a\n" * 400, "x\u200b\r\n\r\n\r\n\r\ny" + "z" * 9000)
    assert len(name) <= NAME_MAX
    assert len(body) <= BODY_MAX
    assert body.startswith("x\n\ny")
    assert "\n" not in name
