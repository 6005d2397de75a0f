/**
 * An RSP session, from InitiateAuthentication to the end of its time (SGP.22 3.1.3). Each state
 * accepts one kind of message, once: a session never goes back.
 */
import { z } from 'zod';
import { bytesToHex } from '../../bytes.ts';
import { deviceName, type Order } from './order.ts';

const hex = z.string().regex(/^([0-9a-f]{2})*$/);

export const sessionSchema = z.object({
  transactionId: hex,
  /** Unix seconds. */
  createdAt: z.int(),
  /**
   * initiated: waits for AuthenticateClient. authenticated: for GetBoundProfilePackage.
   * delivered, refused: only for CancelSession, from an eUICC that has shown its key.
   */
  state: z.enum(['initiated', 'authenticated', 'delivered', 'refused']),
  serverAddress: z.string(),
  serverChallenge: hex,
  /** Key identifier of the CI that the eUICC signs under. */
  ciPkId: hex,
  /** Key identifier of the CI that the server's certificates are under. */
  serverCiPkId: hex,
  /** Which pair under that CI: the one that the session began with, whatever others the server has got since. */
  serverPair: hex.optional(),
  /** What AuthenticateClient showed. */
  device: z
    .object({
      ...deviceName,
      /** SEC 1 coordinates of the certificate's key. */
      euiccKey: hex.optional(),
      /** Bytes of memory that the eUICC has left, when it says so. */
      freeMemory: z.number().optional(),
    })
    .optional(),
  /** Sequence number of the order that was offered to the device, and the signature that its next one covers. */
  offer: z.object({ sequence: z.int(), smdpSignature2: hex }).optional(),
});

export type Session = z.infer<typeof sessionSchema>;
export type Device = NonNullable<Session['device']>;
export type Offer = NonNullable<Session['offer']>;

/** @param smdpSignature2 left out: the server has not signed yet */
export function offerOf({ sequence }: Order, smdpSignature2: Uint8Array = new Uint8Array()): Offer {
  return { sequence, smdpSignature2: bytesToHex(smdpSignature2) };
}
