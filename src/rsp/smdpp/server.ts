import { bytesToHex } from '../../bytes.ts';
import { ZkcxError } from '../../errors.ts';
import type { RandomBytes } from '../../random.ts';
import type { Es9pRequest } from '../../sgp22/messages/es9p.ts';
import type { ReceivedNotification } from '../../sgp22/messages/received-notification.ts';
import type { Clock } from '../../time.ts';
import { authenticateClient } from './authenticate-client.ts';
import { cancelSession } from './cancel-session.ts';
import type { SmdpContext } from './context.ts';
import { getBoundProfilePackage } from './get-bound-profile-package.ts';
import { handleNotification } from './handle-notification.ts';
import { type HeldTrust, pairName, type SmdpTrust } from './identities.ts';
import { initiateAuthentication } from './initiate-authentication.ts';
import { Locks } from '../server/locks.ts';
import { NO_PROGRESS, type Progress } from './progress/record.ts';
import type { Session } from './session.ts';
import { SessionTable } from './sessions.ts';
import { type SmdpOptions, settingsSchema } from './settings.ts';
import type { SmdpStore } from './store.ts';

export interface SmdpServerOptions {
  readonly settings: SmdpOptions;
  readonly trust: SmdpTrust;
  readonly store: SmdpStore;
  /** Unix seconds. */
  readonly now: Clock;
  /** That many random bytes, from a cryptographic source. */
  readonly random: RandomBytes;
  /** Where operators are told of their orders; default: none is. */
  readonly progress?: Progress;
}

/** Pairs of before that are kept, most recent first: more than anybody replaces while a session lives. */
const MAX_RETIRED = 100;

/**
 * The SM-DP+ without its transport: the five functions of ES9+ on decoded messages. Each either
 * answers or throws RspRefusal with the codes for the peer; ERR_RSP_BUSY and ERR_RSP_STORE are the
 * server's own troubles.
 */
export class SmdpServer {
  /** For ES2+ and administration, which work on the same orders. */
  readonly context: SmdpContext;
  readonly #held: { trust: HeldTrust };
  #isDraining = false;

  private constructor(context: Omit<SmdpContext, 'trust'>, trust: SmdpTrust) {
    const held: { trust: HeldTrust } = { trust };
    this.#held = held;
    this.context = {
      ...context,
      get trust() {
        return held.trust;
      },
    };
  }

  /** Sessions that were under way when the store was closed go on. */
  static async open({
    settings,
    trust,
    store,
    now,
    random,
    progress = NO_PROGRESS,
  }: SmdpServerOptions) {
    const all = settingsSchema.parse(settings);
    checkIdentities(trust);
    await assertScope(store, trust);
    const stored: Session[] = [];
    for await (const session of store.sessions()) stored.push(session);
    const limits = {
      lifetime: all.sessionLifetime,
      begunLifetime: all.begunSessionLifetime,
      count: all.maxSessions,
      begun: all.maxBegunSessions,
      begunPerAddress: all.maxBegunSessionsPerAddress,
    };
    const sessions = new SessionTable(limits, now, stored);
    const parts = { settings: all, store, sessions, locks: new Locks(), progress, now, random };
    return new SmdpServer(parts, trust);
  }

  /**
   * Use other certificates and CIs from now on. Sessions under way keep the certificates that they began with;
   * devices are judged by the new CIs at once. Throws ERR_RSP_IDENTITY, also for another OID.
   */
  replaceTrust(trust: SmdpTrust): void {
    checkIdentities(trust);
    const before = this.#held.trust;
    const [oid] = before.identities.map(({ oid }) => oid);
    if (trust.identities.some((identity) => identity.oid !== oid)) {
      throw new ZkcxError('ERR_RSP_IDENTITY', 'another OID is another server: start it anew');
    }
    const kept = new Set(trust.identities.map(pairName));
    const retired = [...before.identities, ...(before.retired ?? [])];
    this.#held.trust = {
      ...trust,
      retired: retired.filter((identity) => !kept.has(pairName(identity))).slice(0, MAX_RETIRED),
    };
  }

  /** Begin no new sessions; those under way go on. */
  drain(): void {
    this.#isDraining = true;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** @param peer network address of the client; empty: unknown */
  initiateAuthentication(request: Es9pRequest<'initiateAuthentication'>, peer = '') {
    return initiateAuthentication(this.context, request, peer);
  }

  authenticateClient(request: Es9pRequest<'authenticateClient'>) {
    return authenticateClient(this.context, request);
  }

  getBoundProfilePackage(request: Es9pRequest<'getBoundProfilePackage'>) {
    return getBoundProfilePackage(this.context, request);
  }

  handleNotification({ pendingNotification }: { pendingNotification: ReceivedNotification }) {
    return handleNotification(this.context, pendingNotification);
  }

  cancelSession(request: Es9pRequest<'cancelSession'>) {
    return cancelSession(this.context, request);
  }
}

/**
 * What devices took once they took under the names that they have under one OID: under another one each could
 * take again. Throws ERR_RSP_IDENTITY.
 */
async function assertScope(store: SmdpStore, { identities: [identity] }: SmdpTrust): Promise<void> {
  // administration while no server runs
  if (identity === undefined) return;
  const before = await store.oid();
  if (before === identity.oid) return;
  if (before !== undefined && (await store.hasClaims())) {
    throw new ZkcxError(
      'ERR_RSP_IDENTITY',
      `devices have taken orders once per device under the OID ${before}: use certificates with that OID, or release those claims`,
    );
  }
  await store.change().putOid(identity.oid).commit({ durable: true });
}

/**
 * Sessions remember their certificates by the CI. By the OID devices know a server, and in zkCX what a device
 * is called at it: under two OIDs one device would be two. Throws ERR_RSP_IDENTITY.
 */
function checkIdentities({ identities }: SmdpTrust): void {
  const cis = identities.map(({ ciPkId }) => bytesToHex(ciPkId));
  if (new Set(cis).size !== cis.length) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'there are two pairs of certificates under one CI');
  }
  const oids = identities.flatMap(({ oid, auth, pb }) => [
    oid,
    auth.certificate.registeredId,
    pb.certificate.registeredId,
  ]);
  if (new Set(oids).size > 1) {
    throw new ZkcxError('ERR_RSP_IDENTITY', 'the certificates of one server must show one OID');
  }
}
