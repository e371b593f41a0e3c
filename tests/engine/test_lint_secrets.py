"""Secrets in the text of a runbook; the examples are put together here so that no scanner stops."""

import pytest

from tests.engine.kit import READING, findings

SECRETS = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "Slack": "xoxb-" + "1234567890-abcdefghij",
    "GitHub": "ghp_" + "a1B2" * 9,
    "AI service": "sk-" + "ant-" + "a1B2c3D4" * 4,
    "Web Token": "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + ".abc",
    "password in a URL": "postgres://app:" + "hunter22" + "@db/app",
    "a password": "password: " + "hunter22",
    "quoted password": "'api_key': '" + "hunter2222'",
    "bearer": "Bearer " + "abcdef0123456789",
    "random": "q7Xz9LmPv2Rk8TnWc4YbHs6J",
    "hex": "0123456789abcdef" * 2,
}
HARMLESS = (
    "Bearer ${API_TOKEN}",
    "password: ${DB_PASSWORD}",
    "https://user@host.example/path",
    "image: app@sha256:" + "0123456789abcdef" * 4,
    "a-rather-long-name-of-a-service-in-production",
    "integrations/alertmanager/silences/ServiceDownCritical",
    "token: true",
    "secrets: [API_TOKEN]",
)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_and_not_repeated(name, tmp_path):
    text = f"# {SECRETS[name]}\n" + READING
    (found,) = findings(tmp_path, text)
    assert found.line == 5
    assert SECRETS[name] not in found.text
    assert "${NAME}" in found.cure


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_one_is_left_alone(text, tmp_path):
    assert not findings(tmp_path, f"# {text}\n" + READING)
