/**
 * npm run demo:zkcx: one profile download in each of the modes `classic`, `zkcx-device` and `zkcx`, with
 * real proofs, over plain HTTP on loopback so that all traffic can be read; in `zkcx-device` once with everything
 * proven on demand, and once prepared. Says who could learn what, how long the user waits for the metadata, and
 * writes both to a page. Uses the published SGP.26 test keys.
 *
 * --out FILE: the page. --record FILE: what it is made of. --from FILE: make the page of such a recording, prove nothing.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { certify, CredentialStore, proveChain, Prover } from 'zkcx';
import { ServerStatements } from 'zkcx/rsp/zkcx';
import { download } from './demo-zkcx/downloads.ts';
import { assertAsDesigned } from './demo-zkcx/findings.ts';
import { page } from './demo-zkcx/page.ts';
import { ANCHORS, ROOTS, now, root, serverIdentity } from './demo-zkcx/parties.ts';
import {
  formatRecording,
  parseRecording,
  type Recording,
  type Result,
  RUNS,
} from './demo-zkcx/recording.ts';
import { costTable, KNOWLEDGE, leakTable, plain } from './demo-zkcx/tables.ts';
import { duration } from './demo-zkcx/words.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'demo-zkcx.html' },
    record: { type: 'string' },
    from: { type: 'string' },
  },
});
const say = (...lines: string[]) => console.log(lines.join('\n'));

/** Statements about the server's two certificates: made once, for all devices that come within a day. */
async function makeStatements(prover: Prover): Promise<ServerStatements> {
  const identity = serverIdentity();
  const credentials = [];
  for (const { certificate } of [identity.auth, identity.pb]) {
    const chain = { anchors: ANCHORS, certificates: [certificate] };
    credentials.push(await proveChain(chain, { prover }));
  }
  const statements = new ServerStatements({
    identities: [identity],
    credentials,
    roots: async () => ROOTS,
    certify: (input) => certify(input, prover),
    now,
  });
  await statements.renew();
  return statements;
}

/** All downloads. A demo that shows anything else than the modes promise has failed. */
async function run(): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), 'zkcx-demo-'));
  const prover = new Prover();
  try {
    say('1. The SM-DP+ proves its certificates, two chains and two statements; minutes.');
    const statements = await makeStatements(prover);
    const profile = new Uint8Array(
      readFileSync(join(root, 'fixtures/rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der')),
    );
    const credentials = await CredentialStore.open(join(folder, 'credentials'));
    const results: Result[] = [];
    // what a device does when it is installed: no download waits for it
    for (const program of ['refresh', 'presentation', 'sessionPossession'])
      await prover.compile(program);
    for (const [i, one] of RUNS.entries()) {
      say(`${i + 2}. A download: ${one.name}`);
      const result = await download({ folder, profile, prover, credentials, statements, say }, one);
      assertAsDesigned([result]);
      results.push(result);
      say(
        `   from the server's challenge to the metadata: ${duration(result.toMetadata)}`,
        `   installed, ${profile.length} bytes; ${result.heard.length} messages recorded`,
      );
    }
    const processors = cpus();
    return {
      format: 'zkcx-demo-recording',
      version: 1,
      madeAt: new Date().toISOString(),
      machine: `${processors.length} cores (${processors[0]?.model ?? 'unknown'})`,
      profileBytes: profile.length,
      results,
    };
  } finally {
    prover.close();
    rmSync(folder, { recursive: true });
  }
}

const recording =
  values.from === undefined ? await run() : parseRecording(readFileSync(values.from, 'utf8'));
const { results } = recording;
for (const table of [leakTable(results), KNOWLEDGE, costTable(results)]) say(plain(table));
if (values.record !== undefined) writeFileSync(values.record, formatRecording(recording));
writeFileSync(values.out, page(recording));
say('', `The same with all messages: ${values.out}`);
