/**
 * The statements of a session built from o1js's own gadgets, as well as that can be done: the yardstick
 * for `message5`, `presentation` and `registryPresentation`. Five SHA-256 blocks of 5,200 rows take a
 * domain of 2^15, where ours take 2^14. ECDSA takes 40,280 rows and thus a domain of 2^16 and a program
 * of its own; the presentation then verifies that proof in its place:
 *
 *   message      SHA-256 of five blocks; everything else as in `message5`
 *   sign         ECDSA by `createEcdsa`; output: digest and key
 *   present      verify the chain proof and the signature proof, zkCX's own checks; 2^15
 *   published    verify the signature proof, zkCX's own checks with the registry's path; 2^14
 *
 * Credential checks, commitments, padding and byte memory are shared with the real programs.
 */
import { Field, Gadgets, Provable, Struct, UInt32, ZkProgram } from 'o1js';
import { ChainProof } from '../../src/circuits/chain.program.ts';
import { packKey, PublicKey, Signature } from '../../src/circuits/claims.ts';
import {
  assertPadding,
  MIDSTATE_BITS,
  type sha256After,
} from '../../src/circuits/gadgets/sha256/index.ts';
import { withContext } from '../../src/circuits/kimchi/context.ts';
import { inRange } from '../../src/circuits/kimchi/integer.ts';
import { assertMessage, Message5Witness } from '../../src/circuits/message.program.ts';
import { presentChain } from '../../src/circuits/presentation.program.ts';
import { type AssertDigestSigned, PresentationWitness } from '../../src/circuits/presentation.ts';
import {
  presentPublished,
  RegistryPath,
} from '../../src/circuits/registry-presentation.program.ts';
import {
  Digest,
  MessageRequest,
  PresentationClaim,
  PresentationRequest,
} from '../../src/circuits/session.ts';
import { MODE } from '../../src/params.ts';
import { assertSignature, stateAfter } from './programs.ts';

/** `sha256After` with o1js's compression. */
const hash: typeof sha256After = (walk, length, { words, blocks }) => {
  const { context, memory } = walk;
  for (const word of words) Gadgets.rangeCheck32(word);
  context.rangeBits(blocks, MIDSTATE_BITS);
  const total = inRange<27>(
    context.linear([
      [64n, blocks],
      [1n, length],
    ]),
  );
  const used = assertPadding(walk, length, total);
  const inMemory = Array.from({ length: memory.size / 4 }, (_, i) => {
    const word = context.linear([
      [1n, memory.prefixAt(4 * i + 4)],
      [-(1n << 32n), memory.prefixAt(4 * i)],
    ]);
    return UInt32.Unsafe.fromField(word);
  });
  const state = words.map((word) => UInt32.Unsafe.fromField(word));
  return { digest: stateAfter(state, inMemory, used), total };
};

export const builtinMessage = ZkProgram({
  name: 'builtin-message',
  publicInput: MessageRequest,
  methods: {
    prove: {
      privateInputs: [Message5Witness],
      async method(request: MessageRequest, witness: Message5Witness) {
        request.mode.assertEquals(MODE.message5);
        await withContext((context) => assertMessage(context, request, witness, hash));
      },
    },
  },
});

class SignedClaim extends Struct({
  digest: Digest,
  /** `packKey` of the key that signed it. */
  key: Provable.Array(Field, 3),
}) {}

export const builtinSigned = ZkProgram({
  name: 'builtin-signed',
  publicOutput: SignedClaim,
  methods: {
    sign: {
      privateInputs: [Digest, PublicKey, Signature],
      async method(digest: Digest, key: PublicKey, signature: Signature) {
        assertSignature(digest.limbs, key, signature);
        return { publicOutput: new SignedClaim({ digest, key: packKey(key) }) };
      },
    },
  },
});

class SignedProof extends ZkProgram.Proof(builtinSigned) {}

/** The signature from an earlier proof. */
function signedBy(proof: SignedProof): AssertDigestSigned {
  return (_, digest, key) => {
    proof.verify();
    const claim = proof.publicOutput;
    digest.forEach((limb, i) => limb.assertEquals(claim.digest.limbs[i]!));
    packKey(key).forEach((part, i) => part.assertEquals(claim.key[i]!));
  };
}

export const builtinPresentation = ZkProgram({
  name: 'builtin-presentation',
  publicInput: PresentationRequest,
  publicOutput: PresentationClaim,
  methods: {
    present: {
      privateInputs: [ChainProof, SignedProof, PresentationWitness],
      async method(
        request: PresentationRequest,
        proof: ChainProof,
        signed: SignedProof,
        witness: PresentationWitness,
      ) {
        return {
          publicOutput: await withContext((context) => {
            proof.verify();
            const chain = { mode: proof.publicInput, claim: proof.publicOutput };
            return presentChain(context, request, chain, witness, signedBy(signed));
          }),
        };
      },
    },
  },
});

export const builtinPublished = ZkProgram({
  name: 'builtin-published',
  publicInput: PresentationRequest,
  publicOutput: PresentationClaim,
  methods: {
    present: {
      privateInputs: [SignedProof, RegistryPath, PresentationWitness],
      async method(
        request: PresentationRequest,
        signed: SignedProof,
        path: RegistryPath,
        witness: PresentationWitness,
      ) {
        return {
          publicOutput: await withContext((context) =>
            presentPublished(context, request, path, witness, signedBy(signed)),
          ),
        };
      },
    },
  },
});
