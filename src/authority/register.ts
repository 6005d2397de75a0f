/**
 * What an authority has issued, in LevelDB: the one truth of its folder, changed as a whole or not at all, also by a
 * kill. The files beside it are made of it, but for the keys.
 */
import { type Level, openLevel } from '../level.ts';
import type { CertificateRequest } from './request.ts';
import type { Reason } from './lists.ts';

/** A certificate by its name in the folder. */
export interface Entry {
  readonly name: string;
  readonly request: CertificateRequest;
  /** Name of its CA; undefined for a CI. */
  readonly issuer?: string;
  readonly serialNumber: string;
  /** DER, base64. */
  readonly certificate: string;
  /** Unix seconds, decimal. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** EIDs that were taken from the range of a CA, so far. */
  readonly places?: string;
}

/** A serial number that was used, of a certificate that counts or of one that was renewed. */
export interface Serial {
  readonly name: string;
  readonly kind: 'ca' | 'user';
  readonly notAfter: string;
  readonly revoked?: { readonly at: string; readonly reason?: Reason };
}

/** The newest list of an issuer about a kind of certificates. */
export interface LastList {
  readonly number: string;
  readonly thisUpdate: string;
  /** DER, base64, of the list or of each of its parts. */
  readonly lists: readonly string[];
}

export type Change =
  | { readonly put: 'entry'; readonly name: string; readonly value: Entry }
  | { readonly put: 'serial'; readonly name: string; readonly value: Serial }
  | { readonly put: 'eid'; readonly name: string; readonly value: string }
  | { readonly put: 'list'; readonly name: string; readonly value: LastList };

interface Values {
  readonly entry: Entry;
  readonly serial: Serial;
  readonly eid: string;
  readonly list: LastList;
}

/** Serial numbers count by issuer; a CI is the issuer of its own. */
export const serialName = (issuer: string, serialNumber: bigint): string =>
  `${issuer}/${serialNumber.toString(16).padStart(40, '0')}`;

export class Register {
  private constructor(private readonly level: Level<'utf8'>) {}

  /** Throws ERR_AUTHORITY_STORE, with reason `locked` while another process has it open. */
  static async open(folder: string): Promise<Register> {
    const what = 'the register of certificates';
    return new Register(
      await openLevel(folder, { values: 'utf8', what, code: 'ERR_AUTHORITY_STORE' }),
    );
  }

  async find<K extends keyof Values>(kind: K, name: string): Promise<Values[K] | undefined> {
    const text: string | undefined = await this.level.get(`${kind}:${name}`);
    return text === undefined ? undefined : (JSON.parse(text) as Values[K]);
  }

  /** All of a kind whose name begins so, by name. */
  async all<K extends keyof Values>(kind: K, prefix = ''): Promise<[string, Values[K]][]> {
    const start = `${kind}:${prefix}`;
    const found: [string, Values[K]][] = [];
    for await (const [key, text] of this.level.iterator({ gte: start, lt: `${start}\uffff` })) {
      found.push([key.slice(kind.length + 1), JSON.parse(text) as Values[K]]);
    }
    return found;
  }

  /** All of them or none, on disk when it returns. */
  async change(changes: readonly Change[]): Promise<void> {
    const operations = changes.map(({ put, name, value }) => ({
      type: 'put' as const,
      key: `${put}:${name}`,
      value: JSON.stringify(value),
    }));
    await this.level.batch(operations, { sync: true });
  }

  close(): Promise<void> {
    return this.level.close();
  }
}
