/** `assertMessage` over a memory of any number of blocks, for the judge. */
import { Field, Provable, Struct } from 'o1js';
import { bytesToBigint } from '../../../src/bytes.ts';
import {
  assertMessage,
  messageInput,
  type MessageWitness,
} from '../../../src/circuits/message.program.ts';
import { commitMessage, prefixHash } from '../../../src/circuits/session.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { paddedBytes } from '../../../src/witness/encode.ts';
import { digestOf, messagePrefix } from '../../../src/witness/message.ts';
import {
  capture,
  type Captured,
  evaluate,
  type Failure,
  type Witness,
  witnessOf,
} from '../../support/kimchi/index.ts';

/** What a run takes; a lie is a change of one of these. */
export interface MessageCase {
  /** Public: what the verifier computed. */
  sessionMessage: Field;
  length: Field;
  prefix: Field;
  /** Private: what the prover says. */
  witness: MessageWitness;
}

export const BLIND = Field(2n ** 200n + 7n);

/** The honest case, as the memory of so many blocks takes it. */
export function honest(message: Uint8Array, prefixLength: number, blocks: number): MessageCase {
  const prefix = messagePrefix(message.subarray(0, prefixLength));
  const end = message.subarray(64 * Math.floor(prefixLength / 64));
  return {
    sessionMessage: commitMessage(BLIND, digestOf(message).limbs),
    length: Field(message.length),
    prefix: prefixHash(prefix),
    witness: {
      blind: BLIND,
      state: [...prefix.state],
      blocks: prefix.blocks,
      restLength: prefix.restLength,
      bytes: Field(end.length),
      memory: paddedBytes(end, blocks, message.length),
    },
  };
}

/** The hash of a prefix that no verifier would make: any numbers in the place of the true ones. */
export function claimedPrefix(
  { state, blocks, restLength, memory }: MessageWitness,
  sizes: readonly number[],
): Field {
  let at = 0;
  const rest = sizes.map((size) => {
    const piece = memory.slice(at, (at += size)).map((byte) => Number(byte.toBigInt()));
    return Field(bytesToBigint(Uint8Array.from(piece)));
  });
  return prefixHash({ state, blocks, restLength, rest });
}

export class MessageCircuit {
  private captured: Captured | undefined;
  private readonly type;

  constructor(
    readonly blocks: number,
    public current: MessageCase,
  ) {
    this.type = Struct(messageInput(blocks));
  }

  readonly body = (context: CircuitContext): void => {
    const publicValue = (name: 'sessionMessage' | 'length' | 'prefix') => {
      const value = Provable.witness(Field, () => this.current[name]);
      // equality is wiring: a value that stands in no cell would equal anything
      context.product(value, context.constant(1n));
      return value;
    };
    const request = {
      sessionMessage: publicValue('sessionMessage'),
      length: publicValue('length'),
      prefix: publicValue('prefix'),
    };
    const witness = Provable.witness(this.type, () => this.current.witness);
    assertMessage(context, request, witness);
  };

  /** Gates and the first case's witness. */
  async capture(): Promise<Captured> {
    return (this.captured ??= await capture(this.body));
  }

  /** The witness that this case leads to, whether it satisfies the circuit or not. */
  async witness(input: MessageCase): Promise<Witness> {
    const captured = await this.capture();
    this.current = input;
    return witnessOf(captured, this.body, { unchecked: true });
  }

  /** What refuses the case; undefined where some hint leads nowhere, so that there is no witness. */
  async failures(input: MessageCase): Promise<Failure[] | undefined> {
    let witness: Witness;
    try {
      witness = await this.witness(input);
    } catch {
      return undefined;
    }
    return evaluate(await this.capture(), witness);
  }

  async accepts(input: MessageCase): Promise<boolean> {
    return (await this.failures(input))?.length === 0;
  }
}
