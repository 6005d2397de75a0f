/** One first proof of a checkout of this project; argv: folder, subject. Started by first.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { sessionPossessionProgram } from '../src/circuits/session-possession.plain.ts';
import type { MODE as modes } from '../src/params.ts';
import type { stepWitness } from '../src/prover/chain.ts';
import type { Prover as ProverClass } from '../src/prover/prover.ts';
import type { sampleSession as sample } from './session.ts';

const [checkout, subject] = process.argv.slice(2) as [string, string];
const load = <T>(path: string) => import(pathToFileURL(join(checkout, path)).href) as Promise<T>;

const { MODE } = await load<{ MODE: typeof modes }>('src/params.ts');
const { sampleSession } = await load<{ sampleSession: typeof sample }>('bench/session.ts');
// as the package has it, without a TypeScript loader
const { Prover } = await load<{ Prover: typeof ProverClass }>('dist/prover/prover.js');

const session = sampleSession();
// what was done so far made the inputs
const { user, system } = process.cpuUsage();
console.log((user + system) / 1e6);
const prover = new Prover();
await prover.prove(subject === 'chain' ? await chainJob() : await possessionJob());
prover.close();
// the proving process is counted once it has ended; giving back its memory takes it a while
const children = `/proc/self/task/${process.pid}/children`;
while (readFileSync(children, 'utf8') !== '') await setTimeout(100);
process.exit(0);

async function chainJob() {
  const chain = await load<{ stepWitness: typeof stepWitness }>('src/prover/chain.ts');
  const [first] = session.steps;
  return {
    program: 'chain',
    method: 'anchor',
    publicInput: String(MODE.chain),
    privateInputs: [chain.stepWitness(first!)],
  };
}

async function possessionJob() {
  const plain = 'src/circuits/session-possession.plain.ts';
  // earlier versions have another kind of proof
  const isPlain = existsSync(join(checkout, plain));
  const programs = await load<Record<string, typeof sessionPossessionProgram>>(
    isPlain ? plain : 'src/circuits/possession.program.ts',
  );
  const name = isPlain ? 'sessionPossession' : 'possession';
  const program = programs[`${name}Program`]!;
  const { request, witness } = session.possession;
  const [witnessType] = program.privateInputTypes.prove;
  return {
    program: name,
    method: 'prove',
    publicInput: asJson(program.publicInputType, request),
    privateInputs: [asJson(witnessType, witness)],
  };
}

/** As it crosses to the proving process. */
const asJson = (type: object, value: unknown) =>
  (type as { toJSON(value: unknown): unknown }).toJSON(value);
