/** eUICCs and EUMs beside the published ones: their certificates with other numbers, keys and EIDs. */
import { parseCertificate, type Certificate } from '../../src/asn1/index.ts';
import { type DraftLink, keyIdentifierOf, sgp26Device } from './certificates/chains.ts';
import { integer, TAG } from './certificates/der.ts';
import { sign, spki } from './certificates/draft.ts';
import {
  attribute,
  authorityKeyIdentifier,
  name,
  OID,
  setExtension,
  subjectKeyIdentifier,
} from './certificates/fields.ts';
import { KEYS, madeUpKey, type TestKey } from './certificates/keys.ts';

/** A certificate with the key that it is about. */
export interface Issuer extends DraftLink {
  readonly certificate: Certificate;
}

/** The published EUM's certificate with another number and key, signed by the CI. */
export function madeUpEum(number: number): Issuer {
  const { draft } = sgp26Device()[1]!;
  const key = madeUpKey(`eum-${number}`);
  draft.serialNumber = integer(BigInt(0x2000 + number));
  setKey(draft, key);
  return { draft, key, certificate: parseCertificate(sign(draft, KEYS.ci)) };
}

/** The published eUICC's with another number, key and EID, signed by an EUM; `number` is below 1,000. */
export function madeUpDevice(number: number, eum: DraftLink): Certificate {
  const { draft } = sgp26Device()[2]!;
  draft.serialNumber = integer(BigInt(0x1000 + number));
  draft.subject = name(
    attribute(OID.country, 'ES', TAG.printableString),
    attribute(OID.organisation, 'RSP Test EUM'),
    attribute(
      OID.serialNumber,
      `8904903212345123451234567890${2000 + number}`,
      TAG.printableString,
    ),
    attribute(OID.commonName, `Test eUICC ${number}`),
  );
  setKey(draft, madeUpKey(`euicc-${number}`));
  setExtension(draft, authorityKeyIdentifier(keyIdentifierOf(eum.draft)));
  return parseCertificate(sign(draft, eum.key));
}

function setKey(draft: DraftLink['draft'], key: TestKey): void {
  draft.publicKey = spki(key.point);
  setExtension(draft, subjectKeyIdentifier(key.point.slice(1, 21)));
}
