/** `zkcx order blind`, and what an SM-DP+ does with its answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseBlindBinding } from '../../src/rsp/lpa/index.ts';
import { blindOrderOf } from '../../src/session/blind-order.ts';
import { told, zkcx } from '../support/cli.ts';
import { ADDRESS, testPackage } from '../support/rsp/smdpp.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const OID = '2.999.10';
const EID = '89049032123451234512345678901235';
const blind = ['order', 'blind', '--oid', OID, '--eid', EID];

interface BlindOrder {
  readonly blindOrder: string;
  readonly binding: string;
}

const made = async () => (await told(...blind)) as unknown as BlindOrder;

describe('zkcx order blind', () => {
  test('makes an order that salt, OID and EID give again, and does not repeat the EID', async () => {
    const answer = await told(...blind);
    expect(answer).toMatchObject({ status: 0, oid: OID });
    const { blindOrder, binding } = answer as unknown as BlindOrder;
    const { salt, order } = parseBlindBinding(binding);
    expect(String(order)).toBe(blindOrder);
    expect(Buffer.from(salt).toString('hex')).toBe(answer.salt);
    expect(blindOrderOf(OID, salt, EID)).toBe(order);
    expect(JSON.stringify(answer)).not.toContain(EID);
  });

  test('tells people which is for whom: the salt is in the line for the user alone', async () => {
    const { status, stdout } = await zkcx(...blind);
    expect(status).toBe(0);
    const [server, user, ...more] = stdout.trimEnd().split('\n');
    expect(more).toEqual([]);
    const { order } = parseBlindBinding(/zkcx-order:\S+/.exec(user!)![0]);
    expect(server).toMatch(new RegExp(` ${order}$`));
    expect(server).not.toContain('zkcx-order');
  });

  test('has another salt each time', async () => {
    const [a, b] = [await made(), await made()];
    expect(a.binding).not.toBe(b.binding);
    expect(a.blindOrder).not.toBe(b.blindOrder);
  });

  test.each([
    ['--eid', EID.replace('1235', '1236')],
    ['--eid', EID.slice(1)],
    ['--eid', `0${EID}`],
    ['--oid', 'smdp.example.com'],
    ['--oid', '1.99.1'],
  ])('%s %s is a value that is none', async (option, value) => {
    const { status, stdout, stderr } = await zkcx(...blind, option, value);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('is invalid. Give ');
  });

  test('an OID that no certificate could show is bad input', async () => {
    const answer = await told(...blind, '--oid', `2.999.${'1.'.repeat(40)}1`);
    expect(answer).toMatchObject({ status: 2, error: { code: 'ERR_SESSION_VALUE' } });
  });
});

describe('zkcx smdpp order', () => {
  const iccid = '8944000000000000019';
  const folder = temporaryFolder();
  const smdpp = (...args: string[]) => told('smdpp', ...args, '--data', join(folder, 'data'));
  const add = (...args: string[]) => smdpp('order', 'add', '--iccid', iccid, ...args);

  test('add, show, list and cancel take and show a blind order', async () => {
    const file = join(folder, 'profile.der');
    writeFileSync(file, testPackage(iccid));
    const names = ['--provider', 'Operator', '--name', 'Plan', '--address', ADDRESS];
    expect(await smdpp('profile', 'add', file, ...names)).toMatchObject({ status: 0 });
    const { blindOrder, binding } = await made();
    const address = ['--address', ADDRESS];

    expect(await add('--blind', '0', ...address)).toMatchObject({
      status: 2,
      error: { code: 'ERR_ARGUMENT', message: expect.stringContaining('blindOrder') },
    });
    expect(await add('--blind', blindOrder, '--eid', EID, ...address)).toMatchObject({
      status: 2,
      error: { code: 'ERR_CLI_USAGE' },
    });
    const added = await add('--blind', blindOrder, ...address);
    expect(added).toMatchObject({ status: 0, order: { iccid, blindOrder, state: 'released' } });
    // nothing that goes to the server holds the salt
    expect(added.activationCode).not.toContain(binding.split(':')[2]);

    const shown = await smdpp('order', 'show', iccid, ...address);
    expect(shown).toMatchObject({ order: { blindOrder } });
    expect(await smdpp('order', 'list', ...address)).toMatchObject({ orders: [{ blindOrder }] });
    const { stdout } = await zkcx(
      'smdpp',
      'order',
      'list',
      '--data',
      join(folder, 'data'),
      ...address,
    );
    expect(stdout).toContain(`blind order ${blindOrder}`);

    const cancel = (...args: string[]) => smdpp('order', 'cancel', iccid, ...address, ...args);
    const refused = (reason: string) => ({
      status: 1,
      error: { code: 'ERR_RSP_REFUSED', reason },
    });
    expect(await cancel()).toMatchObject(refused('8.1.1/2.2'));
    expect(await cancel('--blind', '7')).toMatchObject(refused('8.1.1/3.10'));
    expect(await cancel('--eid', EID)).toMatchObject(refused('8.1.1/3.10'));
    expect(await cancel('--blind', blindOrder)).toMatchObject({ status: 0 });
  });

  test('cancel takes the EID of an order that has one', async () => {
    const address = ['--address', ADDRESS];
    expect(await add('--eid', EID, ...address)).toMatchObject({ status: 0 });
    const cancel = (...args: string[]) => smdpp('order', 'cancel', iccid, ...address, ...args);
    expect(await cancel()).toMatchObject({ status: 1, error: { reason: '8.1.1/2.2' } });
    expect(await cancel('--eid', EID)).toMatchObject({ status: 0 });
  });
});
