/** Work that a server does by itself again and again, never twice at a time. */
export class Periodic<T> {
  readonly #work: (isClosed: () => boolean) => Promise<T>;
  readonly #onDone: (result: T) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<T> | undefined;
  #isClosed = false;

  /** @param work should throw nothing; it ends early once `isClosed` */
  constructor(
    work: (isClosed: () => boolean) => Promise<T>,
    onDone: (result: T) => void = () => undefined,
  ) {
    this.#work = work;
    this.#onDone = onDone;
  }

  /** Now and every so many seconds from now on. */
  start(interval: number): void {
    // a log that fails is no reason to end
    const run = () =>
      void this.run()
        .then(this.#onDone)
        .catch(() => undefined);
    this.#timer ??= setInterval(run, interval * 1_000).unref();
    run();
  }

  run(): Promise<T> {
    this.#running ??= this.#work(() => this.#isClosed).finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** The work under way ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }
}
