"""A role's secrets in one file, encrypted with a password.

scrypt (RFC 7914) makes the key, AES-256-GCM seals the secrets, and what stands beside
them in the clear is authenticated with them.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Final, Literal, NewType

from Crypto.Cipher import AES
from pydantic import Field, ValidationError, with_config

from election.crypto.blind_credential import RecoverySecret
from election.crypto.scalar import Scalar
from election.crypto.signature import SECP256K1_ORDER, SigningKey, derive_address
from election.crypto.transcript import Address, Hash
from election.protocol.ceremony.confirmation import KeyShare
from scripts.shared.errors import InputError, PasswordError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex,
    Hex20,
    Hex32,
    Word,
    adapter_of,
    read_json,
    render_json,
    replace_file,
    write_new,
)
from scripts.shared.files.lock import lock_file
from scripts.shared.roles import Role

_BLOCK: Final = 8
_COST: Final = 2**17  # of scrypt: 128 MiB and a third of a second for each guess
SHORTEST_PASSWORD: Final = 8
"""Characters, as NIST SP 800-63B asks of any password: whoever copies the file guesses
for as long as they like, and scrypt only makes each guess dear."""

_MARK: Final = "\ufeff"
_PRIVATE: Final = 0o600


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class StoredShare:
    """A member's share of every key, as `KeyShare`."""

    member: Annotated[int, Field(ge=1)]
    secrets: tuple[Word, ...] = field(repr=False)

    @property
    def key_share(self) -> KeyShare:
        """Give the share."""
        return KeyShare(self.member, tuple(map(Scalar, self.secrets)))


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class StoredPart:
    """A member's part in one election.

    random: 64 bytes that its secrets follow from until its keys are verified, then
    empty. share: what it keeps of the keys, once they are final.
    """

    random: Hex = field(repr=False)
    share: StoredShare | None = None


Instance = NewType("Instance", str)
"""One election on one history of a chain."""


def name_instance(chain_id: int, election: Address, *, deployed_at: int) -> Instance:
    """Name an election by its chain, its address and the time of its deployment.

    Address and chain id alone return when a test chain begins anew.
    """
    return Instance(f"{chain_id}:0x{election.hex()}:{deployed_at}")


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Secrets:
    """What a role keeps to itself.

    account: its secp256k1 secret. random: 16 bytes of a voter's recovery secret, or
    empty. parts: of a member, by election. decrypted: by ctx, which is of one
    election, the one A_sum that shares of a trustee ever left of; given: how many may
    have, one where nothing is said. record: id of an issuer's record of answers, empty
    before it answered. Files of members that
    are older than `parts` have `random` and `share` of one election instead, which
    they do not name.
    """

    account: Annotated[int, Field(ge=1, lt=SECP256K1_ORDER)] = field(repr=False)
    random: Hex = field(repr=False)
    share: StoredShare | None = None
    decrypted: dict[str, str] = field(default_factory=dict)
    given: dict[str, Annotated[int, Field(ge=1)]] = field(default_factory=dict)
    record: Hex = b""
    parts: dict[Instance, StoredPart] = field(default_factory=dict)

    @property
    def key(self) -> SigningKey:
        """Give the key of the role's account."""
        return SigningKey(self.account)

    def put_part(self, instance: Instance, part: StoredPart) -> Secrets:
        """Keep a member's part in an election."""
        return replace(self, parts=self.parts | {instance: part})


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class Sealed:
    """The file: ciphertext is of `Secrets` in JSON, with its tag of 16 bytes."""

    format: Literal["veche-key/1"]
    role: Role
    address: Hex20
    salt: Hex32
    nonce: Annotated[Hex, Field(min_length=12, max_length=12)]
    ciphertext: Annotated[Hex, Field(min_length=16)]

    @property
    def clear(self) -> bytes:
        """Give what is authenticated with the secrets."""
        return json.dumps([self.format, self.role, self.address.hex()]).encode()


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key file that was opened."""

    path: Path
    sealed: Sealed
    secrets: Secrets = field(repr=False)
    cipher_key: bytes = field(repr=False)

    @property
    def key(self) -> SigningKey:
        """Give the key of the role's account."""
        return self.secrets.key

    @property
    def account(self) -> Address:
        """Give the address of the role's account."""
        return Address(self.sealed.address)

    def change_part(
        self, instance: Instance, change: Callable[[StoredPart], StoredPart]
    ) -> KeyFile:
        """Change a member's part in an election, as `change_secrets` does."""
        return change_secrets(
            self, lambda kept: kept.put_part(instance, change(kept.parts[instance]))
        )


def create_key_file(
    path: Path, role: Role, *, password: str, secret: RecoverySecret | None = None
) -> KeyFile:
    """Draw a role's secrets and keep them in a new file, for its owner only.

    secret: a voter's who has one already. Raises InputError for a password that is
    shorter than SHORTEST_PASSWORD.
    """
    require_long(password)
    size = 16 if role is Role.VOTER else 0  # members draw theirs for each election
    account = secrets.randbelow(SECP256K1_ORDER - 1) + 1
    random = secrets.token_bytes(size) if secret is None else secret.secret
    drawn = Secrets(account, random)
    salt = secrets.token_bytes(32)
    cipher_key = _stretch(password, salt)
    address = derive_address(drawn.key)
    empty = Sealed("veche-key/1", role, address, Hash(salt), b"", b"")
    sealed = _seal(empty, drawn, cipher_key)
    write_new(path, render_json(sealed), mode=_PRIVATE)
    return KeyFile(path.resolve(), sealed, drawn, cipher_key)


def require_long(password: str) -> None:
    """Raise InputError for a password that whoever has the file would guess."""
    if len(_spell_once(password)) < SHORTEST_PASSWORD:
        fact = f"is shorter than {SHORTEST_PASSWORD} characters: whoever copies the key"
        hint = "a few words that nobody else would think of together are easy to type"
        raise InputError("password", f"{fact} file could guess it", hint=hint)


def open_key_file(path: Path, *, password: str) -> KeyFile:
    """Open a key file; raises InputError, PasswordError.

    A link is followed, so that what is stored later is stored where the file is.
    """
    path = Path(os.path.realpath(path))
    salt = read_json(path, Sealed).salt
    try:
        return _open(path, _stretch(password, salt))
    except PasswordError:
        # older programs took the mark before a password's file for a part of it
        return _open(path, _stretch(_MARK + password, salt))


def read_public_part(path: Path) -> Sealed:
    """Read whose a key file is, which takes no password; raises InputError.

    Nothing of it is proven before the file is opened.
    """
    return read_json(path, Sealed)


def change_secrets(key_file: KeyFile, change: Callable[[Secrets], Secrets]) -> KeyFile:
    """Change what the file holds by now, durably; what `change` raises stops it.

    Of two programs that opened one file, neither forgets what the other has noted: the
    file is read anew, changed and replaced while no other does.
    """
    path = key_file.path
    with lock_file(path):
        current = _open(path, key_file.cipher_key)
        changed = change(current.secrets)
        if changed == current.secrets:
            return current
        sealed = _seal(current.sealed, changed, key_file.cipher_key)
        replace_file(path, render_json(sealed), mode=_PRIVATE)
    return replace(current, sealed=sealed, secrets=changed)


def change_password(key_file: KeyFile, password: str) -> KeyFile:
    """Seal the file anew by another password, and open it by that one.

    Raises InputError for a password that is too short, and FileError.
    """
    require_long(password)
    path = key_file.path
    with lock_file(path):
        current = _open(path, key_file.cipher_key)
        salt = secrets.token_bytes(32)
        cipher_key = _stretch(password, salt)
        fresh = replace(current.sealed, salt=Hash(salt))
        sealed = _seal(fresh, current.secrets, cipher_key)
        replace_file(path, render_json(sealed), mode=_PRIVATE)
        return _open(path, cipher_key)


def _open(path: Path, cipher_key: bytes) -> KeyFile:
    sealed = read_json(path, Sealed)
    cipher = AES.new(cipher_key, AES.MODE_GCM, nonce=sealed.nonce)
    cipher.update(sealed.clear)
    try:
        body, tag = sealed.ciphertext[:-16], sealed.ciphertext[-16:]
        plain = cipher.decrypt_and_verify(body, tag)
        stored = adapter_of(Secrets).validate_json(plain)
    except (ValueError, ValidationError):  # neither may quote what it read
        raise PasswordError(str(path), "does not open with this password") from None
    if derive_address(stored.key) != sealed.address:
        raise InputError(str(path), "holds the key of another account")
    return KeyFile(path, sealed, stored, cipher_key)


def _stretch(password: str, salt: bytes) -> bytes:
    """Make the key of a password, which any keyboard may spell in its own way."""
    text = _spell_once(password).encode()
    room = 2 * 128 * _BLOCK * _COST  # bytes: more than it needs, and no bound here
    return hashlib.scrypt(
        text, salt=salt, n=_COST, r=_BLOCK, p=1, maxmem=room + 2**20, dklen=32
    )


def _spell_once(password: str) -> str:
    """Spell a password in one way; raises InputError for bytes that are no text."""
    text = unicodedata.normalize("NFC", password)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError("password", "is not text in utf-8") from None
    return text


def _seal(sealed: Sealed, plain: Secrets, cipher_key: bytes) -> Sealed:
    nonce = secrets.token_bytes(12)
    cipher = AES.new(cipher_key, AES.MODE_GCM, nonce=nonce)
    cipher.update(sealed.clear)
    raw = adapter_of(Secrets).dump_json(plain)
    ciphertext, tag = cipher.encrypt_and_digest(raw)
    return replace(sealed, nonce=nonce, ciphertext=ciphertext + tag)
