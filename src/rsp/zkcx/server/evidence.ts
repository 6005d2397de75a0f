/**
 * What is kept of a session with the order that it delivered, for results and notifications that come
 * long after it: the key that they are sealed to. Private.
 */
import { z } from 'zod';
import { bytesToHex } from '../../../bytes.ts';
import { hexToBytes } from '../../../sgp22/messages/identifiers.ts';
import { ZKCX_MODES, type ZkcxMode } from '../negotiation.ts';

export interface Evidence {
  readonly mode: ZkcxMode;
  /** `session` of the transcript, 32 bytes. */
  readonly sessionHash: Uint8Array;
  /** HPKE, 32 bytes. */
  readonly notificationSecret: Uint8Array;
}

const bytes32 = z.string().regex(/^[0-9a-f]{64}$/);

const schema = z.strictObject({
  mode: z.enum(ZKCX_MODES),
  sessionHash: bytes32,
  notificationSecret: bytes32,
});

export function writeEvidence({ mode, sessionHash, notificationSecret }: Evidence): string {
  const document: z.infer<typeof schema> = {
    mode,
    sessionHash: bytesToHex(sessionHash),
    notificationSecret: bytesToHex(notificationSecret),
  };
  return JSON.stringify(document);
}

/** Of this server's own store: throws what zod throws where that is damaged. */
export function readEvidence(text: string): Evidence {
  const { mode, sessionHash, notificationSecret } = schema.parse(JSON.parse(text));
  return {
    mode,
    sessionHash: hexToBytes(sessionHash, 'a stored hash'),
    notificationSecret: hexToBytes(notificationSecret, 'a stored key'),
  };
}
