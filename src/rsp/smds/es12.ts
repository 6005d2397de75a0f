/** ES12 and ES15, the side of servers (SGP.22 5.9, 5.10): an event belongs to the server that registered it. */
import { bytesToHex } from '../../bytes.ts';
import type { DeleteEvent, RegisterEvent } from '../../sgp22/messages/es12.ts';
import { RspRefusal, STATUS } from '../../sgp22/status-codes.ts';
import { type Caller, callerOf } from './caller.ts';
import type { SmdsContext } from './context.ts';
import { isExpired, type SmdsEvent } from './event.ts';
import type { DeviceName } from './store.ts';

const refuse = STATUS.es12;

/**
 * Who calls, if it may (SGP.22 5.9). Throws RspRefusal.
 *
 * @param kind who calls this interface
 */
export function admitted(
  { trust, servers, now }: SmdsContext,
  chain: readonly Uint8Array[],
  kind: Caller['kind'],
): Caller {
  const caller = callerOf(chain, trust.anchors, now());
  const isListed = servers === undefined || servers.includes(caller.oid);
  if (caller.kind !== kind || !isListed) throw new RspRefusal(refuse.callerRefused);
  return caller;
}

/** Take an event. It is on the disk when this returns. Throws RspRefusal. */
export async function registerEvent(
  context: SmdsContext,
  caller: Caller,
  { eid, eventId, rspServerAddress, forwardingIndicator }: RegisterEvent,
): Promise<void> {
  const { store, settings, locks, now, random, root } = context;
  const device = { eid };
  await locks.run(lockOf(caller), async () => {
    const at = Number(now());
    const before = await store.byId(caller.oid, eventId);
    if (before !== undefined) {
      if (!isExpired(before.event, now())) throw new RspRefusal(refuse.eventIdInUse);
      await store.delete(before);
    }
    await assertRoom(context, caller, device);
    // an event that came from another SM-DS goes no further
    const isForwarded = forwardingIndicator && caller.kind === 'smdp' && root !== undefined;
    const rootEventId = isForwarded ? bytesToHex(random(16)) : undefined;
    const event: SmdsEvent = {
      sequence: store.nextSequence(),
      owner: caller.oid,
      eventId,
      rspServerAddress,
      rootEventId,
      expiresAt: at + settings.eventLifetime,
    };
    const call = rootEventId && rootCall(context, 'registerEvent', eid, rootEventId);
    await store.register(device, event, call || undefined);
  });
  root?.wake();
}

/** Forget an event of the caller. It is off the store when this returns. Throws RspRefusal. */
export async function deleteEvent(
  context: SmdsContext,
  caller: Caller,
  { eid, eventId }: DeleteEvent,
): Promise<void> {
  const { store, locks, root } = context;
  await locks.run(lockOf(caller), async () => {
    const found = await store.byId(caller.oid, eventId);
    if (found === undefined || !store.isOf(found, { eid })) {
      throw new RspRefusal(refuse.eventIdUnknown);
    }
    const { rootEventId } = found.event;
    const call = rootEventId && rootCall(context, 'deleteEvent', eid, rootEventId);
    await store.delete(found, call || undefined);
  });
  root?.wake();
}

const lockOf = ({ oid }: Caller) => `events of ${oid}`;

const rootCall = (
  { root, now }: SmdsContext,
  call: 'registerEvent' | 'deleteEvent',
  eid: string,
  eventId: string,
) => root && { smds: root.address, call, eid, eventId, at: Number(now()) };

/** One server cannot fill the store, nor the answer to one device. Throws RspRefusal. */
async function assertRoom(
  { store, settings, now }: SmdsContext,
  { oid }: Caller,
  device: DeviceName,
): Promise<void> {
  let count = 0;
  for await (const { event } of store.events(device)) {
    if (event.owner === oid && !isExpired(event, now())) count++;
  }
  if (count >= settings.maxEventsPerDevice || store.countOf(oid) >= settings.maxEventsPerServer) {
    throw new RspRefusal(refuse.tooManyEvents);
  }
}
