/** Things that may happen once, remembered across crashes: pseudonyms, messages of a session. */
import { z } from 'zod';
import { checked, path, time } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';
import { type Level, openLevel } from '../level.ts';

const keyForm = z.string().min(1).max(1_000);

/**
 * A LevelDB of claimed keys. One process at a time has it open. A claim that was granted is on disk
 * before `claim` returns; claims are decided one after the other, so of two at once one wins.
 */
export class OnceStore {
  private readonly level: Level<'utf8'>;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(level: Level<'utf8'>) {
    this.level = level;
  }

  /** Open, or make, the store in a folder. Throws ERR_SESSION_STORE, also when another one has it. */
  static async open(folder: string): Promise<OnceStore> {
    checked(folder, path, 'the folder of OnceStore.open');
    const what = 'the session store';
    return new OnceStore(
      await openLevel(folder, { values: 'utf8', what, code: 'ERR_SESSION_STORE' }),
    );
  }

  /** Claim a key. True once, false ever after. `at`, Unix seconds, is kept with it. */
  async claim(key: string, at: bigint): Promise<boolean> {
    checked(key, keyForm, 'the key of OnceStore.claim');
    checked(at, time, 'the time of OnceStore.claim');
    const result = this.turn.then(async () => {
      try {
        if ((await this.level.get(key)) !== undefined) return false;
        await this.level.put(key, String(at), { sync: true });
        return true;
      } catch (cause) {
        // not known to be on disk: to the caller it did not happen
        throw failed('cannot keep what may happen once', cause);
      }
    });
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Whether a key was claimed before; says nothing about a moment later. Throws ERR_SESSION_STORE. */
  async has(key: string): Promise<boolean> {
    checked(key, keyForm, 'the key of OnceStore.has');
    try {
      return (await this.level.get(key)) !== undefined;
    } catch (cause) {
      throw failed('cannot read what may happen once', cause);
    }
  }

  async close(): Promise<void> {
    await this.turn;
    await this.level.close();
  }
}

const failed = (what: string, cause: unknown) =>
  new ZkcxError('ERR_SESSION_STORE', `the session store fails: ${what}`, { cause });
