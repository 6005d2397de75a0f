/** A request that gets a status word instead of a response. Stays inside the card. */
export class RequestError extends Error {
  readonly sw: number;

  constructor(sw: number, message: string) {
    super(message);
    this.name = 'RequestError';
    this.sw = sw;
  }
}
