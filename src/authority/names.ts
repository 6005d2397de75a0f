/** Names as the profile has them: one attribute in each RDN. */
import {
  AttributeTypeAndValue,
  AttributeValue,
  Name,
  RelativeDistinguishedName,
} from '@peculiar/asn1-x509';
import { OID } from '../asn1/index.ts';
import type { CertificateRequest } from './request.ts';

export const attribute = (type: string, utf8String: string) =>
  new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) });

export const printable = (type: string, printableString: string) =>
  new AttributeTypeAndValue({ type, value: new AttributeValue({ printableString }) });

export const nameOf = (attributes: readonly AttributeTypeAndValue[]): Name =>
  new Name(attributes.map((one) => new RelativeDistinguishedName([one])));

export const subjectOf = ({ country, organisation, eid, commonName }: CertificateRequest): Name =>
  nameOf([
    ...(country === undefined ? [] : [printable(OID.countryName, country)]),
    attribute(OID.organizationName, organisation),
    ...(eid === undefined ? [] : [printable(OID.serialNumber, eid)]),
    attribute(OID.commonName, commonName),
  ]);
