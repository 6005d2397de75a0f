/**
 * The statement of `chain` built from o1js's own gadgets, as well as that can be done: the yardstick
 * for ours. Twelve SHA-256 blocks of 5,200 rows fill a domain of 2^16; ECDSA with 40,280 rows and the
 * verification of one earlier proof fill another, and two earlier proofs do not fit beside it. So each
 * link takes three proofs:
 *
 *   hash       SHA-256 of the padded TBS; output: digest, number of blocks, hash of the bytes
 *   sign       verify the hash proof, ECDSA by `createEcdsa`; output: the bytes' hash, the key
 *   anchor /   verify the signature proof (and the earlier link's), walk the same bytes, check the
 *   extend     certificate with zkCX's own code; a smaller domain
 *
 * Byte memory, DER walk, claims and commitments are shared with the real program: the comparison is
 * about hash and signature.
 */
import {
  createEcdsa,
  createForeignCurve,
  Crypto,
  Field,
  Gadgets,
  Poseidon,
  Provable,
  SelfProof,
  Struct,
  UInt32,
  ZkProgram,
} from 'o1js';
import { ChainClaim, packKey, PublicKey, Signature } from '../../src/circuits/claims.ts';
import { anchor, AnchorWitness, extend, ExtendWitness } from '../../src/circuits/chain.program.ts';
import { assertPadding } from '../../src/circuits/gadgets/sha256/index.ts';
import { withContext } from '../../src/circuits/kimchi/context.ts';
import { inRange, type IntegerIn } from '../../src/circuits/kimchi/integer.ts';
import type { AssertSigned } from '../../src/circuits/link.ts';
import { MODE, TBS_BLOCKS } from '../../src/params.ts';

/** Words packed into one field for the hash that ties both programs to the same bytes. */
const PACK = 6;

class HashClaim extends Struct({
  /** Poseidon of the words, PACK to a field. */
  bytes: Field,
  /** Blocks that the digest covers. */
  blocks: Field,
  /** Digest as 88-bit limbs, least significant first. */
  digest: Provable.Array(Field, 3),
}) {}

export const builtinHash = ZkProgram({
  name: 'builtin-hash',
  publicOutput: HashClaim,
  methods: {
    hash: {
      privateInputs: [Provable.Array(UInt32, 16 * TBS_BLOCKS), Field],
      async method(words: UInt32[], blocks: Field) {
        return { publicOutput: hashBlocks(words, blocks) };
      },
    },
  },
});

class HashProof extends ZkProgram.Proof(builtinHash) {}

function hashBlocks(words: UInt32[], blocks: Field): HashClaim {
  const selected = stateAfter(Gadgets.SHA256.initialState, words, blocks);
  const packed: Field[] = [];
  for (let i = 0; i < words.length; i += PACK) {
    packed.push(
      words
        .slice(i, i + PACK)
        .reduce((sum, word) => sum.mul(1n << 32n).add(word.value), Field(0))
        .seal(),
    );
  }
  return new HashClaim({ bytes: Poseidon.hash(packed), blocks, digest: digestLimbs(selected) });
}

/** The chaining words after the first `blocks` of the words' blocks; 1 <= blocks, asserted. */
export function stateAfter(initial: UInt32[], words: UInt32[], blocks: Field): IntegerIn<32>[] {
  const { SHA256 } = Gadgets;
  let state = initial;
  const selected = Array.from({ length: 8 }, () => Field(0));
  let count = Field(0);
  for (let block = 0; block < words.length / 16; block++) {
    const schedule = SHA256.createMessageSchedule(words.slice(16 * block, 16 * block + 16));
    state = SHA256.compression(state, schedule);
    const here = blocks.equals(block + 1).toField();
    count = count.add(here);
    state.forEach((word, i) => {
      selected[i] = selected[i]!.add(here.mul(word.value)).seal();
    });
  }
  count.assertEquals(1);
  // each is one of the words that o1js's compression range-checks
  return selected.map((word) => inRange(word));
}

/** 88-bit limbs of eight 32-bit words, most significant word first. */
function digestLimbs(words: Field[]): Field[] {
  const [w0, w1, w2, w3, w4, w5, w6, w7] = words as [
    Field,
    Field,
    Field,
    Field,
    Field,
    Field,
    Field,
    Field,
  ];
  const high5 = Provable.witness(Field, () => Field(w5.toBigInt() >> 24n));
  const low5 = w5.sub(high5.mul(1n << 24n)).seal();
  const high2 = Provable.witness(Field, () => Field(w2.toBigInt() >> 16n));
  const low2 = w2.sub(high2.mul(1n << 16n)).seal();
  Gadgets.rangeCheck8(high5);
  Gadgets.rangeCheck32(low5.mul(256));
  Gadgets.rangeCheck16(high2);
  Gadgets.rangeCheck16(low2);
  const shift = (x: Field, bits: number) => x.mul(1n << BigInt(bits));
  return [
    w7.add(shift(w6, 32)).add(shift(low5, 64)).seal(),
    high5.add(shift(w4, 8)).add(shift(w3, 40)).add(shift(low2, 72)).seal(),
    high2.add(shift(w1, 16)).add(shift(w0, 48)).seal(),
  ];
}

class P256 extends createForeignCurve(Crypto.CurveParams.Secp256r1) {}
class Ecdsa extends createEcdsa(P256) {}

class SignatureClaim extends Struct({
  bytes: Field,
  blocks: Field,
  /** `packKey` of the issuer's key. */
  key: Provable.Array(Field, 3),
}) {}

export const builtinSignature = ZkProgram({
  name: 'builtin-signature',
  publicOutput: SignatureClaim,
  methods: {
    sign: {
      privateInputs: [HashProof, PublicKey, Signature],
      async method(proof: HashProof, key: PublicKey, signature: Signature) {
        proof.verify();
        const { bytes, blocks, digest } = proof.publicOutput;
        assertSignature(digest, key, signature);
        return { publicOutput: new SignatureClaim({ bytes, blocks, key: packKey(key) }) };
      },
    },
  },
});

/** ECDSA by o1js; proves all limbs in range. */
export function assertSignature(digest: Field[], key: PublicKey, signature: Signature): void {
  const point = new P256({ x: coordinate(key.x), y: coordinate(key.y) });
  point.assertOnCurve();
  new Ecdsa({ r: scalar(signature.r), s: scalar(signature.s) })
    .verifySignedHash(scalar(digest), point)
    .assertTrue();
}

class SignatureProof extends ZkProgram.Proof(builtinSignature) {}

/** Hash and signature from an earlier proof: takes the place of the own gadgets. */
function signedBy(proof: SignatureProof): AssertSigned {
  return (walk, length, issuer) => {
    const { memory } = walk;
    proof.verify();
    const { bytes, blocks, key } = proof.publicOutput;
    const packed: Field[] = [];
    for (let i = 0; i < memory.size; i += 4 * PACK) {
      const end = Math.min(i + 4 * PACK, memory.size);
      packed.push(memory.between(memory.atConstant(i), memory.atConstant(end), end - i));
    }
    Poseidon.hash(packed).assertEquals(bytes);
    assertPadding(walk, length).assertEquals(blocks);
    packKey(issuer).forEach((part, i) => part.assertEquals(key[i]!));
  };
}

function coordinate(limbs: Field[]) {
  return new P256.Field(limbs as [Field, Field, Field]).assertAlmostReduced();
}

function scalar(limbs: Field[]) {
  return new P256.Scalar(limbs as [Field, Field, Field]).assertAlmostReduced();
}

export const builtinChain = ZkProgram({
  name: 'builtin-chain',
  publicInput: Field,
  publicOutput: ChainClaim,
  methods: {
    anchor: {
      privateInputs: [SignatureProof, AnchorWitness],
      async method(mode: Field, signed: SignatureProof, witness: AnchorWitness) {
        mode.assertEquals(MODE.chain);
        return { publicOutput: await withContext((c) => anchor(c, witness, signedBy(signed))) };
      },
    },
    extend: {
      // the signature last: proof slots are aligned at their end, and `anchor` has it alone
      privateInputs: [SelfProof, SignatureProof, ExtendWitness],
      async method(
        mode: Field,
        proof: SelfProof<Field, ChainClaim>,
        signed: SignatureProof,
        witness: ExtendWitness,
      ) {
        mode.assertEquals(MODE.chain);
        proof.verify();
        proof.publicInput.assertEquals(MODE.chain);
        return {
          publicOutput: await withContext((c) =>
            extend(c, proof.publicOutput, witness, signedBy(signed)),
          ),
        };
      },
    },
  },
});

/** Big-endian words of a padded TBS, and its number of blocks. */
export function wordsOf(bytes: Field[]): { words: bigint[]; blocks: number } {
  const words: bigint[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    words.push(bytes.slice(i, i + 4).reduce((sum, byte) => 256n * sum + byte.toBigInt(), 0n));
  }
  const last = words.findLastIndex((word) => word !== 0n);
  return { words, blocks: Math.floor(last / 16) + 1 };
}
