/** How much a proving process leaked: the proof system keeps some 0.2 GB of every proof. */

export class Growth {
  private readonly known = new Set<string>();
  private base = 0;

  /** Bytes by which the process grew over proofs of methods that it had proven before. */
  bytes = 0;

  /**
   * Note the memory of the process after a proof. The first proof of a method makes its proving key, so
   * what the process grew by then is no leak.
   */
  note(method: string, memory: number): void {
    if (this.known.has(method)) {
      this.bytes = Math.max(0, memory - this.base);
    } else {
      this.known.add(method);
      this.base = memory - this.bytes;
    }
  }
}
