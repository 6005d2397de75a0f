/** Events of orders at SM-DS, by ES12 (SGP.22 5.9): registered while a device can have the order, then deleted. */
import type { Clock } from '../../time.ts';
import { type EventCall, eventTarget } from '../server/outbox/events.ts';
import { posterTo, type PosterTls } from '../server/outbox/poster.ts';
import { type Attempt, Sender, type SenderOptions } from '../server/outbox/sender.ts';
import type { SmdpTrust } from './identities.ts';
import type { SmdpOptions } from './settings.ts';
import type { SmdpStore } from './store.ts';

/** What became of one call to an SM-DS; for a log. Nothing in it names a device. */
export interface DiscoveryEvent extends Attempt {
  readonly call: EventCall['call'];
}

export interface SmdsLink {
  /** What orders and devices call it. */
  readonly address: string;
  /** Where its ES12 begins; default: at its address. */
  readonly url?: string;
  /** It is an alternative SM-DS, which is asked to tell the root too. */
  readonly forwards?: boolean;
  /** CERT.DPtls, which the SM-DS knows this server by. */
  readonly tls?: PosterTls;
}

export interface DiscoveryOptions extends SenderOptions {
  readonly smds: readonly SmdsLink[];
  readonly onEvent?: (event: DiscoveryEvent) => void;
}

/** An SM-DS forgets events by itself, so calls only end where there are far too many. */
const LIMITS = { maxAge: Infinity, maxWaiting: 1_000_000 };

/** Throws ERR_RSP_TLS for certificates that cannot be used. */
export function openDiscovery(
  { smds, onEvent = () => undefined, ...options }: DiscoveryOptions,
  {
    store,
    trust,
    settings,
    now,
  }: {
    readonly store: SmdpStore;
    readonly trust: SmdpTrust;
    readonly settings: Pick<SmdpOptions, 'address'>;
    readonly now: Clock;
  },
) {
  const links = smds.map(({ address, url = `https://${address}`, forwards = false, tls }) => {
    const poster = posterTo(url, tls, 'the SM-DS');
    const target = eventTarget(url, poster, {
      interface: 'es12',
      requester: trust.identities[0]?.oid ?? '',
      address: settings.address,
      forwards,
    });
    return { address, poster, target };
  });
  const targets = new Map(links.map(({ address, target }) => [address, target]));
  const sender = new Sender<EventCall>(
    {
      outbox: {
        waiting: () => store.eventCalls(),
        remove: (key) => store.change().deleteEventCall(key).commit({ durable: false }),
        laneOf: ({ eventId }) => eventId,
        targetOf: ({ smds: address }) => targets.get(address),
      },
      now,
      onAttempt: ({ call }, attempt) => onEvent({ call, ...attempt }),
    },
    { ...LIMITS, ...options },
  );
  store.discovery.onWritten = () => sender.wake();
  return {
    start: () => sender.start(),
    close: async () => {
      await sender.close();
      for (const { poster } of links) poster.close();
    },
  };
}
