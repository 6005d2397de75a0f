/**
 * npm run demo:zkcx: one profile download in each of the modes `classic`, `zkcx-device` and `zkcx`, with
 * real proofs, over plain HTTP on loopback so that all traffic can be read; in `zkcx-device` once with everything
 * proven on demand, and once prepared. Says who could learn what, how long the user waits for the metadata, and
 * writes both to a page. Uses the published SGP.26 test keys. Option: --out.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { certify, CredentialStore, proveChain, Prover } from 'zkcx';
import { ServerStatements } from 'zkcx/rsp/zkcx';
import { download, type Result, RUNS } from './demo-zkcx/downloads.ts';
import { page } from './demo-zkcx/page.ts';
import { ANCHORS, ROOTS, now, root, serverIdentity } from './demo-zkcx/parties.ts';
import { costTable, KNOWLEDGE, leakTable, plain } from './demo-zkcx/tables.ts';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'demo-zkcx.html' } },
});
const say = (...lines: string[]) => console.log(lines.join('\n'));
const folder = mkdtempSync(join(tmpdir(), 'zkcx-demo-'));
const prover = new Prover();

/** Statements about the server's two certificates: made once, for all devices that come within a day. */
async function makeStatements(): Promise<ServerStatements> {
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

/** What the modes promise of an observer; a demo that shows anything else has failed. */
function check({ run: { mode }, leaks, secrets }: Result): void {
  const seen = new Set(leaks.map(({ secret }) => secret));
  const wrong =
    mode === 'classic'
      ? secrets.filter((name) => !seen.has(name))
      : secrets.filter((n) => seen.has(n));
  if (wrong.length === 0) return;
  throw Error(
    `${mode}: ${wrong.join(', ')} ${mode === 'classic' ? 'not found' : 'found'} in traffic`,
  );
}

try {
  say('1. The SM-DP+ proves its certificates, two chains and two statements; minutes.');
  const statements = await makeStatements();
  const profile = new Uint8Array(
    readFileSync(join(root, 'fixtures/rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der')),
  );
  const credentials = await CredentialStore.open(join(folder, 'credentials'));
  const results: Result[] = [];
  // what a device does when it is installed: no download waits for it
  for (const program of ['refresh', 'presentation', 'sessionPossession'])
    await prover.compile(program);
  for (const [i, run] of RUNS.entries()) {
    say(`${i + 2}. A download: ${run.name}`);
    const demo = { folder, profile, prover, credentials, statements, say };
    const result = await download(demo, run);
    check(result);
    results.push(result);
    say(
      `   from the server's challenge to the metadata: ${result.toMetadata.toFixed(1)} s`,
      `   installed, ${profile.length} bytes; ${result.heard.length} messages recorded`,
    );
  }
  for (const table of [leakTable(results), KNOWLEDGE, costTable(results)]) say(plain(table));
  writeFileSync(values.out, page(results, new Date()));
  say('', `The same with all messages: ${values.out}`);
} finally {
  prover.close();
  rmSync(folder, { recursive: true });
}
