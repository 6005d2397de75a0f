/**
 * `npx tsx bench/verify.ts [--sessions N] [--waiting N] [--processes N] [--json] [ENVELOPE...]`: the processes of an
 * SM-DP+ that verify. Sessions a second and CPU seconds a session while so many devices wait, with proofs verified
 * one by one and as batches, in one run. Each session shows the proofs in the given envelope files, together;
 * default: two of the proofs in fixtures/. Reads /proc, so only on Linux.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseEnvelope, type ProofEnvelope } from '../src/prover/envelope.ts';
import { MAX_BATCH } from '../src/prover/guard.ts';
import { type KeyName, pinnedKey } from '../src/prover/keys.ts';
import { ProofVerifiers } from '../src/rsp/zkcx/server/verifiers.ts';
import { provenCredential } from '../test/support/credentials.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sessions: { type: 'string', default: '32' },
    waiting: { type: 'string', default: '16' },
    processes: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const [sessions, waiting, processes] = [values.sessions, values.waiting, values.processes].map(
  Number,
) as [number, number, number];
const envelopes = await envelopesOf(positionals);

const single = await measure(1);
const batch = await measure(MAX_BATCH);
const programs = envelopes.map(({ program }) => program);
const ratio = Number((batch.sessionsPerSecond / single.sessionsPerSecond).toFixed(2));
const result = { programs, sessions, waiting, processes, single, batch, ratio };
console.log(values.json ? JSON.stringify(result) : result);

async function envelopesOf(files: readonly string[]): Promise<ProofEnvelope[]> {
  if (files.length > 0) return files.map((file) => parseEnvelope(readFileSync(file, 'utf8')));
  const credentials = await Promise.all([provenCredential('eum'), provenCredential('euicc-1')]);
  return credentials.map(({ proof }) => proof);
}

/** @param size proofs in a batch at most */
async function measure(size: number) {
  const verifiers = new ProofVerifiers({
    processes,
    batch: size,
    places: waiting,
    timeout: 600_000,
  });
  verifiers.start();
  // what each process needs for its first proof is not counted
  await run(verifiers, 2 * processes);
  const cpu = cpuSeconds();
  const start = performance.now();
  await run(verifiers, sessions);
  const seconds = (performance.now() - start) / 1000;
  const used = cpuSeconds() - cpu;
  verifiers.close();
  return {
    seconds: Number(seconds.toFixed(1)),
    sessionsPerSecond: Number((sessions / seconds).toFixed(2)),
    cpuSecondsPerSession: Number((used / sessions).toFixed(2)),
  };
}

/** As many devices as wait at a time, each with another session when one is over. */
async function run(verifiers: ProofVerifiers, count: number): Promise<void> {
  let left = count;
  const device = async () => {
    while (left-- > 0) {
      const place = verifiers.reserve();
      await Promise.all(
        envelopes.map((envelope) =>
          place.assertProof(envelope, pinnedKey(envelope.program as KeyName)),
        ),
      );
      place.release();
    }
  };
  await Promise.all(Array.from({ length: Math.min(waiting, count) }, device));
}

/** Of this process and of those that it started and that run. */
function cpuSeconds(): number {
  const TICKS = 100;
  const ofThem = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat?.[1] === String(process.pid))
    .reduce((sum, stat) => sum + Number(stat![11]) + Number(stat![12]), 0);
  const { user, system } = process.cpuUsage();
  return ofThem / TICKS + (user + system) / 1e6;
}

/** Fields behind the name of a process: state, parent, ...; the 12th and 13th are its ticks. */
function statOf(pid: string): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  } catch {
    return undefined;
  }
}
