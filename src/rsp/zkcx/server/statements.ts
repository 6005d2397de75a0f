/**
 * The server's statements about itself for the mode `zkcx`: a `certify` proof for each of its two
 * certificates, made anew in the background before they are over age and when lists change.
 */
import { checked, checkedClock } from '../../../arguments.ts';
import { bytesEqual, bytesToHex } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import type { Credential } from '../../../prover/credential.ts';
import { type CertifiedBundle, formatBundle } from '../../../session/envelopes.ts';
import type { CertifyInput } from '../../../session/statements.ts';
import type { Clock } from '../../../time.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import * as argument from '../arguments.ts';
import type { ServerDocuments } from '../negotiation.ts';
import type { ServerRoots } from './roots.ts';

export interface StatementsOptions {
  readonly identities: readonly SmdpIdentity[];
  /** Of `chain prove`, for CERT.DPauth and CERT.DPpb of each identity that is to have statements. */
  readonly credentials: readonly Credential[];
  readonly roots: () => Promise<ServerRoots>;
  /** `certify` with a prover, or somewhere else; about a minute. */
  readonly certify: (input: CertifyInput) => Promise<CertifiedBundle>;
  /** Seconds at which a statement is over; default a day, as long as devices take it. */
  readonly maximumAge?: bigint;
  /** Unix seconds. */
  readonly now: Clock;
  /** What went wrong in the background. */
  readonly onError?: (error: unknown) => void;
}

interface Made {
  readonly identity: SmdpIdentity;
  readonly documents: ServerDocuments;
  /** Unix seconds. */
  readonly at: bigint;
  readonly roots: Pick<ServerRoots, 'trust' | 'map'>;
}

interface Pair {
  readonly identity: SmdpIdentity;
  readonly auth: Credential;
  readonly pb: Credential;
}

/** Milliseconds between two looks at age and lists. */
const INTERVAL = 60_000;

export class ServerStatements {
  readonly #options: Required<Omit<StatementsOptions, 'identities' | 'credentials'>>;
  readonly #pairs: readonly Pair[];
  readonly #made = new Map<string, Made>();
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<void> | undefined;

  /** Throws ERR_RSP_IDENTITY for a credential of none of the certificates, or without its other half. */
  constructor(given: StatementsOptions) {
    checked(given, argument.statementsOptions, 'ServerStatements');
    const {
      identities,
      credentials,
      maximumAge = 86_400n,
      onError = () => undefined,
      ...options
    } = given;
    const now = checkedClock(options.now, 'the clock of ServerStatements');
    this.#options = { ...options, now, maximumAge, onError };
    this.#pairs = pairs(identities, credentials);
  }

  /** Statements that are fresh, in the bytes that are sent; undefined before the first are made. */
  current(identity: SmdpIdentity): ServerDocuments | undefined {
    checked(identity, argument.ofStatements, 'ServerStatements.current');
    const made = this.#made.get(bytesToHex(identity.ciPkId));
    const { maximumAge, now } = this.#options;
    if (made === undefined || !(now() < made.at + maximumAge)) return undefined;
    // the server may have got other certificates under the same CI
    return isSame(made.identity, identity) ? made.documents : undefined;
  }

  /** Make those that are missing, half over, or about an older map or set. One run at a time. */
  renew(): Promise<void> {
    this.#renewal ??= this.#renewAll().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  /** Renew now and from now on. */
  start(): void {
    const run = () => {
      this.renew().catch(this.#options.onError);
    };
    run();
    this.#timer ??= setInterval(run, INTERVAL);
    // a server that has ended otherwise is not kept alive
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renewAll(): Promise<void> {
    if (this.#pairs.length === 0) return;
    const roots = checked(
      await this.#options.roots(),
      argument.serverRoots,
      'the roots of ServerStatements',
    );
    for (const pair of this.#pairs) {
      const key = bytesToHex(pair.identity.ciPkId);
      if (!this.#isDue(this.#made.get(key), roots)) continue;
      const at = this.#options.now();
      const documents = {
        auth: await this.#make(pair.auth, roots, at),
        pb: await this.#make(pair.pb, roots, at),
      };
      this.#made.set(key, { identity: pair.identity, documents, at, roots });
    }
  }

  #isDue(made: Made | undefined, roots: ServerRoots): boolean {
    const { maximumAge, now } = this.#options;
    return (
      made === undefined ||
      now() >= made.at + maximumAge / 2n ||
      String(made.roots.map.root) !== String(roots.map.root) ||
      String(made.roots.trust.root) !== String(roots.trust.root)
    );
  }

  async #make(credential: Credential, { anchors, trust, map }: ServerRoots, time: bigint) {
    const { certify } = this.#options;
    const bundle = await certify({ credential, anchors, trust, map, time });
    return new TextEncoder().encode(formatBundle(bundle));
  }
}

const isSame = (one: SmdpIdentity, other: SmdpIdentity): boolean =>
  bytesEqual(one.auth.certificate.der, other.auth.certificate.der) &&
  bytesEqual(one.pb.certificate.der, other.pb.certificate.der);

/** Credentials belong to the certificates that they end in. */
function pairs(identities: readonly SmdpIdentity[], credentials: readonly Credential[]): Pair[] {
  const found = identities.flatMap((identity) => {
    const of = (der: Uint8Array) =>
      credentials.find(({ certificates }) => bytesEqual(certificates.at(-1)!.der, der));
    const auth = of(identity.auth.certificate.der);
    const pb = of(identity.pb.certificate.der);
    return auth === undefined || pb === undefined ? [] : [{ identity, auth, pb }];
  });
  if (found.length * 2 !== credentials.length) {
    throw new ZkcxError(
      'ERR_RSP_IDENTITY',
      'for zkCX give credentials of CERT.DPauth and CERT.DPpb, both, of certificates in use here',
    );
  }
  return found;
}
