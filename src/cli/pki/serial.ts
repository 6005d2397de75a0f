import { InvalidArgumentError } from 'commander';

/** Reads a serial number, hexadecimal as `cert inspect` and OpenSSL show it. */
export function serial(text: string): bigint {
  const digits = text.replaceAll(':', '');
  if (/^[0-9a-f]{1,40}$/i.test(digits)) return BigInt(`0x${digits}`);
  throw new InvalidArgumentError('Give a serial number in hexadecimal.');
}
