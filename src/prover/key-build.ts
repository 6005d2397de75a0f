/** Makes the pinned verification keys from the circuits, and compares. Minutes per program. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Cache, Field } from 'o1js';
import { computeSetup, wrongParts } from '../circuits/proof-system.ts';
import { presetSetup, SETUP_PARTS } from '../circuits/verification.ts';
import { assetUrl } from './assets.ts';
import { selectBackend } from './backend.ts';
import { writeFileAtomic } from '../files.ts';
import { isValid } from './guard.ts';
import {
  type KeyFile,
  keyFileName,
  partFile,
  pinnedKey,
  pinnedPart,
  pinnedSetup,
  plainKeyOf,
  type VerificationKey,
} from './keys.ts';
import { type Circuits, circuitsUrl, pinnedCircuits } from './pinned-circuits.ts';
import { pinnedSrs } from './plain-pins.ts';
import {
  type PinnedPlainProof,
  pinnedPlainProof,
  type PinnedProof,
  pinnedProof,
} from './pinned-proof.ts';
import {
  isPlain,
  PLAIN_NAMES,
  type PlainName,
  PROGRAM_NAMES,
  type ProgramName,
} from './program-shapes.ts';
import { type JobOptions, Prover, type ProverOptions } from './prover.ts';

/** Programs of both kinds. */
export type BuiltName = ProgramName | PlainName;
export const BUILT_NAMES: readonly BuiltName[] = [...PROGRAM_NAMES, ...PLAIN_NAMES];

export interface KeyComparison {
  /** A program, that of a pinned proof, or a part of the setup that all programs share. */
  readonly program:
    BuiltName | 'pinned-proof' | 'pinned-plain-proof' | (typeof SETUP_PARTS)[number];
  readonly hash: string;
  /** What is pinned is what was made: of a program key and circuits, by this version of o1js. */
  readonly matches: boolean;
}

/**
 * Compile every program anew and write its key and what is pinned of its circuits into the package, with the setup
 * that all share. With `only`, just these programs. Returns the keys that were written.
 */
export async function buildKeys(
  options: ProverOptions & JobOptions & { readonly only?: readonly BuiltName[] } = {},
): Promise<KeyFile[]> {
  const keys: KeyFile[] = [];
  for await (const { program, key, circuits } of compileAll(options)) {
    await writeJson(assetUrl(keyFileName(program)), key);
    if (!isPlain(program)) await writeJson(circuitsUrl(program), circuits);
    keys.push(key);
  }
  if (options.only !== undefined) return keys;
  selectBackend(options.backend);
  const setup = await computeSetup();
  for (const part of SETUP_PARTS) {
    await writeFileAtomic(fileURLToPath(assetUrl(partFile(part))), setup[part], 0o644);
  }
  return keys;
}

/**
 * Make the pinned proof anew, with its key: for a version of o1js that makes other keys. In this process.
 */
export async function makePinnedProof(): Promise<PinnedProof> {
  const { key, program } = await compilePinned();
  const { proof } = await program.prove(Field(0));
  return { o1jsVersion: o1jsVersion(), key, proof: proof.toJSON() };
}

/** Compile every program anew and compare with what is pinned. The pinned proof must verify too. */
export async function checkKeys(
  options: ProverOptions & JobOptions = {},
): Promise<KeyComparison[]> {
  const programs: KeyComparison[] = [];
  for await (const { program, key, circuits } of compileAll(options)) {
    const matches =
      isDeepStrictEqual(pinnedKey(program), key) &&
      // nothing else of a plain program is pinned
      (isPlain(program) || isDeepStrictEqual(pinnedCircuits(program), circuits));
    programs.push({ program, hash: key.hash, matches });
  }
  selectBackend(options.backend);
  const pinned = pinnedSetup();
  const wrong = await wrongParts(pinned);
  const fronts: KeyComparison[] = [
    await compared('pinned-proof', pinnedProof(), (await compilePinned()).key),
    await compared('pinned-plain-proof', pinnedPlainProof(), (await compilePinnedPlain()).key),
  ];
  const parts = SETUP_PARTS.map((program): KeyComparison => {
    return { program, hash: sha256(pinned[program]), matches: !wrong.includes(program) };
  });
  return [...programs, ...fronts, ...parts];
}

/** The same of plain proofs. */
export async function makePinnedPlainProof(): Promise<PinnedPlainProof> {
  const { key, program } = await compilePinnedPlain();
  return { o1jsVersion: o1jsVersion(), key, proof: await program.prove(Field(0)) };
}

async function compared(
  program: 'pinned-proof' | 'pinned-plain-proof',
  { o1jsVersion: version, ...front }: PinnedProof | PinnedPlainProof,
  { hash, data }: VerificationKey,
): Promise<KeyComparison> {
  const isSame = front.key.hash === hash && front.key.data === data && version === o1jsVersion();
  return { program, hash, matches: isSame && (await isValid(front.proof, front.key)) };
}

async function compilePinnedPlain() {
  selectBackend();
  await presetSetup(SETUP_PARTS, pinnedPart);
  const { pinnedPlainProgram: program } = await import('../circuits/pinned.plain.ts');
  return { program, key: plainKeyOf(await program.compile(await pinnedSrs())) };
}

async function compilePinned() {
  selectBackend();
  await presetSetup(SETUP_PARTS, pinnedPart);
  const { pinnedProgram: program } = await import('../circuits/pinned.program.ts');
  const { verificationKey } = await program.compile({ cache: Cache.None });
  const { data, hash } = verificationKey;
  return { program, key: { hash: hash.toString(), data } };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const writeJson = (url: URL, value: unknown) =>
  writeFileAtomic(fileURLToPath(url), `${JSON.stringify(value, null, 2)}\n`, 0o644);

interface Compiled {
  readonly program: BuiltName;
  readonly key: KeyFile;
  readonly circuits?: Circuits;
}

/** Each program as soon as it is compiled. */
async function* compileAll({
  onEvent,
  signal,
  only = BUILT_NAMES,
  ...options
}: ProverOptions &
  JobOptions & {
    readonly only?: readonly BuiltName[];
  }): AsyncGenerator<Compiled> {
  const prover = new Prover({ ...options, rebuild: true });
  try {
    for (const program of only) {
      const { hash, data, circuits } = await prover.compile(program, { onEvent, signal });
      yield { program, key: { program, o1jsVersion: o1jsVersion(), hash, data }, circuits };
    }
  } finally {
    prover.close();
  }
}

function o1jsVersion(): string {
  const entry = createRequire(import.meta.url).resolve('o1js');
  const manifest = join(dirname(entry), '../../package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
