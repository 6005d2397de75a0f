/** The SGP.26 chain CI -> EUM -> eUICC proven and verified once, by the example; then what must be refused. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proveAndVerify } from '../../examples/prove-and-verify.ts';
import { parseCertificate } from '../../src/asn1/index.ts';
import { Opening } from '../../src/circuits/claims.ts';
import { anchorFromCertificate } from '../../src/pki/index.ts';
import { type Credential, readCredential, writeCredential } from '../../src/prover/credential.ts';
import { formatEnvelope, type ProofEnvelope } from '../../src/prover/envelope.ts';
import type { ProverEvent } from '../../src/prover/prover.ts';
import { verifyChain } from '../../src/prover/verify.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { SHARED } from '../support/proving/index.ts';

const root = new URL('../../', import.meta.url);
const CI = 'fixtures/sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der';
const read = (file: string) => parseCertificate(readFileSync(new URL(file, root)));

const folder = mkdtempSync(join(tmpdir(), 'zkcx-chain-'));
const anchors = [anchorFromCertificate(read(CI))];
const trustRoot = new TrustSet(anchors).root.toBigInt();
const events: ProverEvent[] = [];
let credential: Credential;
let proof: ProofEnvelope;

beforeAll(async () => {
  const certificates = [
    read(CI),
    read('fixtures/sgp26/EUM/CERT_EUM_ECDSA_NIST.der'),
    read('fixtures/sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der'),
  ] as const;
  await proveAndVerify(certificates, folder, {
    ...SHARED,
    onEvent: (event) => events.push(event),
  });
  credential = await readCredential(join(folder, 'credential.json'));
  proof = credential.proof;
});

afterAll(() => rmSync(folder, { recursive: true }));

const withOutput = (index: number, value: bigint): ProofEnvelope => ({
  ...proof,
  proof: {
    ...proof.proof,
    publicOutput: proof.proof.publicOutput.map((field, i) => (i === index ? String(value) : field)),
  },
});

describe('a real chain proof', () => {
  test('is verified and claims what its opening hides', async () => {
    const claim = await verifyChain(JSON.parse(formatEnvelope(proof)), { trustRoot });
    expect(claim.commitment).toBe(Opening.commitment(credential.opening).toBigInt());
    expect(claim.validUntil).toBeGreaterThan(claim.validFrom);
    expect(credential.opening.links.toBigInt()).toBe(2n);
    expect(credential.opening.identity.toBigInt()).toBe(89049032123451234512345678901235n);
  });

  test('is made with a proof a certificate and progress on the way', () => {
    const proved = events.filter(({ type }) => type === 'proved');
    expect(proved.map((event) => 'method' in event && event.method)).toEqual(['anchor', 'extend']);
  });

  test('is verified by a fresh process, in seconds', () => {
    const file = join(folder, 'proof.json');
    writeFileSync(file, formatEnvelope(proof));
    const start = performance.now();
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'src/cli/main.ts', 'chain', 'verify', file, '--ci', CI, '--json'],
      { cwd: root, encoding: 'utf8' },
    );
    expect(status).toBe(0);
    // 4 to 6 s alone on two cores; other tests may run beside it
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(JSON.parse(stdout)).toMatchObject({ commitment: proof.proof.publicOutput[3] });
  });

  test.each([
    ['trust root', 0, 'ERR_PROOF_TRUST_ROOT'],
    ['commitment', 3, 'ERR_PROOF_INVALID'],
  ] as const)('is refused with another %s', async (_, index, code) => {
    const forged = withOutput(index, BigInt(proof.proof.publicOutput[index]!) + 1n);
    await expect(verifyChain(forged, { trustRoot })).rejects.toMatchObject({ code });
  });

  test('is refused with a window that was made longer', async () => {
    const forged = withOutput(2, BigInt(proof.proof.publicOutput[2]!) + 86_400n);
    await expect(verifyChain(forged, { trustRoot })).rejects.toMatchObject({
      code: 'ERR_PROOF_INVALID',
    });
  });

  test('is kept with its opening in a file that only its owner can read', async () => {
    const file = join(folder, 'credential.json');
    await writeCredential(file, credential);
    const again = await readCredential(file);
    expect(again.proof).toEqual(proof);
    expect(Opening.toJSON(again.opening)).toEqual(Opening.toJSON(credential.opening));
  });
});
