/** How the client of ES2+ reaches its server. */
export interface Es2pClientOptions {
  readonly tls?: {
    /** PEM of the CAs of the server; default: the public ones. */
    readonly ca?: string;
    /** PEM, what the client shows, and its key. */
    readonly cert?: string;
    readonly key?: string;
    /** Name in the server's certificate, where it is not that of the URL. */
    readonly serverName?: string;
  };
  /** What the server asks for as `Authorization: Bearer`. */
  readonly token?: string;
  /** functionRequesterIdentifier: who calls, an OID as a rule. With it each call gets an identifier of its own. */
  readonly requester?: string;
  /** Milliseconds for a whole call; default 30,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}
