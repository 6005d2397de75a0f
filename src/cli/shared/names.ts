/** Distinguished names as people write them. */
import { type Name, OID } from '../../asn1/index.ts';
import { printable } from './output.ts';

const SHORT_NAMES: Readonly<Record<string, string>> = {
  [OID.commonName]: 'CN',
  [OID.serialNumber]: 'serialNumber',
  [OID.countryName]: 'C',
  [OID.organizationName]: 'O',
  [OID.organizationalUnitName]: 'OU',
};

/** Without the serial number of the name: in the certificate of an eUICC that is its EID. */
export const subjectText = ({ attributes, ...name }: Name) => {
  const shown = attributes.filter(({ oid }) => oid !== OID.serialNumber);
  return `"${printable(nameText({ ...name, attributes: shown }))}"`;
};

export const nameText = ({ attributes }: Name) =>
  attributes.map(({ oid, value }) => `${SHORT_NAMES[oid] ?? oid}=${text(value)}`).join(', ');

export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
