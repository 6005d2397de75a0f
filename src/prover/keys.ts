/**
 * Verification keys pinned in the package, one file a program. A verifier uses nothing else and
 * compiles nothing; `keys check` proves that they are the circuits' own.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { type Setup, SETUP_PARTS, type SetupPart } from '../circuits/verification.ts';
import { readAsset } from './assets.ts';
import { ZkcxError } from '../errors.ts';
import { fieldString } from '../arguments.ts';
import { base64ToBytes, bytesToBase64, bytesToHex } from '../bytes.ts';
import {
  isPlain,
  PLAIN_HASHES,
  PLAIN_NAMES,
  type PlainName,
  PROGRAM_NAMES,
  type ProgramName,
} from './program-shapes.ts';

export interface VerificationKey {
  /** Decimal field element; of a plain program SHA-256 of the verifier index, in hexadecimal. */
  readonly hash: string;
  /** Base64, as o1js writes it; of a plain program kimchi's text of the verifier index. */
  readonly data: string;
}

/** The key of a plain program from kimchi's text of its verifier index. */
export function plainKeyOf(index: string): VerificationKey {
  const data = new TextEncoder().encode(index);
  return { hash: bytesToHex(sha256(data)), data: bytesToBase64(data) };
}

const keyFile = z.strictObject({
  program: z.string(),
  /** Version that made it: another one can make another key of the same circuit. */
  o1jsVersion: z.string(),
  hash: z.union([fieldString, z.string().regex(/^[0-9a-f]{64}$/)]),
  data: z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/),
});

export type KeyFile = z.infer<typeof keyFile>;

/** A part of the pinned setup: the same for every program, see circuits/kimchi/setup.ts. */
export function pinnedPart(part: SetupPart): Uint8Array {
  return readAsset(partFile(part));
}

/** Name of the file of a part. */
export const partFile = (part: SetupPart) => `${part}.bin`;

/** The pinned setup. */
export function pinnedSetup(): Setup {
  return Object.fromEntries(SETUP_PARTS.map((part) => [part, pinnedPart(part)])) as Setup;
}

/** Programs, and the registry's contract, whose key is made by `npm run pins`, too. */
export type KeyName = ProgramName | PlainName | 'ProofRegistry';

/** Name of the file of a key. */
export const keyFileName = (program: KeyName) => `${program}.json`;

/** The pinned key of a program. Throws ERR_PROOF_KEY when the package holds none. */
export function pinnedKey(program: KeyName): KeyFile {
  try {
    const file = keyFile.parse(
      JSON.parse(new TextDecoder().decode(readAsset(keyFileName(program)))),
    );
    if (file.program === program) return isPlain(program) ? withHash(program, file) : file;
  } catch (cause) {
    throw new ZkcxError('ERR_PROOF_KEY', `no verification key is pinned for ${program}`, { cause });
  }
  throw new ZkcxError('ERR_PROOF_KEY', `the key file of ${program} belongs to another program`);
}

/** The key of a plain program, unchanged. */
function withHash(program: PlainName, file: KeyFile): KeyFile {
  const { hash } = plainKeyOf(new TextDecoder().decode(base64ToBytes(file.data)));
  if (hash === file.hash && hash === PLAIN_HASHES[program]) return file;
  throw RangeError('the verifier index has another hash than the pinned one');
}

/** A prover whose circuits are not those of the pinned key would make proofs that nobody accepts. */
export function assertPinned(program: string, hash: string): void {
  const name = [...PROGRAM_NAMES, ...PLAIN_NAMES].find((known) => known === program);
  if (name === undefined || pinnedKey(name).hash !== hash) {
    throw new ZkcxError(
      'ERR_PROVER_KEY',
      `the circuits of ${program} are not those of the pinned verification key: reinstall the ` +
        'package, or run `npm run pins` in the repository after a change of the circuits',
    );
  }
}
