/**
 * Programs `message5` and `message10`: what was signed, as far as the verifier may know it.
 *
 * Public input   MessageRequest: mode, the constant of the program; sessionMessage; length; prefix.
 * Public output  none.
 * Private        the blind of sessionMessage, the opening of prefix, the hidden bytes.
 * Proves         that sessionMessage hides the SHA-256 digest of a message of `length` bytes that
 *                begins with the bytes behind `prefix`.
 * Does not prove anything of the bytes after the prefix, that anyone signed the message (the
 *                presentation with the same sessionMessage does), or that the prefix's state is the
 *                hash of anything: the verifier computes it from bytes of its own.
 * Rows, domain   test/pins; 5 blocks within 2^14, 10 within 2^15.
 */
import { Field, Provable, Struct, ZkProgram } from 'o1js';
import { MESSAGE_BLOCKS, MODE } from '../params.ts';
import { MAX_SPAN } from './gadgets/memory.ts';
import { digestLimbs, sha256After } from './gadgets/sha256/index.ts';
import { type CircuitContext, withContext } from './kimchi/context.ts';
import { existsOne } from './kimchi/gates.ts';
import { commitMessage, MessageRequest, prefixHash } from './session.ts';
import { type Walk, walkOver } from './gadgets/walk.ts';

const BLOCK_BYTES = 64;

/** Private input where the memory has so many blocks; everything in it is checked. */
export const messageInput = (blocks: number) => ({
  /** Of the commitment sessionMessage. */
  blind: Field,
  /** Chaining words after the prefix's whole blocks, most significant first; number of these blocks. */
  state: Provable.Array(Field, 8),
  blocks: Field,
  /** Bytes of the prefix after them, fewer than 64. */
  restLength: Field,
  /** Bytes of the message after the whole blocks; at least restLength. */
  bytes: Field,
  /** These bytes with the message's SHA-256 padding, then zeros: a field a byte. */
  memory: Provable.Array(Field, BLOCK_BYTES * blocks),
});

export class Message5Witness extends Struct(messageInput(MESSAGE_BLOCKS.message5)) {}
export class Message10Witness extends Struct(messageInput(MESSAGE_BLOCKS.message10)) {}

export const MESSAGE_WITNESS = { message5: Message5Witness, message10: Message10Witness } as const;

/** One shape for all sizes of the memory. */
export type MessageWitness = Message5Witness;

function messageProgram(name: keyof typeof MESSAGE_BLOCKS) {
  const mode = MODE[name];
  return ZkProgram({
    name: `zkcx-${name}`,
    publicInput: MessageRequest,
    methods: {
      prove: {
        privateInputs: [MESSAGE_WITNESS[name]],
        async method(request: MessageRequest, witness: MessageWitness) {
          await withContext((context) => {
            request.mode.assertEquals(mode);
            assertMessage(context, request, witness);
          });
        },
      },
    },
  });
}

export const message5Program = messageProgram('message5');
export const message10Program = messageProgram('message10');

/**
 * The statement for a memory of any number of blocks. `hash` is a parameter for the benchmark that
 * puts o1js's own gadget in place of ours.
 */
export function assertMessage(
  context: CircuitContext,
  request: Omit<MessageRequest, 'mode'>,
  witness: MessageWitness,
  hash: typeof sha256After = sha256After,
): void {
  const { state, blocks, restLength, bytes } = witness;
  const walk = walkOver(context, witness.memory);

  // the prefix: hash state, and a rest that is the memory's beginning
  const rest = assertRest(walk, restLength);
  prefixHash({ state, blocks, restLength, rest }).assertEquals(request.prefix);
  // the rest ends within the message: 0 <= restLength <= 63, and 0 <= bytes <= size - 9 by the padding
  const hidden = context.sub(bytes, restLength);
  walk.memory.at(hidden);

  const { digest, total } = hash(walk, bytes, { words: state, blocks });
  total.assertEquals(request.length);
  const limbs = digestLimbs(context, digest);
  commitMessage(witness.blind, limbs).assertEquals(request.sessionMessage);
}

/**
 * The first `length` bytes of the memory as numbers of 31, 31 and 1 bytes; proves 0 <= length <= 63.
 * A piece has bytes only where the one before is full, so that a length has one division into pieces.
 */
function assertRest(walk: Walk, length: Field): Field[] {
  const { context, memory } = walk;
  const full = BigInt(MAX_SPAN);
  const first = existsOne(() => least(length.toBigInt(), full));
  const second = existsOne(() => least(length.toBigInt() - first.toBigInt(), full));
  const third = context.linear([
    [1n, length],
    [-1n, first],
    [-1n, second],
  ]);
  context.assertBit(third);
  // (31 - first) second = 0, (31 - second) third = 0; spans show 0 <= first, second <= 31
  context.assertQuadratic(first, second, { mul: -1n, right: full });
  context.assertQuadratic(second, third, { mul: -1n, right: full });

  let from = memory.atConstant(0);
  return [first, second, third].map((piece) => {
    const to = memory.advance(from, piece);
    const value = memory.span(from, to, piece);
    from = to;
    return value;
  });
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
