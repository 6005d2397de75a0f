/** Options and files that the commands of sessions share. */
import { createPrivateKey, type KeyObject, sign as signBytes } from 'node:crypto';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { bytesToBigint } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';

const MAX_KEY_BYTES = 10_000;
const MAX_REQUEST_BYTES = 8_192;

/** The server as the holder authenticated it, or as it knows itself. */
export interface PeerFlags {
  readonly address: string;
  readonly oid: string;
}

export function addPeer(command: Command): Command {
  return command
    .requiredOption('--address <host>', "the server's host name, lower case, with a port if any")
    .requiredOption(
      '--oid <oid>',
      'OID of its certificate, dotted; as authenticated, not as claimed',
    );
}

export function addMap(command: Command): Command {
  return command.requiredOption('--map <file>', 'revocation map of `revocation build`');
}

export function addRegistry(command: Command, description: string): Command {
  return command.option('--registry <file>', description);
}

export function addKey(command: Command): Command {
  return command.requiredOption('--key <file>', 'private key of the leaf certificate, PEM');
}

export function addCount(
  command: Command,
  flag: string,
  description: string,
  { least = 0 } = {},
): Command {
  return command.addOption(
    new Option(`${flag} <number>`, description).argParser((text: string) => {
      if (/^[0-9]{1,6}$/.test(text) && Number(text) >= least) return Number(text);
      throw new InvalidArgumentError(`Give a number from ${least} on.`);
    }),
  );
}

/** Signs with a key from a file: r and s of ECDSA P-256 over SHA-256. Throws ERR_HOLDER_KEY. */
export async function readSigner(file: string) {
  const bytes = await readFileLimited(file, MAX_KEY_BYTES);
  let key: KeyObject;
  try {
    key = createPrivateKey(Buffer.from(bytes));
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw Error('another curve');
  } catch {
    // no cause: it could quote the key
    throw new ZkcxError('ERR_HOLDER_KEY', `${file} is not a private key of P-256 in PEM`);
  }
  return (message: Uint8Array) => {
    const signature = signBytes('sha256', message, { key, dsaEncoding: 'ieee-p1363' });
    return {
      r: bytesToBigint(signature.subarray(0, 32)),
      s: bytesToBigint(signature.subarray(32)),
    };
  };
}

/** A request in the bytes that were sent. */
export const readRequest = (file: string) => readFileLimited(file, MAX_REQUEST_BYTES);

/** The tree of published credentials from a file, if one is named. */
export async function readRegistry(file: string | undefined) {
  if (file === undefined) return undefined;
  const session = await import('../../session/registry-file.ts');
  return session.readRegistry(file);
}

/** JSON that someone sent. */
export async function readBundle(file: string): Promise<unknown> {
  const { MAX_BUNDLE_BYTES, parseBundle } = await import('../../session/envelopes.ts');
  const bytes = await readFileLimited(file, MAX_BUNDLE_BYTES);
  return parseBundle(new TextDecoder().decode(bytes));
}
