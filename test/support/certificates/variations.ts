/** Chains that differ from the published ones in ways that real certificates do: all are valid. */
import {
  keyIdentifierOf,
  make,
  recipeOf,
  sgp26Device,
  sgp26Server,
  v3Device,
  v3DeviceEumBelowSubCa,
  v3DeviceEumBelowTwoSubCas,
  v3DeviceEumSubCa,
  v3DeviceFourLinks,
  v3DeviceInheriting,
  v3DeviceNarrowing,
  v3DeviceSubCa,
  v3Server,
  v3ServerSubCa,
  v3ServerTwoSubCas,
} from './chains.ts';
import type { DraftChain } from './chains.ts';
import { ascii, generalizedTime, integer, oid, sequence, TAG, tlv, utcTime } from './der.ts';
import { GROUP_ORDER, signatureBits } from './draft.ts';
import type { Change, Draft } from './draft.ts';
import { caseOf, changed } from './faults/index.ts';
import type { Case } from './faults/index.ts';
import {
  attribute,
  authorityKeyIdentifier,
  basicConstraints,
  extension,
  extensionValue,
  getExtension,
  keyUsage,
  name,
  nameConstraints,
  OID,
  permittedEins,
  policies,
  removeExtension,
  setExtension,
  subjectKeyIdentifier,
} from './fields.ts';
import { forge, POINT_ABOVE_ORDER, POINT_OF_SMALL_X } from './forge.ts';
import { longOrganisation, manyExtensions, manyGeneralNames, padName, padTbs } from './sizes.ts';

const CI = 0;
const EUM = 1;
const EUICC = 2;

const ORGANISATION = 'RSP Test EUM';
const EID = '89049032123451234512345678901235';
const serial = (digits: string) => attribute(OID.serialNumber, digits, TAG.printableString);

function device(variation: string, draft: number, change: Change): Case {
  return caseOf(variation, changed(sgp26Device(), draft, change));
}

/** Give the EUM a key identifier of these bytes, and the eUICC the same in its AKI. */
function keyIdentifier(variation: string, id: Uint8Array): Case {
  const chain = changed(sgp26Device(), EUM, (d) => setExtension(d, subjectKeyIdentifier(id)));
  return caseOf(
    variation,
    changed(chain, EUICC, (d) => setExtension(d, authorityKeyIdentifier(id))),
  );
}

/** All of them, built anew and signed. */
export function variations(): Case[] {
  return [
    ...wholeChains(),
    ...nameVariations(),
    ...fieldVariations(),
    ...extensionVariations(),
    ...constraintVariations(),
    ...signatureVariations(),
    ...sizeVariations(),
  ];
}

function wholeChains(): Case[] {
  return [
    caseOf('SGP.26 eUICC', sgp26Device()),
    caseOf('SGP.26 DPauth', sgp26Server('dpAuth')),
    caseOf('SGP.26 DPpb', sgp26Server('dpPb')),
    caseOf('SGP.26 DPtls', sgp26Server('dpTls')),
    caseOf('CI, v3 EUM, eUICC', v3Device()),
    caseOf('CI, CI SubCA, v3 EUM, eUICC', v3DeviceSubCa()),
    caseOf('constraints that narrow', v3DeviceNarrowing()),
    caseOf('constraints that are inherited', v3DeviceInheriting()),
    caseOf('CI, EUM, EUM SubCA, eUICC', v3DeviceEumSubCa()),
    caseOf('CI, CI SubCA, EUM, EUM SubCA, eUICC', v3DeviceFourLinks()),
    caseOf('CI, EUM SubCA, EUM, eUICC', v3DeviceEumBelowSubCa()),
    caseOf('CI, CI SubCA, EUM SubCA, EUM, eUICC', v3DeviceEumBelowTwoSubCas()),
    caseOf(
      'EUM SubCA that issues eUICCs under a CI',
      make(recipeOf('eum-subca', '0.0.0.0', 'ca'), recipeOf('euicc', '0.0.0.0.0', 'euicc')),
    ),
    caseOf('CI, v3 DPauth', v3Server()),
    caseOf('CI, DP SubCA, DPauth', v3ServerSubCa()),
    caseOf('CI, CI SubCA, DP SubCA, DPauth', v3ServerTwoSubCas()),
    caseOf('first link alone', sgp26Device().slice(0, 2) as unknown as DraftChain),
  ];
}

function nameVariations(): Case[] {
  const organisation = (variation: string, text: string, tag?: number): Case =>
    device(variation, EUICC, (d) => {
      d.subject = name(attribute(OID.organisation, text, tag), serial(EID));
    });
  return [
    organisation('organisation as PrintableString', ORGANISATION, TAG.printableString),
    organisation('organisation in upper case', 'RSP TEST EUM'),
    organisation('organisation in lower case', 'rsp test eum', TAG.printableString),
    device('permitted organisation as PrintableString', EUM, (d) => {
      const base = { organisation: 'RsP tEsT eUm', iin: '89049032', tag: TAG.printableString };
      setExtension(d, nameConstraints(base));
    }),
    device('subject of EID and organisation only', EUICC, (d) => {
      d.subject = name(serial(EID), attribute(OID.organisation, ORGANISATION));
    }),
    caseOf('EUM with a serialNumber attribute', withEumSerial()),
    caseOf(
      'CI under a second name',
      changed(sgp26Device(), EUM, (d) => {
        d.issuer = name(
          attribute(OID.organisation, 'GSM Association'),
          attribute(OID.commonName, 'CI1'),
        );
      }),
    ),
  ];
}

/** The eUICC's issuer follows. */
function withEumSerial(): DraftChain {
  const subject = name(attribute(OID.organisation, ORGANISATION), serial('EUM 1'));
  const chain = changed(sgp26Device(), EUM, (d) => (d.subject = subject));
  return changed(chain, EUICC, (d) => (d.issuer = subject));
}

function fieldVariations(): Case[] {
  const serials = [1, 2, 8, 9, 16, 19, 20].map((bytes) =>
    device(`serial of ${bytes} bytes`, EUICC, (d) => {
      d.serialNumber = integer(2n ** BigInt(8 * bytes - 1) - 1n);
    }),
  );
  return [
    ...serials,
    device('serial 0', EUICC, (d) => (d.serialNumber = integer(0n))),
    device('serial with a needed zero byte', EUICC, (d) => (d.serialNumber = integer(0x80n))),
    device('valid to the end of time', EUICC, (d) => {
      d.notAfter = generalizedTime('99991231235959Z');
    }),
    device('GeneralizedTime before 2050', EUICC, (d) => {
      d.notBefore = generalizedTime('20200229000000Z');
      d.notAfter = utcTime('490228235959Z');
    }),
    device('valid since 1970', EUICC, (d) => (d.notBefore = generalizedTime('19700101000000Z'))),
    device(
      'valid since a UTCTime of year 99',
      EUICC,
      (d) => (d.notBefore = utcTime('991231235959Z')),
    ),
    device('29 February 2000 to 29 February 2400', EUICC, (d) => {
      d.notBefore = utcTime('000229235959Z');
      d.notAfter = generalizedTime('24000229000000Z');
    }),
    caseOf(
      'first second of the validity',
      changed(sgp26Device(), EUICC, (d) => {
        d.notBefore = utcTime('260725120000Z');
      }),
    ),
    caseOf(
      'last second of the validity',
      changed(sgp26Device(), EUICC, (d) => {
        d.notAfter = utcTime('260725120000Z');
      }),
    ),
    // from the notBefore of the eUICC to the notAfter of the EUM
    caseOf('window as wide as the chain', sgp26Device(), {
      window: { from: 1_585_734_538n, until: 2_657_957_317n },
    }),
  ];
}

/** Orders of 4 and 8 extensions, each its own permutation. */
function orders(draft: Draft, step: number): void {
  const { length } = draft.extensions;
  draft.extensions = draft.extensions
    .map((der, i) => ({ der, rank: ((i + 1) * step) % (length * 2 + 1) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ der }) => der);
}

function extensionVariations(): Case[] {
  const dn = tlv(0xa4, name(attribute(OID.commonName, 'Test CI')));
  const shuffled = [2, 3, 4, 5, 7].flatMap((step) => [
    device(`extensions of the eUICC in order ${step}`, EUICC, (d) => orders(d, step)),
    device(`extensions of the EUM in order ${step}`, EUM, (d) => orders(d, step)),
  ]);
  const server = (variation: string, change: Change): Case =>
    caseOf(variation, changed(sgp26Server('dpAuth'), 1, change));
  return [
    ...shuffled,
    keyIdentifier('key identifier of 8 bytes', Uint8Array.of(0x41, 2, 3, 4, 5, 6, 7, 8)),
    keyIdentifier('key identifier of 1 byte, 0', Uint8Array.of(0)),
    keyIdentifier('key identifier that is no SHA-1', new Uint8Array(20).fill(0xa5)),
    device('AKI with issuer and serial', EUICC, (d) => {
      const key = tlv(0x80, keyIdentifierOf(sgp26Device()[EUM]!.draft));
      const issuer = tlv(0xa1, dn);
      const value = sequence(key, issuer, tlv(0x82, Uint8Array.of(0x12, 0x34)));
      setExtension(d, extension(OID.authorityKeyIdentifier, value));
    }),
    device('critical basicConstraints of an eUICC, cA FALSE', EUICC, (d) => {
      setExtension(d, basicConstraints(false));
    }),
    device('EUM with cRLSign', EUM, (d) => setExtension(d, keyUsage('keyCertSign', 'cRLSign'))),
    device('EUM that may also sign data', EUM, (d) => {
      setExtension(d, keyUsage('digitalSignature', 'keyCertSign'));
    }),
    device('EUM without pathLenConstraint', EUM, (d) => setExtension(d, basicConstraints(true))),
    device('CI without distribution points', CI, (d) =>
      removeExtension(d, OID.crlDistributionPoints),
    ),
    device('CI of pathLen 1', CI, (d) => setExtension(d, basicConstraints(true, 1))),
    device('eUICC with keyAgreement', EUICC, (d) => {
      setExtension(d, keyUsage('digitalSignature', 'keyAgreement'));
    }),
    device('keyUsage of nine bits', EUICC, (d) => {
      const bits = tlv(TAG.bitString, Uint8Array.of(7, 0x80, 0x80));
      setExtension(d, extension(OID.keyUsage, bits, true));
    }),
    device('other policies beside the role', EUICC, (d) => {
      setExtension(d, policies('2.23.146.1.2', `${OID.role}.1`, '2.999.7'));
    }),
    device('policy with a qualifier', EUICC, (d) => {
      const cps = sequence(oid('1.3.6.1.5.5.7.2.1'), tlv(0x16, ascii('http://example.com')));
      const information = sequence(oid(`${OID.role}.1`), sequence(cps));
      setExtension(d, extension(OID.certificatePolicies, sequence(information)));
    }),
    device('nothing is critical', EUICC, (d) => {
      for (const type of [OID.keyUsage, OID.certificatePolicies]) {
        setExtension(d, extension(type, extensionValue(getExtension(d, type))));
      }
    }),
    device('unknown extension, not critical', EUICC, (d) => manyExtensions(d, 5)),
    server('registeredID after a DNS name', (d) => manyGeneralNames(d, 2)),
    caseOf(
      'SubCA of pathLen 1',
      changed(v3DeviceSubCa(), 1, (d) => {
        setExtension(d, basicConstraints(true, 1));
      }),
    ),
    caseOf(
      'CI of pathLen 2',
      changed(v3DeviceSubCa(), CI, (d) => {
        setExtension(d, basicConstraints(true, 2));
      }),
    ),
    caseOf(
      'CI of pathLen 0 above a server',
      changed(v3Server(), CI, (d) => {
        setExtension(d, basicConstraints(true, 0));
      }),
    ),
  ];
}

function constraintVariations(): Case[] {
  const eum = (variation: string, ...bases: Parameters<typeof nameConstraints>): Case =>
    device(variation, EUM, (d) => setExtension(d, nameConstraints(...bases)));
  return [
    eum('base without an IIN', { organisation: ORGANISATION }),
    eum('base without an organisation', { iin: '8904' }),
    eum('IIN of one digit', { organisation: ORGANISATION, iin: '8' }),
    eum(
      'second base fits',
      { organisation: 'Other EUM', iin: '8904' },
      { organisation: ORGANISATION, iin: '8904' },
    ),
    eum(
      'two IINs of one organisation',
      { organisation: ORGANISATION, iin: '8905' },
      { organisation: ORGANISATION, iin: '8904' },
    ),
    device('v2 EUM with permittedEins', EUM, (d) => {
      removeExtension(d, OID.nameConstraints);
      setExtension(d, permittedEins('8905', '89049032'));
    }),
    caseOf(
      'v3 EUM with nameConstraints',
      changed(v3Device(), 1, (d) => {
        removeExtension(d, OID.permittedEins);
        setExtension(d, nameConstraints({ organisation: ORGANISATION, iin: '89049032' }));
      }),
    ),
    caseOf(
      'server inside the constraints of a SubCA',
      changed(v3ServerSubCa(), 1, (d) => {
        d.extensions.push(nameConstraints({ organisation: 'Acme', iin: '8904' }));
      }),
    ),
  ];
}

function signatureVariations(): Case[] {
  const half = GROUP_ORDER / 2n;
  const forged = (variation: string, point: typeof POINT_OF_SMALL_X, s: bigint): Case => {
    const chain = sgp26Device();
    forge(chain[EUM]!, chain[EUICC]!.draft, point, s);
    return caseOf(variation, chain);
  };
  const s = (variation: string, choose: (s: bigint) => bigint): Case =>
    device(variation, EUICC, (d) => {
      d.wrapSignature = (signature) => signatureBits({ r: signature.r, s: choose(signature.s) });
    });
  return [
    s('high s', (value) => (value > half ? value : GROUP_ORDER - value)),
    s('low s', (value) => (value > half ? GROUP_ORDER - value : value)),
    forged('r of one byte', POINT_OF_SMALL_X, 7n),
    forged('R.x above the group order', POINT_ABOVE_ORDER, 7n),
    forged('s is 1', POINT_OF_SMALL_X, 1n),
    forged('s is n - 1', POINT_OF_SMALL_X, GROUP_ORDER - 1n),
  ];
}

/** Sizes around the ends of SHA-256 blocks and of spans of bytes. Limits are in test/support/bounds. */
function sizeVariations(): Case[] {
  return [
    ...[503, 504, 511, 512, 513, 575, 576].map((bytes) =>
      device(`TBS of ${bytes} bytes`, EUICC, (d) => padTbs(d, bytes)),
    ),
    device('subject of 188 bytes', EUICC, (d) => padName(d, 188)),
    ...[31, 32, 62, 63].map((bytes) =>
      caseOf(`organisation of ${bytes} bytes`, longOrganisation(sgp26Device(), bytes)),
    ),
  ];
}
