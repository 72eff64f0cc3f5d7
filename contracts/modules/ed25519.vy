# pragma version 0.4.3
"""
@title Signatures of ed25519 over 32 bytes
@notice RFC 8032, strict: s is below the order, a key has no low order, the equation is
    without the cofactor. Dear in gas: the EVM has neither the curve nor SHA-512.
"""

_P: constant(uint256) = 2**255 - 19
_2P: constant(uint256) = 2 * (2**255 - 19)
_ORDER: constant(uint256) = 2**252 + 27742317777372353535851937790883648493
_2_256_MOD_ORDER: constant(uint256) = (
    7237005577332262213973186563042994240413239274941949949428319933631315875101
)
_D: constant(uint256) = (
    37095705934669439343138083508754565189542113879843219016388785533085940283555
)
_2D: constant(uint256) = (
    16295367250680780974490674513165176452449235426866156013048779062215315747161
)
_ROOT_OF_MINUS_1: constant(uint256) = (
    19681161376707505956807079304988542015446066515923890162744021073123829784752
)
_GENERATOR: constant(uint256[2]) = [
    15112221349535400772501151409588531511454012693041857206046113283949847762202,
    46316835694926478169428394003475163141307993866256225615783033603165251855960,
]
_TOP_BIT: constant(uint256) = 252  # of what is below the order
_SIGN: constant(uint256) = 2**255
_WORD: constant(uint256) = 2**64 - 1
_TWICE: constant(uint256) = 2**64 + 1  # a word times this holds it twice: shifts rotate
_MODEXP: constant(address) = 0x0000000000000000000000000000000000000005
_MODEXP_GAS: constant(uint256) = 1360  # EIP-2565 for an exponent of 255 bits
_LENGTH: constant(uint256) = 32
# SHA-512 (FIPS 180-4): first bits of the roots of primes
_INITIAL: constant(uint256[8]) = [
    7640891576956012808, 13503953896175478587, 4354685564936845355,
    11912009170470909681, 5840696475078001361, 11170449401992604703,
    2270897969802886507, 6620516959819538809,
]
_ROUNDS: constant(uint256[80]) = [
    4794697086780616226, 8158064640168781261, 13096744586834688815,
    16840607885511220156, 4131703408338449720, 6480981068601479193,
    10538285296894168987, 12329834152419229976, 15566598209576043074,
    1334009975649890238, 2608012711638119052, 6128411473006802146,
    8268148722764581231, 9286055187155687089, 11230858885718282805,
    13951009754708518548, 16472876342353939154, 17275323862435702243,
    1135362057144423861, 2597628984639134821, 3308224258029322869,
    5365058923640841347, 6679025012923562964, 8573033837759648693,
    10970295158949994411, 12119686244451234320, 12683024718118986047,
    13788192230050041572, 14330467153632333762, 15395433587784984357,
    489312712824947311, 1452737877330783856, 2861767655752347644,
    3322285676063803686, 5560940570517711597, 5996557281743188959,
    7280758554555802590, 8532644243296465576, 9350256976987008742,
    10552545826968843579, 11727347734174303076, 12113106623233404929,
    14000437183269869457, 14369950271660146224, 15101387698204529176,
    15463397548674623760, 17586052441742319658, 1182934255886127544,
    1847814050463011016, 2177327727835720531, 2830643537854262169,
    3796741975233480872, 4115178125766777443, 5681478168544905931,
    6601373596472566643, 7507060721942968483, 8399075790359081724,
    8693463985226723168, 9568029438360202098, 10144078919501101548,
    10430055236837252648, 11840083180663258601, 13761210420658862357,
    14299343276471374635, 14566680578165727644, 15097957966210449927,
    16922976911328602910, 17689382322260857208, 500013540394364858,
    748580250866718886, 1242879168328830382, 1977374033974150939,
    2944078676154940804, 3659926193048069267, 4368137639120453308,
    4836135668995329356, 5532061633213252278, 6448918945643986474,
    6902733635092675308, 7801388544844847127,
]


@internal
@view
def holds(key: bytes32, hashed: bytes32, signature: bytes32[2]) -> bool:
    """
    @notice Whether a key signed a hash.
    @param signature R and s, as RFC 8032 encodes them.
    """
    s: uint256 = self._reversed(convert(signature[1], uint256))
    if s >= _ORDER:
        return False
    ok: bool = False
    x: uint256 = 0
    y: uint256 = 0
    ok, x, y = self._decode(key)
    if not ok or self._has_low_order(x, y):
        return False
    challenge: uint256 = self._challenge(signature[0], key, hashed)
    return self._encode(self._combine(s, challenge, unsafe_sub(_P, x), y)) == signature[0]


@internal
@pure
def _combine(s: uint256, h: uint256, x: uint256, y: uint256) -> uint256[3]:
    """
    @notice s times the generator plus h times a point, as X, Y, Z.
    """
    generator: uint256[4] = [_GENERATOR[0], _GENERATOR[1], 1, 0]
    generator[3] = uint256_mulmod(generator[0], generator[1], _P)
    # what is added for each pair of bits, as (y - x, y + x, 2 d t, 2 z)
    added: uint256[4][4] = empty(uint256[4][4])
    added[1] = self._prepared(generator)
    added[2] = self._prepared([x, y, 1, uint256_mulmod(x, y, _P)])
    added[3] = self._prepared(self._sum(generator, added[2]))
    p: uint256[4] = [0, 1, 1, 0]
    for i: uint256 in range(_TOP_BIT + 1):
        p = self._double(p)
        at: uint256 = unsafe_sub(_TOP_BIT, i)
        pair: uint256 = ((s >> at) & 1) | (((h >> at) & 1) << 1)
        if pair != 0:
            p = self._sum(p, added[pair])
    return [p[0], p[1], p[2]]


@internal
@pure
def _prepared(p: uint256[4]) -> uint256[4]:
    return [
        unsafe_add(p[1], unsafe_sub(_P, p[0])),
        unsafe_add(p[1], p[0]),
        uint256_mulmod(p[3], _2D, _P),
        uint256_addmod(p[2], p[2], _P),
    ]


@internal
@pure
def _sum(p: uint256[4], q: uint256[4]) -> uint256[4]:
    """
    @notice A point plus a prepared one; complete (Hisil et al. 2008, §3.1).
    """
    a: uint256 = uint256_mulmod(unsafe_add(p[1], unsafe_sub(_P, p[0])), q[0], _P)
    b: uint256 = uint256_mulmod(unsafe_add(p[1], p[0]), q[1], _P)
    c: uint256 = uint256_mulmod(p[3], q[2], _P)
    d: uint256 = uint256_mulmod(p[2], q[3], _P)
    e: uint256 = unsafe_add(b, unsafe_sub(_P, a))
    f: uint256 = unsafe_add(d, unsafe_sub(_P, c))
    g: uint256 = unsafe_add(d, c)
    h: uint256 = unsafe_add(b, a)
    return [
        uint256_mulmod(e, f, _P),
        uint256_mulmod(g, h, _P),
        uint256_mulmod(f, g, _P),
        uint256_mulmod(e, h, _P),
    ]


@internal
@pure
def _double(p: uint256[4]) -> uint256[4]:
    """
    @notice Twice a point (Hisil et al. 2008, §3.3).
    """
    a: uint256 = uint256_mulmod(p[0], p[0], _P)
    b: uint256 = uint256_mulmod(p[1], p[1], _P)
    c: uint256 = uint256_mulmod(p[2], p[2], _P)
    h: uint256 = unsafe_sub(_2P, unsafe_add(a, b))
    xy: uint256 = unsafe_add(p[0], p[1])
    e: uint256 = uint256_addmod(uint256_mulmod(xy, xy, _P), h, _P)
    g: uint256 = uint256_addmod(b, unsafe_sub(_P, a), _P)
    f: uint256 = uint256_addmod(g, unsafe_sub(_2P, unsafe_add(c, c)), _P)
    return [
        uint256_mulmod(e, f, _P),
        uint256_mulmod(g, h, _P),
        uint256_mulmod(f, g, _P),
        uint256_mulmod(e, h, _P),
    ]


@internal
@view
def _decode(key: bytes32) -> (bool, uint256, uint256):
    """
    @notice The point that a key encodes, if it does. A y that is not reduced, or a sign for an
        x of zero, needs no refusal: nobody can sign for such a point, or it has a low order.
    """
    encoded: uint256 = self._reversed(convert(key, uint256))
    y: uint256 = encoded & (_SIGN - 1)
    yy: uint256 = uint256_mulmod(y, y, _P)
    u: uint256 = uint256_addmod(yy, _P - 1, _P)
    v: uint256 = uint256_addmod(uint256_mulmod(_D, yy, _P), 1, _P)
    v3: uint256 = uint256_mulmod(uint256_mulmod(v, v, _P), v, _P)
    v7: uint256 = uint256_mulmod(uint256_mulmod(v3, v3, _P), v, _P)
    root: uint256 = self._power(uint256_mulmod(u, v7, _P), (_P - 5) // 8)
    x: uint256 = uint256_mulmod(uint256_mulmod(u, v3, _P), root, _P)
    square: uint256 = uint256_mulmod(v, uint256_mulmod(x, x, _P), _P)
    if square != u:
        if square != (_P - u) % _P:
            return False, 0, 0
        x = uint256_mulmod(x, _ROOT_OF_MINUS_1, _P)
    if x & 1 != encoded >> 255:
        x = _P - x
    return True, x, y


@internal
@pure
def _has_low_order(x: uint256, y: uint256) -> bool:
    """
    @notice Whether anybody could sign for a key: eight times the point is the neutral one.
    """
    p: uint256[4] = self._double([x, y, 1, uint256_mulmod(x, y, _P)])
    p = self._double(self._double(p))
    return p[0] == 0 and p[1] == p[2]


@internal
@view
def _encode(p: uint256[3]) -> bytes32:
    inverse: uint256 = self._power(p[2], _P - 2)
    x: uint256 = uint256_mulmod(p[0], inverse, _P)
    y: uint256 = uint256_mulmod(p[1], inverse, _P)
    return convert(self._reversed(y | ((x & 1) << 255)), bytes32)


@internal
@pure
def _challenge(r: bytes32, key: bytes32, hashed: bytes32) -> uint256:
    """
    @notice SHA-512 of the three, modulo the order; with its padding it is one block.
    """
    w: uint256[80] = empty(uint256[80])
    parts: uint256[3] = [
        convert(r, uint256), convert(key, uint256), convert(hashed, uint256)
    ]
    for i: uint256 in range(12):
        w[i] = (parts[i // 4] >> (192 - 64 * (i % 4))) & _WORD
    w[12] = 2**63
    w[15] = 768  # bits
    for i: uint256 in range(16, 80):
        a: uint256 = unsafe_mul(w[i - 15], _TWICE)
        b: uint256 = unsafe_mul(w[i - 2], _TWICE)
        s0: uint256 = ((a >> 1) ^ (a >> 8) ^ (w[i - 15] >> 7)) & _WORD
        s1: uint256 = ((b >> 19) ^ (b >> 61) ^ (w[i - 2] >> 6)) & _WORD
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) & _WORD
    state: uint256[8] = self._rounds(w)
    low: uint256 = 0
    high: uint256 = 0
    for i: uint256 in range(4):
        low = (low << 64) | state[i]
        high = (high << 64) | state[i + 4]
    high = uint256_mulmod(self._reversed(high), _2_256_MOD_ORDER, _ORDER)
    return uint256_addmod(high, self._reversed(low), _ORDER)


@internal
@pure
def _rounds(w: uint256[80]) -> uint256[8]:
    k: uint256[80] = _ROUNDS
    state: uint256[8] = _INITIAL
    for i: uint256 in range(80):
        a: uint256 = unsafe_mul(state[0], _TWICE)
        e: uint256 = unsafe_mul(state[4], _TWICE)
        s1: uint256 = ((e >> 14) ^ (e >> 18) ^ (e >> 41)) & _WORD
        chosen: uint256 = (state[4] & state[5]) ^ ((state[4] ^ _WORD) & state[6])
        t1: uint256 = state[7] + s1 + chosen + k[i] + w[i]
        s0: uint256 = ((a >> 28) ^ (a >> 34) ^ (a >> 39)) & _WORD
        most: uint256 = (
            (state[0] & state[1]) ^ (state[0] & state[2]) ^ (state[1] & state[2])
        )
        state = [
            (t1 + s0 + most) & _WORD,
            state[0],
            state[1],
            state[2],
            (state[3] + t1) & _WORD,
            state[4],
            state[5],
            state[6],
        ]
    initial: uint256[8] = _INITIAL
    for i: uint256 in range(8):
        state[i] = (state[i] + initial[i]) & _WORD
    return state


@internal
@pure
def _reversed(word: uint256) -> uint256:
    """
    @notice The number whose bytes stand the other way round.
    """
    turned: uint256 = 0
    left: uint256 = word
    for _: uint256 in range(32):
        turned = (turned << 8) | (left & 255)
        left = left >> 8
    return turned


@internal
@view
def _power(base: uint256, exponent: uint256) -> uint256:
    ok: bool = False
    answer: Bytes[32] = b""
    ok, answer = raw_call(
        _MODEXP,
        abi_encode(_LENGTH, _LENGTH, _LENGTH, base, exponent, _P),
        max_outsize=32,
        gas=_MODEXP_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert ok and len(answer) == 32, "ed25519: no modexp precompile"
    return convert(answer, uint256)
