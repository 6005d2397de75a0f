/** Sessions of one device for the tests of linking, with nothing public in common but the request. */
import { p256 } from '@noble/curves/nist.js';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { bytesToBigint } from '../../../src/bytes.ts';
import { checkChain, checkSources, fillSources } from '../../../src/pki/index.ts';
import type { Openable } from '../../../src/prover/refresh.ts';
import type { RandomBytes } from '../../../src/random.ts';
import { handlesOf } from '../../../src/witness/chain.ts';
import { type PossessionPlan, possessionWitness } from '../../../src/witness/possession.ts';
import {
  leafOf,
  type PresentationPlan,
  presentationWitness,
  type RegistryPresentationPlan,
  registryPresentationWitness,
} from '../../../src/witness/presentation.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { revocationMap } from '../../../src/witness/revocation.ts';
import { fixture, KEYS } from '../certificates/keys.ts';
import {
  PROVEN_ANCHOR,
  PROVEN_AT,
  PROVEN_TRUST,
  provenCertificates,
  provenCredential,
} from '../credentials.ts';

const certificates = provenCertificates('euicc-1');
const ci = parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'));

/** Neither issuer publishes lists. */
const sources = checkSources({
  sources: [
    { issuer: ci, kind: 'ca', point: 'none' },
    { issuer: certificates[0]!, kind: 'user', point: 'none' },
  ],
  anchors: [PROVEN_ANCHOR],
  at: PROVEN_AT,
});
export const MAP = revocationMap(fillSources({ sources, lists: [], at: PROVEN_AT }));

/** A presentation of the first device, over a refresh of it. */
export function presentationOf(
  { opening }: Pick<Openable, 'opening'>,
  random: RandomBytes,
): PresentationPlan {
  return presentationWitness({ ...asked(), opening, random });
}

/** The registry that the credential of the first device is published in, alone. */
const registryOf = ({ opening }: Pick<Openable, 'opening'>) => new RegistryTree([leafOf(opening)]);
export const registryRoot = async (): Promise<bigint> =>
  registryOf(await provenCredential('euicc-1')).root.toBigInt();

/** A presentation of its credential from the registry. */
export function publishedPresentationOf(
  credential: Pick<Openable, 'opening'>,
  random: RandomBytes,
): RegistryPresentationPlan {
  const { opening } = credential;
  return registryPresentationWitness({
    ...asked(),
    opening,
    registry: registryOf(credential),
    random,
  });
}

const asked = () => ({
  handles: handlesOf(checkChain({ anchor: PROVEN_ANCHOR, certificates, at: PROVEN_AT })),
  anchor: PROVEN_ANCHOR,
  trust: PROVEN_TRUST,
  map: MAP,
  time: PROVEN_AT,
  role: 'euicc-v2' as const,
});

/** Its key signs in a session; the pseudonym is asked for, which two sessions with one server have in common. */
export function possessionOf({ openings }: PresentationPlan, session: bigint): PossessionPlan {
  const message = new TextEncoder().encode(`message of session ${session}`);
  const signature = p256.sign(message, KEYS.euicc.secret, { lowS: false });
  const [r, s] = [signature.slice(0, 32), signature.slice(32)].map(bytesToBigint);
  return possessionWitness({ session, message, signature: { r: r!, s: s! }, openings, scope: 5n });
}
