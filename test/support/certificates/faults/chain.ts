/** Faults between certificates: each is well-formed alone, but they are no chain. */
import type { ErrorCode } from '../../../../src/errors.ts';
import { ISSUES, ROLES } from '../../../../src/roles.ts';
import type { Role } from '../../../../src/roles.ts';
import {
  build,
  keyIdentifierOf,
  make,
  NOW,
  recipeOf,
  sgp26Device,
  sgp26Server,
  v3Device,
  v3DeviceEumSubCa,
  v3DeviceFourLinks,
  v3DeviceSubCa,
  v3Server,
} from '../chains.ts';
import type { DraftChain } from '../chains.ts';
import { sequence, TAG, tlv, utcTime } from '../der.ts';
import type { Change } from '../draft.ts';
import {
  attribute,
  attributesOf,
  authorityKeyIdentifier,
  basicConstraints,
  extension,
  keyUsage,
  name,
  OID,
  policies,
  removeExtension,
  rolePolicy,
  setExtension,
} from '../fields.ts';
import { constraintFaults } from './constraints.ts';
import { changed, device, EUICC, EUM, faultOf } from './row.ts';
import type { Fault, FaultOptions } from './row.ts';

export function chainFaults(): Fault[] {
  return [
    ...namingFaults(),
    ...timeFaults(),
    ...roleFaults(),
    ...usageFaults(),
    ...constraintFaults(),
    ...shapeFaults(),
  ];
}

function namingFaults(): Fault[] {
  const other = (organisation: string, tag: number = TAG.utf8String): Change => {
    return (d) => {
      const [country, , common] = attributesOf(d.issuer);
      d.issuer = name(country!, attribute(OID.organisation, organisation, tag), common!);
    };
  };
  const issuerAndSerial = sequence(
    tlv(0xa1, tlv(0xa4, name(attribute(OID.country, 'ES')))),
    tlv(0x82, Uint8Array.of(1)),
  );
  const aki = (fault: string, draft: number, change: (id: Uint8Array) => Uint8Array): Fault =>
    device(fault, 'ERR_CHAIN_AKI', draft, (d) => {
      const issuer = sgp26Device()[draft - 1]!.draft;
      setExtension(d, authorityKeyIdentifier(change(keyIdentifierOf(issuer))));
    });
  return [
    device('other issuer name', 'ERR_CHAIN_ISSUER_NAME', EUICC, other('RSP Test EUX')),
    device('issuer name in other case', 'ERR_CHAIN_ISSUER_NAME', EUICC, other('RSP TEST EUM')),
    device(
      'issuer name in another string type',
      'ERR_CHAIN_ISSUER_NAME',
      EUICC,
      other('RSP Test EUM', TAG.printableString),
    ),
    device('issuer name cut by an attribute', 'ERR_CHAIN_ISSUER_NAME', EUICC, (d) => {
      d.issuer = name(...attributesOf(d.issuer).slice(0, 2));
    }),
    device('no AKI', 'ERR_CHAIN_AKI', EUICC, (d) => removeExtension(d, OID.authorityKeyIdentifier)),
    device('no AKI below the CI', 'ERR_CHAIN_AKI', EUM, (d) =>
      removeExtension(d, OID.authorityKeyIdentifier),
    ),
    device('AKI of issuer and serial only', 'ERR_CHAIN_AKI', EUICC, (d) => {
      setExtension(d, extension(OID.authorityKeyIdentifier, issuerAndSerial));
    }),
    aki('AKI with another last byte', EUICC, (id) =>
      id.map((byte, i) => (i === 19 ? byte ^ 1 : byte)),
    ),
    aki('AKI cut by its last byte', EUICC, (id) => id.slice(0, 19)),
    aki('AKI with a zero byte before it', EUICC, (id) => Uint8Array.of(0, ...id)),
    aki('AKI with a zero byte after it', EUICC, (id) => Uint8Array.of(...id, 0)),
    aki('AKI of another CI', EUM, (id) => id.map((byte) => byte ^ 0xff)),
    device('no SKI on the leaf', 'ERR_CHAIN_SKI', EUICC, (d) =>
      removeExtension(d, OID.subjectKeyIdentifier),
    ),
    device('no SKI on the EUM', 'ERR_CHAIN_SKI', EUM, (d) =>
      removeExtension(d, OID.subjectKeyIdentifier),
    ),
  ];
}

function timeFaults(): Fault[] {
  const expired = (d: Parameters<Change>[0]): void => void (d.notAfter = utcTime('260725115959Z'));
  const early = (d: Parameters<Change>[0]): void => void (d.notBefore = utcTime('260725120001Z'));
  const timed = (fault: string, code: ErrorCode, options: FaultOptions): Fault =>
    faultOf(fault, code, 'chain', sgp26Device(), { link: 0, ...options });
  // notBefore and notAfter of the certificates of SGP.26
  const [eumBegins, euiccBegins] = [1_585_733_317n, 1_585_734_538n];
  const eumEnds = 2_657_957_317n;
  const euiccEnds = eumEnds - 1n;
  return [
    device('expired a second ago', 'ERR_CHAIN_EXPIRED', EUICC, expired),
    device('EUM expired a second ago', 'ERR_CHAIN_EXPIRED', EUM, expired),
    device('valid in a second', 'ERR_CHAIN_NOT_YET_VALID', EUICC, early),
    device('EUM valid in a second', 'ERR_CHAIN_NOT_YET_VALID', EUM, early),
    timed('window begins a second before the EUM', 'ERR_CHAIN_WINDOW', {
      window: { from: eumBegins - 1n, until: NOW },
    }),
    timed('window begins a second before the eUICC', 'ERR_CHAIN_WINDOW', {
      window: { from: euiccBegins - 1n, until: NOW },
      link: 1,
    }),
    timed('window ends a second after the EUM', 'ERR_CHAIN_WINDOW', {
      window: { from: NOW, until: eumEnds + 1n },
    }),
    timed('window ends before it begins', 'ERR_CHAIN_WINDOW', {
      window: { from: NOW + 1n, until: NOW },
    }),
    timed('window begins before the CI', 'ERR_CHAIN_WINDOW', {
      window: { from: NOW, until: euiccEnds },
      anchor: { notBefore: NOW + 1n },
    }),
    timed('window ends after the CI', 'ERR_CHAIN_WINDOW', {
      window: { from: NOW, until: NOW + 2n },
      anchor: { notAfter: NOW + 1n },
    }),
    timed('CI expired', 'ERR_CHAIN_EXPIRED', { anchor: { notAfter: NOW - 1n } }),
    timed('CI not yet valid', 'ERR_CHAIN_NOT_YET_VALID', { anchor: { notBefore: NOW + 1n } }),
  ];
}

function roleFaults(): Fault[] {
  const role = (fault: string, code: ErrorCode, ...oids: string[]): Fault =>
    device(fault, code, EUICC, (d) => setExtension(d, policies(...oids)));
  const id = OID.role;
  const v3 = (fault: string, code: ErrorCode, arcs: string): Fault =>
    faultOf(
      fault,
      code,
      'chain',
      changed(v3Device(), EUICC, (d) => setExtension(d, rolePolicy(arcs))),
    );
  return [
    device('no certificatePolicies', 'ERR_CHAIN_ROLE_MISSING', EUICC, (d) =>
      removeExtension(d, OID.certificatePolicies),
    ),
    role('no role among the policies', 'ERR_CHAIN_ROLE_MISSING', '2.23.146.1.2.2.1', '2.999.7'),
    role('two roles', 'ERR_CHAIN_ROLE_AMBIGUOUS', `${id}.1`, `${id}.2`),
    role(
      'two roles, the true one last',
      'ERR_CHAIN_ROLE_AMBIGUOUS',
      `${id}.0.0.0.0.0`,
      '2.999.7',
      `${id}.1`,
    ),
    role('a role and an unknown one', 'ERR_CHAIN_ROLE_AMBIGUOUS', `${id}.1`, `${id}.9`),
    role('a role and id-rspRole itself', 'ERR_CHAIN_ROLE_AMBIGUOUS', `${id}.1`, id),
    role('role OID cut to id-rspRole', 'ERR_CHAIN_ROLE_UNKNOWN', id),
    role('role OID extended by a zero arc', 'ERR_CHAIN_ROLE_UNKNOWN', `${id}.1.0`),
    role('role 8', 'ERR_CHAIN_ROLE_UNKNOWN', `${id}.8`),
    role('role of a two-byte arc', 'ERR_CHAIN_ROLE_UNKNOWN', `${id}.129`),
    v3('v3 eUICC role cut to that of an EUM SubCA', 'ERR_CHAIN_CA', '0.0.0.0'),
    v3('v3 eUICC role with another arc', 'ERR_CHAIN_ROLE_UNKNOWN', '0.0.0.1'),
    v3('v3 eUICC role extended by a zero arc', 'ERR_CHAIN_ROLE_UNKNOWN', '0.0.0.0.0.0'),
    v3('v3 eUICC role cut to that of an EUM', 'ERR_CHAIN_ROLE_PAIR', '0.0.0'),
    ...PAIR_SAMPLES.map(([parent, child]) => forbiddenPair(parent, child)),
    faultOf(
      'EUM below a CI that is trusted for servers only',
      'ERR_CHAIN_ROLE_ANCHOR',
      'chain',
      sgp26Device(),
      {
        link: 0,
        anchor: { roles: ['dp-auth-v2', 'dp-pb-v2'] },
      },
    ),
    faultOf('CI that is trusted for nothing', 'ERR_CHAIN_ROLE_ANCHOR', 'chain', v3Server(), {
      anchor: { roles: [] },
    }),
  ];
}

/** Those of the forbidden pairs that stand in the table; `forbiddenPairs` gives all. */
const PAIR_SAMPLES: readonly (readonly [Role, Role])[] = [
  ['ci', 'ci'],
  ['ci', 'euicc-v2'],
  ['ci', 'euicc'],
  ['ci-subca', 'ci-subca'],
  ['ci-subca', 'eum-v2'],
  ['ci-subca', 'dp-auth-v2'],
  ['ci-subca', 'euicc'],
  ['eum-v2', 'euicc'],
  ['eum-v2', 'dp-auth-v2'],
  ['eum', 'euicc-v2'],
  ['eum', 'eum'],
  ['eum-v2', 'eum-subca'],
  ['eum-subca', 'eum-subca'],
  ['eum-subca', 'euicc-v2'],
  ['eum-subca', 'dp-auth'],
  ['dp-subca', 'eum-subca'],
  ['dp-subca', 'ds-auth'],
  ['dp-subca', 'dp-auth-v2'],
  ['dp-subca', 'euicc'],
  ['ds-subca', 'dp-auth'],
  ['euicc-v2', 'euicc-v2'],
  ['euicc', 'dp-auth'],
  ['dp-auth-v2', 'dp-pb-v2'],
  ['dp-auth', 'dp-tls'],
];

/** How a chain comes to a role that is no child of the CI. */
const WAY_TO: Partial<Record<Role, Role>> = { 'euicc-v2': 'eum-v2', euicc: 'eum' };

/** CI -> .. -> parent -> child, in order but for the last pair. */
function forbiddenPair(parent: Role, child: Role): Fault {
  const way = [
    ...(WAY_TO[parent] === undefined ? [] : [WAY_TO[parent]]),
    ...(parent === 'ci' ? [] : [parent]),
    child,
  ];
  const chain = make(
    ...way.map((role) => recipeOf(role, ROLES[role].arcs.join('.'), ROLES[role].kind)),
  );
  return faultOf(`${parent} issues ${child}`, 'ERR_CHAIN_ROLE_PAIR', 'chain', chain);
}

/** Every pair that the table of roles does not allow. */
export function forbiddenPairs(): Fault[] {
  const roles = Object.keys(ROLES) as Role[];
  return roles.flatMap((parent) =>
    roles
      .filter((child) => !ISSUES[parent].includes(child))
      .map((child) => forbiddenPair(parent, child)),
  );
}

function usageFaults(): Fault[] {
  const usage = (fault: string, draft: number, ...bits: Parameters<typeof keyUsage>): Fault =>
    device(fault, 'ERR_CHAIN_KEY_USAGE', draft, (d) => setExtension(d, keyUsage(...bits)));
  const subCa = (fault: string, pathLen: number): Fault =>
    faultOf(
      fault,
      'ERR_CHAIN_PATH_LENGTH',
      'chain',
      changed(v3DeviceSubCa(), 1, (d) => setExtension(d, basicConstraints(true, pathLen))),
      { link: 1 },
    );
  const eumSubCa = (fault: string, code: ErrorCode, draft: number, change: Change): Fault =>
    faultOf(fault, code, 'chain', changed(v3DeviceEumSubCa(), draft, change), { link: 1 });
  return [
    device('EUM without basicConstraints', 'ERR_CHAIN_CA', EUM, (d) =>
      removeExtension(d, OID.basicConstraints),
    ),
    device('EUM with cA FALSE', 'ERR_CHAIN_CA', EUM, (d) =>
      setExtension(d, basicConstraints(false)),
    ),
    device('eUICC with cA TRUE', 'ERR_CHAIN_CA', EUICC, (d) =>
      setExtension(d, basicConstraints(true)),
    ),
    usage('EUM without keyCertSign', EUM, 'cRLSign'),
    usage('EUM that only signs data', EUM, 'digitalSignature'),
    device('EUM without keyUsage', 'ERR_CHAIN_KEY_USAGE', EUM, (d) =>
      removeExtension(d, OID.keyUsage),
    ),
    device('eUICC without keyUsage', 'ERR_CHAIN_KEY_USAGE', EUICC, (d) =>
      removeExtension(d, OID.keyUsage),
    ),
    usage('eUICC without digitalSignature', EUICC, 'keyAgreement'),
    usage('eUICC with keyCertSign', EUICC, 'digitalSignature', 'keyCertSign'),
    usage('eUICC with cRLSign', EUICC, 'digitalSignature', 'cRLSign'),
    faultOf(
      'server with keyCertSign',
      'ERR_CHAIN_KEY_USAGE',
      'chain',
      changed(sgp26Server('dpAuth'), 1, (d) =>
        setExtension(d, keyUsage('digitalSignature', 'keyCertSign')),
      ),
    ),
    faultOf('EUM below a CI of pathLen 0', 'ERR_CHAIN_PATH_LENGTH', 'chain', sgp26Device(), {
      link: 0,
      anchor: { pathLen: 0 },
    }),
    subCa('EUM below a SubCA of pathLen 0', 0),
    eumSubCa('EUM SubCA below an EUM of pathLen 0', 'ERR_CHAIN_PATH_LENGTH', 1, (d) =>
      setExtension(d, basicConstraints(true, 0)),
    ),
    eumSubCa('EUM SubCA that is no CA', 'ERR_CHAIN_CA', 2, (d) =>
      removeExtension(d, OID.basicConstraints),
    ),
    eumSubCa('EUM SubCA without keyCertSign', 'ERR_CHAIN_KEY_USAGE', 2, (d) =>
      setExtension(d, keyUsage('cRLSign')),
    ),
    faultOf(
      'four links below a CI of pathLen 2',
      'ERR_CHAIN_PATH_LENGTH',
      'chain',
      v3DeviceFourLinks(),
      { link: 2, anchor: { pathLen: 2 } },
    ),
    faultOf(
      'EUM below a SubCA of pathLen 1 below a CI of pathLen 1',
      'ERR_CHAIN_PATH_LENGTH',
      'chain',
      changed(v3DeviceSubCa(), 1, (d) => setExtension(d, basicConstraints(true, 1))),
      { link: 1, anchor: { pathLen: 1 } },
    ),
  ];
}

function shapeFaults(): Fault[] {
  const empty = faultOf('no certificate', 'ERR_CHAIN_LENGTH', 'chain', sgp26Device());
  const five = faultOf('five certificates', 'ERR_CHAIN_LENGTH', 'chain', v3DeviceFourLinks());
  const swapped = faultOf('leaf first', 'ERR_CHAIN_AKI', 'chain', sgp26Device(), { link: 0 });
  const { certificates } = build(sgp26Device() satisfies DraftChain);
  return [
    { ...empty, chain: [], link: 0 },
    { ...five, chain: [...five.chain, five.chain[3]!], link: 4 },
    { ...swapped, chain: certificates.toReversed() },
    { ...swapped, name: 'issuer left out', chain: certificates.slice(1) },
    { ...swapped, name: 'leaf twice', chain: [...certificates, certificates[1]!], link: 2 },
  ];
}
