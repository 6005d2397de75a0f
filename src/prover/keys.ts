/**
 * Verification keys pinned in the package, one file a program. A verifier uses nothing else and
 * compiles nothing; `keys check` proves that they are the circuits' own.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Setup, SETUP_PARTS, type SetupPart } from '../circuits/proof-system.ts';
import { ZkcxError } from '../errors.ts';
import { fieldString } from '../arguments.ts';
import { PROGRAM_NAMES, type ProgramName } from './program-shapes.ts';

export interface VerificationKey {
  /** Decimal field element. */
  readonly hash: string;
  /** Base64, as o1js writes it. */
  readonly data: string;
}

const keyFile = z.strictObject({
  program: z.string(),
  /** Version that made it: another one can make another key of the same circuit. */
  o1jsVersion: z.string(),
  hash: fieldString,
  data: z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/),
});

export type KeyFile = z.infer<typeof keyFile>;

/** Where a part of the setup is kept: the same for every program, see circuits/kimchi/setup.ts. */
export function setupUrl(part: SetupPart): URL {
  return new URL(`./keys/${part}.bin`, import.meta.url);
}

/** A part of the pinned setup. */
export function pinnedPart(part: SetupPart): Uint8Array {
  return readFileSync(setupUrl(part));
}

/** The pinned setup. */
export function pinnedSetup(): Setup {
  return Object.fromEntries(SETUP_PARTS.map((part) => [part, pinnedPart(part)])) as Setup;
}

/** Programs, and the registry's contract, whose key is made by `npm run pins`, too. */
export type KeyName = ProgramName | 'ProofRegistry';

/** Where the key of a program is kept. */
export function keyFileUrl(program: KeyName): URL {
  return new URL(`./keys/${program}.json`, import.meta.url);
}

/** The pinned key of a program. Throws ERR_PROOF_KEY when the package holds none. */
export function pinnedKey(program: KeyName): KeyFile {
  try {
    const file = keyFile.parse(JSON.parse(readFileSync(keyFileUrl(program), 'utf8')));
    if (file.program === program) return file;
  } catch (cause) {
    throw new ZkcxError('ERR_PROOF_KEY', `no verification key is pinned for ${program}`, { cause });
  }
  throw new ZkcxError('ERR_PROOF_KEY', `the key file of ${program} belongs to another program`);
}

/** A prover whose circuits are not those of the pinned key would make proofs that nobody accepts. */
export function assertPinned(program: string, hash: string): void {
  const name = PROGRAM_NAMES.find((known) => known === program);
  if (name === undefined || pinnedKey(name).hash !== hash) {
    throw new ZkcxError(
      'ERR_PROVER_KEY',
      `the circuits of ${program} are not those of the pinned verification key: reinstall the ` +
        'package, or run `zkcx keys build` after a change of the circuits',
    );
  }
}
