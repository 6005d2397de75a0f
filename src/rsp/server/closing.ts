export interface Closable {
  close(): Promise<void>;
}

/** What a service has opened, and the order in which that is closed. */
export class Closing {
  readonly #listeners: Closable[] = [];
  readonly #behind: Closable[] = [];

  /** What others talk to: closed first and together, each with the time that its requests need. */
  listener<T extends Closable>(part: T): T {
    this.#listeners.push(part);
    return part;
  }

  /** What works behind that: closed one after the other, the last one first. */
  behind<T extends Closable>(part: T): T {
    this.#behind.push(part);
    return part;
  }

  async close(): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((part) => part.close()));
    for (const part of this.#behind.splice(0).reverse()) await part.close();
  }
}
