/** What the commands of `pki` have in common: the folder, the passphrase, the time. */
import { Option } from 'commander';
import { type Authority, type Entry, openAuthority } from '../../authority/index.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import { systemClock } from '../../time.ts';
import { AT, type AtFlags, required, wholeNumber } from '../shared/options.ts';
import { isoTime } from '../shared/output.ts';

const MAX_PASSPHRASE_BYTES = 1_024;
const DAY = 86_400n;

export const PASSPHRASE = new Option(
  '--passphrase-file <file>',
  'passphrase of the keys of CAs, in a file of mode 0600; or ZKCX_PKI_PASSPHRASE; default: none',
);

export const AUTHORITY = [
  required('--dir <folder>', 'folder of the PKI; made if missing'),
  PASSPHRASE,
  AT,
];

export interface PassphraseFlags {
  readonly passphraseFile?: string;
}

export interface AuthorityFlags extends PassphraseFlags, AtFlags {
  readonly dir: string;
}

export const DAYS = new Option(
  '--days <days>',
  'how long it is valid; default: as long as its issuer, a CI for 30 years',
).argParser(wholeNumber({ least: 1, most: 2_900_000 }));

/** Where a validity of so many days ends; undefined where the issuer decides. */
export const endOf = (at: bigint, days: number | undefined): bigint | undefined =>
  days === undefined ? undefined : at + BigInt(days) * DAY;

/** Open the folder, work, and let go of it. */
export async function withAuthority<T>(
  flags: AuthorityFlags,
  work: (authority: Authority, at: bigint) => Promise<T>,
): Promise<T> {
  const passphrase = await givenPassphrase(flags);
  const authority = await openAuthority({ folder: flags.dir, passphrase });
  try {
    return await work(authority, flags.at ?? systemClock());
  } finally {
    await authority.close();
  }
}

/** The passphrase of the file, else of the environment. Throws ERR_CLI_USAGE for an empty one. */
export async function givenPassphrase({
  passphraseFile: file,
}: PassphraseFlags): Promise<string | undefined> {
  if (file === undefined) return process.env.ZKCX_PKI_PASSPHRASE || undefined;
  const bytes = await readFileLimited(file, MAX_PASSPHRASE_BYTES, { ownerOnly: true });
  const passphrase = new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
  if (passphrase === '') throw new ZkcxError('ERR_CLI_USAGE', `${file} holds no passphrase`);
  return passphrase;
}

/** What people want to know of a certificate of the folder. */
export function factsOf({ name, issuer, request, serialNumber, notBefore, notAfter }: Entry) {
  return {
    name,
    role: request.role,
    issuer,
    serialNumber: BigInt(serialNumber).toString(16),
    validFrom: isoTime(BigInt(notBefore)),
    validUntil: isoTime(BigInt(notAfter)),
    eid: request.eid,
    oid: request.oid,
  };
}
