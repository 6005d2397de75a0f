/** Where `smdpp serve` serves ES2+, and the token that its clients have to send. */
import { join } from 'node:path';
import { ZkcxError } from '../../errors.ts';
import { isAbsent, openPrivateFolder, readFileLimited, writeFileAtomic } from '../../files.ts';
import { systemRandom } from '../../random.ts';
import type { Es2pOptions, ListenOptions, TlsOptions } from '../../rsp/smdpp/index.ts';
import type { ServeValues } from './serve-settings.ts';

const MAX_BYTES = 1_000;

/** Of a TCP port without client certificates there is one always; undefined: none is asked for. */
export function tokenFile({ data, es2, es2ClientCa, es2Token }: ServeValues): string | undefined {
  if (es2 === undefined || es2Token !== undefined) return es2Token;
  return es2ClientCa === undefined ? join(data, 'es2-token') : undefined;
}

/** Undefined where there is no such file. Throws ERR_FILE_*, ERR_CREDENTIAL_PERMISSIONS, ERR_RSP_LISTEN. */
export async function readToken(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    const bytes = await readFileLimited(path, MAX_BYTES, { ownerOnly: true });
    return tokenIn(path, new TextDecoder().decode(bytes).trim());
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Undefined: ES2+ is not served. A token that should be there and is not is made. Throws ERR_FILE_*. */
export async function es2Options(
  values: ServeValues,
  {
    tls,
    es2ClientCa,
    es2Token,
  }: { readonly tls?: TlsOptions; readonly es2ClientCa?: string; readonly es2Token?: string },
  limits: Pick<ListenOptions, 'maxConnections' | 'maxConnectionsPerAddress'>,
): Promise<Es2pOptions | undefined> {
  const { data, es2, es2Socket } = values;
  if (es2Socket !== undefined) return { socket: es2Socket };
  if (es2 === undefined) return undefined;
  const file = tokenFile(values);
  return {
    ...es2,
    ...limits,
    tls: tls && { ...tls, clientCa: es2ClientCa },
    token: es2Token ?? (file && (await makeToken(file, data))),
  };
}

/** A token that is new, in a file that only its owner can read. */
async function makeToken(path: string, data: string): Promise<string> {
  await openPrivateFolder(data);
  const token = Buffer.from(systemRandom(32)).toString('base64url');
  await writeFileAtomic(path, `${token}\n`, 0o600);
  return token;
}

function tokenIn(path: string, text: string): string {
  if (/^[\w.~+/-]{32,512}=*$/.test(text)) return text;
  throw new ZkcxError(
    'ERR_RSP_LISTEN',
    `${path} holds no token: 32 to 512 letters, digits and characters of "-._~+/"`,
  );
}
