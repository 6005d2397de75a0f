/** Makes the pinned verification keys from the circuits, and compares. Minutes per program. */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from './files.ts';
import { keyFileUrl, pinnedKey, type KeyFile } from './keys.ts';
import { PROGRAM_NAMES, type ProgramName } from './programs.ts';
import { type JobOptions, Prover, type ProverOptions } from './prover.ts';

export interface KeyComparison {
  readonly program: ProgramName;
  readonly hash: string;
  /** The pinned key is this one, hash and data, made by this version of o1js. */
  readonly matches: boolean;
}

/** Compile every program anew and write its key into the package. Returns what was written. */
export async function buildKeys(options: ProverOptions & JobOptions = {}): Promise<KeyFile[]> {
  const keys = await compileAll(options);
  for (const key of keys) {
    const path = fileURLToPath(keyFileUrl(key.program as ProgramName));
    await writeFileAtomic(path, `${JSON.stringify(key, null, 2)}\n`, 0o644);
  }
  return keys;
}

/** Compile every program anew and compare with the pinned keys. */
export async function checkKeys(
  options: ProverOptions & JobOptions = {},
): Promise<KeyComparison[]> {
  const keys = await compileAll(options);
  return keys.map((key) => {
    const program = key.program as ProgramName;
    const pinned = pinnedKey(program);
    const matches =
      pinned.hash === key.hash &&
      pinned.data === key.data &&
      pinned.o1jsVersion === key.o1jsVersion;
    return { program, hash: key.hash, matches };
  });
}

async function compileAll({ onEvent, signal, ...options }: ProverOptions & JobOptions) {
  const prover = new Prover({ ...options, rebuild: true });
  try {
    const keys: KeyFile[] = [];
    for (const program of PROGRAM_NAMES) {
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
