/**
 * The line protocol of open LPAs for APDU interfaces: one JSON object a line, a request from the LPA,
 * an answer from the side that has the card. `param` and `data` are hexadecimal.
 */
import { z } from 'zod';
import { ZkcxError } from '../../errors.ts';

/** Room for one command as hexadecimal, and for what people add to the object. */
export const MAX_LINE = 8_192;

/** The same for an answer: some drivers send GET RESPONSE themselves and answer with all that it brings. */
export const MAX_ANSWER_LINE = 1 << 21;

/** `ecode` of an answer that has no better one. */
export const FAILED = -1;

const requestSchema = z.object({
  type: z.literal('apdu'),
  payload: z.object({
    func: z.enum([
      'connect',
      'disconnect',
      'logic_channel_open',
      'logic_channel_close',
      'transmit',
    ]),
    param: z
      .string()
      .regex(/^([0-9a-fA-F]{2})*$/)
      .nullish(),
  }),
});

const answerSchema = z.object({
  type: z.literal('apdu'),
  payload: z.object({
    ecode: z.int(),
    data: z
      .string()
      .regex(/^([0-9a-fA-F]{2})*$/)
      .nullish(),
  }),
});

export type ApduFunction = z.infer<typeof requestSchema>['payload']['func'];

export interface ApduRequest {
  readonly func: ApduFunction;
  readonly param: Uint8Array;
}

export interface ApduAnswer {
  /** 0 or, for `logic_channel_open`, the channel; negative: failed. */
  readonly ecode: number;
  readonly data: Uint8Array;
}

/** A request; undefined for an object of another type, which LPAs mix in for people to read. */
export function parseRequest(line: string): ApduRequest | undefined {
  const json = parseJson(line);
  if (isOtherType(json)) return undefined;
  const { func, param } = check(requestSchema, json).payload;
  return { func, param: fromHex(param) };
}

/** An answer; undefined for an object of another type. */
export function parseAnswer(line: string): ApduAnswer | undefined {
  const json = parseJson(line);
  if (isOtherType(json)) return undefined;
  const { ecode, data } = check(answerSchema, json).payload;
  return { ecode, data: fromHex(data) };
}

export function formatRequest({ func, param }: ApduRequest): string {
  const hex = param.length === 0 ? null : toHex(param);
  return JSON.stringify({ type: 'apdu', payload: { func, param: hex } }) + '\n';
}

export function formatAnswer({ ecode, data }: ApduAnswer): string {
  const hex = data.length === 0 ? null : toHex(data);
  return JSON.stringify({ type: 'apdu', payload: { ecode, data: hex } }) + '\n';
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new ZkcxError('ERR_RSP_APDU', 'a line of the APDU protocol is not JSON', { cause });
  }
}

function isOtherType(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('type' in json)) return false;
  return typeof json.type === 'string' && json.type !== 'apdu';
}

function check<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ZkcxError(
      'ERR_RSP_APDU',
      `a line of the APDU protocol is wrong at ${issue?.path.join('.') || 'the top'}`,
    );
  }
  return result.data;
}

const fromHex = (hex: string | null | undefined) => Uint8Array.from(Buffer.from(hex ?? '', 'hex'));

const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
