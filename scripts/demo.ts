/**
 * npm run demo: verify a proof that was made before, then prove the SGP.26 test chain CI -> EUM -> eUICC, verify the proof in a process of its own
 * that has nothing but the proof and the CI certificate, prepare presentations ahead, show them to two servers,
 * compare whole proofs, revoke, publish in a registry, and prove a session from there. Option: --backend.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const CI = join(root, 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der');
/** Kept fresh by scripts/fixture-credentials.ts. */
const READY = join(root, 'fixtures/refreshes/euicc-1.json');

console.log(
  [
    'zkCX: prove a certificate chain without showing it',
    '',
    '0. First something that is proven already: a proof that a device of the test PKI gave away. It is verified',
    '   from nothing but itself and the CI certificate, as of 15 August 2026, when it was new:',
  ].join('\n'),
);
const verify = ['chain', 'verify', READY, '--ci', CI, '--at', '2026-08-15'];
const { status, stdout, stderr } = spawnSync(
  process.execPath,
  ['--import', 'tsx', 'src/cli/main.ts', ...verify],
  { cwd: root, encoding: 'utf8' },
);
if (status !== 0) throw Error(`the proof was refused: ${stdout}${stderr}`);
console.log(stdout.trim().replace(/^/gm, '   '));
console.log(
  '\n   Now the same from the start: minutes, for each certificate is a proof of its own.\n',
);

// the library takes seconds to load: so only now
await import('./demo/whole.ts');
