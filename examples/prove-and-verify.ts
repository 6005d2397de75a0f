/**
 * Prove a certificate chain, keep the credential, and verify the proof as somebody else would.
 *
 *     npx tsx examples/prove-and-verify.ts [CI.der EUM.der EUICC.der]
 */
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  anchorFromCertificate,
  type Certificate,
  formatEnvelope,
  parseCertificate,
  parseEnvelope,
  proveChain,
  type ProveChainOptions,
  TrustSet,
  verifyChain,
  writeCredential,
} from 'zkcx';
import * as testPki from './test-pki.ts';

/** Writes `credential.json` and `proof.json` into `folder`. Returns what the proof says. */
export async function proveAndVerify(
  [ci, ...certificates]: readonly [Certificate, ...Certificate[]],
  folder: string,
  options: ProveChainOptions = {},
) {
  const anchors = [anchorFromCertificate(ci)];

  // the holder: minutes of proving, once; the credential stays here
  // #region proveChain
  const credential = await proveChain({ anchors, certificates }, options);
  // #endregion proveChain
  await writeCredential(join(folder, 'credential.json'), credential);
  const sent = formatEnvelope(credential.proof);

  // the verifier: has the CI certificate and the text that was sent, and nothing else
  const trustRoot = new TrustSet(anchors).root.toBigInt();
  return verifyChain(parseEnvelope(sent), { trustRoot });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2).map((file) => parseCertificate(readFileSync(file)));
  const { ci, eum, euicc } = testPki;
  const [first = ci, ...rest] = files;
  const folder = await mkdtemp(join(tmpdir(), 'zkcx-example-'));
  const claim = await proveAndVerify([first, ...(files.length > 0 ? rest : [eum, euicc])], folder, {
    onEvent: (event) => console.error(event.type),
  });
  const day = (time: bigint) => new Date(Number(time) * 1000).toISOString().slice(0, 10);
  console.log(
    `A chain below this CI holds from ${day(claim.validFrom)} to ${day(claim.validUntil)}.`,
  );
  console.log(`The credential is in ${folder}.`);
}
