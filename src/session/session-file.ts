/**
 * What the two sides keep of a session in files, for its later messages. The holder's opens the
 * commitment to its key, the verifier's decides what is accepted: both are for their owner only.
 */
import * as argument from '../arguments.ts';
import { transcript as transcriptForm } from './arguments.ts';
import { z } from 'zod';
import { Field } from 'o1js';
import { PublicKey } from '../circuits/claims.ts';
import { ZkcxError } from '../errors.ts';
import { fieldString } from '../arguments.ts';
import { readFileLimited, writeFileAtomic } from '../files.ts';
import type { HolderSession } from './answer.ts';
import type { PossessionStatement } from './possession.ts';
import { checkAddress, sessionId, type SessionTranscript } from './transcript.ts';
import type { VerifiedPresentation } from './verifier.ts';

const MAX_SESSION_BYTES = 10_000;

const limbs = z.array(fieldString).length(3);

const transcriptShape = {
  transactionId: z.string().regex(/^[0-9a-f]{32}$/),
  serverAddress: z.string(),
  serverChallenge: z.string().regex(/^[0-9a-f]{64}$/),
};

const sessionSchema = z.strictObject({
  format: z.literal('zkcx-session'),
  version: z.literal(1),
  ...transcriptShape,
  /** Leaf key, 88-bit limbs, and the blind of its commitment. */
  key: z.strictObject({ blind: fieldString, x: limbs, y: limbs }),
});

const verifiedSchema = z.strictObject({
  format: z.literal('zkcx-verified-session'),
  version: z.literal(1),
  ...transcriptShape,
  /** Commitment to the leaf key. */
  sessionKey: fieldString,
});

/** What a verifier needs to check later messages of a session. */
type VerifiedSession = Pick<PossessionStatement, 'session' | 'sessionKey'> &
  Pick<VerifiedPresentation, 'transcript'>;

const holderSession = z.looseObject({
  transcript: transcriptForm,
  key: z.looseObject({ blind: argument.instanceOf(Field), key: z.looseObject({}) }),
});

/** Write the holder's side of a session, readable by its owner only (mode 0600). */
export async function writeSession(path: string, session: HolderSession) {
  argument.checked(path, argument.path, 'the file of writeSession');
  argument.checked(session, holderSession, 'writeSession');
  const { transcript, key } = session;
  const document: z.infer<typeof sessionSchema> = {
    format: 'zkcx-session',
    version: 1,
    ...transcriptTexts(transcript),
    key: {
      blind: key.blind.toString(),
      x: key.key.x.map(String),
      y: key.key.y.map(String),
    },
  };
  await write(path, document);
}

/** Read it back. Throws ERR_CREDENTIAL_PERMISSIONS, ERR_CREDENTIAL_FORMAT, ERR_FILE_*. */
export async function readSession(path: string): Promise<HolderSession> {
  argument.checked(path, argument.path, 'the file of readSession');
  const field = (text: string) => Field(text);
  return read(path, sessionSchema, 'present prove', ({ key: { blind, x, y }, ...texts }) => ({
    ...readTranscript(texts),
    key: { blind: field(blind), key: new PublicKey({ x: x.map(field), y: y.map(field) }) },
  }));
}

/** Write the verifier's side of a session, mode 0600: who changes it, changes what is accepted. */
export async function writeVerifiedSession(
  path: string,
  { transcript, sessionKey }: VerifiedSession,
): Promise<void> {
  const document: z.infer<typeof verifiedSchema> = {
    format: 'zkcx-verified-session',
    version: 1,
    ...transcriptTexts(transcript),
    sessionKey: String(sessionKey),
  };
  await write(path, document);
}

/** Read it back. Throws as `readSession`. */
export async function readVerifiedSession(path: string): Promise<VerifiedSession> {
  return read(path, verifiedSchema, 'present verify', ({ sessionKey, ...texts }) => ({
    ...readTranscript(texts),
    sessionKey: BigInt(sessionKey),
  }));
}

type TranscriptTexts = Record<keyof typeof transcriptShape, string>;

function transcriptTexts(transcript: SessionTranscript): TranscriptTexts {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return {
    transactionId: hex(transcript.transactionId),
    serverAddress: transcript.serverAddress,
    serverChallenge: hex(transcript.serverChallenge),
  };
}

function readTranscript(texts: TranscriptTexts) {
  const transcript = Object.freeze({
    transactionId: new Uint8Array(Buffer.from(texts.transactionId, 'hex')),
    serverAddress: checkAddress(texts.serverAddress),
    serverChallenge: new Uint8Array(Buffer.from(texts.serverChallenge, 'hex')),
  });
  return { session: sessionId(transcript).toBigInt(), transcript };
}

const write = (path: string, document: object) =>
  writeFileAtomic(path, `${JSON.stringify(document, null, 2)}\n`, 0o600);

async function read<Document, Session>(
  path: string,
  schema: z.ZodType<Document>,
  command: string,
  decode: (document: Document) => Session,
): Promise<Session> {
  const bytes = await readFileLimited(path, MAX_SESSION_BYTES, { ownerOnly: true });
  try {
    return decode(schema.parse(JSON.parse(new TextDecoder().decode(bytes))));
  } catch {
    // no cause: parsers quote the text that they stumble over
    throw new ZkcxError(
      'ERR_CREDENTIAL_FORMAT',
      `this is not a session file of \`${command} --session\``,
    );
  }
}
