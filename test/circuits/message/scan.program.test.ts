/** message5, variable by variable: each is changed alone, and something refuses it. */
import { expect, test } from '@jest/globals';
import { capture, evaluate, scanUnbound, variableCells } from '../../support/kimchi/index.ts';
import { message } from '../sha256/messages.ts';
import { honest, MessageCircuit } from './message-circuit.ts';

test('nothing in message5 is unbound', async () => {
  const { body } = new MessageCircuit(5, honest(message(300), 109, 5));
  const captured = await capture(body);
  expect(evaluate(captured)).toEqual([]);
  expect(variableCells(captured).length).toBeGreaterThan(20_000);
  expect(scanUnbound(captured)).toEqual([]);
}, 300_000);
