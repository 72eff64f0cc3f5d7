/** The curve of the validators' signatures, by noble's general code: RFC 8032, §5.1. */

import { eddsa, edwards } from '../vendor/@noble/curves/abstract/edwards.js';
import { sha512 } from '../vendor/@noble/hashes/sha2.js';

export const ed25519 = eddsa(edwards({
  p: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffedn,
  n: 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn,
  h: 8n,
  a: 0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffecn,
  d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
  Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
  Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
}), sha512);
