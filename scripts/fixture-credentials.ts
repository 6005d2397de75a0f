/**
 * Writes fixtures/credentials and fixtures/refreshes: real proofs of test chains, and the proofs of them that are given
 * away. Minutes. Certificates, windows and blinds are the same in every run, so claims are too; the proofs themselves
 * are random. A chain proof that is there and verifies under the pinned key is kept.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MODE } from '../src/params.ts';
import { checkForProof, proveSteps, stepWitness } from '../src/prover/chain.ts';
import { type Credential, writeCredential } from '../src/prover/credential.ts';
import { formatEnvelope, type JsonProof, type ProofEnvelope } from '../src/prover/envelope.ts';
import { pinnedKey } from '../src/prover/keys.ts';
import { Prover } from '../src/prover/prover.ts';
import { proveRefresh } from '../src/prover/refresh.ts';
import { verifyChain, verifyRefresh } from '../src/prover/verify.ts';
import { chainSteps, type ChainStep } from '../src/witness/chain.ts';
import {
  blindBytes,
  PROVEN_ANCHOR,
  PROVEN_AT,
  PROVEN_DEVICES,
  PROVEN_TRUST,
  provenCertificates,
  type ProvenDevice,
  type ProvenName,
  provenUrl,
  REFRESHES,
  refreshUrl,
} from '../test/support/credentials.ts';

const expected = { trustRoot: PROVEN_TRUST.root.toBigInt(), at: PROVEN_AT };

/** Both steps of a device. The EUM's has the same blind for all of them, so that one proof serves all. */
function stepsOf(name: ProvenDevice): [ChainStep, ChainStep] {
  const { chain, window } = checkForProof([PROVEN_ANCHOR], provenCertificates(name), PROVEN_AT);
  const owners = ['eum', name];
  const random = (length: number) => blindBytes(owners.shift()!)(length);
  return chainSteps(chain, { trust: PROVEN_TRUST, window, random }) as [ChainStep, ChainStep];
}

/** The proof of a step that a run before this one made. */
async function keptProof(name: ProvenName, { claim }: ChainStep): Promise<JsonProof | undefined> {
  if (!existsSync(provenUrl(name))) return undefined;
  const { proof } = JSON.parse(readFileSync(provenUrl(name), 'utf8')) as { proof: ProofEnvelope };
  if (proof.verificationKeyHash !== pinnedKey('chain').hash) return undefined;
  const { commitment } = await verifyChain(proof, expected);
  return commitment === claim.commitment.toBigInt() ? proof.proof : undefined;
}

/** Both proofs of a device, given away: the first refresh is used once and dropped. */
async function refreshTwice(credential: Credential, name: string) {
  const first = await proveRefresh(credential, prover, {
    random: blindBytes(`first refresh, ${name}`),
  });
  const { proof, opening } = await proveRefresh(first, prover, {
    random: blindBytes(`published, ${name}`),
  });
  await verifyRefresh(proof, expected);
  writeFileSync(refreshUrl(name), formatEnvelope(proof));
  console.error(`${name} refreshed`);
  return opening.blind;
}

async function keep(name: ProvenName, proof: JsonProof, { opening }: ChainStep): Promise<void> {
  const envelope = {
    format: 'zkcx-proof',
    version: 1,
    program: 'chain',
    verificationKeyHash: pinnedKey('chain').hash,
    proof,
  } as const;
  await verifyChain(envelope, expected);
  const certificates = provenCertificates(name);
  let credential: Credential = { proof: envelope, opening, certificates };
  for (const refresh of REFRESHES[name]) {
    // what the credential finds again is the first one
    const published = await refreshTwice(credential, refresh);
    credential = { ...credential, published: credential.published ?? published };
  }
  const path = fileURLToPath(provenUrl(name));
  await writeCredential(path, credential);
  // the owner-only mode of credentials would not survive Git
  chmodSync(path, 0o644);
  console.error(`${name} written`);
}

for (const url of [provenUrl('eum'), refreshUrl('euicc-1')]) {
  mkdirSync(new URL('.', url), { recursive: true });
}
const prover = new Prover();
try {
  const [shared] = stepsOf('euicc-1');
  const eum = (await keptProof('eum', shared)) ?? (await proveSteps([shared], prover, {}));
  await keep('eum', eum, shared);
  for (const name of PROVEN_DEVICES) {
    const [first, last] = stepsOf(name);
    if (first.claim.commitment.toBigInt() !== shared.claim.commitment.toBigInt()) {
      throw Error(`${name}: another window than that of the shared link`);
    }
    const proof =
      (await keptProof(name, last)) ??
      (await prover.prove({
        program: 'chain',
        method: 'extend',
        publicInput: String(MODE.chain),
        privateInputs: [eum, stepWitness(last)],
      }));
    await keep(name, proof, last);
  }
} finally {
  prover.close();
}
process.exit(0);
