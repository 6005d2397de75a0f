/**
 * Writes fixtures/credentials: real proofs of test chains, minutes. Certificates, windows and blinds are
 * the same in every run, so claims are too; the proofs themselves are random.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@noble/hashes/sha2.js';
import { MODE } from '../src/params.ts';
import { checkForProof, proveSteps, stepWitness } from '../src/prover/chain.ts';
import { writeCredential } from '../src/prover/credential.ts';
import type { JsonProof } from '../src/prover/envelope.ts';
import { pinnedKey } from '../src/prover/keys.ts';
import { Prover } from '../src/prover/prover.ts';
import { verifyChain } from '../src/prover/verify.ts';
import { chainSteps, type ChainStep } from '../src/witness/chain.ts';
import {
  PROVEN_ANCHOR,
  PROVEN_AT,
  PROVEN_DEVICES,
  PROVEN_TRUST,
  provenCertificates,
  type ProvenDevice,
  type ProvenName,
  provenUrl,
} from '../test/support/credentials.ts';

/** Both steps of a device. The EUM's has the same blind for all of them, so that one proof serves all. */
function stepsOf(name: ProvenDevice): [ChainStep, ChainStep] {
  const { chain, window } = checkForProof([PROVEN_ANCHOR], provenCertificates(name), PROVEN_AT);
  const owners = ['eum', name];
  const random = (length: number) =>
    sha256(new TextEncoder().encode(`zkcx fixture blind: ${owners.shift()}`)).slice(0, length);
  return chainSteps(chain, { trust: PROVEN_TRUST, window, random }) as [ChainStep, ChainStep];
}

async function keep(name: ProvenName, proof: JsonProof, { opening }: ChainStep): Promise<void> {
  const envelope = {
    format: 'zkcx-proof',
    version: 1,
    program: 'chain',
    verificationKeyHash: pinnedKey('chain').hash,
    proof,
  } as const;
  await verifyChain(envelope, { trustRoot: PROVEN_TRUST.root.toBigInt(), at: PROVEN_AT });
  const path = fileURLToPath(provenUrl(name));
  await writeCredential(path, { proof: envelope, opening, certificates: provenCertificates(name) });
  // the owner-only mode of credentials would not survive Git
  chmodSync(path, 0o644);
  console.error(`${name} proven`);
}

mkdirSync(new URL('.', provenUrl('eum')), { recursive: true });
const prover = new Prover();
try {
  const [shared] = stepsOf('euicc-1');
  const eum = await proveSteps([shared], prover, {});
  await keep('eum', eum, shared);
  for (const name of PROVEN_DEVICES) {
    const [first, last] = stepsOf(name);
    if (first.claim.commitment.toBigInt() !== shared.claim.commitment.toBigInt()) {
      throw Error(`${name}: another window than that of the shared link`);
    }
    const proof = await prover.prove({
      program: 'chain',
      method: 'extend',
      publicInput: String(MODE.chain),
      privateInputs: [eum, stepWitness(last)],
    });
    await keep(name, proof, last);
  }
} finally {
  prover.close();
}
process.exit(0);
