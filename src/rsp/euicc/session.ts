/** The one RSP session that an eUICC has at a time; it lives in volatile memory (SGP.22 3.1.2). */
import type { PublicKey, TrustAnchor } from '../../pki/index.ts';
import type { EuiccIdentity } from './identity.ts';
import type { EuiccOneTimeKey } from './one-time-key.ts';

/** A challenge is out, used or not used once. */
export interface ChallengedSession {
  readonly stage: 'challenged';
  readonly challenge: Uint8Array;
}

/** The server has shown its certificate and signed the challenge. */
export interface AuthenticatedSession {
  readonly stage: 'authenticated';
  readonly transactionId: Uint8Array;
  readonly serverAddress: string;
  /** OID of the server, the same in all its certificates. */
  readonly smdpOid: string;
  /** The CI that issued the server's certificate. */
  readonly anchor: TrustAnchor;
  readonly credential: EuiccIdentity['credentials'][number];
  readonly euiccSignature1: Uint8Array;
}

/** A one-time key is out, a bound profile package may come. */
export interface PreparedSession extends Omit<AuthenticatedSession, 'stage'> {
  readonly stage: 'prepared';
  /** Key of CERT.DPpb. */
  readonly packageKey: PublicKey;
  readonly oneTimeKey: EuiccOneTimeKey;
}

export type Session = ChallengedSession | AuthenticatedSession | PreparedSession;
