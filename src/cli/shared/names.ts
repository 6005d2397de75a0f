/** Distinguished names as people write them. */
import { type Name, OID } from '../../asn1/index.ts';

const SHORT_NAMES: Readonly<Record<string, string>> = {
  [OID.commonName]: 'CN',
  [OID.serialNumber]: 'serialNumber',
  [OID.countryName]: 'C',
  [OID.organizationName]: 'O',
  [OID.organizationalUnitName]: 'OU',
};

export const nameText = ({ attributes }: Name) =>
  attributes.map(({ oid, value }) => `${SHORT_NAMES[oid] ?? oid}=${text(value)}`).join(', ');

export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
