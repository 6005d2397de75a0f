/** To the root SM-DS: what an SM-DP+ registered here is to be found there too (SGP.22 3.6.1, ES15). */
import type { Clock } from '../../time.ts';
import { type EventCall, eventTarget } from '../server/outbox/events.ts';
import { posterTo, type PosterTls } from '../server/outbox/poster.ts';
import { type Attempt, Sender, type SenderOptions } from '../server/outbox/sender.ts';
import type { SmdsTrust } from './identities.ts';
import type { SmdsSettings } from './settings.ts';
import type { SmdsStore } from './store.ts';

/** What became of one call to the root SM-DS; for a log. */
export interface ForwardEvent extends Attempt {
  readonly call: EventCall['call'];
}

export interface RootOptions extends SenderOptions {
  /** Address of the root SM-DS, as devices have it. */
  readonly address: string;
  /** Where its ES15 begins; default: at its address. */
  readonly url?: string;
  /** With which certificate it is called. */
  readonly tls?: PosterTls;
  readonly onEvent?: (event: ForwardEvent) => void;
}

/** Throws ERR_RSP_TLS for certificates that cannot be used. */
export function openCascade(
  { address, url = `https://${address}`, tls, onEvent, ...options }: RootOptions,
  {
    store,
    trust,
    settings,
    now,
  }: { store: SmdsStore; trust: SmdsTrust; settings: SmdsSettings; now: Clock },
) {
  const poster = posterTo(url, tls, 'the root SM-DS');
  const target = eventTarget(url, poster, {
    interface: 'es15',
    requester: trust.identities[0]?.oid ?? '',
    address: settings.address,
    forwards: false,
  });
  const sender = new Sender<EventCall>(
    {
      outbox: {
        waiting: () => store.calls(),
        remove: (key) => store.deleteCall(key),
        laneOf: ({ eventId }) => eventId,
        targetOf: () => target,
      },
      now,
      onAttempt: ({ call }, attempt) => onEvent?.({ call, ...attempt }),
    },
    { maxAge: settings.eventLifetime, maxWaiting: settings.maxEventsPerServer, ...options },
  );
  return {
    link: { address, wake: () => sender.wake() },
    start: () => sender.start(),
    close: async () => {
      await sender.close();
      poster.close();
    },
  };
}
