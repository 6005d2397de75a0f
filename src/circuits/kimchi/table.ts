import { Field } from 'o1js';
import { Gates } from './gates.ts';

/**
 * A runtime table: (index, value) pairs fixed by the circuit in its indices, chosen by the prover
 * in its values unless they are pinned.
 *
 * The prover fills the value column freely, so a read means nothing unless every index was
 * inserted (an insertion is itself a lookup of a value that the circuit computed). `close` refuses
 * a table with an unpinned index, except one declared `indexOnly`, whose reads use value 0 and
 * prove nothing but that the index is listed.
 */
export class LookupTable {
  readonly id: number;
  private readonly unpinned: Set<bigint>;
  private readonly indexOnly: boolean;
  private pending: [Field, Field][] = [];
  private closed = false;

  constructor(id: number, indices: bigint[], options: { indexOnly?: boolean } = {}) {
    if (id < 2) throw Error(`table id ${id} is reserved by kimchi`);
    if (new Set(indices).size !== indices.length) throw Error(`table ${id}: indices repeat`);
    this.id = id;
    this.unpinned = new Set(indices);
    this.indexOnly = options.indexOnly ?? false;
    Gates.addRuntimeTableConfig(id, indices);
  }

  /** Pin the value at an index. 1/3 row, and half a row for an index constant not used before. */
  insert(index: bigint, value: Field): void {
    if (!this.unpinned.delete(index)) throw Error(`table ${this.id}: index ${index} not free`);
    this.enqueue(Field(index), value);
  }

  /** Prove that (index, value) is in the table. 1/3 row; seal arguments to know what it costs. */
  read(index: Field, value: Field): void {
    this.enqueue(index, value);
  }

  /** Emit what is pending; the table cannot be used afterwards. */
  close(): void {
    if (!this.indexOnly && this.unpinned.size > 0) {
      throw Error(`table ${this.id}: ${this.unpinned.size} indices are not pinned`);
    }
    const [first] = this.pending;
    if (first !== undefined) {
      while (this.pending.length < 3) this.pending.push(first);
      this.emit();
    }
    this.closed = true;
  }

  private enqueue(index: Field, value: Field): void {
    if (this.closed) throw Error(`table ${this.id}: used after close`);
    this.pending.push([index, value]);
    if (this.pending.length === 3) this.emit();
  }

  private emit(): void {
    const [a, b, c] = this.pending as [[Field, Field], [Field, Field], [Field, Field]];
    Gates.lookup(Field(this.id), a[0], a[1], b[0], b[1], c[0], c[1]);
    this.pending = [];
  }
}
