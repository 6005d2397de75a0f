/** Whole chains as drafts with their keys: the published ones and v3 chains made for the tests. */
import { EUICC_ISSUERS } from '../../../src/roles.ts';
import type { Role } from '../../../src/roles.ts';
import { generalizedTime, integer, readLoose, TAG, utcTime } from './der.ts';
import { draftOf, newDraft, sign, spki } from './draft.ts';
import type { Change, Draft } from './draft.ts';
import {
  attribute,
  authorityKeyIdentifier,
  basicConstraints,
  extensionValue,
  getExtension,
  keyUsage,
  name,
  nameConstraints,
  OID,
  permittedEins,
  registeredId,
  rolePolicy,
  subjectKeyIdentifier,
} from './fields.ts';
import { fixture, KEYS, madeUpKey } from './keys.ts';
import type { TestKey } from './keys.ts';

/** A certificate to be, and the key that it is about. */
export interface DraftLink {
  readonly draft: Draft;
  readonly key: TestKey;
}

/** Issuer first; the CI itself is first and is its own issuer. */
export type DraftChain = readonly [DraftLink, ...DraftLink[]];

export interface BuiltChain {
  /** The self-signed CI certificate. */
  readonly ci: Uint8Array;
  /** The certificates below it, issuer first. */
  readonly certificates: Uint8Array[];
}

/** 2026-07-25 12:00:00 UTC: in the validity of every chain here. */
export const NOW = 1_784_980_800n;

const SGP26 = {
  ci: 'sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der',
  eum: 'sgp26/EUM/CERT_EUM_ECDSA_NIST.der',
  euicc: 'sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der',
  dpAuth: 'sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der',
  dpPb: 'sgp26/DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der',
  dpTls: 'sgp26/DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der',
} as const;

function published(file: keyof typeof SGP26, key: TestKey): DraftLink {
  return { draft: draftOf(fixture(SGP26[file])), key };
}

/** SGP.26 NIST: CI -> EUM -> eUICC. */
export const sgp26Device = (): DraftChain => [
  published('ci', KEYS.ci),
  published('eum', KEYS.eum),
  published('euicc', KEYS.euicc),
];

/** SGP.26 NIST: CI -> DPauth, DPpb or DPtls. Nothing is signed with the leaf's key. */
export const sgp26Server = (leaf: 'dpAuth' | 'dpPb' | 'dpTls'): DraftChain => [
  published('ci', KEYS.ci),
  published(leaf, madeUpKey('unused')),
];

/**
 * Roles and issuing constraints that a made-up chain is built from; the rest follows from the kind
 * of certificate.
 */
interface Recipe {
  readonly role: Role;
  readonly arcs: string;
  readonly kind: 'ca' | 'euicc' | 'server';
  readonly organisation: string;
  readonly pathLen?: number;
  readonly constraints?: Uint8Array;
}

const EID = '89049032123451234512345678901235';

const ORGANISATION = 'RSP Test EUM';
const CI_SUBCA: Recipe = { role: 'ci-subca', arcs: '0.0', kind: 'ca', organisation: 'RSPTEST' };
const EUM: Recipe = {
  role: 'eum',
  arcs: '0.0.0',
  kind: 'ca',
  organisation: ORGANISATION,
  pathLen: 0,
  constraints: permittedEins('89049032'),
};
const EUICC: Recipe = {
  role: 'euicc',
  arcs: '0.0.0.0.0',
  kind: 'euicc',
  organisation: ORGANISATION,
};
const EUM_SUBCA: Recipe = {
  role: 'eum-subca',
  arcs: '0.0.0.0',
  kind: 'ca',
  organisation: ORGANISATION,
  pathLen: 0,
};
const SUBCA_DP: Recipe = {
  role: 'dp-subca',
  arcs: '0.0.1',
  kind: 'ca',
  organisation: 'ACME',
  pathLen: 0,
};
const DP_AUTH: Recipe = {
  role: 'dp-auth',
  arcs: '0.0.1.1',
  kind: 'server',
  organisation: 'ACME',
};

/** SGP.22 v3: CI -> EUM -> eUICC. */
export const v3Device = (): DraftChain => make(EUM, EUICC);
/** SGP.22 v3: CI -> CI SubCA -> EUM -> eUICC. */
export const v3DeviceSubCa = (): DraftChain => make(CI_SUBCA, EUM, EUICC);
/** The same with constraints that narrow from the SubCA, which limits organisation and IIN, down. */
export const v3DeviceNarrowing = (): DraftChain =>
  make(
    {
      ...CI_SUBCA,
      organisation: ORGANISATION,
      constraints: nameConstraints(
        { organisation: ORGANISATION, iin: '8904' },
        { organisation: 'Other EUM' },
      ),
    },
    {
      ...EUM,
      constraints: nameConstraints(
        { organisation: 'RSP TEST EUM', iin: '89049032' },
        { organisation: 'other eum', iin: '89' },
      ),
    },
    EUICC,
  );
/** A SubCA whose constraints the EUM inherits, having none. */
export const v3DeviceInheriting = (): DraftChain =>
  make(
    {
      ...CI_SUBCA,
      organisation: ORGANISATION,
      constraints: nameConstraints({ organisation: ORGANISATION, iin: '89049032' }),
    },
    { ...EUM, constraints: undefined },
    EUICC,
  );
/** SGP.22 v3, variant A: CI -> EUM -> EUM SubCA, under the constraints of the EUM -> eUICC. */
export const v3DeviceEumSubCa = (): DraftChain => make({ ...EUM, pathLen: 1 }, EUM_SUBCA, EUICC);
/** SGP.22 v3, variant C: CI -> CI SubCA -> EUM -> EUM SubCA, which narrows -> eUICC. */
export const v3DeviceFourLinks = (): DraftChain =>
  make(
    CI_SUBCA,
    { ...EUM, pathLen: 1 },
    { ...EUM_SUBCA, constraints: permittedEins('89049032999', '8904903212') },
    EUICC,
  );
/** The EUM SubCA above the EUM: CI -> EUM SubCA -> EUM -> eUICC, with a CI SubCA on top or without. */
export const v3DeviceEumBelowSubCa = (...above: Recipe[]): DraftChain =>
  make(
    ...above,
    { ...EUM_SUBCA, pathLen: undefined, constraints: permittedEins('8904') },
    EUM,
    EUICC,
  );
export const v3DeviceEumBelowTwoSubCas = (): DraftChain => v3DeviceEumBelowSubCa(CI_SUBCA);
/** One link more than a chain may have. */
export const v3FiveLinks = (): DraftChain =>
  make(
    CI_SUBCA,
    { ...EUM_SUBCA, pathLen: undefined, constraints: permittedEins('8904') },
    { ...EUM, pathLen: 1 },
    EUM_SUBCA,
    EUICC,
  );
/** SGP.22 v3: CI -> DPauth. */
export const v3Server = (): DraftChain => make(DP_AUTH);
/** SGP.22 v3: CI -> DP SubCA -> DPauth. */
export const v3ServerSubCa = (): DraftChain => make(SUBCA_DP, DP_AUTH);
/** SGP.22 v3: CI -> CI SubCA -> DP SubCA -> DPauth. */
export const v3ServerTwoSubCas = (): DraftChain => make(CI_SUBCA, SUBCA_DP, DP_AUTH);

/** The simplest certificate of a role. */
export function recipeOf(role: Role, arcs: string, kind: Recipe['kind']): Recipe {
  return {
    role,
    arcs,
    kind,
    organisation: ORGANISATION,
    constraints: EUICC_ISSUERS.includes(role)
      ? nameConstraints({ organisation: ORGANISATION, iin: '89049032' })
      : undefined,
  };
}

/** Certificates by recipe below the SGP.26 CI. */
export function make(...recipes: Recipe[]): DraftChain {
  const ci = published('ci', KEYS.ci);
  const links: [DraftLink, ...DraftLink[]] = [ci];
  for (const [i, recipe] of recipes.entries()) {
    const issuer = links[i]!;
    const key = recipe.kind === 'euicc' ? KEYS.euicc : madeUpKey(recipe.role);
    links.push({ key, draft: makeDraft(recipe, key, issuer.draft, BigInt(1000 + i)) });
  }
  return links;
}

function makeDraft(recipe: Recipe, key: TestKey, issuer: Draft, serial: bigint): Draft {
  const { role, arcs, kind, organisation, pathLen, constraints } = recipe;
  return newDraft({
    serialNumber: integer(serial),
    issuer: issuer.subject,
    notBefore: utcTime('240101000000Z'),
    notAfter: kind === 'ca' ? generalizedTime('20531231235959Z') : utcTime('330101000000Z'),
    subject: name(
      attribute(OID.country, 'ES', TAG.printableString),
      attribute(OID.organisation, organisation),
      ...(kind === 'euicc' ? [attribute(OID.serialNumber, EID, TAG.printableString)] : []),
      attribute(OID.commonName, `Test ${role}`),
    ),
    publicKey: spki(key.point),
    extensions: [
      authorityKeyIdentifier(keyIdentifierOf(issuer)),
      subjectKeyIdentifier(key.point.slice(1, 21)),
      kind === 'ca' ? keyUsage('keyCertSign', 'cRLSign') : keyUsage('digitalSignature'),
      rolePolicy(arcs),
      ...(kind === 'ca' ? [basicConstraints(true, pathLen)] : []),
      ...(kind === 'server' ? [registeredId('2.999.10')] : []),
      ...(constraints === undefined ? [] : [constraints]),
    ],
  });
}

/** Content of the SKI of a draft. */
export function keyIdentifierOf(draft: Draft): Uint8Array {
  return readLoose(extensionValue(getExtension(draft, OID.subjectKeyIdentifier))).content;
}

/** Change the drafts, then sign all of them with the keys of their issuers. */
export function build(
  chain: DraftChain,
  changes: Readonly<Record<number, Change>> = {},
): BuiltChain {
  for (const [index, change] of Object.entries(changes)) change(chain[Number(index)]!.draft);
  const [ci, ...below] = chain;
  return {
    ci: sign(ci.draft, ci.key),
    certificates: below.map(({ draft }, i) => sign(draft, chain[i]!.key)),
  };
}
