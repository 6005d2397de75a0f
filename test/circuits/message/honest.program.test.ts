/** Every message that fits is proven, wherever its known part ends. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { MESSAGE_BLOCKS } from '../../../src/params.ts';
import { messageProgramFor, messageRequest } from '../../../src/witness/message.ts';
import { messageWitness } from '../../../src/witness/message-witness.ts';
import { message } from '../sha256/messages.ts';
import { BLIND, honest, MessageCircuit } from './message-circuit.ts';

describe('in a memory of two blocks', () => {
  const circuit = new MessageCircuit(2, honest(message(10), 3, 2));
  beforeAll(() => circuit.capture(), 120_000);

  // around the borders of the known part's pieces and blocks, and of the padding behind the hidden one
  const cases: [number, number][] = [
    [0, 1],
    [0, 55],
    [0, 119],
    [1, 54],
    [1, 118],
    [30, 64],
    [31, 1],
    [32, 63],
    [61, 57],
    [62, 1],
    [62, 57],
    [63, 55],
    [63, 56],
    [64, 56],
    [65, 65],
    [127, 1],
    [128, 64],
    [129, 63],
    [200, 57],
  ];

  it.each(cases)('%i known bytes and %i hidden ones', async (prefix, rest) => {
    expect(await circuit.failures(honest(message(prefix + rest), prefix, 2))).toEqual([]);
  });
});

describe.each(['message5', 'message10'] as const)('%s', (program) => {
  const blocks = MESSAGE_BLOCKS[program];
  const most = 64 * blocks - 9;
  const circuit = new MessageCircuit(blocks, honest(message(most), 0, blocks));

  it.each([
    [0, most],
    [200, most - 8],
  ])(
    '%i known bytes and %i hidden ones',
    async (prefixLength, rest) => {
      const whole = message(prefixLength + rest);
      expect(messageProgramFor(prefixLength, whole.length)).toBe(program);
      const { program: chosen, request, witness } = messageWitness(whole, prefixLength, BLIND);
      expect(chosen).toBe(program);
      // the verifier finds the same from what it knows
      const { sessionMessage, length, prefix } = request;
      const known = whole.subarray(0, prefixLength);
      expect(messageRequest({ sessionMessage, prefix: known, length: whole.length })).toEqual({
        program,
        request,
      });
      expect(await circuit.failures({ sessionMessage, length, prefix, witness })).toEqual([]);
    },
    180_000,
  );
});
