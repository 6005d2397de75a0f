/** Makes the pinned verification keys from the circuits, and compares. Minutes per program. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { computeSetup, SETUP_PARTS } from '../circuits/proof-system.ts';
import { selectBackend } from './backend.ts';
import { writeFileAtomic } from '../files.ts';
import { keyFileUrl, pinnedKey, pinnedSetup, type KeyFile, setupUrl } from './keys.ts';
import { PROGRAM_NAMES, type ProgramName } from './programs.ts';
import { type JobOptions, Prover, type ProverOptions } from './prover.ts';

export interface KeyComparison {
  /** A program, or a part of the setup that all programs share. */
  readonly program: ProgramName | (typeof SETUP_PARTS)[number];
  readonly hash: string;
  /** The pinned key is this one, hash and data, made by this version of o1js. */
  readonly matches: boolean;
}

/**
 * Compile every program anew and write its key into the package, with the setup that all share. With
 * `only`, just these programs' keys. Returns the keys that were written.
 */
export async function buildKeys(
  options: ProverOptions & JobOptions & { readonly only?: readonly ProgramName[] } = {},
): Promise<KeyFile[]> {
  const keys = await compileAll(options);
  for (const key of keys) {
    const path = fileURLToPath(keyFileUrl(key.program as ProgramName));
    await writeFileAtomic(path, `${JSON.stringify(key, null, 2)}\n`, 0o644);
  }
  if (options.only !== undefined) return keys;
  selectBackend(options.backend);
  const setup = await computeSetup();
  for (const part of SETUP_PARTS) {
    await writeFileAtomic(fileURLToPath(setupUrl(part)), setup[part], 0o644);
  }
  return keys;
}

/** Compile every program anew and compare with the pinned keys. */
export async function checkKeys(
  options: ProverOptions & JobOptions = {},
): Promise<KeyComparison[]> {
  const keys = await compileAll(options);
  const comparisons = keys.map((key): KeyComparison => {
    const program = key.program as ProgramName;
    const pinned = pinnedKey(program);
    const matches =
      pinned.hash === key.hash &&
      pinned.data === key.data &&
      pinned.o1jsVersion === key.o1jsVersion;
    return { program, hash: key.hash, matches };
  });
  selectBackend(options.backend);
  const [setup, pinned] = [await computeSetup(), pinnedSetup()];
  const parts = SETUP_PARTS.map((program): KeyComparison => {
    const hash = sha256(setup[program]);
    return { program, hash, matches: hash === sha256(pinned[program]) };
  });
  return [...comparisons, ...parts];
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function compileAll({
  onEvent,
  signal,
  only = PROGRAM_NAMES,
  ...options
}: ProverOptions & JobOptions & { readonly only?: readonly ProgramName[] }) {
  const prover = new Prover({ ...options, rebuild: true });
  try {
    const keys: KeyFile[] = [];
    for (const program of only) {
      const { hash, data } = await prover.compile(program, { onEvent, signal });
      keys.push({ program, o1jsVersion: o1jsVersion(), hash, data });
    }
    return keys;
  } finally {
    prover.close();
  }
}

function o1jsVersion(): string {
  const entry = createRequire(import.meta.url).resolve('o1js');
  const manifest = join(dirname(entry), '../../package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
