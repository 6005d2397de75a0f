/** A PKI of one's own in a folder: `NAME.der`, `NAME.pem`, `NAME.key` of each certificate, lists, and the register. */
import { z } from 'zod';
import { checked, path, time } from '../arguments.ts';
import { type Certificate, parseCertificate } from '../asn1/index.ts';
import { bytesToBigint } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import { claimPrivateFolder } from '../files.ts';
import { anchorFromCertificate, checkChain, checkProfile } from '../pki/index.ts';
import { systemRandom } from '../random.ts';
import { ROLES } from '../roles.ts';
import { hasCheckDigits } from '../sgp22/messages/identifiers.ts';
import { makeCertificate } from './certificates.ts';
import { eidAt } from './eid.ts';
import { AuthorityFiles } from './files.ts';
import { newKey } from './keys.ts';
import { issueLists, type ListOptions } from './issue-lists.ts';
import type { IssuedList } from './list-names.ts';
import { REASONS, type Reason } from './lists.ts';
import { type Change, type Entry, Register, serialName } from './register.ts';
import { type CertificateRequest, requestSchema } from './request.ts';

const SERIAL_BYTES = 16;

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be a name of a file');
const serialNumber = z
  .bigint()
  .min(1n)
  .lt(2n ** 159n);
const reason = z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]);

export interface IssueOptions {
  readonly name: string;
  /** Name of the CA; a CI has none. */
  readonly issuer?: string;
  readonly request: CertificateRequest;
  /** Unix seconds. */
  readonly at: bigint;
  /** Default: `at`. */
  readonly notBefore?: bigint;
  /** Default: the end of the CA's certificate; a CI has to say it. */
  readonly notAfter?: bigint;
  /** Default: 16 random bytes. */
  readonly serialNumber?: bigint;
}

const period = { at: time, notBefore: time.optional(), notAfter: time.optional() };

const issueOptions = z.strictObject({
  name,
  issuer: name.optional(),
  request: requestSchema,
  serialNumber: serialNumber.optional(),
  ...period,
});

export interface RenewOptions extends Pick<IssueOptions, 'name' | 'at' | 'notAfter'> {}

export interface RevokeOptions {
  readonly name: string;
  /** Of an earlier certificate of that name; default: the one that counts. */
  readonly serialNumber?: bigint;
  /** Unix seconds. */
  readonly at: bigint;
  readonly reason?: Reason;
}

/**
 * Open, or make, the folder of an authority. One process at a time. Files that a killed process did not come to write
 * are written now.
 *
 * @param options.passphrase under which the keys of CAs are: new ones are written under it
 * @throws ERR_AUTHORITY_STORE, ERR_CREDENTIAL_PERMISSIONS
 */
export async function openAuthority(options: {
  readonly folder: string;
  readonly passphrase?: string;
}): Promise<Authority> {
  const schema = z.strictObject({
    folder: path,
    passphrase: z.string().min(1).max(1_024).optional(),
  });
  checked(options, schema, 'openAuthority');
  const { folder, passphrase } = options;
  await claimPrivateFolder(folder).catch((cause: unknown) => {
    if (cause instanceof ZkcxError) throw cause;
    throw new ZkcxError('ERR_AUTHORITY_STORE', `cannot open the folder ${folder}`, { cause });
  });
  const files = new AuthorityFiles(folder, passphrase);
  const register = await Register.open(files.register);
  try {
    await files.restore(register);
  } catch (error) {
    await register.close();
    throw error;
  }
  return new Authority(register, files);
}

export class Authority {
  constructor(
    private readonly register: Register,
    private readonly files: AuthorityFiles,
  ) {}

  /**
   * Make a key and issue a certificate for it. Nothing is kept of one that the rules refuse.
   *
   * @throws the codes of the parser, of `checkProfile` and of `checkChain`: ERR_CHAIN_PATH_LENGTH, ERR_CHAIN_EID_RANGE,
   *   ERR_CHAIN_EXPIRED of the issuer, ERR_CHAIN_WINDOW for a time that reaches beyond the issuer's, ...;
   *   ERR_AUTHORITY_NAME, _SERIAL, _EID, _REVOKED, _REQUEST, _PASSPHRASE, _KEY
   */
  async issue(options: IssueOptions): Promise<Entry> {
    checked(options, issueOptions, 'the certificate to issue');
    if ((await this.register.find('entry', options.name)) !== undefined) {
      throw new ZkcxError('ERR_AUTHORITY_NAME', `there is a certificate ${options.name} already`);
    }
    return this.certify({ ...options, isNew: true });
  }

  /** The same certificate again, with a new time and serial number, for the same key. */
  async renew(options: RenewOptions): Promise<Entry> {
    checked(options, z.strictObject({ name, ...period }), 'the certificate to renew');
    const entry = await this.entry(options.name);
    if (await this.isRevoked(entry)) {
      throw new ZkcxError('ERR_AUTHORITY_REVOKED', `${options.name} is revoked: issue another one`);
    }
    const { request, issuer, places } = entry;
    return this.certify({ ...options, request, issuer, places, isNew: false });
  }

  /**
   * Revoke a certificate. The next list of its CA names it.
   *
   * @throws ERR_AUTHORITY_NAME, ERR_AUTHORITY_REVOKED (it is revoked already), ERR_AUTHORITY_REQUEST (a CI)
   */
  async revoke(options: RevokeOptions): Promise<Entry> {
    const schema = z.strictObject({
      name,
      at: time,
      serialNumber: serialNumber.optional(),
      reason: reason.optional(),
    });
    checked(options, schema, 'the certificate to revoke');
    const entry = await this.entry(options.name);
    if (entry.issuer === undefined) {
      throw new ZkcxError('ERR_AUTHORITY_REQUEST', 'no list revokes a CI: stop trusting it');
    }
    const id = serialName(entry.issuer, options.serialNumber ?? BigInt(entry.serialNumber));
    const serial = await this.register.find('serial', id);
    if (serial?.name !== options.name) {
      throw new ZkcxError('ERR_AUTHORITY_SERIAL', `${options.name} never had that serial number`);
    }
    if (serial.revoked !== undefined) {
      throw new ZkcxError('ERR_AUTHORITY_REVOKED', `${options.name} is revoked already`);
    }
    const revoked = { at: String(options.at), reason: options.reason };
    await this.register.change([{ put: 'serial', name: id, value: { ...serial, revoked } }]);
    return entry;
  }

  /** Issue the lists of one CA, or of all that have points: see `issueLists`. */
  issueLists(options: ListOptions): Promise<IssuedList[]> {
    return issueLists(this.register, this.files, options);
  }

  /** Everything that was issued, by name. */
  async entries(): Promise<(Entry & { readonly revoked: boolean })[]> {
    const all = await this.register.all('entry');
    return Promise.all(
      all.map(async ([, entry]) => ({ ...entry, revoked: await this.isRevoked(entry) })),
    );
  }

  close(): Promise<void> {
    return this.register.close();
  }

  private async entry(wanted: string): Promise<Entry> {
    const found = await this.register.find('entry', wanted);
    if (found !== undefined) return found;
    throw new ZkcxError('ERR_AUTHORITY_NAME', `there is no certificate ${wanted}`);
  }

  private async isRevoked({ issuer, serialNumber: serial }: Entry): Promise<boolean> {
    if (issuer === undefined) return false;
    const found = await this.register.find('serial', serialName(issuer, BigInt(serial)));
    return found?.revoked !== undefined;
  }

  /** A certificate and all above it, issuer first. Throws ERR_AUTHORITY_REVOKED if one of them is revoked. */
  private async chainOf(wanted: string): Promise<Entry[]> {
    const chain: Entry[] = [];
    for (let next: string | undefined = wanted; next !== undefined; next = chain[0]!.issuer) {
      const entry = await this.entry(next);
      if (await this.isRevoked(entry)) {
        throw new ZkcxError('ERR_AUTHORITY_REVOKED', `${next} is revoked and issues nothing more`);
      }
      chain.unshift(entry);
    }
    return chain;
  }

  private async certify(
    options: IssueOptions & Pick<Entry, 'places'> & { readonly isNew: boolean },
  ): Promise<Entry> {
    const { name: own, issuer, at, notBefore = at, places, isNew } = options;
    const above = issuer === undefined ? [] : await this.chainOf(issuer);
    const parent = above.at(-1);
    if ((parent === undefined) !== (options.request.role === 'ci')) {
      throw new ZkcxError('ERR_AUTHORITY_REQUEST', 'a CI has no issuer, and all others have one');
    }
    const { role, pathLen, points } = options.request;
    const kind = ROLES[role].kind === 'ca' ? 'ca' : 'user';
    if (kind === 'user' && (pathLen !== undefined || points !== undefined)) {
      throw new ZkcxError(
        'ERR_AUTHORITY_REQUEST',
        `${role} issues nothing: no path length, no points`,
      );
    }
    const notAfter = options.notAfter ?? (parent && BigInt(parent.notAfter));
    if (notAfter === undefined) {
      throw new ZkcxError('ERR_AUTHORITY_REQUEST', 'a CI has to say when it ends');
    }
    const certificates = above.map(certificateOf);
    const { request, place } = await this.withEid(options.request, parent);
    const serial = options.serialNumber ?? randomSerial();
    const id = serialName(issuer ?? own, serial);
    if ((await this.register.find('serial', id)) !== undefined) {
      throw new ZkcxError('ERR_AUTHORITY_SERIAL', 'the issuer has used that serial number already');
    }
    if (isNew) await this.assertEidFree(request.eid);

    const key = isNew ? newKey() : await this.files.readKey(own);
    const der = makeCertificate({
      request,
      issuer: parent && { certificate: certificates.at(-1)!, points: parent.request.points },
      issuerKey: parent === undefined ? key : await this.files.readKey(parent.name),
      key,
      serialNumber: serial,
      notBefore,
      notAfter,
    });
    judge([...certificates, parseCertificate(der)], { at, notBefore, notAfter });

    const entry: Entry = {
      name: own,
      request,
      issuer,
      serialNumber: String(serial),
      certificate: Buffer.from(der).toString('base64'),
      notBefore: String(notBefore),
      notAfter: String(notAfter),
      places,
    };
    const changes: Change[] = [
      { put: 'entry', name: own, value: entry },
      { put: 'serial', name: id, value: { name: own, kind, notAfter: entry.notAfter } },
    ];
    if (request.eid !== undefined) changes.push({ put: 'eid', name: request.eid, value: own });
    if (place !== undefined) {
      const value = { ...parent!, places: String(place + 1n) };
      changes.push({ put: 'entry', name: parent!.name, value });
    }
    // a key without a certificate does no harm; a certificate without its key would
    if (isNew) await this.files.writeKey(own, key, kind === 'ca');
    await this.register.change(changes);
    await this.files.writeCertificate([...above, entry]);
    return entry;
  }

  /** An eUICC without an EID gets the next one of its CA's range. */
  private async withEid(
    request: CertificateRequest,
    parent: Entry | undefined,
  ): Promise<{ readonly request: CertificateRequest; readonly place?: bigint }> {
    if (ROLES[request.role].kind !== 'euicc') {
      if (request.eid === undefined) return { request };
      throw new ZkcxError('ERR_AUTHORITY_REQUEST', 'only an eUICC has an EID');
    }
    if (request.eid !== undefined) {
      if (hasCheckDigits(request.eid)) return { request };
      const problem = 'an EID has 32 digits; the last two must fit the others';
      throw new ZkcxError('ERR_AUTHORITY_EID', problem);
    }
    const [iin] = parent?.request.iins ?? [];
    if (iin === undefined) {
      const problem = 'the issuer has no range of its own: give the EID';
      throw new ZkcxError('ERR_AUTHORITY_EID', problem);
    }
    for (let place = BigInt(parent?.places ?? 0); ; place++) {
      const eid = eidAt(iin, place);
      const isTaken = (await this.register.find('eid', eid)) !== undefined;
      if (!isTaken) return { request: { ...request, eid }, place };
    }
  }

  /** One device has one EID; it is free again once its certificate is revoked. */
  private async assertEidFree(eid: string | undefined): Promise<void> {
    if (eid === undefined) return;
    const holder = await this.register.find('eid', eid);
    if (holder !== undefined && !(await this.isRevoked(await this.entry(holder)))) {
      throw new ZkcxError('ERR_AUTHORITY_EID', `the EID belongs to ${holder}`);
    }
  }
}

const certificateOf = ({ certificate }: Entry): Certificate =>
  parseCertificate(Buffer.from(certificate, 'base64'));

/** Everything that the parser, the circuits' limits and the rules of chains say of a certificate, before it is issued. */
function judge(
  certificates: readonly Certificate[],
  { at, notBefore, notAfter }: { at: bigint; notBefore: bigint; notAfter: bigint },
): void {
  const [ci, ...below] = certificates as [Certificate, ...Certificate[]];
  const window = { from: notBefore, until: notAfter };
  const anchor = anchorFromCertificate(ci);
  checkProfile(certificates.at(-1)!);
  if (below.length > 0) {
    // what is wrong now is said before what would be wrong at some time
    checkChain({ anchor, certificates: below, at });
    checkChain({ anchor, certificates: below, window });
  } else if (notBefore > at || notAfter <= at) {
    throw new ZkcxError('ERR_CHAIN_WINDOW', 'a CI is valid from now on, and ends later');
  }
}

/** Unpredictable, positive, of 16 bytes. */
function randomSerial(): bigint {
  // the highest bit is the sign, the next one keeps it from being short
  return (bytesToBigint(systemRandom(SERIAL_BYTES)) >> 1n) | (1n << 126n);
}
