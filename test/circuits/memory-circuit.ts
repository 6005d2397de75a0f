import { Provable } from 'o1js';
import type { CircuitContext } from '../../src/circuits/kimchi/context.ts';
import { exists } from '../../src/circuits/kimchi/gates.ts';
import { type Walk, walkOver } from '../../src/circuits/gadgets/walk.ts';
import { capture, evaluate, witnessOf } from '../support/kimchi/index.ts';
import type { Captured, Witness } from '../support/kimchi/index.ts';

/** A circuit over a memory of a fixed size, run with one content after the other. */
export class MemoryCircuit<Facts> {
  readonly size: number;
  private readonly body: (walk: Walk) => Facts;
  private readonly read: (facts: Facts) => unknown;
  private bytes: Uint8Array;
  private values: unknown;
  private captured: Captured | undefined;

  /** `read` turns what the body found into plain values, in the prover. */
  constructor(
    size: number,
    body: (walk: Walk) => Facts,
    read: (facts: Facts) => unknown = () => undefined,
  ) {
    this.size = size;
    this.body = body;
    this.read = read;
    this.bytes = new Uint8Array(size);
  }

  readonly circuit = (context: CircuitContext): void => {
    const bytes = exists(this.size, () => Array.from(this.bytes, BigInt));
    const facts = this.body(walkOver(context, bytes));
    Provable.asProver(() => {
      this.values = this.read(facts);
    });
  };

  /** Fix the gates by an honest run. */
  async build(bytes: Uint8Array): Promise<Captured> {
    this.load(bytes);
    this.captured = await capture(this.circuit);
    return this.captured;
  }

  /** The witness of other bytes, whether they satisfy the circuit or not, and what was read. */
  async run(bytes: Uint8Array): Promise<{ witness: Witness; values: unknown }> {
    if (this.captured === undefined) throw Error('build the circuit first');
    this.load(bytes);
    const witness = await witnessOf(this.captured, this.circuit, { unchecked: true });
    return { witness, values: this.values };
  }

  /** Does the circuit take these bytes from a prover that follows it? */
  async accepts(bytes: Uint8Array): Promise<boolean> {
    this.load(bytes);
    let witness: Witness;
    try {
      ({ witness } = await this.run(bytes));
    } catch {
      return false; // the prover finds no hint to give
    }
    return evaluate(this.captured!, witness).length === 0;
  }

  load(bytes: Uint8Array): void {
    if (bytes.length > this.size) throw Error(`${bytes.length} bytes in a memory of ${this.size}`);
    this.bytes = new Uint8Array(this.size);
    this.bytes.set(bytes);
  }
}
