/** The proving process, with real proofs of a tiny program. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { JsonProof } from '../../src/prover/envelope.ts';
import { isValid } from '../../src/prover/guard.ts';
import type { VerificationKey } from '../../src/prover/keys.ts';
import { Prover, type ProverEvent } from '../../src/prover/prover.ts';

jest.setTimeout(600_000);

const worker = new URL('../support/prover/counter.worker.ts', import.meta.url);
const MODE = '77';
const startJob = (by: string) => ({
  program: 'counter',
  method: 'start',
  publicInput: MODE,
  privateInputs: [{ by }],
});

describe('a prover', () => {
  const prover = new Prover({ worker });
  const events: ProverEvent[] = [];
  const onEvent = (event: ProverEvent) => events.push(event);
  let key: VerificationKey;
  let first: JsonProof;
  let second: JsonProof;
  afterAll(() => prover.close());

  beforeAll(async () => {
    // asked for at the same time: they have to take turns
    [key, first] = await Promise.all([
      prover.compile('counter', { onEvent }),
      prover.prove(startJob('3'), { onEvent }),
    ]);
    second = await prover.prove(
      {
        program: 'counter',
        method: 'grow',
        publicInput: MODE,
        privateInputs: [first, { by: '7' }],
      },
      { onEvent },
    );
  });

  test('proves one step on top of the other', async () => {
    expect(first.publicOutput).toEqual(['8']);
    expect(second.publicOutput).toEqual(['15']);
    expect(await isValid(first, key)).toBe(true);
    expect(await isValid(second, key)).toBe(true);
    expect(await isValid({ ...second, publicOutput: ['16'] }, key)).toBe(false);
    expect(await isValid({ ...second, publicInput: ['78'] }, key)).toBe(false);
  });

  test('tells what it does, in order, with times and memory, and nothing private', () => {
    expect(events.map(({ type }) => type)).toEqual([
      'compiling',
      'compiled',
      'proving',
      'proved',
      'proving',
      'proved',
    ]);
    const [compiling, compiled] = events;
    expect(compiling).toMatchObject({ program: 'counter', backend: 'native' });
    expect(compiled).toMatchObject({ ms: expect.any(Number) });
    const proved = events.filter((event) => event.type === 'proved');
    for (const event of proved) {
      expect(event.ms).toBeGreaterThan(0);
      expect(event.peakMemory).toBeGreaterThan(100 << 20);
    }
    expect(JSON.stringify(events)).not.toContain('"by"');
  });

  test('stops when told to, and replaces its process', async () => {
    const abort = new AbortController();
    const later: string[] = [];
    const cancelled = prover.prove(startJob('1'), {
      signal: abort.signal,
      onEvent: ({ type }) => {
        later.push(type);
        if (type === 'proving') abort.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'ERR_PROVER_CANCELLED' });
    expect(later).toEqual(['proving']);
    const early = prover.prove(startJob('1'), { signal: abort.signal });
    await expect(early).rejects.toMatchObject({ code: 'ERR_PROVER_CANCELLED' });
    await prover.compile('counter', { onEvent: ({ type }) => void later.push(type) });
    expect(later).toEqual(['proving', 'compiling', 'compiled']);
  });

  test('says when the circuit refuses, without the values', async () => {
    const refused = prover.prove({ ...startJob('1'), publicInput: '123456789' });
    await expect(refused).rejects.toMatchObject({ code: 'ERR_PROVER_REFUSED' });
    await expect(refused).rejects.not.toThrow(/123456789/);
  });

  // only the proof system itself sees that a lookup has no match
  test('refuses a value that is not in the table', async () => {
    await expect(prover.prove(startJob('8'))).rejects.toMatchObject({ code: 'ERR_PROVER_REFUSED' });
  });

  test.each([
    ['another form', { ...startJob('1'), privateInputs: [{ by: 'one' }] }],
    ['too few inputs', { ...startJob('1'), privateInputs: [] }],
    ['an unknown method', { ...startJob('1'), method: 'stop' }],
  ])('refuses %s', async (_, job) => {
    await expect(prover.prove(job)).rejects.toMatchObject({ code: 'ERR_PROVER_INPUT' });
  });

  test('goes on after a refusal', async () => {
    const proof = await prover.prove(startJob('2'));
    expect(proof.publicOutput).toEqual(['7']);
  });
});

describe('a prover that cannot work', () => {
  test('says when its process dies', async () => {
    const prover = new Prover({ worker });
    const crashed = prover.compile('crash');
    await expect(crashed).rejects.toMatchObject({ code: 'ERR_PROVER_CRASHED' });
    await expect(crashed).rejects.toThrow(/exit code 9/);
    prover.close();
  });

  test('starts another process when an idle one is gone', async () => {
    const prover = new Prover({ worker });
    const starts: string[] = [];
    const onEvent = ({ type }: ProverEvent) => void starts.push(type);
    await prover.compile('mortal', { onEvent });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await prover.compile('mortal', { onEvent });
    expect(starts).toEqual(['compiling', 'compiled', 'compiling', 'compiled']);
    prover.close();
  });

  test('replaces a process that leaked more than it may', async () => {
    const prover = new Prover({ worker, maxGrowth: -1 });
    const starts: string[] = [];
    const onEvent = ({ type }: ProverEvent) => void starts.push(type);
    await prover.compile('idle', { onEvent });
    const refused = { program: 'idle', method: 'none', publicInput: MODE, privateInputs: [] };
    await expect(prover.prove(refused, { onEvent })).rejects.toMatchObject({
      code: 'ERR_PROVER_INPUT',
    });
    expect(starts).toEqual(['compiling', 'compiled', 'compiling', 'compiled']);
    prover.close();
  });

  test('knows only the programs that it serves', async () => {
    const prover = new Prover({ worker });
    for (const program of ['nothing', 'toString', '__proto__']) {
      await expect(prover.compile(program)).rejects.toMatchObject({ code: 'ERR_PROVER_INPUT' });
    }
    prover.close();
    await expect(prover.compile('counter')).rejects.toMatchObject({ code: 'ERR_PROVER_CLOSED' });
  });
});
