/** Command APDUs of ISO/IEC 7816-4 and the status words that the card answers. */
import { concatBytes } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';

export const INS = {
  manageChannel: 0x70,
  select: 0xa4,
  getResponse: 0xc0,
  storeData: 0xe2,
} as const;

/** Status words (ETSI TS 102 221, 10.2.1); the low byte of 61xx counts what GET RESPONSE will find. */
export const SW = {
  done: 0x9000,
  moreData: 0x6100,
  /** A warning: nothing has changed. */
  warning: 0x6200,
  wrongLength: 0x6700,
  /** The low byte is the Le that the card wants. */
  wrongLe: 0x6c00,
  /** Done, and the low byte counts the bytes of a proactive command that waits for the terminal. */
  proactive: 0x9100,
  channelNotSupported: 0x6881,
  conditionsNotSatisfied: 0x6985,
  wrongData: 0x6a80,
  functionNotSupported: 0x6a81,
  notFound: 0x6a82,
  noMemory: 0x6a84,
  wrongParameters: 0x6a86,
  referenceNotFound: 0x6a88,
  instructionNotSupported: 0x6d00,
  classNotSupported: 0x6e00,
  unknown: 0x6f00,
} as const;

/** Data bytes of a command with short lengths. */
export const SHORT_DATA = 255;

/** Data bytes of a command with extended lengths; the standard has 65,535, no card takes them. */
export const MAX_DATA = 2_048;

export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** 0 to `MAX_DATA` bytes; above `SHORT_DATA` both lengths are extended. */
  readonly data: Uint8Array;
  /** Bytes that are expected back, 1 to 256; undefined: none named. */
  readonly le?: number;
}

/** Bytes of a command: header, Lc and data if there are any, Le if one is named. */
export function encodeCommand({ cla, ins, p1, p2, data, le }: CommandApdu): Uint8Array {
  if (data.length > MAX_DATA) {
    throw new ZkcxError(
      'ERR_RSP_APDU',
      `a command holds ${MAX_DATA} bytes at most, not ${data.length}`,
    );
  }
  const extended = data.length > SHORT_DATA;
  const lc = extended ? [0, data.length >> 8, data.length & 0xff] : [data.length];
  return concatBytes(
    Uint8Array.of(cla, ins, p1, p2),
    data.length > 0 ? Uint8Array.from(lc) : new Uint8Array(),
    data,
    le === undefined ? new Uint8Array() : extended ? Uint8Array.of(0, 0) : Uint8Array.of(le & 0xff),
  );
}

/** The command in these bytes (ISO/IEC 7816-3, cases 1 to 4), or undefined if the lengths disagree. */
export function parseCommand(bytes: Uint8Array): CommandApdu | undefined {
  const [cla, ins, p1, p2, third] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) {
    return undefined;
  }
  const header = { cla, ins, p1, p2 };
  if (third === undefined) return { ...header, data: new Uint8Array() };
  if (bytes.length === 5) return { ...header, data: new Uint8Array(), le: third || 256 };
  // a length of 0 before more bytes is the extended form
  const extended = third === 0;
  const start = extended ? 7 : 5;
  const length = extended ? 256 * (bytes[5] ?? 0) + (bytes[6] ?? 0) : third;
  const data = bytes.slice(start, start + length);
  if (length === 0 || data.length !== length) return undefined;
  const le = bytes.subarray(start + length);
  if (le.length === 0) return { ...header, data };
  if (le.length !== (extended ? 2 : 1)) return undefined;
  const expected = extended ? 256 * le[0]! + le[1]! : le[0]!;
  // answers have 256 bytes at most, whatever was asked for
  return { ...header, data, le: Math.min(expected || 256, 256) };
}

/**
 * CLA of a command on a logical channel (ISO/IEC 7816-4, 5.4.1): channels 0 to 3 in the low two bits,
 * 4 to 19 in the low four of another base.
 */
export function classOnChannel(base: 0x00 | 0x80, channel: number): number {
  return channel < 4 ? base | channel : base | 0x40 | (channel - 4);
}

/** Logical channel that a CLA names; undefined if it asks for secure messaging or is reserved. */
export function channelOfClass(cla: number): number | undefined {
  if ((cla & 0x40) !== 0) return (cla & 0x20) === 0 ? 4 + (cla & 0x0f) : undefined;
  return (cla & 0x3c) === 0 ? cla & 0x03 : undefined;
}

/** Answer of a card: data, then the status word. */
export function encodeResponse(sw: number, data: Uint8Array = new Uint8Array()): Uint8Array {
  return concatBytes(data, Uint8Array.of(sw >> 8, sw & 0xff));
}

export function parseResponse(bytes: Uint8Array): { data: Uint8Array; sw: number } {
  if (bytes.length < 2) {
    throw new ZkcxError('ERR_RSP_APDU', 'the card answered less than a status word of two bytes');
  }
  return {
    data: bytes.slice(0, -2),
    sw: (bytes.at(-2)! << 8) | bytes.at(-1)!,
  };
}

/** A status word as people write it. */
export function swName(sw: number): string {
  return sw.toString(16).padStart(4, '0').toUpperCase();
}
