/** The proving side: compiles and proves what it is told, one thing after the other. */
import { performance } from 'node:perf_hooks';
import { ZkcxError } from '../errors.ts';
import { selectBackend } from './backend.ts';
import { compileAnew, compilePlain, compileProgram, prepareCompiling } from './compile.ts';
import type { JsonProof, PlainProof } from './envelope.ts';
import type { AnyPlainProgram, PlainTable, ProgramTable, ProvableProgram } from './programs.ts';
import { isValid } from './guard.ts';
import { plainKeyOf, type VerificationKey } from './keys.ts';
import type { Circuits } from './pinned-circuits.ts';
import type { Command, Report } from './protocol.ts';

/** How a value of a program's input crosses: o1js types and proof classes alike. */
type JsonType = { fromJSON(json: unknown): unknown };

type Prove = (...args: unknown[]) => Promise<{ proof: { toJSON(): JsonProof } }>;

interface Tables {
  readonly programs: ProgramTable;
  readonly plain: PlainTable;
}

/** A program, and which kind of proofs it makes. */
type Loaded =
  | { readonly kind: 'pickles'; readonly program: ProvableProgram }
  | { readonly kind: 'plain'; readonly program: AnyPlainProgram };

/** Answer the parent's commands until it goes away. The programs are those that can be asked for. */
export function serve(programs: ProgramTable, plain: PlainTable = {}): void {
  const tables = { programs, plain };
  let last: Promise<void> = Promise.resolve();
  process.on('message', (command: Command) => {
    // a process may be told other things as well
    if (command.type !== 'compile' && command.type !== 'prove') return;
    last = last.then(() => handle(tables, command));
  });
  process.on('disconnect', () => process.exit());
}

async function handle(tables: Tables, command: Command): Promise<void> {
  try {
    if (command.type === 'compile') await compile(tables, command);
    else await prove(tables, command);
  } catch (error) {
    debug(error);
    const { code, message } =
      error instanceof ZkcxError
        ? error
        : new ZkcxError(
            'ERR_PROVER_FAILED',
            'the prover failed; set ZKCX_DEBUG=1 for its own words',
          );
    report({ id: command.id, type: 'failed', code: code as 'ERR_PROVER_FAILED', message });
  }
}

async function compile(tables: Tables, command: Command & { type: 'compile' }) {
  const { id, program: name } = command;
  const choice = selectBackend(command.backend);
  await prepareCompiling();
  report({ id, type: 'compiling', program: name, ...choice });
  const loaded = await load(tables, name);
  const start = performance.now();
  const { key, circuits } = await keyOf(name, loaded, command.fresh);
  report({ id, type: 'compiled', program: name, ms: performance.now() - start, key, circuits });
}

async function keyOf(
  name: string,
  { kind, program }: Loaded,
  fresh: boolean,
): Promise<{ key: VerificationKey; circuits?: Circuits }> {
  if (kind === 'plain') return { key: await compilePlain(program) };
  return fresh ? compileAnew(program) : { key: await compileProgram(name, program) };
}

async function prove(tables: Tables, command: Command & { type: 'prove' }) {
  const { id, program: name, method } = command;
  const loaded = await load(tables, name);
  const { publicInputType, privateInputTypes } = loaded.program;
  const types = (privateInputTypes as ProvableProgram['privateInputTypes'])[method];
  if (types === undefined || types.length !== command.privateInputs.length) {
    throw new ZkcxError('ERR_PROVER_INPUT', `${name}.${method}: no such method or wrong inputs`);
  }
  const decode = async (type: unknown, json: unknown) => (type as JsonType).fromJSON(json);
  let args: unknown[];
  try {
    args = [await decode(publicInputType, command.publicInput)];
    for (const [i, type] of types.entries())
      args.push(await decode(type, command.privateInputs[i]));
  } catch (error) {
    debug(error);
    throw new ZkcxError('ERR_PROVER_INPUT', `${name}.${method}: an input has the wrong form`);
  }
  report({ id, type: 'proving', program: name, method });
  const start = performance.now();
  const proof = await run(loaded, name, method, args);
  report({
    id,
    type: 'proved',
    program: name,
    method,
    ms: performance.now() - start,
    memory: process.memoryUsage.rss(),
    peakMemory: process.resourceUsage().maxRSS * 1024,
    proof,
  });
}

/** o1js puts values of the witness into its messages, so none of them leaves this process. */
async function run(
  { kind, program }: Loaded,
  name: string,
  method: string,
  args: unknown[],
): Promise<JsonProof | PlainProof> {
  try {
    if (kind === 'plain') {
      const proof = await program.prove(...(args as never[]));
      // kimchi makes a proof of everything: that one is false it says when it verifies it
      if (await isValid(proof, plainKeyOf(program.index()))) return proof;
      throw Error('the proof is false');
    }
    const { proof } = await (program as unknown as Record<string, Prove>)[method]!(...args);
    return proof.toJSON();
  } catch (error) {
    debug(error);
    if (error instanceof ZkcxError) throw error;
    throw new ZkcxError(
      'ERR_PROVER_REFUSED',
      `${name}.${method}: the circuit refuses these inputs; check them without a proof first`,
    );
  }
}

async function load({ programs, plain }: Tables, name: string): Promise<Loaded> {
  if (Object.hasOwn(programs, name)) return { kind: 'pickles', program: await programs[name]!() };
  if (Object.hasOwn(plain, name)) return { kind: 'plain', program: await plain[name]!() };
  throw new ZkcxError('ERR_PROVER_INPUT', 'no program of this name');
}

function report(message: Report): void {
  process.send?.(message);
}

/** For whoever works on circuits. What it prints can hold private values, so it is off by default. */
function debug(error: unknown): void {
  if (process.env.ZKCX_DEBUG === '1') process.stderr.write(`${(error as Error).stack}\n`);
}
