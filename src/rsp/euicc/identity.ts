import { parseCertificate, subjectSerialNumber } from '../../asn1/index.ts';
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { isKeyPair } from '../../sgp22/messages/curve.ts';

/** What an EUM puts into an eUICC for one CI. */
export interface EuiccCredential {
  /** CERT.EUICC, DER. */
  readonly certificate: Uint8Array;
  /** CERT.EUM, DER. */
  readonly eumCertificate: Uint8Array;
  /** SK.EUICC, 32 bytes. */
  readonly secretKey: Uint8Array;
}

/** The credentials of one eUICC, looked through once. */
export interface EuiccIdentity {
  /** 32 digits. */
  readonly eid: string;
  readonly credentials: readonly (EuiccCredential & {
    /** Key identifier of the CI that issued CERT.EUM. */
    readonly ciKeyIdentifier: Uint8Array;
  })[];
  /** Quirk `odd-notifications`. */
  readonly unswapsIccids?: boolean;
}

/**
 * Read the credentials of an eUICC. Whether the chains are valid is for servers to judge, as it is with
 * a real card; here only what the card itself relies on is checked.
 *
 * @throws ERR_RSP_EUICC_STATE if key and certificate, or the certificates, do not belong together
 */
export function euiccIdentity(credentials: readonly EuiccCredential[]): EuiccIdentity {
  const list = credentials.map((credential) => {
    const certificate = parseCertificate(credential.certificate);
    const eum = parseCertificate(credential.eumCertificate);
    if (!isKeyPair(credential.secretKey, certificate.publicKey)) {
      throw unusable('the key does not belong to the eUICC certificate');
    }
    if (!bytesEqual(certificate.issuer.der, eum.subject.der)) {
      throw unusable('the eUICC certificate was not issued by this EUM');
    }
    const ciKeyIdentifier = eum.authorityKeyIdentifier;
    const eid = subjectSerialNumber(certificate.subject);
    if (ciKeyIdentifier === undefined || eid === undefined || !/^[0-9]{32}$/.test(eid)) {
      throw unusable('the EUM certificate names no CI key, or the eUICC certificate no EID');
    }
    return { ...credential, ciKeyIdentifier, eid };
  });
  const [first] = list;
  if (first === undefined) throw unusable('an eUICC needs a credential');
  if (list.some(({ eid }) => eid !== first.eid)) {
    throw unusable('the credentials are those of different eUICCs');
  }
  return { eid: first.eid, credentials: list };
}

function unusable(problem: string): ZkcxError {
  return new ZkcxError('ERR_RSP_EUICC_STATE', `These are no credentials of an eUICC: ${problem}`);
}
