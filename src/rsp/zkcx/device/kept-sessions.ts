/**
 * What the device keeps of a download with its profile, so that later notifications can go sealed to the
 * same server and, in `zkcx`, under the same session key. It holds the blind of that key: private.
 */
import { join } from 'node:path';
import { Field } from 'o1js';
import { z } from 'zod';
import { bytesEqual, bytesToHex } from '../../../bytes.ts';
import { PublicKey } from '../../../circuits/claims.ts';
import { ZkcxError } from '../../../errors.ts';
import { checked, fieldString, path } from '../../../arguments.ts';
import { filesIn, openPrivateFolder, readFileLimited, writeFileAtomic } from '../../../files.ts';
import type { HolderSession } from '../../../session/answer.ts';
import { checkAddress, type SessionTranscript } from '../../../session/transcript.ts';
import { hexToBytes } from '../../../sgp22/messages/identifiers.ts';
import {
  notificationMetadataOf,
  type PendingNotification,
} from '../../../sgp22/messages/notifications.ts';
import * as argument from '../arguments.ts';
import { ZKCX_MODES, type ZkcxMode } from '../negotiation.ts';

const MAX_BYTES = 10_000;
const ENDING = '.json';

export interface KeptSession {
  readonly mode: ZkcxMode;
  /** Of the profile. */
  readonly iccid: string;
  /** Unix seconds of the download. */
  readonly at: bigint;
  readonly serverOid: string;
  readonly transcript: SessionTranscript;
  /** `form.session` of the whole transcript: 32 bytes. */
  readonly sessionHash: Uint8Array;
  /** HPKE key that came with the package, 65 bytes. */
  readonly notificationKey: Uint8Array;
  readonly holder: HolderSession;
}

const bytes = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * length}}$`));
const limbs = z.array(fieldString).length(3);

const schema = z.strictObject({
  format: z.literal('zkcx-rsp-session'),
  version: z.literal(1),
  mode: z.enum(ZKCX_MODES),
  iccid: z.string().regex(/^\d{18,20}$/),
  at: fieldString,
  serverOid: z.string(),
  serverAddress: z.string(),
  transactionId: bytes(16),
  serverChallenge: bytes(16),
  /** Hash of the negotiation, and what possession proofs call it. */
  sessionHash: bytes(32),
  session: fieldString,
  notificationKey: bytes(65),
  /** Leaf key, 88-bit limbs, and the blind of its commitment. */
  key: z.strictObject({ blind: fieldString, x: limbs, y: limbs }),
});

/** One file a download, named by its transaction, in a folder that nobody else may enter. */
export class KeptSessions {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Open, or make, the folder. Throws ERR_CREDENTIAL_PERMISSIONS when others can enter it. */
  static async open(folder: string): Promise<KeptSessions> {
    checked(folder, path, 'the folder of KeptSessions.open');
    await openPrivateFolder(folder);
    return new KeptSessions(folder);
  }

  /** Keep the session of a download. Mode 0600. Throws ERR_SESSION_VALUE for an address with capitals. */
  async keep(kept: KeptSession): Promise<void> {
    checked(kept, argument.keptSession, 'KeptSessions.keep');
    const { transcript, holder } = kept;
    const transactionId = bytesToHex(transcript.transactionId);
    const document: z.infer<typeof schema> = {
      format: 'zkcx-rsp-session',
      version: 1,
      mode: kept.mode,
      iccid: kept.iccid,
      at: kept.at.toString(),
      serverOid: kept.serverOid,
      serverAddress: checkAddress(transcript.serverAddress),
      transactionId,
      serverChallenge: bytesToHex(transcript.serverChallenge),
      sessionHash: bytesToHex(kept.sessionHash),
      session: holder.session.toString(),
      notificationKey: bytesToHex(kept.notificationKey),
      key: {
        blind: holder.key.blind.toString(),
        x: holder.key.key.x.map(String),
        y: holder.key.key.y.map(String),
      },
    };
    const file = join(this.#folder, transactionId + ENDING);
    await writeFileAtomic(file, `${JSON.stringify(document, null, 2)}\n`, 0o600);
  }

  /**
   * The session that a notification belongs to: by the transaction of an installation result, else the
   * last download of the profile. Undefined if there is none. Throws ERR_CREDENTIAL_PERMISSIONS,
   * ERR_CREDENTIAL_FORMAT, ERR_FILE_*.
   */
  async find(pending: PendingNotification): Promise<KeptSession | undefined> {
    checked(pending, argument.pendingNotification, 'KeptSessions.find');
    const files = await filesIn(this.#folder, ENDING);
    const all = await Promise.all(files.map((file) => readKept(join(this.#folder, file))));
    const { iccid } = notificationMetadataOf(pending);
    return all
      .filter((kept) =>
        pending.kind === 'profileInstallationResult'
          ? bytesEqual(
              kept.transcript.transactionId,
              pending.profileInstallationResultData.transactionId,
            )
          : kept.iccid === iccid,
      )
      .reduce<KeptSession | undefined>(
        (last, kept) => (last === undefined || kept.at > last.at ? kept : last),
        undefined,
      );
  }
}

async function readKept(file: string): Promise<KeptSession> {
  const content = await readFileLimited(file, MAX_BYTES, { ownerOnly: true });
  try {
    return decode(schema.parse(JSON.parse(new TextDecoder().decode(content))));
  } catch {
    // no cause: parsers quote the text that they stumble over
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', `${file} is not the session of a profile`);
  }
}

function decode(document: z.infer<typeof schema>): KeptSession {
  const { mode, iccid, serverOid } = document;
  const transcript = {
    transactionId: hexToBytes(document.transactionId, 'transactionId'),
    serverAddress: checkAddress(document.serverAddress),
    serverChallenge: hexToBytes(document.serverChallenge, 'serverChallenge'),
  };
  const field = (text: string) => Field(text);
  const { blind, x, y } = document.key;
  const key = {
    blind: field(blind),
    key: new PublicKey({ x: x.map(field), y: y.map(field) }),
  };
  return {
    mode,
    iccid,
    at: BigInt(document.at),
    serverOid,
    transcript,
    sessionHash: hexToBytes(document.sessionHash, 'sessionHash'),
    notificationKey: hexToBytes(document.notificationKey, 'notificationKey'),
    holder: { session: BigInt(document.session), transcript, key },
  };
}
