/** A holder's credentials: files in a folder that nobody else can enter, shown without their secrets. */
import { checked, path, time } from '../arguments.ts';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../bytes.ts';
import { ZkcxError } from '../errors.ts';
import {
  type Credential,
  MAX_CREDENTIAL_BYTES,
  readCredential,
  writeCredential,
} from '../prover/credential.ts';
import { filesIn, openPrivateFolder, readFileLimited } from '../files.ts';
import type { Role } from '../roles.ts';
import { roleIn } from './identity.ts';
import { poolsFolderOf, readyIn, type ReadyCounts } from './pools.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
const ENDING = '.json';

/** Seconds before the end of its window at which a credential is to be renewed: 30 days. */
export const RENEWAL_AHEAD = 30n * 86_400n;

/** What may be shown of a credential: no identity, no key, no serial number. */
export interface CredentialSummary {
  readonly name: string;
  readonly role: Role;
  /** Unix seconds. */
  readonly validFrom: bigint;
  readonly validUntil: bigint;
  readonly state: 'current' | 'renew' | 'over' | 'early';
  /** First 16 bytes of the file's SHA-256, hexadecimal: tells files apart, and says nothing else. */
  readonly fingerprint: string;
}

/** Role and window of a credential at a time. */
export function summarise(
  { opening }: Pick<Credential, 'opening'>,
  now: bigint,
): Pick<CredentialSummary, 'role' | 'validFrom' | 'validUntil' | 'state'> {
  const [validFrom, validUntil] = [opening.validFrom.toBigInt(), opening.validUntil.toBigInt()];
  return { role: roleIn(opening), validFrom, validUntil, state: stateAt(now) };

  function stateAt(now: bigint): CredentialSummary['state'] {
    if (now < validFrom) return 'early';
    if (now > validUntil) return 'over';
    return now + RENEWAL_AHEAD > validUntil ? 'renew' : 'current';
  }
}

/** Files `<name>.json` of mode 0600 in a folder of mode 0700. */
export class CredentialStore {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Open, or make, the folder. Throws ERR_CREDENTIAL_PERMISSIONS when others can enter it. */
  static async open(folder: string): Promise<CredentialStore> {
    checked(folder, path, 'the folder of CredentialStore.open');
    await openPrivateFolder(folder);
    return new CredentialStore(folder);
  }

  /** Every credential, by name. A file that cannot be read is an error, not left out. */
  async list(now: bigint): Promise<CredentialSummary[]> {
    checked(now, time, 'the time of CredentialStore.list');
    const files = await filesIn(this.folder, ENDING);
    const names = files.map((file) => file.slice(0, -ENDING.length)).sort();
    return Promise.all(names.map((name) => this.show(name, now)));
  }

  /** One of them. Throws the codes of `readCredential`, and ERR_CREDENTIAL_NAME. */
  async show(name: string, now: bigint): Promise<CredentialSummary> {
    checked(now, time, 'the time of CredentialStore.show');
    const file = this.path(name);
    const credential = await readCredential(file);
    const bytes = await readFileLimited(file, MAX_CREDENTIAL_BYTES, { ownerOnly: true });
    const fingerprint = bytesToHex(sha256(bytes)).slice(0, 32);
    return { name, ...summarise(credential, now), fingerprint };
  }

  /** What is ready of one of them, see `readyIn`. Throws as `show`. */
  async ready(name: string, now: bigint): Promise<ReadyCounts> {
    checked(now, time, 'the time of CredentialStore.ready');
    const file = this.path(name);
    return readyIn(poolsFolderOf(file), await readCredential(file), now);
  }

  async read(name: string): Promise<Credential> {
    return readCredential(this.path(name));
  }

  /** Where one is kept: its pools are beside it, see `poolsFolderOf`. Throws ERR_CREDENTIAL_NAME. */
  fileOf(name: string): string {
    return this.path(name);
  }

  /** Keep a new one. Throws ERR_CREDENTIAL_NAME when the name is taken. */
  async add(name: string, credential: Credential): Promise<void> {
    const taken = await stat(this.path(name)).then(
      () => true,
      () => false,
    );
    if (taken) throw new ZkcxError('ERR_CREDENTIAL_NAME', `there is a credential named ${name}`);
    await writeCredential(this.path(name), credential);
  }

  /** Put a renewed one in the place of the old one, at once. */
  async replace(name: string, credential: Credential): Promise<void> {
    await writeCredential(this.path(name), credential);
  }

  private path(name: string): string {
    if (typeof name === 'string' && NAME.test(name)) return join(this.folder, `${name}${ENDING}`);
    throw new ZkcxError('ERR_CREDENTIAL_NAME', 'a name has 1 to 63 of a-z, 0-9 and hyphens');
  }
}
