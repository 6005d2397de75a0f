/**
 * What is kept of a session with the order that it delivered, for results and notifications that come
 * long after it: whom they are from in `zkcx`, and the key that they are sealed to. Private.
 */
import { z } from 'zod';
import { bytesToHex } from '../../../bytes.ts';
import { fieldString } from '../../../arguments.ts';
import { hexToBytes } from '../../../sgp22/messages/identifiers.ts';
import { ZKCX_MODES, type ZkcxMode } from '../negotiation.ts';

export interface Evidence {
  readonly mode: ZkcxMode;
  readonly serverAddress: string;
  readonly serverOid: string;
  /** `form.session` of the transcript, 32 bytes. */
  readonly sessionHash: Uint8Array;
  /** Both from the presentation, for `possession`. */
  readonly session: bigint;
  readonly sessionKey: bigint;
  /** HPKE, 32 bytes. */
  readonly notificationSecret: Uint8Array;
}

const bytes32 = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.strictObject({
  mode: z.enum(ZKCX_MODES),
  serverAddress: z.string(),
  serverOid: z.string(),
  sessionHash: bytes32,
  session: fieldString,
  sessionKey: fieldString,
  notificationSecret: bytes32,
});

export function writeEvidence(evidence: Evidence): string {
  const document: z.infer<typeof schema> = {
    ...evidence,
    sessionHash: bytesToHex(evidence.sessionHash),
    session: String(evidence.session),
    sessionKey: String(evidence.sessionKey),
    notificationSecret: bytesToHex(evidence.notificationSecret),
  };
  return JSON.stringify(document);
}

/** Of this server's own store: throws what zod throws where that is damaged. */
export function readEvidence(text: string): Evidence {
  const document = schema.parse(JSON.parse(text));
  return {
    ...document,
    sessionHash: hexToBytes(document.sessionHash, 'a stored hash'),
    session: BigInt(document.session),
    sessionKey: BigInt(document.sessionKey),
    notificationSecret: hexToBytes(document.notificationSecret, 'a stored key'),
  };
}
