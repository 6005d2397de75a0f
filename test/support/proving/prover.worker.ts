/**
 * Compiles and proves for a whole run: the programs of the package, each compiled once, from nothing, with its rows
 * counted; and calls functions of test modules that need the programs in their own process.
 */
import { type Cache, Mina, Provable } from 'o1js';
import { compileCounting, compilePlainCounting } from '../../../bench/row-counts.ts';
import { compileNotingKinds } from '../../../src/circuits/proof-system.ts';
import { PLAIN_NAMES, PROGRAM_NAMES } from '../../../src/prover/program-shapes.ts';
import {
  type AnyPlainProgram,
  PLAIN_PROGRAMS,
  PROGRAMS,
  type ProvableProgram,
} from '../../../src/prover/programs.ts';
import type { Report } from '../../../src/prover/protocol.ts';
import { serve } from '../../../src/prover/serve.ts';
import type { Command, Reply } from './protocol.ts';
import { noteRows } from './rows.ts';

/** What o1js writes to its cache while it compiles, proving keys aside, and a cache that it goes through. */
function recording() {
  const written: Parameters<Cache['write']>[] = [];
  const cache: Cache = {
    canWrite: true,
    read: (header) => written.find(([{ uniqueId }]) => uniqueId === header.uniqueId)?.[1],
    write(header, data) {
      if (!header.kind.endsWith('-pk')) written.push([header, data]);
    },
  };
  return { written, cache };
}

const analyze = Provable.constraintSystem;
/** Of each program that was compiled: the kinds of gates of each method. */
const kinds = new Map<string, Record<string, readonly string[]>>();

async function compileOnce(name: string, program: ProvableProgram) {
  const { written, cache } = recording();
  // whoever asks first may know the kinds of gates already: here they are found out
  const asked = Provable.constraintSystem;
  Provable.constraintSystem = analyze;
  try {
    const noted = await compileNotingKinds(() =>
      compileCounting(name, program, { withRuntimeTables: true, cache }),
    );
    const { counts, compiled } = noted.compiled;
    noteRows(counts);
    const methods = Object.keys(program.privateInputTypes).toSorted();
    kinds.set(name, Object.fromEntries(methods.map((method, i) => [method, noted.kinds[i] ?? []])));
    return { compiled, written };
  } finally {
    Provable.constraintSystem = asked;
  }
}

for (const name of PROGRAM_NAMES) {
  const program = (await PROGRAMS[name]()) as ProvableProgram;
  const original = { compile: program.compile, privateInputTypes: program.privateInputTypes };
  let once: ReturnType<typeof compileOnce> | undefined;
  program.compile = async (options) => {
    once ??= compileOnce(name, { ...program, ...original });
    const { compiled, written } = await once;
    // whoever asks gets what it would have got from o1js
    if (options.cache.canWrite) for (const entry of written) options.cache.write(...entry);
    return compiled;
  };
}

for (const name of PLAIN_NAMES) {
  const program: AnyPlainProgram = await PLAIN_PROGRAMS[name]();
  const { compile } = program;
  let once: Promise<string> | undefined;
  program.compile = (srs) =>
    (once ??= compilePlainCounting(name, () => compile(srs)).then(({ counts, text }) => {
      noteRows(counts);
      return text;
    }));
}

// a program that was compiled before is not analysed again when its circuits are asked for: they were noted then
const send = process.send!.bind(process) as (message: unknown) => boolean;
process.send = (message: Report) => {
  if (message.type !== 'compiled' || message.circuits === undefined) return send(message);
  return send({ ...message, circuits: { ...message.circuits, gates: kinds.get(message.program) } });
};

serve(PROGRAMS, PLAIN_PROGRAMS);

/** The chain that a module made for itself: o1js has one in use at a time, whoever asks. */
const chains = new Map<string, typeof Mina.activeInstance>();

process.on('message', async (command: Command) => {
  if (command.type !== 'call') return;
  const { id, module, name, args } = command;
  Mina.setActiveInstance(chains.get(module) ?? Mina.activeInstance);
  const reply = (message: Reply) => process.send!(message);
  try {
    const functions = (await import(module)) as Record<string, (...all: unknown[]) => unknown>;
    const value = await functions[name]!(...args);
    chains.set(module, Mina.activeInstance);
    reply({ id, type: 'returned', value });
  } catch (error) {
    reply({ id, type: 'threw', message: String(error) });
  }
});
