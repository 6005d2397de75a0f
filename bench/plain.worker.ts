/** One program of a checkout; argv: folder, program, runs. Prints a line of JSON. Started by plain.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface PlainSeconds {
  readonly compile: number;
  readonly prove: readonly number[];
  readonly verify: readonly number[];
  /** Bytes, of the process that compiled, proved and verified. */
  readonly peakMemory: number;
}

interface Plan {
  readonly request: unknown;
  readonly witness: unknown;
  readonly path?: unknown;
}
type Prove = (...args: unknown[]) => Promise<{ proof: { toJSON?(): unknown } }>;

const [checkout, name, runs] = process.argv.slice(2) as [string, string, string];
const load = (path: string) =>
  import(pathToFileURL(join(checkout, path)).href) as Promise<Record<string, unknown>>;

const file = name === 'registryPresentation' ? 'registry-presentation' : 'possession';
const plainFile = `src/circuits/${name === 'registryPresentation' ? file : 'session-possession'}.plain.ts`;
const isPlain = existsSync(join(checkout, plainFile));
const program = (await load(isPlain ? plainFile : `src/circuits/${file}.program.ts`))[
  `${name}Program`
] as { prove: Prove };
const compiling = (await load('src/prover/compile.ts')) as {
  prepareCompiling(): Promise<void>;
  compilePlain(program: unknown): Promise<unknown>;
  compileProgram(name: string, program: unknown): Promise<unknown>;
};
const { isValid } = (await load('src/prover/guard.ts')) as {
  isValid(proof: unknown, key: unknown): Promise<boolean>;
};
const { sampleSession } = (await load('bench/session.ts')) as {
  sampleSession(): Record<string, Plan>;
};
const { [name === 'registryPresentation' ? name : 'possession']: plan } = sampleSession();
const { request, path, witness } = plan!;

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1e6];
}

const [key, compile] = await timed(async () => {
  await compiling.prepareCompiling();
  return isPlain ? compiling.compilePlain(program) : compiling.compileProgram(name, program);
});
const inputs = [
  isPlain && path !== undefined ? plan : request,
  ...(path === undefined ? [] : [path]),
  witness,
];
const [prove, verify]: [number[], number[]] = [[], []];
for (let run = 0; run <= Number(runs); run++) {
  const [made, seconds] = await timed(() => program.prove(...inputs));
  prove.push(seconds);
  const proof = isPlain ? made : made.proof.toJSON!();
  const [valid, checking] = await timed(() => isValid(proof, key));
  if (!valid) throw Error('the proof does not verify');
  verify.push(checking);
}
const peakMemory = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ compile, prove, verify, peakMemory } satisfies PlainSeconds));
process.exit(0);
