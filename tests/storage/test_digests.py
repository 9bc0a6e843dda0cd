"""Digests under one key after another: each is made of the one before it."""

from support.rotating import BOTH, FIRST, LAST, ONE, SECOND, THIRD

from registratura.flows.keyring import same
from registratura.storage import SecretKeyring
from registratura.storage.keyring import Keys

FIRST_RING, BOTH_RING, LAST_RING = SecretKeyring(ONE), SecretKeyring(BOTH), SecretKeyring(LAST)
ANNA = FIRST_RING.digest("login", "anna")


def test_while_two_keys_live_rows_are_written_under_both_and_found_by_the_databases() -> None:
    assert BOTH_RING.digest("login", "anna") == ANNA
    assert [under.split(".")[1] for under in BOTH_RING.live(ANNA)] == [FIRST.id, SECOND.id]
    assert BOTH_RING.found_by(ANNA) == BOTH_RING.for_database(FIRST_RING.check_value()).found_by(ANNA) == ANNA
    assert BOTH_RING.by_newest().found_by(ANNA) == BOTH_RING.live(ANNA)[-1]
    assert BOTH_RING.for_database(LAST_RING.check_value()).found_by(ANNA) == BOTH_RING.live(ANNA)[-1]


def test_with_one_key_a_digest_is_as_it_is() -> None:
    assert ANNA.startswith(f"d1.{FIRST.id}.")
    assert FIRST_RING.live(ANNA) == (FIRST_RING.found_by(ANNA),) == (ANNA,)
    assert FIRST_RING.live("nobody") == LAST_RING.live("nobody") == ("nobody",)
    assert LAST_RING.live(f"d1.unknown.{'0' * 64}") == (f"d1.unknown.{'0' * 64}",)


def test_a_newer_digest_is_made_of_the_older_one() -> None:
    newer = BOTH_RING.live(ANNA)[-1]
    assert LAST_RING.digest("login", "anna") == newer
    assert LAST_RING.live(ANNA) == LAST_RING.live(newer) == (newer,)
    assert newer != SecretKeyring(Keys(ONE.master, (SECOND,), ONE.sign)).digest("login", "anna")
    third = SecretKeyring(Keys(ONE.master, (THIRD, SECOND), ONE.sign, inner=(FIRST,)))
    assert third.live(ANNA) == third.live(newer)
    assert [under.split(".")[1] for under in third.live(ANNA)] == [SECOND.id, THIRD.id]


def test_no_digest_of_a_text_passes_for_one_of_a_digest() -> None:
    second = SecretKeyring(Keys(ONE.master, (SECOND,), ONE.sign))
    assert BOTH_RING.live(ANNA)[-1] not in (second.digest("login", ANNA), second.digest("digest", ANNA))


def test_what_nobody_can_guess_is_under_the_first_key_for_ever() -> None:
    assert FIRST_RING.fingerprint("session", "a") == BOTH_RING.fingerprint("session", "a")
    assert FIRST_RING.fingerprint("session", "a") == LAST_RING.fingerprint("session", "a")


def test_digests_of_one_text_are_the_same_under_whatever_keys() -> None:
    assert same(LAST_RING, ANNA, LAST_RING.digest("login", "anna"))
    assert not same(LAST_RING, ANNA, LAST_RING.digest("login", "boris"))
    assert not same(LAST_RING, "", LAST_RING.digest("login", "anna"))
