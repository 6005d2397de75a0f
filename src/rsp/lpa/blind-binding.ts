/**
 * What a user gets beside an activation code of a blind order: the salt with which the device proves that the
 * order is its own, and the order. It stands beside the code and never in its token, because the token is sent
 * to the SM-DP+: who knows the salt can try EIDs against the order.
 */
import { z } from 'zod';
import { checked, field, sizedBytes } from '../../arguments.ts';
import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import { hexToBytes } from '../../sgp22/messages/identifiers.ts';
import { blindOrder } from '../arguments.ts';

export interface BlindBinding {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  /** The hash that the SM-DP+ has, never 0. */
  readonly order: bigint;
}

const bindingForm = z.strictObject({ salt: sizedBytes(16), order: field.min(1n) });

const TEXT = /^zkcx-order:1:([0-9a-f]{32}):([0-9]{1,77})$/;

/**
 * Read `zkcx-order:1:salt:order`: the salt as 32 hexadecimal digits in lower case, the order in decimal. There
 * may be white space around it, as in what is copied; anything else is refused.
 *
 * @throws ERR_RSP_BINDING
 */
export function parseBlindBinding(input: string): BlindBinding {
  checked(input, z.string(), 'parseBlindBinding');
  const [, salt, order] = TEXT.exec(input.trim()) ?? [];
  // the text itself stays out of the message
  if (salt === undefined || !blindOrder.safeParse(order).success) {
    throw new ZkcxError(
      'ERR_RSP_BINDING',
      'This is no binding of an order: it must be one line, zkcx-order:1:salt:order',
    );
  }
  return { salt: hexToBytes(salt, 'the salt'), order: BigInt(order!) };
}

/** The one line that `parseBlindBinding` reads. Throws ERR_ARGUMENT. */
export function formatBlindBinding(binding: BlindBinding): string {
  checked(binding, bindingForm, 'formatBlindBinding');
  return `zkcx-order:1:${bytesToHex(binding.salt)}:${binding.order}`;
}
