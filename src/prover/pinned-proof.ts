/** The proof that stands in front of every native batch, with its verification key: see guard.ts. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { fieldString } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { jsonProof } from './envelope.ts';

/** SHA-256 of the file; `npm run pins:proof` writes both. */
const SHA256 = 'dc5c30fa031509533e09716f80a179da0d698c8c03689ac156d36f0ddb4d632d';

const schema = z.strictObject({
  /** Version that made the key. */
  o1jsVersion: z.string(),
  key: z.strictObject({ hash: fieldString, data: z.base64() }),
  proof: jsonProof,
});

export type PinnedProof = z.infer<typeof schema>;

export const PINNED_PROOF_URL = new URL('./keys/pinned-proof.json', import.meta.url);

/** Throws ERR_PROVER_BACKEND when the file is not the pinned one. */
export function pinnedProof(): PinnedProof {
  try {
    const bytes = readFileSync(PINNED_PROOF_URL);
    if (createHash('sha256').update(bytes).digest('hex') === SHA256) {
      return schema.parse(JSON.parse(bytes.toString('utf8')));
    }
  } catch (cause) {
    throw broken({ cause });
  }
  throw broken();
}

const broken = (options?: ErrorOptions) =>
  new ZkcxError(
    'ERR_PROVER_BACKEND',
    'the pinned proof of the package is missing or was changed, and nothing can be verified ' +
      'without it: reinstall the package',
    options,
  );
