"""Settings: what is read from where, and how a wrong one is named."""

import os

import pytest

from bot.errors import ConfigError
from bot.settings import (
    Settings,
    environment,
    known_names,
    read_settings,
    redis_address,
    secret_values,
    told,
)


@pytest.fixture(autouse=True)
def clean(monkeypatch, tmp_path):
    """No setting of the machine that runs the tests leaks in."""
    for name in list(os.environ):
        if name.removesuffix("_FILE") in known_names():
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_with_nothing_set_the_defaults_are_those_of_the_documentation():
    settings = read_settings()
    assert told(settings) == {}
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert (settings.log_level, settings.log_format) == ("info", "json")
    assert str(settings.signalbox_data_dir) == ".signalbox"
    assert [str(folder) for folder in settings.signalbox_runbooks] == ["runbooks"]
    assert settings.status_page_provider == "builtin"
    assert redis_address(settings) is None
    assert not settings.socket_mode


def test_the_environment_comes_before_the_env_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PORT=1111\nHOST=0.0.0.0\nCORTEX_URL=http://c\nEMPTY\n")
    monkeypatch.setenv("PORT", "2222")
    settings = read_settings()
    assert (settings.port, settings.host) == (2222, "0.0.0.0")  # noqa: S104 - a value, nothing listens
    told_there = environment()
    assert (told_there["CORTEX_URL"], told_there["PORT"]) == ("http://c", "2222")
    assert "EMPTY" not in told_there
    assert "CORTEX_URL" not in environment(None)


def test_an_empty_variable_is_not_set(monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    monkeypatch.setenv("PORT", "")
    assert told(read_settings()) == {}


@pytest.mark.parametrize("name", ["CONFIG", "RUNBOOKS", "DATA_DIR", "TEMPLATES"])
def test_short_names_of_other_programs_are_left_alone(monkeypatch, name):
    monkeypatch.setenv(name, "/elsewhere")
    assert told(read_settings()) == {}


def test_lists_have_their_separators(monkeypatch):
    monkeypatch.setenv("SIGNALBOX_RUNBOOKS", "runbooks:/srv/more")
    monkeypatch.setenv("PAGERDUTY_WEBHOOK_SECRET", "old, new")
    settings = read_settings()
    assert [str(folder) for folder in settings.signalbox_runbooks] == ["runbooks", "/srv/more"]
    assert [one.get_secret_value() for one in settings.pagerduty_webhook_secret] == ["old", "new"]


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("xoxb-1-a\n")
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert read_settings().slack_bot_token.get_secret_value() == "xoxb-1-a"


def test_the_file_may_be_named_in_the_env_file(tmp_path):
    (tmp_path / "key").write_text("k1")
    (tmp_path / ".env").write_text(f"PAGERDUTY_SERVICE_KEY_FILE={tmp_path}/key\n")
    assert read_settings().pagerduty_routing_key.get_secret_value() == "k1"


def test_the_older_name_of_the_routing_key_still_works(monkeypatch):
    monkeypatch.setenv("PAGERDUTY_SERVICE_KEY", "old-name")
    settings = read_settings()
    assert settings.pagerduty_routing_key.get_secret_value() == "old-name"
    assert told(settings) == {"PAGERDUTY_ROUTING_KEY": "**********"}


def test_base_urls_lose_their_last_slash(monkeypatch):
    monkeypatch.setenv("DASHBOARD_URL", "https://board.example/")
    assert read_settings().dashboard_url == "https://board.example"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "PORT must be a number from 0 to 65535"),
        ("PORT", "99999", "PORT must be a number from 0 to 65535"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be 'json' or 'console'"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be"),
        ("SLACK_BOT_TOKEN", "xapp-1", "something else than xoxb-; copy the Bot User OAuth Token"),
        ("SLACK_APP_TOKEN", "xoxb-1", "something else than xapp-; make an App-Level Token"),
        ("SLACK_API_URL", "slack.example", "must begin with http"),
        ("SLACK_API_URL", "http://127.0.0.1:9/", "SLACK_API_URL must end in /api/"),
        ("REDIS_URL", "localhost:6379", "must begin with redis://, rediss:// or unix://"),
        ("STATUS_PAGE_PROVIDER", "mine", "STATUS_PAGE_PROVIDER must be 'builtin'"),
        ("DASHBOARD_URL", "board", "DASHBOARD_URL must begin with http"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=name) as refused:
        read_settings()
    assert says in str(refused.value)


def test_every_wrong_setting_is_named_and_no_secret_repeated(monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "hunter2-hunter2")
    monkeypatch.setenv("REDIS_URL", "http://:hunter3@x")
    with pytest.raises(ConfigError) as refused:
        read_settings()
    assert len(str(refused.value).splitlines()) == 2
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"x" * 70_000, "too big"),
    ],
)
def test_a_secret_s_file_that_is_no_good_is_named(monkeypatch, tmp_path, content, says):
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    monkeypatch.setenv("SLACK_SIGNING_SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(ConfigError, match=f"SLACK_SIGNING_SECRET_FILE.*{says}"):
        read_settings()


def test_a_secret_named_twice_is_refused(monkeypatch, tmp_path):
    (tmp_path / "token").write_text("xapp-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-2")
    monkeypatch.setenv("SLACK_APP_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(ConfigError, match="both set"):
        read_settings()


def test_an_env_file_of_another_encoding_is_named(tmp_path):
    (tmp_path / ".env").write_bytes(b"HOST=\xff\xfe\n")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_settings()


def test_secrets_show_nowhere_and_are_known_for_redaction():
    settings = Settings.model_validate(
        {
            "redis_url": "redis://:pass-word@h/0",
            "slack_bot_token": "xoxb-9-z",
            "pagerduty_webhook_secret": "s1",
        }
    )
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "pass-word" not in shown
        assert "xoxb-9" not in shown
    assert set(secret_values(settings)) == {"redis://:pass-word@h/0", "pass-word", "xoxb-9-z", "s1"}
    assert redis_address(settings) == "redis://:pass-word@h/0"
    assert secret_values(Settings(redis_url="redis://h/0")) == ["redis://h/0"]
