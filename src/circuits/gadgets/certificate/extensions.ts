/**
 * The walk over the certificate's extensions (RFC 5280 4.1.2.9, 4.2).
 *
 * In: the content of the SEQUENCE OF Extension. Out: what the extensions of the GSMA profile say.
 */
import type { Position } from '../memory.ts';
import { readExtensionSlots, SlotFinder } from './extension-slots.ts';
import type { ExtensionFacts } from './facts.ts';
import { readRegisteredId } from './general-names.ts';
import { readAuthorityKeyIdentifier, readSubjectKeyIdentifier } from './key-identifiers.ts';
import { readNameConstraints, readPermittedEins, ownConstraints } from './name-constraints.ts';
import { readRole } from './policies.ts';
import { readBasicConstraints, readKeyUsage } from './usage.ts';
import type { Walk } from '../walk.ts';

/** Content bytes of the known extensions' OIDs: id-ce (2.5.29) and id-rsp 2.2.0. */
const OID = {
  subjectKeyIdentifier: [0x55, 0x1d, 14],
  keyUsage: [0x55, 0x1d, 15],
  subjectAltName: [0x55, 0x1d, 17],
  basicConstraints: [0x55, 0x1d, 19],
  nameConstraints: [0x55, 0x1d, 30],
  cRLDistributionPoints: [0x55, 0x1d, 31],
  certificatePolicies: [0x55, 0x1d, 32],
  authorityKeyIdentifier: [0x55, 0x1d, 35],
  extKeyUsage: [0x55, 0x1d, 37],
  permittedEins: [0x67, 0x81, 0x12, 0x01, 0x02, 0x02, 0x00],
} as const;
type KnownExtension = keyof typeof OID;

/** Read all extensions. `region` must end where the TBS ends: the caller shows it. */
export function walkExtensions(
  walk: Walk,
  region: { readonly start: Position; readonly end: Position },
): ExtensionFacts {
  const { context } = walk;
  const found = new SlotFinder(walk, readExtensionSlots(walk, region), OID);
  const value = (name: KnownExtension) => found.value(name);

  const facts: ExtensionFacts = {
    subjectKeyIdentifier: readSubjectKeyIdentifier(walk, value('subjectKeyIdentifier')),
    authorityKeyIdentifier: readAuthorityKeyIdentifier(walk, value('authorityKeyIdentifier')),
    keyUsage: readKeyUsage(walk, value('keyUsage')),
    ...readBasicConstraints(context, value('basicConstraints')),
    roleBits: readRole(walk, value('certificatePolicies')),
    constraints: ownConstraints(
      walk,
      readNameConstraints(walk, value('nameConstraints')),
      readPermittedEins(walk, value('permittedEins')),
    ),
    registeredId: readRegisteredId(walk, value('subjectAltName')),
  };
  // known, but nothing is decided on their values
  found.slot('extKeyUsage');
  found.slot('cRLDistributionPoints');
  found.assertNoUnknownCritical();
  return facts;
}
