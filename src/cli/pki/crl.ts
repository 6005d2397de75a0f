import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { LIST_NAMES } from '../../authority/index.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { wholeNumber } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { AUTHORITY, type AuthorityFlags, withAuthority } from './authority.ts';

interface Flags extends AuthorityFlags {
  readonly issuer?: string;
  readonly hours: number;
  readonly number?: bigint;
  readonly parts?: number;
}

const HOUR = 3_600n;

/** zkcx pki crl --dir FOLDER [--issuer NAME] [--hours HOURS] [--parts N] */
export const pkiCrl: CommandDefinition = {
  name: 'crl',
  description: 'issue the revocation lists of a CA, or of all: CRL-A and CRL-B',
  options: [
    ...AUTHORITY,
    new Option('--issuer <name>', 'its lists alone; default: those of all CAs that have points'),
    new Option('--hours <hours>', 'hours until the next list is due')
      .argParser(wholeNumber({ least: 1, most: 876_000 }))
      .default(168),
    new Option('--number <number>', 'cRLNumber; default: one more than the last').argParser(number),
    new Option('--parts <count>', 'cut each list into partial lists').argParser(
      wholeNumber({ least: 1, most: 1_000 }),
    ),
  ],
  run: crl,
};

function crl(flags: Flags): Promise<Answer> {
  const { issuer, hours, parts } = flags;
  return withAuthority(flags, async (authority, at) => {
    const nextUpdate = at + BigInt(hours) * HOUR;
    const issued = await authority.issueLists({
      issuer,
      at,
      nextUpdate,
      number: flags.number,
      parts,
    });
    const lists = issued.map(({ kind, number: count, files, ...list }) => ({
      ...list,
      list: LIST_NAMES[kind],
      number: String(count),
      files: files.map((file) => join(flags.dir, file)),
    }));
    return {
      json: { lists },
      text: lists.map(
        (one) =>
          `${one.list} of ${one.issuer}, number ${one.number}: ${one.revoked} revoked; ${one.files.join(', ')}`,
      ),
    };
  });
}

function number(text: string): bigint {
  if (/^[0-9]{1,19}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('Give a whole number.');
}
