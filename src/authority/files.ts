/** The files of an authority: keys, and what others need of its register. */
import type { KeyObject } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesIn, readFileLimited, writeFileAtomic } from '../files.ts';
import { formatKey, parseKey } from './keys.ts';
import { isOfList, listFiles } from './list-names.ts';
import type { Entry, LastList, Register } from './register.ts';

const MAX_KEY_BYTES = 16_384;
const PRIVATE = 0o600;
const PUBLIC = 0o644;

export class AuthorityFiles {
  constructor(
    private readonly folder: string,
    private readonly passphrase: string | undefined,
  ) {}

  get register(): string {
    return join(this.folder, 'register');
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** A CA's key is written under the passphrase; servers and eUICCs read theirs without anybody to ask. */
  async writeKey(name: string, key: KeyObject, isCa: boolean): Promise<void> {
    const passphrase = isCa ? this.passphrase : undefined;
    await writeFileAtomic(this.path(`${name}.key`), formatKey(key, passphrase), PRIVATE);
  }

  /** Throws ERR_FILE_READ, ERR_CREDENTIAL_PERMISSIONS, ERR_AUTHORITY_PASSPHRASE, ERR_AUTHORITY_KEY. */
  async readKey(name: string): Promise<KeyObject> {
    const file = this.path(`${name}.key`);
    const bytes = await readFileLimited(file, MAX_KEY_BYTES, { ownerOnly: true });
    return parseKey(new TextDecoder().decode(bytes), this.passphrase, name);
  }

  /** `NAME.der` is the last of the chain; `NAME.pem` is what TLS wants: it and the CAs above it, without the CI. */
  async writeCertificate(chain: readonly Entry[]): Promise<void> {
    const last = chain.at(-1)!;
    await writeFileAtomic(this.path(`${last.name}.der`), der(last), PUBLIC);
    const shown = chain.length === 1 ? chain : chain.slice(1).toReversed();
    const pem = shown.map((entry) => new X509Certificate(der(entry)).toString()).join('');
    await writeFileAtomic(this.path(`${last.name}.pem`), pem, PUBLIC);
  }

  /** Takes the files of the list before away. Returns the names of the new ones. */
  async writeLists(issuer: string, kind: 'ca' | 'user', { lists }: LastList): Promise<string[]> {
    const names = listFiles(issuer, kind, lists.length);
    for (const [i, name] of names.entries()) {
      await writeFileAtomic(this.path(name), Buffer.from(lists[i]!, 'base64'), PUBLIC);
    }
    const all = await filesIn(this.folder, '.crl');
    for (const old of all.filter((file) => isOfList(file, issuer, kind) && !names.includes(file))) {
      await rm(this.path(old), { force: true });
    }
    return names;
  }

  /** Write what is in the register and not in the folder. */
  async restore(register: Register): Promise<void> {
    const entries = new Map(await register.all('entry'));
    for (const entry of entries.values()) {
      if (await this.isThere(`${entry.name}.der`, `${entry.name}.pem`)) continue;
      const chain = [entry];
      while (chain[0]!.issuer !== undefined) chain.unshift(entries.get(chain[0]!.issuer)!);
      await this.writeCertificate(chain);
    }
    for (const [name, list] of await register.all('list')) {
      const [issuer, kind] = name.split('/') as [string, 'ca' | 'user'];
      if (await this.isThere(...listFiles(issuer, kind, list.lists.length))) continue;
      await this.writeLists(issuer, kind, list);
    }
  }

  private async isThere(...files: readonly string[]): Promise<boolean> {
    const found = await Promise.all(
      files.map((file) =>
        stat(this.path(file)).then(
          () => true,
          () => false,
        ),
      ),
    );
    return found.every(Boolean);
  }
}

const der = ({ certificate }: Entry): Buffer => Buffer.from(certificate, 'base64');
