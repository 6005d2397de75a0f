/** What a holder keeps of a session, in a file: opens the commitment to its key, so it is private. */
import { z } from 'zod';
import { Field } from 'o1js';
import { PublicKey } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { fieldString } from '../prover/envelope.ts';
import { readFileLimited, writeFileAtomic } from '../prover/files.ts';
import type { HolderSession } from './answer.ts';
import { checkAddress, sessionId } from './transcript.ts';

const MAX_SESSION_BYTES = 10_000;

const limbs = z.array(fieldString).length(3);

const sessionSchema = z.strictObject({
  format: z.literal('zkcx-session'),
  version: z.literal(1),
  transactionId: z.string().regex(/^[0-9a-f]{32}$/),
  serverAddress: z.string(),
  serverChallenge: z.string().regex(/^[0-9a-f]{64}$/),
  /** Leaf key, 88-bit limbs, and the blind of its commitment. */
  key: z.strictObject({ blind: fieldString, x: limbs, y: limbs }),
});

/** Write a session, readable by its owner only (mode 0600). */
export async function writeSession(path: string, session: HolderSession): Promise<void> {
  const { transcript, key } = session;
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const document: z.infer<typeof sessionSchema> = {
    format: 'zkcx-session',
    version: 1,
    transactionId: hex(transcript.transactionId),
    serverAddress: transcript.serverAddress,
    serverChallenge: hex(transcript.serverChallenge),
    key: {
      blind: key.blind.toString(),
      x: key.key.x.map(String),
      y: key.key.y.map(String),
    },
  };
  await writeFileAtomic(path, `${JSON.stringify(document, null, 2)}\n`, 0o600);
}

/** Read it back. Throws ERR_CREDENTIAL_PERMISSIONS, ERR_CREDENTIAL_FORMAT, ERR_FILE_*. */
export async function readSession(path: string): Promise<HolderSession> {
  const bytes = await readFileLimited(path, MAX_SESSION_BYTES, { ownerOnly: true });
  try {
    const document = sessionSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const { blind, x, y } = document.key;
    const transcript = Object.freeze({
      transactionId: new Uint8Array(Buffer.from(document.transactionId, 'hex')),
      serverAddress: checkAddress(document.serverAddress),
      serverChallenge: new Uint8Array(Buffer.from(document.serverChallenge, 'hex')),
    });
    const field = (text: string) => Field(text);
    return {
      session: sessionId(transcript).toBigInt(),
      transcript,
      key: { blind: field(blind), key: new PublicKey({ x: x.map(field), y: y.map(field) }) },
    };
  } catch {
    // no cause: parsers quote the text that they stumble over
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', 'this is not a session file');
  }
}
