/**
 * What an account has sent and not yet settled, on disk before any node hears of it: whoever is killed, or gets no
 * answer, finds the command again and never pays for it twice. One process at a time sends from an account.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ZkcxError } from '../../../errors.ts';
import { describeIssue } from '../../../arguments.ts';
import { isAbsent, makeFolder, readFileLimited, writeFileAtomic } from '../../../files.ts';
import { lockFolder } from '../folder-lock.ts';

const MAX_JOURNAL_BYTES = 10_000_000;

const attemptSchema = z.strictObject({
  /** Of the command. */
  hash: z.string().regex(/^[1-9A-HJ-NP-Za-km-z]{1,100}$/),
  /** Nanomina. */
  fee: z.string().regex(/^[0-9]{1,20}$/),
  /** Last slot since genesis of a block that may have it. */
  validUntil: z.int().min(0).max(0xffffffff),
  /** The command, proven and signed: it is sent again as it is. */
  command: z.looseObject({}),
});

const journalSchema = z.strictObject({
  format: z.literal('zkcx-sent'),
  version: z.literal(1),
  /** Of the chain that it was sent to. */
  chain: z.string().min(1).max(200),
  /** What it is for; the same purpose is the same command, whenever it is asked for again. */
  purpose: z.string().max(500),
  nonce: z.int().min(0).max(0xffffffff),
  /** Commands of one nonce, of which one at most counts; each pays more than the one before. */
  attempts: z.array(attemptSchema).min(1).max(100),
});

export type Attempt = z.infer<typeof attemptSchema>;

export type Sent = Omit<z.infer<typeof journalSchema>, 'format' | 'version'>;

export interface AccountJournal {
  /** What is not settled yet. */
  read(): Promise<Sent | undefined>;
  write(sent: Sent): Promise<void>;
  /** It is settled. */
  clear(): Promise<void>;
  /** Let others send from the account. */
  close(): Promise<void>;
}

/**
 * Open the journal of an account in a folder, made where there is none. Throws ERR_REGISTRY_LOCKED (another process
 * sends from it), ERR_FILE_WRITE; its `read` throws ERR_COMMAND_JOURNAL.
 */
export async function openJournal(folder: string, account: string): Promise<AccountJournal> {
  const own = join(folder, account);
  await makeFolder(own);
  const unlock = await lockFolder(own);
  const file = join(own, 'sent.json');
  return {
    read: () => readJournal(file),
    write: (sent) => {
      const document = { format: 'zkcx-sent', version: 1, ...sent };
      return writeFileAtomic(file, `${JSON.stringify(document)}\n`, 0o600);
    },
    clear: () => rm(file, { force: true }),
    close: unlock,
  };
}

async function readJournal(file: string): Promise<Sent | undefined> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(await readFileLimited(file, MAX_JOURNAL_BYTES)));
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw unreadable(file, 'it cannot be read', cause);
  }
  const parsed = journalSchema.safeParse(json);
  if (!parsed.success) throw unreadable(file, describeIssue(parsed.error));
  const { chain, purpose, nonce, attempts } = parsed.data;
  return { chain, purpose, nonce, attempts };
}

/** Something was sent and may count: nothing else is, until somebody has looked. */
const unreadable = (file: string, how: string, cause?: unknown) =>
  new ZkcxError(
    'ERR_COMMAND_JOURNAL',
    `${file}: ${how}. It names a command that may have been sent: look for it before you remove the file`,
    { cause },
  );
