/** Forms of what callers pass to functions about APDUs, see src/arguments.ts. */
import { z } from 'zod';
import { listenPort, methods, milliseconds, port, sizedBytes } from '../../arguments.ts';
import { aid, host } from '../arguments.ts';
import { MAX_DATA } from './command.ts';

export const card = methods('reset', 'transmit');

export const apduInterface = methods(
  'connect',
  'disconnect',
  'openChannel',
  'closeChannel',
  'transmit',
);

export const commandData = sizedBytes(0, 255);
/** Header, Lc, data, Le, with extended lengths; what is shorter the card refuses. */
export const command = sizedBytes(0, 4 + 3 + MAX_DATA + 2);
export const channelNumber = z.int().min(0).max(19);

export const channel = methods('request', 'close');

export const requestKind = z.enum(['question', 'command', 'segment']);

export const es10Options = z.strictObject({
  aid: z.union([aid, z.array(aid).min(1).max(20)]).optional(),
  blockSize: z.int().min(1).max(MAX_DATA).optional(),
  basicChannel: z.boolean().optional(),
  le: z.boolean().optional(),
});

export const listenOptions = z.strictObject({
  host: host.optional(),
  port: listenPort.optional(),
  exposed: z.boolean().optional(),
  idleTimeout: milliseconds.min(1).optional(),
});

export const endpoint = z.strictObject({ host, port });

const programText = z
  .string()
  .max(100_000)
  .refine((text) => !text.includes('\0'), 'must have no NUL');

export const program = z.strictObject({
  command: programText.min(1),
  args: z.array(programText).max(1_000),
});

/** A stream in the form that is used of it. */
export const readable = z.custom(
  (value) => typeof (value as AsyncIterable<unknown> | null)?.[Symbol.asyncIterator] === 'function',
  'must be a readable stream',
);

export const writable = methods('write', 'once');
