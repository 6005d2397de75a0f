import { ZkcxError } from '../errors.ts';
import { readNameConstraints, readPermittedEins } from './constraints.ts';
import {
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readCrlUris,
  readExtKeyUsage,
  readKeyUsage,
  readPolicies,
  readRegisteredId,
  readSubjectKeyIdentifier,
} from './extension-values.ts';
import { OID } from './oid.ts';
import { TAG } from './tags.ts';
import { inside, type TlvReader } from './tlv.ts';
import { readBooleanDefaultFalse, readOid } from './values.ts';
import type { Certificate, Extension } from './types.ts';

/** The members of a certificate that come from extensions. */
export type ExtensionValues = Pick<
  Certificate,
  | 'subjectKeyIdentifier'
  | 'authorityKeyIdentifier'
  | 'keyUsage'
  | 'basicConstraints'
  | 'policies'
  | 'nameConstraints'
  | 'permittedEins'
  | 'registeredId'
  | 'extendedKeyUsage'
  | 'crlUris'
>;

/** The known extensions. Each reader takes one element off the extnValue. */
const READERS: Readonly<Record<string, (value: TlvReader) => ExtensionValues>> = {
  [OID.subjectKeyIdentifier]: (v) => ({ subjectKeyIdentifier: readSubjectKeyIdentifier(v) }),
  [OID.authorityKeyIdentifier]: (v) => ({ authorityKeyIdentifier: readAuthorityKeyIdentifier(v) }),
  [OID.keyUsage]: (v) => ({ keyUsage: readKeyUsage(v) }),
  [OID.basicConstraints]: (v) => ({ basicConstraints: readBasicConstraints(v) }),
  [OID.certificatePolicies]: (v) => ({ policies: readPolicies(v) }),
  [OID.nameConstraints]: (v) => ({ nameConstraints: readNameConstraints(v) }),
  [OID.permittedEins]: (v) => ({ permittedEins: readPermittedEins(v) }),
  [OID.subjectAltName]: (v) => ({ registeredId: readRegisteredId(v) }),
  [OID.extKeyUsage]: (v) => ({ extendedKeyUsage: readExtKeyUsage(v) }),
  [OID.cRLDistributionPoints]: (v) => ({ crlUris: readCrlUris(v) }),
};

/**
 * Content of the SEQUENCE OF Extension (RFC 5280 4.1.2.9, 4.2): at least one, each OID once,
 * unknown critical ones refused, known ones filled exactly by their value.
 */
export function readExtensions(list: TlvReader): {
  extensions: readonly Extension[];
  values: ExtensionValues;
} {
  const extensions: Extension[] = [];
  const values: ExtensionValues = {};
  const seen = new Set<string>();
  do {
    const { extension, value } = readExtension(list);
    const { oid, critical } = extension;
    if (seen.has(oid)) {
      throw new ZkcxError('ERR_CERT_EXTENSION_DUPLICATE', `Extension ${oid} occurs twice`, {
        reason: oid,
      });
    }
    seen.add(oid);
    const reader = Object.hasOwn(READERS, oid) ? READERS[oid] : undefined;
    if (reader) {
      Object.assign(values, reader(value));
      value.finish();
    } else if (critical) {
      throw new ZkcxError(
        'ERR_CERT_EXTENSION_UNKNOWN_CRITICAL',
        `Extension ${oid} is critical and unknown`,
        { reason: oid },
      );
    }
    extensions.push(extension);
  } while (!list.done);

  if (values.nameConstraints && values.permittedEins) {
    throw new ZkcxError(
      'ERR_CERT_CONSTRAINTS_BOTH',
      'A certificate may have nameConstraints or permittedEins, not both',
    );
  }
  return { extensions, values };
}

/** One Extension (RFC 5280 4.1) and a reader of its extnValue, which the caller finishes. */
export function readExtension(list: TlvReader): { extension: Extension; value: TlvReader } {
  const element = list.element(TAG.sequence, 'Extension');
  const fields = inside(element);
  const oid = readOid(fields, 'extnID');
  const critical = readBooleanDefaultFalse(fields, `critical of extension ${oid}`);
  const octets = fields.element(TAG.octetString, `extnValue of ${oid}`);
  fields.finish();
  return {
    extension: {
      oid,
      critical,
      value: octets.content.slice(),
      span: element.span,
      valueSpan: octets.contentSpan,
    },
    value: inside(octets),
  };
}
