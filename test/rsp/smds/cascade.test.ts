/** From an alternative SM-DS to a root (SGP.22 3.6): what is forwarded is found and deleted there. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ForwardEvent } from '../../../src/rsp/smds/index.ts';
import { sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { CI_PEM, serverTls, TestSmds } from '../../support/rsp/smds.ts';
import { discover, event, idsIn, register, remove } from '../../support/rsp/smds-device.ts';
import { until } from '../smdpp/operator.ts';

const euicc = sgp26Euicc();
const EVENT = event('E-1', { forwardingIndicator: true });

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

/** A root, and one that forwards to it. */
async function both(tls = serverTls('ds-tls-v2', '2.999.31')) {
  const events: ForwardEvent[] = [];
  const root = await TestSmds.open();
  open.push(root);
  const link = {
    address: 'root.example.com',
    url: root.es12,
    tls: { ...tls, ca: CI_PEM },
    retryAfter: 20,
    onEvent: (one: ForwardEvent) => void events.push(one),
  };
  const alternative = await TestSmds.open({ root: link });
  open.push(alternative);
  return { root, alternative, events, link };
}

type Entry = { eventId: string; rspServerAddress: string };
const entriesOf = async (smds: TestSmds) =>
  (await discover(smds, euicc)).body['eventEntries'] as Entry[];

describe('an alternative SM-DS', () => {
  test('tells the root of an event, which leads a device back to it', async () => {
    const { root, alternative, events } = await both();
    await register(alternative, EVENT);
    await until(() => events.length === 1);
    expect(events).toEqual([
      expect.objectContaining({ call: 'registerEvent', outcome: 'delivered' }),
    ]);
    const [entry, ...more] = await entriesOf(root);
    expect(more).toEqual([]);
    expect(entry).toEqual({
      eventId: expect.stringMatching(/^[0-9a-f]{32}$/),
      rspServerAddress: 'smds.example.com',
    });
    // the EventID of the root finds the event at the alternative one
    const found = await discover(alternative, euicc, entry!.eventId);
    expect(found.body['eventEntries']).toEqual([
      { eventId: 'E-1', rspServerAddress: 'smdp.example.com' },
    ]);
    await remove(alternative, { eid: EVENT.eid, eventId: 'E-1' });
    await until(() => events.length === 2);
    expect(await entriesOf(root)).toEqual([]);
    expect(JSON.stringify(events)).not.toContain(EVENT.eid);
  });

  test('keeps to itself what is not to be forwarded', async () => {
    const { root, alternative, events } = await both();
    await register(alternative, event('E-2'));
    await register(alternative, EVENT);
    await until(() => events.length === 1);
    expect(await entriesOf(root)).toHaveLength(1);
    expect(idsIn(await discover(alternative, euicc))).toEqual(['E-2', 'E-1']);
  });

  test('tries again until the root is there, also after its own restart, and in order', async () => {
    const { root, alternative, events, link } = await both();
    await root.service.close();
    await register(alternative, EVENT);
    await until(() => events.some(({ outcome }) => outcome === 'failed'));
    await remove(alternative, { eid: EVENT.eid, eventId: 'E-1' });
    await register(alternative, event('E-3', { forwardingIndicator: true }));
    await root.restart();
    // it has another port now
    await alternative.restart({ root: { ...link, url: root.es12 } });
    await until(() => events.filter(({ outcome }) => outcome === 'delivered').length === 3);
    expect(await entriesOf(root)).toHaveLength(1);
  });

  test('says so where the root refuses it', async () => {
    const { root, alternative, events } = await both(serverTls('dp-tls-v2', '2.999.31'));
    await register(alternative, EVENT);
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({ call: 'registerEvent', outcome: 'refused', http: 200 });
    expect(await entriesOf(root)).toEqual([]);
    expect(idsIn(await discover(alternative, euicc))).toEqual(['E-1']);
  });
});
