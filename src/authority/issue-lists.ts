/** Lists of what the CAs of an authority have revoked. */
import { z } from 'zod';
import { checked, time } from '../arguments.ts';
import { parseCertificate, parseRevocationList } from '../asn1/index.ts';
import { ZkcxError } from '../errors.ts';
import { anchorFromCertificate, checkChain, checkLists } from '../pki/index.ts';
import type { AuthorityFiles } from './files.ts';
import type { IssuedList } from './list-names.ts';
import { makeLists, type Revoked } from './lists.ts';
import type { Entry, Register } from './register.ts';

export interface ListOptions {
  /** Name of a CA; default: every CA that has a point. */
  readonly issuer?: string;
  /** Unix seconds: thisUpdate, and nextUpdate. */
  readonly at: bigint;
  readonly nextUpdate: bigint;
  /** cRLNumber; default: one more than the last. */
  readonly number?: bigint;
  /** Parts that each list is cut into; default: none. */
  readonly parts?: number;
}

/** A circuit has room for 8 bytes; entries have one in a list of parts. */
const number = z
  .bigint()
  .min(0n)
  .lt(2n ** 63n);
const schema = z.strictObject({
  issuer: z.string().optional(),
  at: time,
  nextUpdate: time,
  number: number.optional(),
  parts: z.int().min(1).max(1_000).optional(),
});

/**
 * Issue the lists of one CA, or of all, about each kind of certificates that they have a point for. All lists are made and
 * checked before the first is kept.
 *
 * @throws ERR_AUTHORITY_NAME (no such CA), ERR_AUTHORITY_REQUEST (it has no point), ERR_AUTHORITY_LIST (the number or the
 *   clock goes back), the codes of the parser and of `checkLists`, ERR_AUTHORITY_PASSPHRASE, ERR_AUTHORITY_KEY
 */
export async function issueLists(
  register: Register,
  files: AuthorityFiles,
  options: ListOptions,
): Promise<IssuedList[]> {
  checked(options, schema, 'the lists to issue');
  const entries = new Map(await register.all('entry'));
  const made = [];
  for (const entry of signersOf(entries, options.issuer)) {
    for (const kind of ['ca', 'user'] as const) {
      const point = entry.request.points?.[kind];
      if (point === undefined) continue;
      const name = `${entry.name}/${kind}`;
      const last = await register.find('list', name);
      const next = options.number ?? BigInt(last?.number ?? 0) + 1n;
      if (last && (next <= BigInt(last.number) || options.at <= BigInt(last.thisUpdate))) {
        throw new ZkcxError(
          'ERR_AUTHORITY_LIST',
          `number and time of a list go on: the last one of ${entry.name} has the number ${last.number}`,
        );
      }
      const revoked = await revokedOf(register, entry.name, kind);
      const ders = makeLists({
        issuer: parseCertificate(Buffer.from(entry.certificate, 'base64')),
        key: await files.readKey(entry.name),
        kind,
        point,
        number: next,
        thisUpdate: options.at,
        nextUpdate: options.nextUpdate,
        revoked,
        parts: options.parts ?? 1,
      });
      judge(entries, entry, ders, options.at);
      const lists = ders.map((der) => Buffer.from(der).toString('base64'));
      const value = { number: String(next), thisUpdate: String(options.at), lists };
      made.push({ issuer: entry.name, kind, revoked: revoked.length, name, value });
    }
  }
  await register.change(made.map(({ name, value }) => ({ put: 'list', name, value }) as const));
  const issued: IssuedList[] = [];
  for (const { issuer, kind, revoked, value } of made) {
    const written = await files.writeLists(issuer, kind, value);
    issued.push({ issuer, kind, revoked, number: BigInt(value.number), files: written });
  }
  return issued;
}

function signersOf(entries: ReadonlyMap<string, Entry>, wanted: string | undefined): Entry[] {
  const hasPoint = ({ request: { points } }: Entry) =>
    points?.ca !== undefined || points?.user !== undefined;
  if (wanted === undefined) return [...entries.values()].filter(hasPoint);
  const entry = entries.get(wanted);
  if (entry === undefined) {
    throw new ZkcxError('ERR_AUTHORITY_NAME', `there is no certificate ${wanted}`);
  }
  if (hasPoint(entry)) return [entry];
  throw new ZkcxError('ERR_AUTHORITY_REQUEST', `${wanted} has no distribution point for its lists`);
}

async function revokedOf(
  register: Register,
  issuer: string,
  kind: 'ca' | 'user',
): Promise<Revoked[]> {
  const serials = await register.all('serial', `${issuer}/`);
  return serials.flatMap(([id, serial]) => {
    if (serial.revoked === undefined || serial.kind !== kind) return [];
    const { at, reason } = serial.revoked;
    const serialNumber = BigInt(`0x${id.slice(issuer.length + 1)}`);
    return [{ serialNumber, at: BigInt(at), notAfter: BigInt(serial.notAfter), reason }];
  });
}

/** What whoever keeps a revocation map will say of the lists. */
function judge(
  entries: ReadonlyMap<string, Entry>,
  signer: Entry,
  ders: readonly Uint8Array[],
  at: bigint,
): void {
  const chain = [signer];
  while (chain[0]!.issuer !== undefined) chain.unshift(entries.get(chain[0]!.issuer)!);
  const [ci, ...certificates] = chain.map(({ certificate }) =>
    parseCertificate(Buffer.from(certificate, 'base64')),
  );
  const anchor = anchorFromCertificate(ci!);
  const issuer = certificates.length === 0 ? anchor : checkChain({ anchor, certificates, at }).leaf;
  checkLists({ lists: ders.map(parseRevocationList), issuer, at });
}
