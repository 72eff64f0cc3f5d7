"""A board as one file: `veche-bundle/1`, described for others in docs/bundle.md.

JSON Lines, packed by gzip or not. There is exactly one text for a board, and whatever
is no such text raises BundleError: a reader that guesses can be led astray.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Annotated, BinaryIO, Final, Literal

import msgspec

from election.audit.errors import BundleError
from election.audit.known_lines import KnownLines
from election.audit.packing import read_lines
from election.audit.past import NOTHING, Past
from election.crypto.transcript import Address, Hash
from election.errors import EncodingError
from election.log_spool import LogSpool
from election.protocol.board import Board, Call, Head, Log
from election.protocol.faults import spell_line_fault
from election.protocol.finality_proof import FinalityProof, Ways
from election.protocol.nesting import check_nesting

FORMAT: Final = "veche-bundle/1"
_MOST_CODES: Final = 75  # 5 contracts, 64 boxes, what they are made with
_MOST_ANSWERS: Final = 1_422  # 22 for each of 64 contests, and 14
_MOST_WAYS: Final = 69  # 5 contracts, 64 boxes
_MOST_ACCOUNTS: Final = 40  # two rosters of 20 members
_PIECE: Final = 2**17  # bytes of a proof in one line; only the last one has fewer
_MOST_PIECES: Final = 128
_AMONG_LOGS: Final = (3,)

# \Z, since $ would let a newline follow; that digits come by twos is seen where they
# become bytes: a pattern that says so takes more time than all else that is read
_HEX: Final = r"^0x[0-9a-f]*\Z"
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Bytes = Annotated[str, msgspec.Meta(pattern=_HEX)]
_Runtime = Annotated[str, msgspec.Meta(pattern=_HEX, max_length=2 + 2 * 24_576)]
_Question = Annotated[str, msgspec.Meta(pattern=_HEX, max_length=2 + 2 * 68)]
_Output = Annotated[str, msgspec.Meta(pattern=_HEX, max_length=2 + 2 * 4_096)]
_Piece = Annotated[
    str, msgspec.Meta(pattern=_HEX, min_length=4, max_length=2 + 2 * _PIECE)
]
_Node = Annotated[str, msgspec.Meta(pattern=_HEX, max_length=2 + 2 * 532)]
_Way = Annotated[tuple[_Node, ...], msgspec.Meta(max_length=65)]
_Address = Annotated[str, msgspec.Meta(pattern=r"^0x[0-9a-f]{40}\Z")]
_Hash = Annotated[str, msgspec.Meta(pattern=r"^0x[0-9a-f]{64}\Z")]


class _Line(msgspec.Struct, forbid_unknown_fields=True, tag_field="line"):
    """One line, its fields in the order of the file."""


class _Election(_Line, tag="election"):
    format: Literal["veche-bundle/1"]
    chain_id: _Number
    election: _Address
    head: _Number
    head_timestamp: _Number


class _Code(_Line, tag="code"):
    address: _Address
    code: _Runtime


class _Answer(_Line, tag="answer"):
    address: _Address
    calldata: _Question
    output: _Output


class _Log(_Line, tag="log"):
    address: _Address
    topics: Annotated[tuple[_Hash, ...], msgspec.Meta(max_length=4)]
    data: _Bytes
    block: _Number
    timestamp: _Number
    transaction: _Hash
    index: _Number


class _End(_Line, tag="end"):
    lines: _Number
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class _Finality(_Line, tag="finality"):
    piece: _Piece


class _Storage(_Line, tag="storage"):
    address: _Address
    account_proof: _Way
    storage_proof: _Way


class _Account(_Line, tag="account"):
    address: _Address
    sent: _Number


_AnyLine = _Election | _Code | _Answer | _Log | _End | _Finality | _Storage | _Account
_DECODER: Final = msgspec.json.Decoder(_AnyLine)


def encode_bundle(board: Board) -> bytes:
    """Write a board as text, code and answers in the order of their bytes."""
    return b"".join(encode_lines(board))


def encode_lines(board: Board) -> Iterator[bytes]:
    """Write a board line by line."""
    lines, digest = 0, hashlib.sha256()
    for line in _list_lines(board):
        raw = msgspec.json.encode(line) + b"\n"
        lines += 1
        digest.update(raw)
        yield raw
    yield msgspec.json.encode(_End(lines, digest.hexdigest())) + b"\n"
    for behind in (*_list_finality(board.finality), *_list_accounts(board.sent)):
        yield msgspec.json.encode(behind) + b"\n"


def decode_bundle(raw: bytes) -> Board:
    """Read a board from the bytes of a file, packed or not; raises BundleError."""
    return read_board(BytesIO(raw))


def read_board(file: BinaryIO, past: Past = NOTHING) -> Board:
    """Read a board line by line; raises BundleError, which names the line.

    What does not belong to the election is refused where it stands, so that a file
    takes no more memory than what it tells of. past: what was verified before; of its
    logs, the board has those that it keeps. Raises HistoryError for a record that does
    not go on from there, EarlierError for one that ends before.
    """
    lines, known = enumerate(read_lines(file), 1), KnownLines(past)
    draft = _begin(next(lines, (1, b""))[1], past)
    known.begin(draft.first.head)
    for number, raw in lines:
        with _naming(number):
            if known.take(raw):
                draft.skip()
            else:
                line = _decode(raw)
                if isinstance(line, _End):
                    draft.check_end(line)
                    break
                draft.take(line)
            draft.digest.update(raw + b"\n")
    else:
        raise BundleError("bundle", "has no end: it is cut off")
    known.end()
    for address in past.running:
        if address not in draft.code:
            fact = f"gives no code of 0x{address.hex()}, of which it has logs"
            raise BundleError("bundle", fact)
    behind = _Behind(draft.addresses)
    for number, raw in lines:
        with _naming(number):
            behind.take(_decode(raw))
    return draft.board(behind)


def read_origin(file: BinaryIO) -> tuple[int, Address]:
    """Read of which chain and which election a bundle is; raises BundleError."""
    first = _begin(next(read_lines(file), b""), NOTHING).first
    return first.chain_id, Address(_bytes(first.election))


def spell_logs(logs: Iterable[Log]) -> Iterator[bytes]:
    """Spell logs as the lines that tell of them, without their ends."""
    return (msgspec.json.encode(_line_of(log)) for log in logs)


def _begin(raw: bytes, past: Past) -> _Draft:
    with _naming(1):
        line = _decode(raw)
        if not isinstance(line, _Election):
            raise EncodingError("bundle", f"is not of {FORMAT}")
        return _Draft(line, hashlib.sha256(raw + b"\n"), logs=LogSpool(past.logs))


@contextmanager
def _naming(number: int) -> Iterator[None]:
    """Name the line in which something is wrong."""
    try:
        yield
    except EncodingError as error:
        raise BundleError("bundle", f"line {number}: {error.fact}") from error
    except (msgspec.MsgspecError, ValueError) as error:
        fact = spell_line_fault(error)
        raise BundleError("bundle", f"line {number}: {fact}") from error


def _decode(raw: bytes) -> _AnyLine:
    check_nesting(raw)
    line: _AnyLine = _DECODER.decode(raw)
    if msgspec.json.encode(line) != raw:
        raise EncodingError("bundle", "is not in its one form")
    return line


@dataclass(slots=True)
class _Draft:
    """What a file told so far.

    digest: of all lines. last: the place of the last line in the order of the file.
    """

    first: _Election
    digest: hashlib._Hash
    last: tuple[int | str, ...] = ()
    lines: int = 1
    code: dict[Address, bytes] = field(default_factory=dict)
    answers: dict[Call, bytes] = field(default_factory=dict)
    logs: LogSpool = field(default_factory=LogSpool)
    addresses: dict[str, Address] = field(default_factory=dict)

    def take(self, line: _AnyLine) -> None:
        """Take the next line."""
        self.lines += 1
        if isinstance(line, _Finality | _Storage | _Account | _End):
            raise EncodingError("bundle", "stands before the end")
        place = _place(line)
        if place <= self.last and not (place == self.last == _AMONG_LOGS):
            raise EncodingError("bundle", "is out of order, or there twice")
        self.last = place
        if isinstance(line, _Code):
            self._take_code(line)
        elif isinstance(line, _Answer):
            self._take_answer(line)
        elif isinstance(line, _Log):
            self.logs.append(self._build_log(line))

    def skip(self) -> None:
        """Leave out the line of a log that is known."""
        self.lines += 1
        self.last = _AMONG_LOGS

    def _take_code(self, line: _Code) -> None:
        if len(self.code) == _MOST_CODES:
            raise EncodingError("bundle", "is of more contracts than an election has")
        address = Address(_bytes(line.address))
        self.addresses[line.address] = address
        self.code[address] = _bytes(line.code)

    def _take_answer(self, line: _Answer) -> None:
        if len(self.answers) == _MOST_ANSWERS:
            raise EncodingError("bundle", "answers more questions than there are")
        call = Call(self._address(line.address), _bytes(line.calldata))
        self.answers[call] = _bytes(line.output)

    def _build_log(self, line: _Log) -> Log:
        return Log(
            address=self._address(line.address),
            topics=tuple(map(_word, line.topics)),
            data=_bytes(line.data),
            block_number=line.block,
            timestamp=line.timestamp,
            transaction=_word(line.transaction),
            index=line.index,
        )

    def _address(self, text: str) -> Address:
        address = self.addresses.get(text)
        if address is None:
            fact = f"is of {text}, of which no code is given"
            raise EncodingError("bundle", fact)
        return address

    def check_end(self, end: _End) -> None:
        """Raise EncodingError unless the end is that of the lines before it."""
        if (end.lines, end.sha256) != (self.lines, self.digest.hexdigest()):
            raise EncodingError("bundle", "is not the end of the lines before it")

    def board(self, behind: _Behind) -> Board:
        """Give all that was told."""
        first = self.first
        return Board(
            chain_id=first.chain_id,
            election=Address(_bytes(first.election)),
            logs=self.logs,
            code=self.code,
            answers=self.answers,
            head=Head(first.head, first.head_timestamp),
            finality=behind.finality(),
            sent=behind.sent,
        )


@dataclass(slots=True)
class _Behind:
    """What stands behind the end: who signed the record, and what accounts sent."""

    addresses: dict[str, Address]
    pieces: list[bytes] = field(default_factory=list)
    ways: dict[Address, Ways] = field(default_factory=dict)
    sent: dict[Address, int] = field(default_factory=dict)
    last: str = ""

    def take(self, line: _AnyLine) -> None:
        """Take the next line."""
        if isinstance(line, _Account):
            self._take_account(line)
        elif self.sent:
            raise EncodingError("bundle", "is out of order, or there twice")
        elif isinstance(line, _Finality):
            self._take_piece(_bytes(line.piece))
        elif isinstance(line, _Storage):
            self._take_ways(line)
        else:
            raise EncodingError("bundle", "stands after the end")

    def _take_piece(self, piece: bytes) -> None:
        if self.last or any(len(each) != _PIECE for each in self.pieces[-1:]):
            raise EncodingError("bundle", "is out of order, or there twice")
        if len(self.pieces) == _MOST_PIECES:
            raise EncodingError("bundle", "is of a proof that is longer than any")
        self.pieces.append(piece)

    def _take_ways(self, line: _Storage) -> None:
        if not self.pieces or line.address <= self.last:
            raise EncodingError("bundle", "is out of order, or there twice")
        self.last = line.address
        address = self.addresses.get(line.address)
        if address is None:
            fact = f"is of {line.address}, of which no code is given"
            raise EncodingError("bundle", fact)
        if len(self.ways) == _MOST_WAYS:
            raise EncodingError("bundle", "is of more contracts than an election has")
        self.ways[address] = Ways(
            tuple(map(_bytes, line.account_proof)),
            tuple(map(_bytes, line.storage_proof)),
        )

    def _take_account(self, line: _Account) -> None:
        if self.sent and line.address <= self.last:
            raise EncodingError("bundle", "is out of order, or there twice")
        if len(self.sent) == _MOST_ACCOUNTS:
            raise EncodingError("bundle", "is of more accounts than there are members")
        self.last = line.address
        self.sent[Address(_bytes(line.address))] = line.sent

    def finality(self) -> FinalityProof | None:
        """Give the proof, if there is one."""
        return FinalityProof(b"".join(self.pieces), self.ways) if self.pieces else None


def _place(line: _Election | _Code | _Answer | _Log) -> tuple[int | str, ...]:
    """Say where a line stands among others: hex is in the order of its bytes."""
    if isinstance(line, _Election):
        return ()
    if isinstance(line, _Code):
        return 1, line.address
    if isinstance(line, _Answer):
        return 2, line.address, line.calldata
    return _AMONG_LOGS


def _list_lines(board: Board) -> Iterator[_Election | _Code | _Answer | _Log]:
    head = board.head
    yield _Election(
        FORMAT, board.chain_id, _hex(board.election), head.number, head.timestamp
    )
    for address in sorted(board.code):
        yield _Code(_hex(address), _hex(board.code[address]))
    for call in sorted(board.answers, key=lambda each: (each.address, each.calldata)):
        output = board.answers[call]
        yield _Answer(_hex(call.address), _hex(call.calldata), _hex(output))
    yield from map(_line_of, board.logs)


def _line_of(log: Log) -> _Log:
    return _Log(
        _hex(log.address),
        tuple(map(_hex, log.topics)),
        _hex(log.data),
        log.block_number,
        log.timestamp,
        _hex(log.transaction),
        log.index,
    )


def _list_finality(proof: FinalityProof | None) -> Iterator[_Finality | _Storage]:
    if proof is None:
        return
    for at in range(0, len(proof.text), _PIECE):
        yield _Finality(_hex(proof.text[at : at + _PIECE]))
    for address in sorted(proof.ways):
        ways = proof.ways[address]
        yield _Storage(
            _hex(address),
            tuple(map(_hex, ways.account)),
            tuple(map(_hex, ways.storage)),
        )


def _list_accounts(sent: Mapping[Address, int]) -> Iterator[_Account]:
    for address in sorted(sent):
        yield _Account(_hex(address), sent[address])


def _hex(raw: bytes) -> str:
    return f"0x{raw.hex()}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _word(text: str) -> Hash:
    return Hash(_bytes(text))
