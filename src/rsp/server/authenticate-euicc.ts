import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import {
  type AuthenticateServerResponse,
  ReceivedEuiccSigned1,
} from '../../sgp22/messages/authenticate-server.ts';
import { hexToBytes } from '../../sgp22/messages/identifiers.ts';
import { isSignature } from '../../sgp22/messages/signature.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { checkEuicc, type CheckedEuicc } from './check-euicc.ts';

const refuse = STATUS.authenticateClient;

/** What a server has signed in this session, and what it expects of the eUICC. Bytes in hexadecimal. */
export interface Challenged {
  readonly transactionId: string;
  readonly serverAddress: string;
  readonly serverChallenge: string;
  /** Key identifier of the CI that the eUICC is to sign under. */
  readonly ciPkId: string;
}

export interface AuthenticatedEuicc {
  readonly euicc: CheckedEuicc;
  /** Whole element, see `readDeviceFacts`. */
  readonly euiccInfo2: Uint8Array;
  /** Empty: none. */
  readonly matchingId: string;
  readonly euiccSignature1: Uint8Array;
}

/** Check what an eUICC answers to the challenge of a server: its certificates, its signature, what it signed. Throws RspRefusal. */
export function authenticateEuicc(
  session: Challenged,
  response: AuthenticateServerResponse,
  anchors: readonly TrustAnchor[],
  at: bigint,
): AuthenticatedEuicc {
  if (response.result === 'error') {
    throw new RspRefusal(refuse.euiccSignatureInvalid, {
      message: `The eUICC refused the server with error ${response.authenticateErrorCode}`,
    });
  }
  const { euiccSigned1, euiccSignature1 } = response;
  const ciPkId = hexToBytes(session.ciPkId, 'a stored key identifier');
  const euicc = checkEuicc(response, anchors, at, ciPkId);
  if (!isSignature(euiccSignature1, euicc.publicKey, euiccSigned1)) {
    throw new RspRefusal(refuse.euiccSignatureInvalid);
  }
  const signed = decoded(() => ReceivedEuiccSigned1.decode(euiccSigned1));
  if (bytesToHex(signed.transactionId) !== session.transactionId) {
    throw new RspRefusal(refuse.invalidTransactionId);
  }
  if (
    bytesToHex(signed.serverChallenge) !== session.serverChallenge ||
    signed.serverAddress.toLowerCase() !== session.serverAddress.toLowerCase()
  ) {
    throw new RspRefusal(refuse.euiccSignatureInvalid);
  }
  const matchingId = new TextDecoder().decode(signed.ctxParams1.matchingId);
  return { euicc, euiccInfo2: signed.euiccInfo2, matchingId, euiccSignature1 };
}

/** What the eUICC signed must be what the standard says. */
function decoded<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof ZkcxError)) throw cause;
    throw new RspRefusal(refuse.euiccSignatureInvalid, { cause });
  }
}
