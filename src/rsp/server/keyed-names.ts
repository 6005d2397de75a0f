/**
 * What stands for EIDs and pseudonyms in the keys of the store. LevelDB repeats keys in files that nothing rewrites (its
 * manifest, its log of compactions), so names must not be in them. The key of the hash is in the store too: whoever
 * has the folder and a name can tell whether it is there, but nobody can read names out of what is left behind.
 */
import { createHmac } from 'node:crypto';
import { bytesToHex } from '../../bytes.ts';
import type { Level } from '../../level.ts';
import { systemRandom } from '../../random.ts';
import { hexToBytes } from '../../sgp22/messages/identifiers.ts';

const KEY = 'names';

export class KeyedNames {
  readonly #secret: Uint8Array;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** Takes the key of a database, or makes it. */
  static async open(database: Level<'utf8'>): Promise<KeyedNames> {
    const known = await database.get(KEY);
    const secret = known === undefined ? systemRandom(32) : hexToBytes(known, 'a stored key');
    if (known === undefined) await database.put(KEY, bytesToHex(secret), { sync: true });
    return new KeyedNames(secret);
  }

  /** 128 bits in hexadecimal, always the same for one name. */
  of(kind: 'eid' | 'pseudonym' | 'identifier', name: string): string {
    return createHmac('sha256', this.#secret).update(`${kind} ${name}`).digest('hex').slice(0, 32);
  }
}
