/**
 * One subject of the benchmark in a process of its own: compile, prove `runs` times, verify, and
 * print a line of JSON. Started by bench.ts; argv: subject, runs, cache folder.
 */
import { Cache, Field, setBackend, UInt32, verify } from 'o1js';

setBackend('native');

import type { PublicKey } from '../src/circuits/claims.ts';
import type { LinkWitness } from '../src/circuits/link.ts';
import type { ProofMeasure, SubjectMeasure } from './report.ts';

const [subject, runsText, cacheFolder] = process.argv.slice(2) as [string, string, string];
const runs = Number(runsText);
const compileOptions = { cache: Cache.FileSystem(cacheFolder), withRuntimeTables: true };
const plainOptions = { cache: Cache.FileSystem(cacheFolder) };

const measures: ProofMeasure[] = [];
const started = performance.now();
let compiled = started;

/** Time one proof; `name` groups the runs. */
async function timed<T>(name: string, prove: () => Promise<{ proof: T }>): Promise<T> {
  const start = performance.now();
  const { proof } = await prove();
  measures.push({ name, seconds: (performance.now() - start) / 1000 });
  return proof;
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
      const start = performance.now();
      if (!(await verify(extend, verificationKey))) throw Error('the proof does not verify');
      measures.push({ name: 'verify', seconds: (performance.now() - start) / 1000 });
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
          builtinHash.hash(words.map(UInt32.from), Field(blocks)),
        );
        return timed('sign', () => builtinSignature.sign(hash, key, signature));
      };
      const signed1 = await sign(first.witness.link, first.witness.ci.key);
      const anchor = await timed('anchor', () => builtinChain.anchor(mode, signed1, first.witness));
      const signed2 = await sign(second.witness.link, second.witness.earlier.key);
      await timed('extend', () => builtinChain.extend(mode, signed2, anchor, second.witness));
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
  async fillerRecursive16() {
    const { recursiveFillerProgram } = await import('./filler.ts');
    const program = recursiveFillerProgram(16);
    await program.compile(plainOptions);
    compiled = performance.now();
    for (let run = 0; run < runs; run++) {
      const anchor = await timed('anchor', () => program.anchor());
      await timed('extend', () => program.extend(anchor));
    }
  },
};

async function filler(log2: 14 | 15 | 16): Promise<void> {
  const { fillerProgram } = await import('./filler.ts');
  const program = fillerProgram(log2);
  await program.compile(plainOptions);
  compiled = performance.now();
  for (let run = 0; run < runs; run++) await timed('prove', () => program.prove());
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
