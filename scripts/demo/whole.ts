/** The demo from the chain on: all that takes minutes. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  anchorFromCertificate,
  type Certificate,
  type Credential,
  formatEnvelope,
  parseCertificate,
  Prover,
  type ProverEvent,
  proveChain,
  writeCredential,
} from 'zkcx';
import { demoRegistry } from './registry.ts';
import { seconds } from './session.ts';
import { demoSessions } from './sessions.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sgp26 = join(root, 'fixtures/sgp26');
const CI = join(sgp26, 'CertificateIssuer/CERT_CI_ECDSA_NIST.der');
const EUM = join(sgp26, 'EUM/CERT_EUM_ECDSA_NIST.der');
const EUICC = join(sgp26, 'eUICC/CERT_EUICC_ECDSA_NIST.der');

const say = (...lines: string[]) => console.log(lines.join('\n'));
const day = (time: string) => new Date(Number(time) * 1000).toISOString().slice(0, 10);

const PROOFS: Readonly<Record<string, string>> = {
  'chain.anchor': 'CI -> EUM',
  'chain.extend': 'EUM -> eUICC',
  'refresh.ofChain': 'the same chain under another blind',
  'refresh.ofRefresh': 'the same again, to be given away',
  'presentation.prove': 'that the credential counts here and now',
  'registryPresentation.prove': 'the same of a credential that is published',
  'sessionPossession.prove': 'that its key signed the challenge',
};

function sayEvent(event: ProverEvent): void {
  switch (event.type) {
    case 'compiling':
      if (event.fallback !== undefined) say(`   Notice: ${event.fallback}`);
      say(`   compiling ${event.program} (${event.backend}) ...`);
      break;
    case 'compiled':
      say(`   compiled in ${seconds(event.ms)}`);
      break;
    case 'proving':
      say(`   proving ${PROOFS[`${event.program}.${event.method}`] ?? event.program} ...`);
      break;
    case 'proved': {
      const memory = (event.peakMemory / 2 ** 30).toFixed(1);
      say(`   proved in ${seconds(event.ms)}, at most ${memory} GB of memory`);
      break;
    }
  }
}

interface Proven {
  readonly proof: string;
  readonly credential: string;
  readonly ms: number;
  readonly result: Credential;
}

async function prove(folder: string, prover: Prover): Promise<Proven> {
  const read = (file: string): Certificate => parseCertificate(readFileSync(file));
  const start = performance.now();
  const result = await proveChain(
    { anchors: [anchorFromCertificate(read(CI))], certificates: [read(EUM), read(EUICC)] },
    { prover, onEvent: sayEvent },
  );
  const ms = performance.now() - start;
  const proof = join(folder, 'proof.json');
  const credential = join(folder, 'credential.json');
  writeFileSync(proof, formatEnvelope(result.proof));
  await writeCredential(credential, result);
  const [, from, until] = result.proof.proof.publicOutput;
  say(
    '',
    '2. What anyone who has the proof learns:',
    '   somebody knows a chain of certificates from this CI, each signed by the one before, each',
    '   issuer with the right to issue the next, every name, key identifier, role, limit and',
    `   constraint in order, all valid from ${day(from!)} to ${day(until!)}.`,
    '',
    '   What nobody learns from it:',
    '   the EID, the keys, the names, the serial numbers, the manufacturer (EUM), how many',
    '   certificates there are, their exact dates and the signatures. The window is the same for',
    '   every chain that is valid for a year.',
    '',
    '   What it does not show: that nothing is revoked, and that the sender holds the eUICC key. It stays',
    '   with its holder: servers get what is made of it, see 4 and 5.',
  );
  return { proof, credential, ms, result };
}

function verify(proof: string): { ms: number; output: string } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/cli/main.ts', 'chain', 'verify', proof, '--ci', CI],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw Error(`the proof was refused: ${stdout}${stderr}`);
  return { ms: performance.now() - start, output: stdout };
}

const { values } = parseArgs({
  options: { backend: { type: 'string' } },
});
const prover = new Prover({
  backend: values.backend === 'wasm' ? 'wasm' : undefined,
});
const folder = mkdtempSync(join(tmpdir(), 'zkcx-demo-'));
try {
  say('1. The chain: SGP.26 test certificates, CI -> EUM -> eUICC (v2), read from fixtures/sgp26');
  const { proof, credential, ms, result } = await prove(folder, prover);
  const { ms: verified, output } = verify(proof);
  const certificates = statSync(EUM).size + statSync(EUICC).size;
  say(
    '',
    '3. Verified in a fresh process, from the proof and the CI certificate alone:',
    ...output
      .trim()
      .split('\n')
      .map((line) => `   ${line}`),
    '',
    `   proving, all in all    ${seconds(ms)}`,
    `   verifying, with start  ${seconds(verified)}`,
    `   certificates           ${certificates} bytes`,
    `   proof, JSON            ${statSync(proof).size} bytes`,
    `   credential, private    ${statSync(credential).size} bytes`,
  );
  const demo = { folder, credential: result, prover, say, onEvent: sayEvent };
  await demoSessions(demo);
  await demoRegistry(demo);
} finally {
  prover.close();
  rmSync(folder, { recursive: true });
}
