/** The one RSP session that an eUICC has at a time; it lives in volatile memory (SGP.22 3.1.2). */
import type { PublicKey, TrustAnchor } from '../../pki/index.ts';
import type { ZkcxServer } from '../../sgp22/messages/zkcx-server.ts';
import type { EuiccIdentity } from './identity.ts';
import type { EuiccOneTimeKey } from './one-time-key.ts';

/** A challenge is out, used or not used once. */
export interface ChallengedSession {
  readonly stage: 'challenged';
  readonly challenge: Uint8Array;
  /** zkCX-aware firmware: whom the LPA has verified for the attempt that comes. */
  readonly server?: ZkcxServer;
}

/** What smdpSignature2 and the package have to hold to, by how the server was verified. */
export type SessionServer =
  | {
      readonly verifiedBy: 'euicc';
      /** The CI that issued the server's certificate. */
      readonly anchor: TrustAnchor;
      /** It is an SM-DP+ (CERT.DPauth), not an SM-DS (CERT.DSauth): it may deliver profiles. */
      readonly isSmdp: boolean;
      readonly euiccSignature1: Uint8Array;
    }
  | {
      readonly verifiedBy: 'lpa';
      readonly packageKey: PublicKey;
      /** Whole element. */
      readonly serverSigned1: Uint8Array;
      /** Secret key of 32 bytes that was made for this session, see `sessionKeyMessage`. */
      readonly sessionKey: Uint8Array;
    };

/** The server has signed the challenge with the key that its certificate, or the LPA, says. */
export interface AuthenticatedSession {
  readonly stage: 'authenticated';
  readonly transactionId: Uint8Array;
  readonly serverAddress: string;
  /** OID of the server, the same in all its certificates. */
  readonly smdpOid: string;
  readonly server: SessionServer;
  readonly credential: EuiccIdentity['credentials'][number];
}

/** A one-time key is out, a bound profile package may come. */
export interface PreparedSession extends Omit<AuthenticatedSession, 'stage'> {
  readonly stage: 'prepared';
  /** Key of CERT.DPpb, or the one that the LPA verified. */
  readonly packageKey: PublicKey;
  readonly oneTimeKey: EuiccOneTimeKey;
  /** 16 bytes that go into the keys of the package: the EID, or what stands for it. */
  readonly kdfValue: Uint8Array;
}

/** The secret key that signs in a session once the server is authenticated. */
export function signingKey({
  server,
  credential,
}: Pick<AuthenticatedSession, 'server' | 'credential'>) {
  return server.verifiedBy === 'lpa' ? server.sessionKey : credential.secretKey;
}

export type Session = ChallengedSession | AuthenticatedSession | PreparedSession;
