/** Every message that fits is proven, wherever its known part ends. */
import { describe, expect, it } from '@jest/globals';
import { MESSAGE_BLOCKS } from '../../../src/params.ts';
import { messageProgramFor, messageRequest } from '../../../src/witness/message.ts';
import { messageWitness } from '../../../src/witness/messageWitness.ts';
import { message } from '../sha256/messages.ts';
import { BLIND, honest, MessageCircuit } from './messageCircuit.ts';

describe('in a memory of two blocks', () => {
  const circuit = new MessageCircuit(2, honest(message(10), 3, 2));
  // lengths of the known part around the borders of its pieces and blocks, and hidden ones
  const known = [0, 1, 30, 31, 32, 61, 62, 63, 64, 65, 95, 126, 127, 128, 129, 199, 200];
  const hidden = [1, 54, 55, 56, 57, 63, 64, 65, 118, 119];
  const fitting = known.flatMap((prefix, i) => {
    const fit = hidden.filter((rest) => (prefix % 64) + rest <= 119);
    return [i, i + 3].map((n) => [prefix, fit.at(n % fit.length)!] as const);
  });

  it('has cases of every kind', () => {
    expect(new Set(fitting.map(([prefix]) => prefix)).size).toBe(known.length);
    expect(new Set(fitting.map(([, rest]) => rest))).toEqual(new Set(hidden));
  });

  it.each(fitting)('%i known bytes and %i hidden ones', async (prefix, rest) => {
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
  ])('%i known bytes and %i hidden ones', async (prefixLength, rest) => {
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
  });
});
