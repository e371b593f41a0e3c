"""The message templates of this deployment, wired to the folder that they are in."""

from collections.abc import Callable
from pathlib import Path

from bot.config_files import find_templates
from bot.settings import Settings
from bot.views.templates import Templates


def templates(settings: Settings) -> Templates:
    """Return the message templates: people's own where they have any, else the built-in ones."""
    folder = find_templates(settings.signalbox_templates)
    return Templates(loader(folder) if folder else None)


def loader(folder: Path) -> Callable[[str], str | None]:
    """Return what reads a template of that folder by its name, each time anew."""

    def load(name: str) -> str | None:
        file = folder / name
        return file.read_text(encoding="utf-8") if file.is_file() else None

    return load
