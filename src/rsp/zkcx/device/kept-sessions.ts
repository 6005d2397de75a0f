/**
 * What the device keeps of a download with its profile, so that later notifications can go sealed to the
 * same server. Private: it tells which profile came from where.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { bytesEqual, bytesToHex, concatBytes } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import { checked, fieldString, path } from '../../../arguments.ts';
import { filesIn, openPrivateFolder, readFileLimited, writeFileAtomic } from '../../../files.ts';
import { checkAddress } from '../../../session/transcript.ts';
import { hexToBytes } from '../../../sgp22/messages/identifiers.ts';
import {
  notificationMetadataOf,
  type PendingNotification,
} from '../../../sgp22/messages/notifications.ts';
import { plainAddress } from '../../arguments.ts';
import * as argument from './arguments.ts';
import { ZKCX_MODES, type ZkcxMode } from '../negotiation.ts';

const MAX_BYTES = 10_000;
const ENDING = '.json';

export interface KeptSession {
  readonly mode: ZkcxMode;
  /** `installing`: nobody knows yet whether the profile is there. */
  readonly state: 'installing' | 'current';
  /** Of the profile. */
  readonly iccid: string;
  /** 32 digits, of the eUICC. In the file there is a hash of it. */
  readonly eid: string;
  /** Unix seconds of the download. */
  readonly at: bigint;
  /** Plain, in lower case: the only server that gets notifications sealed for this session. */
  readonly serverAddress: string;
  /** What sealed messages are addressed to, 16 bytes. */
  readonly transactionId: Uint8Array;
  /** What the installation result names: that of the second session in `zkcx-device`, else the same. */
  readonly installation: Uint8Array;
  /** Names the session, 32 bytes. */
  readonly session: Uint8Array;
  /** HPKE key that came with the package, 65 bytes. */
  readonly notificationKey: Uint8Array;
}

/** As found again. */
export type FoundSession = Omit<KeptSession, 'eid'>;

const bytes = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * length}}$`));

const schema = z.strictObject({
  format: z.literal('zkcx-rsp-session'),
  version: z.literal(2),
  mode: z.enum(ZKCX_MODES),
  state: z.enum(['installing', 'current']),
  iccid: z.string().regex(/^[0-9a-f]{18,20}$/),
  /** See `deviceOf`. */
  device: bytes(32),
  at: fieldString,
  serverAddress: z.string(),
  transactionId: bytes(16),
  installation: bytes(16),
  session: bytes(32),
  notificationKey: bytes(65),
});

type Document = z.infer<typeof schema>;

/** What an eUICC still has to do with sessions. */
export interface EuiccContent {
  /** 32 digits. */
  readonly eid: string;
  /** Of its profiles, and of those that it has notifications about. */
  readonly iccids: readonly string[];
  /** Transactions of the installation results that it has not told yet. */
  readonly installations: readonly Uint8Array[];
}

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
    const { transactionId } = kept;
    await this.#write({
      format: 'zkcx-rsp-session',
      version: 2,
      mode: kept.mode,
      state: kept.state,
      iccid: kept.iccid,
      device: deviceOf(transactionId, kept.eid),
      at: kept.at.toString(),
      serverAddress: checkAddress(kept.serverAddress),
      transactionId: bytesToHex(transactionId),
      installation: bytesToHex(kept.installation),
      session: bytesToHex(kept.session),
      notificationKey: bytesToHex(kept.notificationKey),
    });
  }

  /** The profile of a session is installed. Nothing, if there is no such session. */
  async confirm(kept: Pick<KeptSession, 'transactionId'>): Promise<void> {
    checked(kept, argument.namedSession, 'KeptSessions.confirm');
    const name = bytesToHex(kept.transactionId);
    const found = (await this.#all()).find((one) => one.transactionId === name);
    if (found?.state === 'installing') await this.#write({ ...found, state: 'current' });
  }

  /** The session of a profile that is not there. */
  async forget(kept: Pick<KeptSession, 'transactionId'>): Promise<void> {
    checked(kept, argument.namedSession, 'KeptSessions.forget');
    const name = bytesToHex(kept.transactionId);
    await rm(join(this.#folder, name + ENDING), { force: true });
  }

  /**
   * The session that a notification goes sealed with: by the transaction of an installation result, else the last one
   * whose profile was installed; from the server that the notification is for. `foreign` where a session is about the
   * profile, but none is that server's; undefined where there is none at all.
   *
   * @throws ERR_CREDENTIAL_PERMISSIONS, ERR_CREDENTIAL_FORMAT, ERR_FILE_*
   */
  async find(pending: PendingNotification): Promise<FoundSession | 'foreign' | undefined> {
    checked(pending, argument.pendingNotification, 'KeptSessions.find');
    const all = (await this.#all()).map(decode);
    const { iccid, notificationAddress } = notificationMetadataOf(pending);
    const about = all.filter((kept) =>
      pending.kind === 'profileInstallationResult'
        ? bytesEqual(kept.installation, pending.profileInstallationResultData.transactionId)
        : kept.iccid === iccid,
    );
    const address = plainAddress(notificationAddress).toLowerCase();
    const last = about
      .filter(({ serverAddress }) => serverAddress === address)
      .filter(({ state }) => pending.kind === 'profileInstallationResult' || state === 'current')
      .toSorted((a, b) => Number(b.at - a.at))[0];
    return last ?? (about.length > 0 ? 'foreign' : undefined);
  }

  /** Forget the sessions of profiles that this eUICC no longer has anything to do with. */
  async sweep(content: EuiccContent): Promise<void> {
    checked(content, argument.euiccContent, 'KeptSessions.sweep');
    const { eid, iccids, installations } = content;
    const pending = installations.map(bytesToHex);
    for (const kept of await this.#all()) {
      const transactionId = hexToBytes(kept.transactionId, 'transactionId');
      const isOwn = kept.device === deviceOf(transactionId, eid);
      const isOver = !iccids.includes(kept.iccid) && !pending.includes(kept.installation);
      if (isOwn && isOver) await this.forget({ transactionId });
    }
  }

  async #write(document: Document): Promise<void> {
    const file = join(this.#folder, document.transactionId + ENDING);
    await writeFileAtomic(file, `${JSON.stringify(document, null, 2)}\n`, 0o600);
  }

  async #all(): Promise<Document[]> {
    const files = await filesIn(this.#folder, ENDING);
    return Promise.all(files.map((file) => readDocument(join(this.#folder, file))));
  }
}

/** Tells whether a session is of a given eUICC. Whoever can read the file can try EIDs: it is for its owner only. */
function deviceOf(transactionId: Uint8Array, eid: string): string {
  const domain = new TextEncoder().encode('zkcx-kept-device');
  return bytesToHex(sha256(concatBytes(domain, transactionId, new TextEncoder().encode(eid))));
}

async function readDocument(file: string): Promise<Document> {
  const content = await readFileLimited(file, MAX_BYTES, { ownerOnly: true });
  try {
    const document = schema.parse(JSON.parse(new TextDecoder().decode(content)));
    checkAddress(document.serverAddress);
    return document;
  } catch {
    // no cause: parsers quote the text that they stumble over
    throw new ZkcxError('ERR_CREDENTIAL_FORMAT', `${file} is not the session of a profile`);
  }
}

function decode({ mode, state, iccid, at, serverAddress, ...document }: Document): FoundSession {
  return {
    mode,
    state,
    iccid,
    at: BigInt(at),
    serverAddress,
    transactionId: hexToBytes(document.transactionId, 'transactionId'),
    installation: hexToBytes(document.installation, 'installation'),
    session: hexToBytes(document.session, 'session'),
    notificationKey: hexToBytes(document.notificationKey, 'notificationKey'),
  };
}
