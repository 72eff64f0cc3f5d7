"""The official cases in which this node is known to differ, each with its reason."""

from __future__ import annotations

from typing import Final

_STORAGE_ALONE: Final = (
    "EIP-7610: makes a contract where storage is and neither code nor nonce, which no "
    "chain that began after EIP-161 can have; the node does, as py-evm"
)
DIFFERENCES: Final[dict[str, str]] = dict.fromkeys(
    (
        *(f"stSStoreTest/InitCollisionParis {at}" for at in range(4)),
        *(f"stCreate2/create2collisionStorageParis {at}" for at in range(3)),
        "stCreate2/RevertInCreateInInitCreate2Paris 0",
        "stExtCodeHash/dynamicAccountOverwriteEmpty_Paris 0",
        "stRevertTest/RevertInCreateInInit_Paris 0",
    ),
    _STORAGE_ALONE,
)
