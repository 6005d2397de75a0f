import type { Field } from 'o1js';
import type { CircuitContext } from '../kimchi/context.ts';
import { ByteMemory } from './memory.ts';

/** What reads bytes in a circuit: the memory that it reads, and the context that its gates go to. */
export interface Walk {
  readonly context: CircuitContext;
  readonly memory: ByteMemory;
}

/** A walk over bytes, one variable each, unchecked; after this they are in [0, 255]. */
export function walkOver(context: CircuitContext, bytes: readonly Field[]): Walk {
  return { context, memory: new ByteMemory(context, bytes) };
}
