import { z } from 'zod';
import { bytes, checked } from '../arguments.ts';
import { ZkcxError } from '../errors.ts';

/** Labels of RFC 7468, and what people call what is inside. */
const CERTIFICATE = { label: 'CERTIFICATE', what: 'certificate' };
const LIST = { label: 'X509 CRL', what: 'revocation list' };

/**
 * DER bytes of a certificate given as DER or as PEM, text or bytes. PEM is the strict form of
 * RFC 7468: one CERTIFICATE block, lines of 64 characters (the last may be shorter), canonical
 * base64, only white space around it. DER is returned as it is; `parseCertificate` judges it.
 */
export function certificateBytes(input: Uint8Array | string): Uint8Array {
  return bytesOf(input, CERTIFICATE);
}

/** The same for a revocation list: one X509 CRL block, or DER for `parseRevocationList` to judge. */
export function listBytes(input: Uint8Array | string): Uint8Array {
  return bytesOf(input, LIST);
}

function bytesOf(input: Uint8Array | string, kind: typeof CERTIFICATE): Uint8Array {
  checked(input, z.union([z.string(), bytes]), kind.what);
  if (typeof input !== 'string') {
    // DER of a SEQUENCE begins with 0x30, PEM with a dash or white space
    if (input[0] === 0x30) return new Uint8Array(input);
    return decodePem(new TextDecoder('latin1').decode(input), kind);
  }
  return decodePem(input, kind);
}

function decodePem(text: string, { label, what }: typeof CERTIFICATE): Uint8Array {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`];
  const pemError = (problem: string) =>
    new ZkcxError('ERR_PEM', `The input is neither DER nor a PEM ${what}: ${problem}`);
  const lines = text.trim().split(/\r?\n/);
  const body = lines.slice(1, -1);
  if (lines[0] !== begin || lines.at(-1) !== end) {
    throw pemError(`expected one block from "${begin}" to "${end}", and nothing around it`);
  }
  if (body.some((line) => line.startsWith('-----'))) {
    throw pemError(`give exactly one ${what}`);
  }
  const full = body.slice(0, -1).every((line) => line.length === 64);
  const last = body.at(-1)?.length ?? 0;
  if (!full || last === 0 || last > 64) throw pemError('its lines must have 64 characters');
  const base64 = body.join('');
  const bytes = Buffer.from(base64, 'base64');
  // Buffer skips what is no base64; encoding again shows it, and stray padding bits too
  if (bytes.toString('base64') !== base64) throw pemError('its base64 is not canonical');
  return new Uint8Array(bytes);
}
