/**
 * One subject of the benchmark in a process of its own: compile, prove once cold and `runs` times warm, verify,
 * and print a line of JSON. Started by bench.ts; argv: subject, runs. With `chainProof` as subject it prints the
 * chain proof that other subjects start from.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Cache, Field, setBackend, UInt32, type VerificationKey } from 'o1js';

setBackend('native');

import type { PublicKey } from '../src/circuits/claims.ts';
import { presetSetup, SETUP_PARTS } from '../src/circuits/proof-system.ts';
import type { LinkWitness } from '../src/circuits/link.ts';
import type { JsonProof } from '../src/prover/envelope.ts';
import { guardVerification, isValid } from '../src/prover/guard.ts';
import { pinnedPart } from '../src/prover/keys.ts';
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
async function timedVerify(proof: JsonProof, { hash, data }: VerificationKey): Promise<void> {
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
  async message5() {
    const { message5Program } = await import('../src/circuits/message.program.ts');
    const { message5 } = await session();
    await alone(message5Program, () => message5Program.prove(message5.request, message5.witness));
  },
  async message10() {
    const { message10Program } = await import('../src/circuits/message.program.ts');
    const { message10: input } = await session();
    await alone(message10Program, () => message10Program.prove(input.request, input.witness));
  },
  async possession() {
    const { possessionProgram } = await import('../src/circuits/possession.program.ts');
    const { possession: input } = await session();
    await alone(possessionProgram, () => possessionProgram.prove(input.request, input.witness));
  },
  async registryPresentation() {
    const { registryPresentationProgram: program } =
      await import('../src/circuits/registry-presentation.program.ts');
    const { registryPresentation: input } = await session();
    await alone(program, () => program.prove(input.request, input.path, input.witness));
  },
  async presentation() {
    const { presentationProgram: program } =
      await import('../src/circuits/presentation.program.ts');
    const { presentation: input } = await session();
    const chain = await chainProof();
    await alone(program, () => program.prove(input.request, chain, input.witness));
  },
  async certify() {
    const { certifyProgram: program } = await import('../src/circuits/certify.program.ts');
    const { certify: input } = await session();
    const chain = await chainProof();
    await alone(program, () => program.prove(input.request, chain, input.witness));
  },
  async builtinSession() {
    const { builtinMessage, builtinPresentation, builtinPublished, builtinSigned } =
      await import('./builtin/session.ts');
    const { message5, presentation, registryPresentation: published } = await session();
    const chain = await chainProof();
    const start = performance.now();
    await builtinMessage.compile(compileOptions);
    // no runtime tables in these
    for (const program of [builtinSigned, builtinPresentation, builtinPublished]) {
      await program.compile(plainOptions);
    }
    compiled = started + performance.now() - start;
    for (let run = 0; run < runs; run++) {
      await timed('message', () => builtinMessage.prove(message5.request, message5.witness));
      const { witness } = presentation;
      const { key } = witness.credential.opening;
      const signed = await timed('sign', () =>
        builtinSigned.sign(witness.digest, key, witness.signature),
      );
      await timed('present', () =>
        builtinPresentation.present(presentation.request, chain, signed, witness),
      );
      await timed('presentPublished', () =>
        builtinPublished.present(published.request, signed, published.path, published.witness),
      );
    }
  },
};

async function session() {
  return (await import('./session.ts')).sampleSession();
}

/** The proof that a presentation starts from, made in another process: its memory is none of this subject's. */
async function chainProof() {
  const { ChainProof } = await import('../src/circuits/chain.program.ts');
  const { stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), 'chainProof', '0'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return ChainProof.fromJSON(JSON.parse(stdout.trim().split('\n').at(-1)!) as JsonProof);
}

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

/** A program with one method: compile, prove, verify. */
async function alone(
  program: {
    compile(options: typeof compileOptions): Promise<{ verificationKey: VerificationKey }>;
  },
  prove: () => Promise<{ proof: { toJSON(): JsonProof } }>,
): Promise<void> {
  const start = performance.now();
  const { verificationKey } = await program.compile(compileOptions);
  compiled = started + performance.now() - start;
  for (let run = 0; run < runs; run++) {
    const proof = await timed('prove', prove);
    await timedVerify(proof.toJSON(), verificationKey);
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

if (subject === 'chainProof') {
  console.log(JSON.stringify((await makeChainProof()).toJSON()));
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
