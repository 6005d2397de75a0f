/** Keys of Mina accounts: from a file of their owner's, or from the environment, never from arguments. */
import { PrivateKey, PublicKey } from 'o1js';
import { bytesToBigint } from '../../bytes.ts';
import { checked, path } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import type { RandomBytes } from '../../random.ts';

/**
 * Read a private key in Mina's base58 form. Throws ERR_CREDENTIAL_PERMISSIONS when others may read the
 * file, ERR_ACCOUNT_KEY when it holds no key, ERR_FILE_READ.
 */
export async function readAccountKey(file: string): Promise<PrivateKey> {
  checked(file, path, 'readAccountKey');
  const bytes = await readFileLimited(file, 1_000, { ownerOnly: true });
  return parseAccountKey(new TextDecoder().decode(bytes), file);
}

/** @param where names the source in the message; the text itself never stands in one */
export function parseAccountKey(text: string, where: string): PrivateKey {
  try {
    return PrivateKey.fromBase58(text.trim());
  } catch {
    // no cause: it might quote the text
    throw new ZkcxError(
      'ERR_ACCOUNT_KEY',
      `${where} holds no private key of a Mina account in base58`,
    );
  }
}

/** An account's public key, base58. Throws ERR_ACCOUNT_KEY. */
export function parseAccountAddress(text: string): PublicKey {
  try {
    return PublicKey.fromBase58(text.trim());
  } catch {
    throw new ZkcxError('ERR_ACCOUNT_KEY', 'this is not the public key of a Mina account');
  }
}

/** A key from 254 bits: every number of that size is below the order of the curve's scalar field. */
export function accountKeyFrom(bytes: Uint8Array): PrivateKey {
  return PrivateKey.fromBigInt(bytesToBigint(bytes.subarray(0, 32)) >> 2n);
}

/** A new key. */
export const newAccountKey = (random: RandomBytes): PrivateKey => accountKeyFrom(random(32));
