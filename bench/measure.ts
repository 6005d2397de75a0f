/**
 * One subject of the benchmark in a process of its own: compile, prove once cold and `runs` times warm, verify,
 * and print a line of JSON. Started by bench.ts; argv: subject, runs. With `chainProof` or `refreshProof` as subject it
 * prints the proof that other subjects start from.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Cache, Field, setBackend, UInt32, type VerificationKey } from 'o1js';

setBackend('native');

import type { PublicKey } from '../src/circuits/claims.ts';
import { presetSetup, SETUP_PARTS } from '../src/circuits/verification.ts';
import type { LinkWitness } from '../src/circuits/link.ts';
import { compilePlain } from '../src/prover/compile.ts';
import type { JsonProof, PlainProof } from '../src/prover/envelope.ts';
import { guardVerification, isValid } from '../src/prover/guard.ts';
import { pinnedPart } from '../src/prover/keys.ts';
import type { ProgramName } from '../src/prover/program-shapes.ts';
import { type AnyPlainProgram, PROGRAMS, VERIFIED_INSIDE } from '../src/prover/programs.ts';
import type { ProofMeasure, SubjectMeasure } from './report.ts';

const [subject, runsText] = process.argv.slice(2) as [string, string];
/** The first proof of a process makes the proving key on its way. It is reported apart. */
const runs = Number(runsText) + 1;
await presetSetup(SETUP_PARTS, pinnedPart);
const compileOptions = { cache: Cache.None, withRuntimeTables: true };
const plainOptions = { cache: Cache.None };

const measures: ProofMeasure[] = [];
const started = performance.now();
let compiled = started;

function note(name: string, start: number): void {
  const cold = measures.every((measure) => measure.name !== name);
  measures.push({ name, cold, seconds: (performance.now() - start) / 1000 });
}

/** Time one proof; `name` groups the runs. */
async function timed<T>(name: string, prove: () => Promise<{ proof: T }>): Promise<T> {
  const start = performance.now();
  const { proof } = await prove();
  note(name, start);
  return proof;
}

/** Time the verification of one proof; what a process needs for its first one comes before. */
async function timedVerify(
  proof: JsonProof | PlainProof,
  { hash, data }: { readonly hash: { toString(): string }; readonly data: string },
): Promise<void> {
  await guardVerification();
  const start = performance.now();
  const valid = await isValid(proof, { hash: hash.toString(), data });
  if (!valid) throw Error('the proof does not verify');
  note('verify', start);
}

const subjects: Record<string, () => Promise<void>> = {
  async chain() {
    const { chainProgram } = await import('../src/circuits/chain.program.ts');
    const { MODE } = await import('../src/params.ts');
    const { sampleSteps } = await import('./sample.ts');
    const { verificationKey } = await chainProgram.compile(compileOptions);
    compiled = performance.now();
    for (let run = 0; run < runs; run++) {
      const [first, second] = sampleSteps();
      if (first?.method !== 'anchor' || second?.method !== 'extend') throw Error('sample');
      const mode = Field(MODE.chain);
      const anchor = await timed('anchor', () => chainProgram.anchor(mode, first.witness));
      const extend = await timed('extend', () => chainProgram.extend(mode, anchor, second.witness));
      await timedVerify(extend.toJSON(), verificationKey);
    }
  },
  async builtin() {
    const { builtinChain, builtinHash, builtinSignature, wordsOf } =
      await import('./builtin/programs.ts');
    const { MODE } = await import('../src/params.ts');
    const { sampleSteps } = await import('./sample.ts');
    await builtinHash.compile(plainOptions);
    await builtinSignature.compile(plainOptions);
    await builtinChain.compile(compileOptions);
    compiled = performance.now();
    for (let run = 0; run < runs; run++) {
      const [first, second] = sampleSteps();
      if (first?.method !== 'anchor' || second?.method !== 'extend') throw Error('sample');
      const mode = Field(MODE.chain);
      const sign = async ({ tbs, signature }: LinkWitness, key: PublicKey) => {
        const { words, blocks } = wordsOf(tbs);
        const hash = await timed('hash', () =>
          builtinHash.hash(
            words.map((word) => UInt32.from(word)),
            Field(blocks),
          ),
        );
        return timed('sign', () => builtinSignature.sign(hash, key, signature));
      };
      const signed1 = await sign(first.witness.link, first.witness.ci.key);
      const anchor = await timed('anchor', () => builtinChain.anchor(mode, signed1, first.witness));
      const signed2 = await sign(second.witness.link, second.witness.earlier.key);
      await timed('extend', () => builtinChain.extend(mode, anchor, signed2, second.witness));
    }
  },
  floor: async () => {
    const { floorProgram } = await import('./filler.ts');
    await floorProgram.compile(plainOptions);
    compiled = performance.now();
    for (let run = 0; run < runs; run++) await timed('prove', () => floorProgram.prove());
  },
  filler14: () => filler(14),
  filler15: () => filler(15),
  filler16: () => filler(16),
  fillerRecursive14: () => recursiveFiller(14),
  fillerRecursive15: () => recursiveFiller(15),
  fillerRecursive16: () => recursiveFiller(16),
  async refresh() {
    const { refreshProgram } = await import('../src/circuits/refresh.program.ts');
    const { MODE } = await import('../src/params.ts');
    const { ofChain, ofRefresh } = await session();
    const chain = await chainProof();
    await compileInside('refresh');
    const start = performance.now();
    const { verificationKey } = await refreshProgram.compile(compileOptions);
    compiled = started + performance.now() - start;
    for (let run = 0; run < runs; run++) {
      const mode = Field(MODE.refresh);
      const first = await timed('ofChain', () =>
        refreshProgram.ofChain(mode, chain, ofChain.witness),
      );
      const second = await timed('ofRefresh', () =>
        refreshProgram.ofRefresh(mode, first, ofRefresh.witness),
      );
      await timedVerify(second.toJSON(), verificationKey);
    }
  },
  async possession() {
    const { possessionProgram } = await import('../src/circuits/possession.program.ts');
    const { possessionInCircuits: input } = await session();
    await alone(possessionProgram, () => possessionProgram.prove(input.request, input.witness));
  },
  async sessionPossession() {
    const { sessionPossessionProgram: program } =
      await import('../src/circuits/session-possession.plain.ts');
    const { possession: input } = await session();
    await plain(program, () => program.prove(input.request, input.witness));
  },
  async registryPresentation() {
    const { registryPresentationProgram: program } =
      await import('../src/circuits/registry-presentation.plain.ts');
    const { registryPresentation: input } = await session();
    await plain(program, () => program.prove(input, input.path, input.witness));
  },
  async presentation() {
    const { presentationProgram: program } =
      await import('../src/circuits/presentation.program.ts');
    const { presentation: input, proof } = await refreshedSession();
    await compileInside('presentation');
    await alone(program, () => program.prove(input.request, proof, input.witness));
  },
  async certify() {
    const { certifyProgram: program } = await import('../src/circuits/certify.program.ts');
    const { certify: input } = await session();
    const chain = await chainProof();
    await compileInside('certify');
    await alone(program, () => program.prove(input.request, chain, input.witness));
  },
  async builtinPossession() {
    const { builtinPossession: program } = await import('./builtin/possession.ts');
    const { possession: input } = await session();
    // no runtime tables in this one
    await alone(program, () => program.prove(input.request, input.witness), plainOptions);
  },
};

async function session() {
  return (await import('./session.ts')).sampleSession();
}

/** The proof that other subjects start from, made in another process: its memory is none of this subject's. */
async function chainProof() {
  const { ChainProof } = await import('../src/circuits/chain.program.ts');
  return ChainProof.fromJSON((await printedBy('chainProof')) as JsonProof);
}

/** The same of a refresh, with the presentation of its opening. */
async function refreshedSession() {
  const { RefreshProof } = await import('../src/circuits/refresh.program.ts');
  const { PresentationRequest } = await import('../src/circuits/session.ts');
  const { PresentationWitness } = await import('../src/circuits/presentation.ts');
  const { proof, request, witness } = (await printedBy('refreshProof')) as {
    readonly proof: JsonProof;
    readonly request: never;
    readonly witness: never;
  };
  return {
    proof: await RefreshProof.fromJSON(proof),
    presentation: {
      request: PresentationRequest.fromJSON(request),
      witness: PresentationWitness.fromJSON(witness),
    },
  };
}

async function printedBy(name: keyof typeof printed): Promise<unknown> {
  const { stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), name, '0'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** What a process of its own makes for another one. */
const printed = {
  async chainProof() {
    return (await makeChainProof()).toJSON();
  },
  async refreshProof() {
    const { refreshProgram } = await import('../src/circuits/refresh.program.ts');
    const { PresentationRequest } = await import('../src/circuits/session.ts');
    const { PresentationWitness } = await import('../src/circuits/presentation.ts');
    const { MODE } = await import('../src/params.ts');
    const { ofChain, presentation } = await session();
    const chain = await makeChainProof();
    await refreshProgram.compile(compileOptions);
    const { proof } = await refreshProgram.ofChain(Field(MODE.refresh), chain, ofChain.witness);
    return {
      proof: proof.toJSON(),
      request: PresentationRequest.toJSON(presentation.request),
      witness: PresentationWitness.toJSON(presentation.witness),
    };
  },
};

async function makeChainProof() {
  const { chainProgram } = await import('../src/circuits/chain.program.ts');
  const { MODE } = await import('../src/params.ts');
  const [first, second] = (await session()).steps;
  if (first?.method !== 'anchor' || second?.method !== 'extend') throw Error('sample');
  await chainProgram.compile(compileOptions);
  const mode = Field(MODE.chain);
  const { proof } = await chainProgram.anchor(mode, first.witness);
  return (await chainProgram.extend(mode, proof, second.witness)).proof;
}

/** Compile what a program verifies inside. */
async function compileInside(name: ProgramName): Promise<void> {
  for (const inner of VERIFIED_INSIDE.get(name) ?? []) {
    await (await PROGRAMS[inner]()).compile(compileOptions);
  }
}

/** A program with one method: compile, prove, verify. */
async function alone(
  program: {
    compile(options: typeof plainOptions): Promise<{ verificationKey: VerificationKey }>;
  },
  prove: () => Promise<{ proof: { toJSON(): JsonProof } }>,
  options: typeof plainOptions = compileOptions,
): Promise<void> {
  const start = performance.now();
  const { verificationKey } = await program.compile(options);
  compiled = started + performance.now() - start;
  for (let run = 0; run < runs; run++) {
    const proof = await timed('prove', prove);
    await timedVerify(proof.toJSON(), verificationKey);
  }
}

async function plain(program: AnyPlainProgram, prove: () => Promise<PlainProof>): Promise<void> {
  const start = performance.now();
  const key = await compilePlain(program);
  compiled = started + performance.now() - start;
  for (let run = 0; run < runs; run++) {
    const proof = await timed('prove', async () => ({ proof: await prove() }));
    await timedVerify(proof, key);
  }
}

async function recursiveFiller(log2: 14 | 15 | 16): Promise<void> {
  const { recursiveFillerProgram } = await import('./filler.ts');
  const program = recursiveFillerProgram(log2);
  await program.compile(plainOptions);
  compiled = performance.now();
  for (let run = 0; run < runs; run++) {
    const anchor = await timed('anchor', () => program.anchor());
    await timed('extend', () => program.extend(anchor));
  }
}

async function filler(log2: 14 | 15 | 16): Promise<void> {
  const { fillerProgram } = await import('./filler.ts');
  const program = fillerProgram(log2);
  await program.compile(plainOptions);
  compiled = performance.now();
  for (let run = 0; run < runs; run++) await timed('prove', () => program.prove());
}

if (Object.hasOwn(printed, subject)) {
  console.log(JSON.stringify(await printed[subject as keyof typeof printed]()));
  process.exit(0);
}
await subjects[subject]!();

const result: SubjectMeasure = {
  subject,
  compileSeconds: (compiled - started) / 1000,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
  proofs: measures,
};
console.log(JSON.stringify(result));
process.exit(0);
