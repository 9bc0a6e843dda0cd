"""Keys: what they seal opens only in its place and under them, and a wrong key is noticed."""

import errno
import json
import os
import stat
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from registratura.flows.errors import KeyExposed, KeyFileExists, KeyMissing, KeyUnreadable
from registratura.storage import CallableKeyring, FileKeyring, SecretKeyring, create_key_file
from registratura.storage.keyring import Key, Keys

PLACE = "flows/flow-1/sealed"
TEXT = '{"имя": "Анна Сергеевна"}'


def ring(master: int = 1, digests: tuple[int, ...] = (2,), sign: int = 3) -> SecretKeyring:
    def made(number: int) -> Key:
        return Key(f"k{number}", bytes([number]) * 32)

    return SecretKeyring(Keys(made(master), tuple(map(made, digests)), made(sign)))


@pytest.fixture
def keys() -> SecretKeyring:
    return ring()


def test_what_is_sealed_opens_in_its_place(keys: SecretKeyring) -> None:
    wrapped = keys.new_data_key("data-1")
    envelope = keys.seal("data-1", wrapped, TEXT, PLACE)
    assert envelope.startswith("v1.data-1.")
    assert "Анна" not in envelope
    assert keys.open("data-1", wrapped, envelope, PLACE) == TEXT


def test_the_same_text_is_never_sealed_the_same(keys: SecretKeyring) -> None:
    wrapped = keys.new_data_key("data-1")
    assert len({keys.seal("data-1", wrapped, TEXT, PLACE) for _ in range(50)}) == 50
    assert keys.new_data_key("data-1") != wrapped


def test_nothing_opens_elsewhere_or_under_another_key(keys: SecretKeyring) -> None:
    wrapped, other = keys.new_data_key("data-1"), keys.new_data_key("data-2")
    envelope = keys.seal("data-1", wrapped, TEXT, PLACE)
    renamed = envelope.replace("data-1", "data-2")
    for key_id, key, what, place in (
        ("data-1", wrapped, envelope, "flows/flow-2/sealed"),
        ("data-1", wrapped, envelope, ""),
        ("data-1", other, envelope, PLACE),
        ("data-2", wrapped, renamed, PLACE),
        ("data-2", other, envelope, PLACE),
        ("data-2", other, renamed, PLACE),
        ("data-1", "", envelope, PLACE),
        ("data-1", wrapped, "", PLACE),
        ("data-1", wrapped, "v1.data-1.x", PLACE),
        ("data-1", wrapped, "v2" + envelope[2:], PLACE),
        ("data-1", wrapped, "v1.data-1..", PLACE),
        ("data-1", wrapped, envelope[:-9] + "!" + envelope[-9:], PLACE),
        ("data-1", wrapped, "v1.data-1.Ж.Ж", PLACE),
    ):
        with pytest.raises(ValueError):  # noqa: PT011  # the port promises no more
            keys.open(key_id, key, what, place)
    with pytest.raises(ValueError):  # noqa: PT011
        ring(master=9).open("data-1", wrapped, envelope, PLACE)


def test_no_letter_of_an_envelope_or_a_wrapped_key_can_be_changed(keys: SecretKeyring) -> None:
    wrapped = keys.new_data_key("data-1")
    envelope = keys.seal("data-1", wrapped, TEXT, PLACE)
    for position in range(len(envelope)):
        for letter in ("A", "B"):
            changed = envelope[:position] + letter + envelope[position + 1 :]
            if changed != envelope and position != len(envelope) - 1:
                with pytest.raises(ValueError):  # noqa: PT011
                    keys.open("data-1", wrapped, changed, PLACE)
    for position in range(len(wrapped) - 1):
        changed = wrapped[:position] + ("A" if wrapped[position] != "A" else "B") + wrapped[position + 1 :]
        with pytest.raises(ValueError):  # noqa: PT011
            keys.open("data-1", changed, envelope, PLACE)


def test_a_digest_tells_kind_and_text_apart(keys: SecretKeyring) -> None:
    pairs = [("login", "anna"), ("logina", "nna"), ("phone", "anna"), ("login", "anna "), ("login", "")]
    assert len({keys.digest(*pair) for pair in pairs}) == len(pairs)


def test_a_signature_is_its_keys_own(keys: SecretKeyring) -> None:
    assert keys.sign("head") == keys.sign("head") != keys.sign("head ")
    assert keys.sign("head") != ring(sign=9).sign("head")
    assert keys.sign("head").startswith("s1.k3.")


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        (ring(), True),
        (ring(digests=(5, 2)), True),
        (ring(digests=(5,)), False),
        (ring(master=9), False),
        (ring(sign=9), False),
    ],
)
def test_a_wrong_key_is_noticed(keys: SecretKeyring, other: SecretKeyring, fits: bool) -> None:
    assert other.fits(keys.check_value()) is fits


@pytest.mark.parametrize("value", ["", "c1", "c1 ", "c2", "c1 a b c", "Ж", "c1 master.k1.x digest.k2.x sign.k3.x"])
def test_what_is_no_check_value_does_not_fit(keys: SecretKeyring, value: str) -> None:
    assert not keys.fits(value)


def test_a_check_value_of_another_version_does_not_fit(keys: SecretKeyring) -> None:
    assert not keys.fits(keys.check_value().replace("c1", "c2", 1))


def test_keys_are_not_shown(keys: SecretKeyring, tmp_path: Path) -> None:
    assert "\\x01" not in repr(Key("k1", b"\1" * 32)) + repr(ring()._keys)
    from registratura.storage.keys import KeyFile

    file = create_key_file(tmp_path / "portal.key")
    stored = json.loads(file.read_text())
    assert stored["master"]["key"] not in repr(KeyFile.model_validate_json(file.read_text()))


def test_a_key_file_is_made_closed_and_gives_the_same_keys_again(tmp_path: Path) -> None:
    file = create_key_file(tmp_path / "portal.key")
    assert file.stat().st_mode & 0o777 == 0o600
    first, again = FileKeyring(file), FileKeyring(str(file))
    wrapped = first.new_data_key("data-1")
    assert again.open("data-1", wrapped, first.seal("data-1", wrapped, TEXT, PLACE), PLACE) == TEXT
    assert again.fits(first.check_value())
    other = FileKeyring(create_key_file(tmp_path / "other.key"))
    assert not other.fits(first.check_value())


def test_a_key_file_is_not_overwritten(tmp_path: Path) -> None:
    file = create_key_file(tmp_path / "portal.key")
    before = file.read_bytes()
    with pytest.raises(KeyFileExists, match="portal"):
        create_key_file(file)
    assert file.read_bytes() == before
    with pytest.raises(KeyUnreadable):
        create_key_file(tmp_path / "no such folder" / "portal.key")


def test_nobody_sees_a_key_file_that_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, seen = tmp_path / "portal.key", []
    fsync = os.fsync

    def looked(descriptor: int) -> None:
        seen.append((file.exists(), [stat.S_IMODE(found.stat().st_mode) for found in tmp_path.iterdir()]))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", looked)
    create_key_file(file)
    assert seen[0] == (False, [0o600])
    assert seen[1:] in ([], [(True, [0o600, 0o600])]), "its folder, where folders are written so"
    assert list(tmp_path.iterdir()) == [file], "nothing else is left"


def test_a_write_that_fails_leaves_no_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyUnreadable, match="No space left"):
        create_key_file(tmp_path / "portal.key")
    assert list(tmp_path.iterdir()) == []


def test_of_two_who_make_a_key_file_at_once_one_is_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, link = tmp_path / "portal.key", os.link

    def late(made: str, name: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        create_key_file(file)
        others.append(file.read_bytes())
        link(made, name)

    others: list[bytes] = []
    monkeypatch.setattr(os, "link", late)
    with pytest.raises(KeyFileExists):
        create_key_file(file)
    assert [file.read_bytes()] == others
    assert list(tmp_path.iterdir()) == [file]


def test_a_key_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="portal"):
        FileKeyring(tmp_path / "portal.key")


@pytest.mark.skipif(os.name != "posix", reason="file modes are checked on POSIX only")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = create_key_file(tmp_path / "portal.key")
    file.chmod(mode)
    with pytest.raises(KeyExposed, match="chmod 600"):
        FileKeyring(file)


SHORT = b64encode(b"x" * 31).decode()
GOOD = b64encode(b"x" * 32).decode()


def whole(**more: Any) -> dict[str, Any]:
    key = {"id": "a", "key": GOOD}
    return {"version": 1, "master": key, "digest": [key], "sign": key} | more


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "not json",
        "[]",
        "{}",
        whole(version=2),
        whole(digest=[]),
        whole(master=None),
        whole(more=1),
        whole(master={"id": "a", "key": SHORT}),
        whole(master={"id": "a", "key": GOOD + "!"}),
        whole(master={"id": "a.b", "key": GOOD}),
        whole(master={"id": "", "key": GOOD}),
        b"\xff\xfe",
    ],
)
def test_what_is_no_key_file_is_said_without_showing_it(tmp_path: Path, stored: Any) -> None:
    file = tmp_path / "portal.key"
    file.write_bytes(
        stored if isinstance(stored, bytes) else (stored if isinstance(stored, str) else json.dumps(stored)).encode()
    )
    file.chmod(0o600)
    with pytest.raises(KeyUnreadable) as raised:
        FileKeyring(file)
    assert GOOD not in str(raised.value)
    assert SHORT not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(KeyUnreadable):
        FileKeyring(tmp_path)


def test_a_hosts_secret_gives_the_same_keys_again() -> None:
    asked = []

    def secret() -> bytes:
        asked.append(1)
        return b"s" * 32

    keys = CallableKeyring(secret)
    wrapped = keys.new_data_key("data-1")
    envelope = keys.seal("data-1", wrapped, TEXT, PLACE)
    assert len(asked) == 1
    again = CallableKeyring(secret)
    assert again.open("data-1", wrapped, envelope, PLACE) == TEXT
    assert again.fits(keys.check_value())
    assert again.digest("a", "b") == keys.digest("a", "b")
    other = CallableKeyring(lambda: b"t" * 32)
    assert not other.fits(keys.check_value())
    assert other.digest("a", "b") != keys.digest("a", "b")


@pytest.mark.parametrize("secret", [b"", b"x" * 31, b"x" * 33])
def test_a_hosts_secret_of_another_length_is_refused(secret: bytes) -> None:
    with pytest.raises(KeyUnreadable):
        CallableKeyring(lambda: secret)
