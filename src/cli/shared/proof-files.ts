/** Files that hold proofs, and whom a verifier trusts. */
import { InvalidArgumentError, Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { fieldString } from '../../arguments.ts';
import { readFileLimited } from '../../files.ts';
import { parseEnvelope, type ProofEnvelope } from '../../prover/envelope.ts';
import { inFile, readAnchors } from './certificates.ts';
import { PROOF, wrongContent } from './content.ts';
import { OPTIONAL_CI, repeated } from './options.ts';

const MAX_PROOF_BYTES = 200_000;
/** Of a file that may also be a credential: `MAX_CREDENTIAL_BYTES`, which would load the circuits. */
const MAX_DOCUMENT_BYTES = 300_000;

/** Of these, one at least is needed. */
export const TRUST = [
  OPTIONAL_CI,
  new Option(
    '--trust-root <number>',
    'accepted root of a set of CIs, decimal; may be given several times',
  ).argParser(repeated(fieldElement)),
];

export interface TrustFlags {
  readonly ci?: string[];
  readonly trustRoot?: bigint[];
}

function fieldElement(text: string): bigint {
  if (fieldString.safeParse(text).success) return BigInt(text);
  throw new InvalidArgumentError('Give the root as a decimal number.');
}

/** A proof, and the trust roots that the flags accept. */
export async function readProof(
  file: string,
  { ci = [], trustRoot = [] }: TrustFlags,
): Promise<{ envelope: ProofEnvelope; accepted: bigint[] }> {
  if (ci.length + trustRoot.length === 0) {
    throw new ZkcxError('ERR_CLI_USAGE', 'say whom to trust: --ci CI.der, or --trust-root ROOT');
  }
  const envelope = await readEnvelope(file);
  const accepted = [...trustRoot];
  if (ci.length > 0) {
    const anchors = await readAnchors(ci);
    const { TrustSet } = await import('../../witness/trust.ts');
    accepted.push(new TrustSet(anchors).root.toBigInt());
  }
  return { envelope, accepted };
}

export async function readEnvelope(file: string): Promise<ProofEnvelope> {
  const bytes = await readFileLimited(file, MAX_PROOF_BYTES);
  return envelopeIn(file, bytes);
}

const envelopeIn = (file: string, bytes: Uint8Array) =>
  inFile(
    file,
    () => parseEnvelope(new TextDecoder().decode(bytes)),
    () => wrongContent(file, bytes, PROOF),
  );

/** A proof to publish or to hand on. Throws ERR_PROOF_PROGRAM for a credential: that stays where it is. */
export async function readSharedProof(file: string): Promise<ProofEnvelope> {
  const { text, format } = await readDocument(file);
  if (format !== 'zkcx-credential') return envelopeIn(file, new TextEncoder().encode(text));
  throw new ZkcxError(
    'ERR_PROOF_PROGRAM',
    `${file} is a credential: make a proof to give away with \`zkcx credential share\``,
  );
}

/** A file of this package: its text, and the format that it says it has. */
export async function readDocument(file: string): Promise<{ text: string; format?: string }> {
  const text = new TextDecoder().decode(await readFileLimited(file, MAX_DOCUMENT_BYTES));
  const [, format] = /"format"\s*:\s*"(zkcx-[a-z]+)"/.exec(text.slice(0, 100)) ?? [];
  return { text, format };
}
