import { ZkcxError } from '../errors.ts';
import { isOrganisationTag, readName } from './names.ts';
import { OID } from './oid.ts';
import { contextTag, TAG } from './tags.ts';
import { inside, type TlvReader } from './tlv.ts';
import { latin1 } from './values.ts';
import type { NameAttribute, PermittedBase } from './types.ts';

/**
 * NameConstraints (RFC 5280 4.2.1.10) as GSMA EUMs have it: permittedSubtrees only, each base a
 * directoryName of an organisation, the leading digits of EIDs, or both.
 */
export function readNameConstraints(value: TlvReader): readonly PermittedBase[] {
  const constraints = value.enter(TAG.sequence, 'NameConstraints');
  const permitted = constraints.optional(contextTag(0, true), 'permittedSubtrees');
  if (constraints.peek() === contextTag(1, true)) {
    throw new ZkcxError(
      'ERR_CERT_NAME_CONSTRAINTS_EXCLUDED',
      'excludedSubtrees of nameConstraints is not supported',
    );
  }
  constraints.finish();
  if (permitted === undefined || permitted.content.length === 0) {
    throw new ZkcxError('ERR_CERT_NAME_CONSTRAINTS_ABSENT', 'nameConstraints permits no subtree');
  }
  const bases: PermittedBase[] = [];
  const subtrees = inside(permitted);
  while (!subtrees.done) bases.push(readBase(subtrees.enter(TAG.sequence, 'GeneralSubtree')));
  return bases;
}

function readBase(subtree: TlvReader): PermittedBase {
  // directoryName is a CHOICE, so its tag is explicit
  if (!subtree.done && subtree.peek() !== contextTag(4, true)) {
    throw badBase('must be a directoryName');
  }
  const directoryName = subtree.enter(contextTag(4, true), 'directoryName');
  const { name } = readName(directoryName, 'Permitted subtree');
  directoryName.finish();
  // RFC 5280: minimum is 0 (the default, so absent) and maximum absent
  if (subtree.peek() === contextTag(0, false) || subtree.peek() === contextTag(1, false)) {
    throw new ZkcxError(
      'ERR_CERT_NAME_CONSTRAINTS_DISTANCE',
      'minimum and maximum of a permitted subtree must be absent',
    );
  }
  subtree.finish();

  const organisation = single(name.attributes, OID.organizationName);
  const serial = single(name.attributes, OID.serialNumber);
  const understood = Number(organisation !== undefined) + Number(serial !== undefined);
  if (understood !== name.attributes.length) {
    throw badBase('may name an organization and a serialNumber, nothing else');
  }
  if (organisation && !isOrganisationTag(organisation.tag)) {
    throw badBase('must give the organization as UTF8String or PrintableString');
  }
  const iin = serial && latin1(serial.value);
  if (serial && (serial.tag !== TAG.printableString || !/^[0-9]+$/.test(iin!))) {
    throw badBase('must give the serialNumber as PrintableString of digits');
  }
  return { organisation: organisation?.value, iin };
}

function single(attributes: readonly NameAttribute[], oid: string): NameAttribute | undefined {
  const found = attributes.filter((attribute) => attribute.oid === oid);
  if (found.length > 1) throw badBase('names one attribute twice');
  return found[0];
}

function badBase(message: string): ZkcxError {
  return new ZkcxError('ERR_CERT_NAME_CONSTRAINTS_BASE', `A permitted subtree ${message}`);
}

/** PermittedEins (SGP.22 v3): SEQUENCE OF PrintableString, digits, at least one entry. */
export function readPermittedEins(value: TlvReader): readonly string[] {
  const list = value.enter(TAG.sequence, 'permittedEins');
  const eins: string[] = [];
  do {
    const digits = list.element(TAG.printableString, 'Entry of permittedEins').content;
    const ein = latin1(digits);
    if (!/^[0-9]+$/.test(ein)) {
      throw new ZkcxError('ERR_CERT_PERMITTED_EINS', 'An entry of permittedEins is not digits');
    }
    eins.push(ein);
  } while (!list.done);
  return eins;
}
