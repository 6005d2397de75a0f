/**
 * What a run of the demo leaves behind: all that its page is made of. It is plain data, so that the page can be made
 * again without a proof, and be tested.
 */
import { z } from 'zod';

export const MODES = ['classic', 'zkcx-device', 'zkcx'] as const;
export type Mode = (typeof MODES)[number];

/** What is downloaded, one after the other. The first one in zkCX is also the first use of the eUICC. */
export const RUNS = [
  { name: 'classic', mode: 'classic', isPrepared: false },
  { name: 'zkcx-device, on demand', mode: 'zkcx-device', isPrepared: false },
  { name: 'zkcx-device, prepared', mode: 'zkcx-device', isPrepared: true },
  { name: 'zkcx, prepared', mode: 'zkcx', isPrepared: true },
] as const satisfies readonly Run[];

const runSchema = z.strictObject({
  name: z.string(),
  mode: z.enum(MODES),
  /** Refresh and presentation were made before the download. */
  isPrepared: z.boolean(),
});
export type Run = Readonly<z.infer<typeof runSchema>>;

const exchangeSchema = z.strictObject({
  /** Last part of the path. */
  name: z.string(),
  request: z.string(),
  answer: z.string(),
  /** Milliseconds until the answer was there. */
  ms: z.number().min(0),
  /** When that was, in milliseconds of one clock for the whole run. */
  answeredAt: z.number(),
});
/** One call of ES9+ as it went over the wire. */
export type Exchange = Readonly<z.infer<typeof exchangeSchema>>;

const proofSchema = z.strictObject({ what: z.string(), seconds: z.number().min(0) });
/** A proof with its seconds. One that was ready takes none. */
export type Proof = Readonly<z.infer<typeof proofSchema>>;

const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('proven'), at: z.number(), ...proofSchema.shape }),
  z.strictObject({ type: z.literal('accepted'), at: z.number() }),
]);
/** What happened at the device between two messages, by the clock of the exchanges. */
export type DeviceEvent = Readonly<z.infer<typeof eventSchema>>;

const leakSchema = z.strictObject({ secret: z.string(), label: z.string(), form: z.string() });

const resultSchema = z.strictObject({
  run: runSchema.readonly(),
  heard: z.array(exchangeSchema.readonly()).readonly(),
  events: z.array(eventSchema.readonly()).readonly(),
  /** What an observer without TLS finds of `secrets`. */
  leaks: z.array(leakSchema.readonly()).readonly(),
  secrets: z.array(z.string()).readonly(),
  /** What the server has of them when all is over. */
  kept: z.array(z.string()).readonly(),
  /** Made before the download. */
  ahead: z.array(proofSchema.readonly()).readonly(),
  /** Made during the download, but for a new credential: that is made once. */
  online: z.array(proofSchema.readonly()).readonly(),
  /** Seconds from the server's challenge to the metadata that the user is asked about. */
  toMetadata: z.number().min(0),
});
export type Result = Readonly<z.infer<typeof resultSchema>>;

const recordingSchema = z.strictObject({
  format: z.literal('zkcx-demo-recording'),
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  /** Processors of the machine, in words. */
  machine: z.string(),
  profileBytes: z.int().min(1),
  results: z.array(resultSchema).min(1).readonly(),
});
export type Recording = Readonly<z.infer<typeof recordingSchema>>;

export const formatRecording = (recording: Recording) => `${JSON.stringify(recording, null, 1)}\n`;

/** Throws for text that is no recording. */
export const parseRecording = (text: string): Recording => recordingSchema.parse(JSON.parse(text));
