/**
 * The proofs that stand in front of every native batch, one of each kind, with their verification keys: see guard.ts.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { fieldString } from '../arguments.ts';
import { bytesToHex } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { readAsset } from './assets.ts';
import { jsonProof, plainProof } from './envelope.ts';

/** SHA-256 of the files; `npm run pins:proof` writes all of it. */
const SHA256 = {
  'pinned-proof': 'dc5c30fa031509533e09716f80a179da0d698c8c03689ac156d36f0ddb4d632d',
  'pinned-plain-proof': 'c4ac007b5721a731bb34a1c8cecff29bb84dd0249b4239e6aad722af9432d1d5',
};

export type PinnedName = keyof typeof SHA256;

/** Version that made the key. */
const o1jsVersion = z.string();

const pickles = z.strictObject({
  o1jsVersion,
  key: z.strictObject({ hash: fieldString, data: z.base64() }),
  proof: jsonProof,
});

const plain = z.strictObject({
  o1jsVersion,
  key: z.strictObject({ hash: z.string(), data: z.base64() }),
  proof: plainProof,
});

export type PinnedProof = z.infer<typeof pickles>;
export type PinnedPlainProof = z.infer<typeof plain>;

/** Name of the file of a proof. */
export const pinnedProofFile = (name: PinnedName) => `${name}.json`;

/** Throws ERR_PROVER_BACKEND when the file is not the pinned one. */
export const pinnedProof = (): PinnedProof => read('pinned-proof', pickles);

/** The same of plain proofs. */
export const pinnedPlainProof = (): PinnedPlainProof => read('pinned-plain-proof', plain);

function read<T>(name: PinnedName, schema: z.ZodType<T>): T {
  try {
    const bytes = readAsset(pinnedProofFile(name));
    if (bytesToHex(sha256(bytes)) === SHA256[name]) {
      return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
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
