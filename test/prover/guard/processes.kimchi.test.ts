/** Verifications in processes of their own: command line, workers, and packages that were taken apart. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { formatEnvelope, type ProofEnvelope } from '../../../src/prover/envelope.ts';
import { pinnedKey } from '../../../src/prover/keys.ts';
import { ROOT, run } from '../../support/command.ts';
import { PROVEN_AT, provenCredential } from '../../support/credentials.ts';

const CI = join(ROOT, 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der');
const folder = mkdtempSync(join(tmpdir(), 'zkcx-guard-'));
const watch = join(folder, 'calls');
const proofFile = join(folder, 'proof.json');
const watching = {
  NODE_OPTIONS: `--import ${new URL('../../support/guard/watch-process.js', import.meta.url).href}`,
  ZKCX_WATCH: watch,
};
let proof: ProofEnvelope;

beforeAll(async () => {
  ({ proof } = await provenCredential('eum'));
  writeFileSync(proofFile, formatEnvelope(proof));
});
afterEach(() => rmSync(watch, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

/** Names of the proofs of each native call, see the watch. */
const calls = () =>
  readFileSync(watch, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string[]);

function chainVerify(env: Record<string, string> = {}, cwd = ROOT) {
  const args = ['chain', 'verify', proofFile, '--ci', CI, '--at', String(PROVEN_AT), '--json'];
  return run('node', ['--import', 'tsx', 'src/cli/main.ts', ...args], { env, cwd });
}

const backendError = expect.objectContaining({
  status: 2,
  stdout: expect.stringContaining('ERR_PROVER_BACKEND'),
});

/** The pinned proof in `calls`. */
let front: string;

describe('processes', () => {
  test('that cannot have the native call verify nothing', () => {
    expect(chainVerify({ ...watching, ZKCX_UNSEEN: '1' })).toEqual(backendError);
    // the pinned proof itself, as o1js verifies it
    const [first, ...others] = calls();
    expect(others).toEqual([]);
    expect(first).toHaveLength(1);
    [front] = first as [string];
  });

  test('of a server put the pinned proof in front', () => {
    const server = 'test/support/guard/server.worker.ts';
    expect(run('node', ['--import', 'tsx', server, proofFile], { env: watching })).toMatchObject({
      status: 0,
    });
    expect(calls()).toEqual([[front, expect.not.stringMatching(front)]]);
  });
});

describe('a package', () => {
  const copy = join(folder, 'package');
  const pinned = join(copy, 'src/prover/keys/pinned-proof.json');
  const original = readFileSync(join(ROOT, 'src/prover/keys/pinned-proof.json'), 'utf8');

  beforeAll(() => {
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
    cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  });

  test.each(['native', 'wasm'])('puts the pinned proof in front on the backend %s', (backend) => {
    expect(chainVerify({ ...watching, O1JS_BACKEND: backend }, copy)).toMatchObject({ status: 0 });
    expect(calls()).toEqual([[front, expect.not.stringMatching(front)]]);
  });

  test('without the pinned proof verifies nothing', () => {
    rmSync(pinned);
    expect(chainVerify({}, copy)).toEqual(backendError);
  });

  test.each<[string, () => object]>([
    ['a proof of another program, with its key', () => ({ proof: proof.proof, key: keyOf() })],
    ['the key of another program', () => ({ key: keyOf() })],
  ])('with %s verifies nothing', (_, change) => {
    writeFileSync(pinned, JSON.stringify({ ...JSON.parse(original), ...change() }, null, 2));
    expect(chainVerify({}, copy)).toEqual(backendError);
  });

  const keyOf = () => {
    const { hash, data } = pinnedKey('chain');
    return { hash, data };
  };
});
