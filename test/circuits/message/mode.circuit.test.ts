/** The programs themselves: each takes its own mode and no other's. */
import '../../support/kimchi/index.ts';
import { expect, test } from '@jest/globals';
import { Field, Provable } from 'o1js';
import {
  message10Program,
  Message10Witness,
  message5Program,
  Message5Witness,
} from '../../../src/circuits/message.program.ts';
import { possessionProgram, PossessionWitness } from '../../../src/circuits/possession.program.ts';
import { MessageRequest, PossessionRequest } from '../../../src/circuits/session.ts';
import { MODE } from '../../../src/params.ts';
import { messageWitness, possessionWitness } from '../../../src/witness/message-witness.ts';
import { signMessage } from '../possession/sign-message.ts';
import { message } from '../sha256/messages.ts';

const runs = {
  message5: (mode: number) => {
    const { request, witness } = messageWitness(message(200), 90, Field(1));
    return message5Program.rawMethods.prove(
      Provable.witness(MessageRequest, () => ({ ...request, mode: Field(mode) })),
      Provable.witness(Message5Witness, () => witness),
    );
  },
  message10: (mode: number) => {
    const { request, witness } = messageWitness(message(500), 90, Field(1));
    return message10Program.rawMethods.prove(
      Provable.witness(MessageRequest, () => ({ ...request, mode: Field(mode) })),
      Provable.witness(Message10Witness, () => witness),
    );
  },
  possession: (mode: number) => {
    const signed = signMessage(1, message(9));
    const input = { kind: Field(1), session: Field(2), blind: Field(3), message: message(9) };
    const { request, witness } = possessionWitness({ ...input, ...signed });
    return possessionProgram.rawMethods.prove(
      Provable.witness(PossessionRequest, () => ({ ...request, mode: Field(mode) })),
      Provable.witness(PossessionWitness, () => witness),
    );
  },
};

test.each(['message5', 'message10', 'possession'] as const)(
  '%s',
  async (name) => {
    const run = (mode: number) => Provable.runAndCheck(async () => void (await runs[name](mode)));
    await expect(run(MODE[name])).resolves.toBeUndefined();
    for (const other of Object.values(MODE)
      .filter((mode) => mode !== MODE[name])
      .slice(0, 2)) {
      await expect(run(other)).rejects.toThrow();
    }
  },
  120_000,
);
