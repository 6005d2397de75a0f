/** Openings of a presentation that come after it, in zkcxDisclose: told with consent, checked here. */
import { Field } from 'o1js';
import { TAG } from '../../asn1/index.ts';
import { encodeTlv } from '../../asn1/tlv.ts';
import { bytesEqual } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import type { PublicKey } from '../../pki/index.ts';
import { openIdentity, openKey, writeOpenings } from '../../session/openings.ts';
import type { VerifiedPresentation } from '../../session/verifier.ts';
import type { SessionOpenings } from '../../witness/presentation.ts';
import {
  type AuthenticateResponseOk,
  EuiccSigned1,
  EuiccSigned1Beginning,
} from '../../sgp22/messages/authenticate-server.ts';
import { CtxParams1 } from '../../sgp22/messages/ctx-params.ts';
import { isSignature } from '../../sgp22/messages/signature.ts';
import type { ZkcxRequest } from './messages.ts';
import { type SecondSession, zkcxAddress } from './transcript.ts';

type Disclosure = ZkcxRequest<'zkcxDisclose'>;
type DeviceDisclosure = Extract<Disclosure, { kind: 'device' }>;
type IdentityDisclosure = Extract<Disclosure, { kind: 'identity' }>;

/** What the server goes on with in `zkcx-device`. */
export interface DisclosedDevice {
  /** 32 digits. */
  readonly eid: string;
  /** Key of the eUICC's certificate. */
  readonly key: PublicKey;
}

/** What the eUICC has to have signed once its user agreed. */
export interface ExpectedConsent {
  readonly second: SecondSession;
  /** Plain, in lower case. */
  readonly serverAddress: string;
  /** Of AuthenticateClient; undefined there: it must not be here either. */
  readonly matchingId?: string;
}

/** The LPA's: who the eUICC is, and what it signed for the second session. */
export function discloseDevice(
  openings: SessionOpenings,
  { euiccSigned1, euiccSignature1 }: AuthenticateResponseOk,
): DeviceDisclosure {
  const { identity, key } = writeOpenings(['identity', 'key'], openings);
  return { kind: 'device', identity: identity!, key: key!, euiccSigned1, euiccSignature1 };
}

/** The LPA's: the EID alone, for an order that is bound to it. */
export function discloseIdentity(openings: SessionOpenings): IdentityDisclosure {
  return { kind: 'identity', identity: writeOpenings(['identity'], openings).identity! };
}

/**
 * The server's: both openings are of the commitments of this very presentation, and the opened key signed for
 * the second session and for just the order that AuthenticateClient named.
 *
 * @throws ERR_PROOF_OPENING, ERR_RSP_SIGNATURE, ERR_RSP_ZKCX_TRANSCRIPT; ERR_DER_* and ERR_RSP_VALUE for a
 * euiccSigned1 that is malformed
 */
export function checkDeviceDisclosure(
  { identity, key, euiccSigned1, euiccSignature1 }: DeviceDisclosure,
  presentation: VerifiedPresentation,
  expected: ExpectedConsent,
): DisclosedDevice {
  const eid = openEid(identity, presentation);
  const opened = openKey(key, Field(presentation.sessionKey));
  if (!isSignature(euiccSignature1, opened, euiccSigned1)) {
    throw new ZkcxError(
      'ERR_RSP_SIGNATURE',
      'euiccSignature1 is not a signature of the opened key over euiccSigned1',
    );
  }
  if (!bytesEqual(euiccSigned1, consentOf(euiccSigned1, expected))) {
    throw new ZkcxError(
      'ERR_RSP_ZKCX_TRANSCRIPT',
      'the eUICC signed for another session or order, or signed more than that',
    );
  }
  return Object.freeze({ eid, key: opened });
}

/** The server's: the EID, 32 digits. Throws ERR_PROOF_OPENING. */
export function checkIdentityDisclosure(
  { identity }: IdentityDisclosure,
  presentation: VerifiedPresentation,
): string {
  return openEid(identity, presentation);
}

/** The EuiccSigned1 of this session and order that says the same of eUICC and device as the given one. */
function consentOf(
  euiccSigned1: Uint8Array,
  { second, serverAddress, matchingId }: ExpectedConsent,
): Uint8Array {
  const { euiccInfo2, ctxParams1 } = EuiccSigned1.decode(euiccSigned1);
  const { transactionId, serverChallenge } = second;
  return encodeTlv(
    TAG.sequence,
    EuiccSigned1Beginning.encode({
      transactionId,
      serverAddress: zkcxAddress(serverAddress),
      serverChallenge,
    }),
    euiccInfo2.der,
    CtxParams1.encode({ matchingId, deviceInfo: ctxParams1.deviceInfo }),
  );
}

function openEid(
  opening: Disclosure['identity'],
  { role, sessionIdentity }: VerifiedPresentation,
): string {
  const identity = openIdentity(opening, Field(sessionIdentity), role);
  if (identity.kind === 'eid') return identity.digits;
  throw new ZkcxError('ERR_PROOF_OPENING', 'the opened identity is not that of an eUICC');
}
