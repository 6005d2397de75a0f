/** The chain that the benchmarks prove: SGP.26 CI -> EUM -> eUICC. */
import { readFileSync } from 'node:fs';
import { parseCertificate } from '../src/asn1/index.ts';
import { anchorFromCertificate, canonicalWindow, checkChain } from '../src/pki/index.ts';
import { chainSteps, type ChainStep } from '../src/witness/chain.ts';
import { TrustSet } from '../src/witness/trust.ts';

const FILES = [
  'CertificateIssuer/CERT_CI_ECDSA_NIST.der',
  'EUM/CERT_EUM_ECDSA_NIST.der',
  'eUICC/CERT_EUICC_ECDSA_NIST.der',
] as const;

export function sampleSteps(): ChainStep[] {
  const [ci, ...certificates] = FILES.map((file) =>
    parseCertificate(readFileSync(new URL(`../fixtures/sgp26/${file}`, import.meta.url))),
  );
  const anchor = anchorFromCertificate(ci!);
  const now = BigInt(Math.floor(Date.now() / 1000));
  const chain = checkChain({ anchor, certificates, at: now });
  return chainSteps(chain, {
    trust: new TrustSet([anchor]),
    window: canonicalWindow(chain, now),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
}
