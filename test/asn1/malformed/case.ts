import { parseCertificate } from '../../../src/asn1/index.ts';

/** A malformed input, given to the parser when the function is called, and the code it must get. */
export type Case = readonly [title: string, run: () => unknown, code: string];

export const parsed = (input: Uint8Array) => () => parseCertificate(input);
