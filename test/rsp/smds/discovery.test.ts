/** Discovery as SGP.22 has it, by its own messages: raw JSON over HTTPS, with the answers of an eUICC. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { madeUpKey } from '../../support/certificates/keys.ts';
import { eidOf, otherEuicc, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';
import { postJson, serverTls, SMDP_TLS, SMDS_ADDRESS, TestSmds } from '../../support/rsp/smds.ts';
import {
  authenticate,
  base64,
  discover,
  event,
  idsIn,
  initiate,
  register,
  remove,
} from '../../support/rsp/smds-device.ts';

const euicc = sgp26Euicc();
const other = otherEuicc('89049032123451234512345678901243');
const EID = eidOf(euicc);

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});
async function smdsOf(...options: Parameters<typeof TestSmds.open>): Promise<TestSmds> {
  const smds = await TestSmds.open(...options);
  open.push(smds);
  return smds;
}

describe('a device', () => {
  test('gets its events, oldest first, and those of no other device', async () => {
    const smds = await smdsOf();
    expect((await register(smds, event('E-2'))).refused).toBeUndefined();
    await register(smds, event('E-1', { rspServerAddress: 'other.example.com' }));
    await register(smds, event('E-0', { eid: eidOf(other) }));
    const found = await discover(smds, euicc);
    expect(found.http).toBe(200);
    expect(found.body).toMatchObject({
      header: { functionExecutionStatus: { status: 'Executed-Success' } },
      transactionId: expect.stringMatching(/^[0-9A-F]{32}$/),
      eventEntries: [
        { eventId: 'E-2', rspServerAddress: 'smdp.example.com' },
        { eventId: 'E-1', rspServerAddress: 'other.example.com' },
      ],
    });
    expect(idsIn(await discover(smds, other))).toEqual(['E-0']);
  });

  test('gets an empty list where there is nothing, and one event where it names it', async () => {
    const smds = await smdsOf();
    expect(idsIn(await discover(smds, euicc))).toEqual([]);
    await register(smds, event('E-1'));
    await register(smds, event('E-2'));
    expect(idsIn(await discover(smds, euicc, 'E-2'))).toEqual(['E-2']);
    for (const unknown of ['E-3', 'e-2']) {
      expect((await discover(smds, euicc, unknown)).refused).toBe('8.9.5/3.9');
    }
    expect((await discover(smds, other, 'E-2')).refused).toBe('8.9.5/3.9');
  });

  test('is answered with the codes of the standard', async () => {
    const smds = await smdsOf();
    const refused = async (changes: object) => (await initiate(smds, euicc, changes)).refused;
    const info = (changes: object) => ({
      euiccInfo1: base64(EuiccInfo1.encode({ ...euicc.info, ...changes })),
    });
    const none = [new Uint8Array(20)];
    expect(await refused({ smdpAddress: 'smdp.example.com' })).toBe('8.9.1/3.8');
    expect(await refused(info({ svn: '1.0.0' }))).toBe('8.9.3/3.1');
    expect(await refused(info({ euiccCiPKIdListForSigning: none }))).toBe('8.9.2/3.1');
    expect(await refused(info({ euiccCiPKIdListForVerification: none }))).toBe('8.9.4/3.7');
    expect(await refused({ smdpAddress: SMDS_ADDRESS.toUpperCase() })).toBeUndefined();
  });

  test('has to sign, and once: a copied answer and another key get nothing', async () => {
    const smds = await smdsOf();
    await register(smds, event('E-1'));
    const begun = await initiate(smds, euicc);
    expect(idsIn(await authenticate(smds, euicc, begun))).toEqual(['E-1']);
    expect((await authenticate(smds, euicc, begun)).refused).toBe('8.10.1/3.9');
    const signer = { signer: madeUpKey('somebody') };
    const next = await initiate(smds, euicc);
    expect((await authenticate(smds, euicc, next, signer)).refused).toBe('8.1/6.1');
    expect((await authenticate(smds, euicc, next)).refused).toBe('8.10.1/3.9');
    const late = await initiate(smds, euicc);
    smds.time += 121n;
    expect((await authenticate(smds, euicc, late)).refused).toBe('8.10.1/3.9');
  });
});

describe('a server', () => {
  test('registers each EventID once, and deletes its own events only', async () => {
    const smds = await smdsOf();
    const stranger = serverTls('dp-tls-v2', '2.999.11');
    await register(smds, event('E-1'));
    expect((await register(smds, event('E-1'))).refused).toBe('8.9.5/3.3');
    expect((await register(smds, event('E-1', { eid: eidOf(other) }))).refused).toBe('8.9.5/3.3');
    // EventIDs of another server are others
    expect((await register(smds, event('E-1'), stranger)).refused).toBeUndefined();
    const gone = { eid: EID, eventId: 'E-1' };
    expect((await remove(smds, { ...gone, eid: eidOf(other) })).refused).toBe('8.9.5/3.9');
    expect((await remove(smds, gone, serverTls('dp-tls-v2', '2.999.12'))).refused).toBe(
      '8.9.5/3.9',
    );
    expect((await remove(smds, gone, stranger)).refused).toBeUndefined();
    expect(idsIn(await discover(smds, euicc))).toEqual(['E-1']);
    expect((await remove(smds, gone)).refused).toBeUndefined();
    expect((await remove(smds, gone)).refused).toBe('8.9.5/3.9');
    expect(idsIn(await discover(smds, euicc))).toEqual([]);
  });

  test('needs a TLS certificate of an SM-DP+, and its place in the list', async () => {
    const smds = await smdsOf({ servers: ['2.999.10'] });
    await expect(register(smds, event('E-1'), {})).rejects.toThrow();
    for (const tls of [
      serverTls('dp-tls-v2', '2.999.11'),
      serverTls('dp-auth-v2', '2.999.10'),
      serverTls('ds-tls-v2', '2.999.10'),
    ]) {
      expect((await register(smds, event('E-1'), tls)).refused).toBe('1.1/1.2');
      expect((await remove(smds, { eid: EID, eventId: 'E-1' }, tls)).refused).toBe('1.1/1.2');
    }
    const es15 = await postJson(
      smds.es12,
      '/gsma/rsp2/es15/registerEvent',
      event('E-1'),
      SMDP_TLS(),
    );
    expect(es15.refused).toBe('1.1/1.2');
    expect(idsIn(await discover(smds, euicc))).toEqual([]);
  });

  test.each([
    ['an EID that is none', { eid: '8904' }],
    ['an EventID that no LPA could send', { eventId: 'E 1' }],
    ['a long EventID', { eventId: 'E'.repeat(256) }],
    ['no address', { rspServerAddress: '' }],
    ['no forwardingIndicator', { forwardingIndicator: undefined }],
  ])('is refused %s', async (_, changes) => {
    const smds = await smdsOf();
    expect((await register(smds, event('E-1', changes))).http).toBe(400);
  });

  test('cannot flood: so many events for a device, so many in all', async () => {
    const smds = await smdsOf({ settings: { maxEventsPerDevice: 2, maxEventsPerServer: 3 } });
    await register(smds, event('E-1'));
    await register(smds, event('E-2'));
    expect((await register(smds, event('E-3'))).refused).toBe('8.9/4.2');
    await register(smds, event('E-3', { eid: eidOf(other) }));
    expect((await register(smds, event('E-4', { eid: eidOf(other) }))).refused).toBe('8.9/4.2');
    const another = serverTls('dp-tls-v2', '2.999.11');
    expect((await register(smds, event('E-1'), another)).refused).toBeUndefined();
    await remove(smds, { eid: EID, eventId: 'E-1' });
    expect((await register(smds, event('E-4'))).refused).toBeUndefined();
  });
});

describe('events', () => {
  test('survive the process, and end', async () => {
    const smds = await smdsOf({ settings: { eventLifetime: 1_000 } });
    await register(smds, event('E-1'));
    await smds.restart();
    expect((await register(smds, event('E-1'))).refused).toBe('8.9.5/3.3');
    smds.time += 999n;
    expect(idsIn(await discover(smds, euicc))).toEqual(['E-1']);
    smds.time += 1n;
    expect(idsIn(await discover(smds, euicc))).toEqual([]);
    expect((await register(smds, event('E-1'))).refused).toBeUndefined();
    expect(idsIn(await discover(smds, euicc))).toEqual(['E-1']);
  });
});
