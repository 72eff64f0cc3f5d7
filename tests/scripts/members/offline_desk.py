"""A member's two machines: one has a node, and the other has the key."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from election.client.deployment import Deployment
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import ZERO_HASH
from scripts.__main__ import run
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.files.key_file import KeyFile, open_key_file
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.client.stage import Stage
from tests.scripts.apart import run_apart
from tests.scripts.conftest import PASSWORD, Outcome
from tests.scripts.key_files import make_key_file, put_share


@dataclass(frozen=True, slots=True)
class Desk:
    """Both machines of a member, in one folder; what is online has no key."""

    stage: Stage
    folder: Path
    key: SigningKey

    def online(self, *words: str | Path) -> Outcome:
        out, err = StringIO(), StringIO()
        election = f"--election={self.folder / 'election.json'}"
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*map(str, words), election, "--rpc-url=http://node", "--json"])
        return Outcome(code, out.getvalue(), err.getvalue())

    def offline(self, act: str, *words: str | Path) -> Outcome:
        return run_apart(act, *words, *self.options)

    @property
    def options(self) -> list[str]:
        """Give what every act of the member takes."""
        return [
            f"--election={self.folder / 'election.json'}",
            f"--key={self.folder / 'key.json'}",
            f"--password-file={self.folder / 'password'}",
            "--json",
        ]

    def export(self, name: str = "record.gz") -> Path:
        """Write the record, with how many transactions the member sent."""
        path = self.folder / name
        card = f"--for={self.folder / 'key.json'}"
        assert self.online("export", card, f"--out={path}").result
        return path

    def send(self, path: Path) -> list[str]:
        """Send a file; tell what became of each act."""
        return [each["result"] for each in self.online("send", path).result["acts"]]

    def open_key(self) -> KeyFile:
        return open_key_file(self.folder / "key.json", password=PASSWORD)

    @property
    def sent(self) -> int:
        """Count the member's transactions."""
        return self.stage.connection.read_nonce(derive_address(self.key))

    def shares(self, contest: int) -> int:
        """Count the shares that the tally has."""
        every = self.stage.opened.tally.shares(contest, trustees=3)
        return sum(map(bool, every))


def set_desk(stage: Stage, folder: Path, role: Role, key: SigningKey) -> Desk:
    """Lay out what a member has; the key file keeps a share if there is one."""
    opened = stage.opened
    contracts = (("Election", opened.address),)
    deployed = Deployment(stage.connection.chain_id, ZERO_HASH, 0, 0, contracts)
    store_deployment(folder / "election.json", deployed)
    (folder / "password").write_text(PASSWORD)
    made = make_key_file(folder / "key.json", role, key)
    if key in stage.shares:
        put_share(made, stage.shares[key], instance_of(opened))
    return Desk(stage, folder, key)
