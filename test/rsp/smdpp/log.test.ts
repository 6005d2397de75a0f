/** The log of `smdpp serve`: it says what happened to which session and order, and names nobody. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findLeaks, type Secret } from '../../../scripts/demo-zkcx/leak-scan.ts';
import { ZkcxError } from '../../../src/errors.ts';
import { openLog, problemOf } from '../../../src/cli/shared/server/log.ts';
import { administrate } from '../../../src/rsp/smdpp/service.ts';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import {
  hexToBytes,
  iccidBytes,
  transactionIdText,
} from '../../../src/sgp22/messages/identifiers.ts';
import { hashConfirmationCode } from '../../../src/sgp22/messages/prepare-download.ts';
import { fixture, KEYS } from '../../support/certificates/keys.ts';
import { TestClient } from '../../support/rsp/client.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import { serveArguments, startServing } from '../../support/rsp/serve.ts';
import { testPackage, testTrust } from '../../support/rsp/smdpp.ts';
import { eidOf, oneTimeKey, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-log-'));
const data = join(folder, 'data');
const logFile = join(folder, 'smdpp.log');
let server: ChildProcess;
let url: string;
afterAll(() => void server?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true }));

const PATIENCE = 180_000;
const ICCID = '8944000000000987659';
const MATCHING_ID = 'QX7-LOG-SECRET';
const CODE = '73519284';
const euicc = sgp26Euicc();
const EID = eidOf(euicc);

const text = (value: string) => new TextEncoder().encode(value);
const [{ auth, pb }] = testTrust().identities as [ReturnType<typeof testTrust>['identities'][0]];

const SECRETS: Secret[] = [
  { name: 'EID', values: [text(EID), hexToBytes(EID, 'the EID')] },
  { name: 'ICCID', values: [text(ICCID), iccidBytes(ICCID)] },
  { name: 'MatchingID', values: [text(MATCHING_ID)] },
  { name: 'confirmation code', values: [text(CODE), hashConfirmationCode(CODE, 'text')] },
  { name: 'keys of the server', values: [auth.secretKey, pb.secretKey] },
  { name: 'key of the eUICC', values: [KEYS.euicc.secret, KEYS.euicc.point.slice(1)] },
  { name: 'one-time key', values: [oneTimeKey().secret, oneTimeKey().point.slice(1)] },
  { name: 'certificate of the eUICC', values: [fixture('sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der')] },
];

type Line = Record<string, unknown> & { readonly function?: string };

const lines = (file = logFile): Line[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const linesOf = (name: string) => lines().filter((line) => line.function === name);

async function post(path: string, body: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const init = {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
  return (await fetch(url + path, init)).status;
}

let transaction: string;

beforeAll(async () => {
  const args = serveArguments(data, '--log-file', logFile, '--log-level', 'debug');
  ({ es9p: url } = await startServing(args, (started) => (server = started)));
  const now = () => BigInt(Math.floor(Date.now() / 1000));
  const operate = (name: 'addProfile' | 'addOrder' | 'cancelOrder', body: object) =>
    administrate(data, name, body, { now });
  const content = Buffer.from(testPackage(ICCID)).toString('base64');
  await operate('addProfile', { package: content, serviceProviderName: 'O', profileName: 'P' });
  await operate('addOrder', {
    iccid: ICCID,
    eid: EID,
    matchingId: MATCHING_ID,
    confirmationCode: CODE,
  });
  await refusalOf(operate('addOrder', { iccid: ICCID, matchingId: MATCHING_ID }) as never);

  const client = new TestClient(url);
  await refusalOf(client.download(euicc, `${MATCHING_ID}X`, CODE));
  await refusalOf(client.download(euicc, MATCHING_ID, `${CODE}0`));
  const { transactionId } = await client.download(euicc, MATCHING_ID, CODE);
  transaction = transactionIdText(transactionId);
  await client.installed(euicc, transactionId, ICCID);
  client.close();

  // whoever knows of a device may write it anywhere
  const { path } = ES9P.cancelSession;
  await post(path, {
    transactionId: EID,
    cancelSessionResponse: Buffer.from(EID).toString('base64'),
  });
  await post(path, { transactionId: ICCID, [EID]: EID });
  await post(path, `{"eid":"${EID}",`);
  await post(`/${EID}/${MATCHING_ID}?iccid=${ICCID}`, { eid: EID });
  await fetch(`${url}${path}?${EID}`);
}, PATIENCE);

describe('the log', () => {
  test('says what happened in a session, and to which order', () => {
    expect(linesOf('getBoundProfilePackage').at(-1)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      msg: 'request',
      interface: 'es9p',
      function: 'getBoundProfilePackage',
      transaction,
      order: expect.any(Number),
      outcome: 'done',
      http: 200,
      ms: expect.any(Number),
    });
    const ofSession = lines().filter((line) => line.transaction === transaction);
    expect(ofSession.map((line) => line.function)).toEqual([
      'initiateAuthentication',
      'authenticateClient',
      'getBoundProfilePackage',
      'handleNotification',
    ]);
    const orders = ofSession.slice(1).map(({ order }) => order);
    expect(new Set(orders).size).toBe(1);
    expect(linesOf('addOrder')[0]).toMatchObject({ interface: 'administration', order: orders[0] });
  });

  test('says how requests were refused, by subject and reason code or an error code', () => {
    const [unknown, wrongCode] = [
      linesOf('authenticateClient')[0],
      linesOf('getBoundProfilePackage')[0],
    ];
    expect(unknown).toMatchObject({ outcome: 'refused', subject: '8.2.6', reason: '3.8' });
    expect(wrongCode).toMatchObject({ outcome: 'refused', subject: '8.2.7', reason: '3.8' });
    expect(wrongCode).toHaveProperty('order');
    const [garbage, ...more] = linesOf('cancelSession');
    expect(garbage).toMatchObject({
      outcome: 'malformed',
      http: 400,
      code: expect.stringMatching(/^ERR_/),
    });
    expect(more.map(({ http }) => http)).toEqual([400, 400, 405]);
    expect(lines().some(({ http, outcome }) => http === 404 && outcome === 'malformed')).toBe(true);
  });

  test('has no transaction but those that this server opened', () => {
    const opened = linesOf('initiateAuthentication').map((line) => line.transaction);
    const named = lines().flatMap((line) => line.transaction ?? []);
    expect(named.filter((id) => !opened.includes(id))).toEqual([]);
  });

  test('has no EID, ICCID, MatchingID, confirmation code or key, in no encoding', () => {
    const traffic = [{ label: 'log', body: readFileSync(logFile, 'utf8') }];
    expect(findLeaks(traffic, SECRETS)).toEqual([]);
    // the scan finds each of them where it is
    for (const { name, values } of SECRETS) {
      const body = JSON.stringify({ is: Buffer.from(values[0]!).toString('base64') });
      expect(findLeaks([{ label: name, body }], SECRETS).map(({ secret }) => secret)).toContain(
        name,
      );
    }
  });

  test('has no network address unless it is asked for', () => {
    expect(readFileSync(logFile, 'utf8')).not.toContain('"peer"');
  });

  test(
    'goes on in a new file after SIGHUP, and ends with the server',
    async () => {
      const moved = `${logFile}.1`;
      renameSync(logFile, moved);
      server.kill('SIGHUP');
      while (!readdirHas()) await setTimeout(20);
      await post('/x', {});
      expect(lines().filter(({ http }) => http === 404)).toHaveLength(1);
      // it reads certificates and keys again, in its own time
      while (!lines().some(({ msg }) => /read again/.test(String(msg)))) await setTimeout(20);
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      expect((await ended)[0]).toBe(0);
      expect(lines().at(-1)).toMatchObject({ msg: 'stopped' });
    },
    PATIENCE,
  );
});

function readdirHas(): boolean {
  try {
    return readFileSync(logFile).length >= 0;
  } catch {
    return false;
  }
}

describe('openLog', () => {
  const event = {
    interface: 'es9p',
    path: '/gsma/rsp2/es9plus/cancelSession',
    outcome: 'failed',
    http: 503,
    ms: 1.26,
    peer: '192.0.2.7',
  } as const;

  function logged(options: Partial<Parameters<typeof openLog>[0]>, defect: unknown): Line[] {
    const file = join(folder, `${Math.random()}.log`);
    openLog({ logLevel: 'info', logFile: file, ...options }).request({ ...event, defect });
    return readFileSync(file, 'utf8') === '' ? [] : lines(file);
  }

  test('writes network addresses if told to', () => {
    expect(logged({ logPeers: true }, undefined)).toMatchObject([{ peer: '192.0.2.7', ms: 1.3 }]);
  });

  test('writes nothing below its level', () => {
    expect(logged({ logLevel: 'silent' }, undefined)).toEqual([]);
    expect(logged({ logLevel: 'error' }, undefined)).toHaveLength(1);
  });

  test('says of a defect where it is, and quotes nothing', () => {
    const cause = new SyntaxError(`Unexpected token in {"eid":"${EID}"}`);
    const defect = new ZkcxError('ERR_RSP_STORE', 'the store holds a damaged record', { cause });
    const [line] = logged({}, defect);
    expect(line).toMatchObject({
      level: 'error',
      error: {
        code: 'ERR_RSP_STORE',
        message: 'the store holds a damaged record',
        cause: {
          type: 'SyntaxError',
          at: expect.arrayContaining([expect.stringContaining('log.test')]),
        },
      },
    });
    expect(JSON.stringify(line)).not.toContain(EID);
  });

  test('follows causes for a while only', () => {
    const endless = new Error('x');
    endless.cause = endless;
    expect(JSON.stringify(problemOf(endless)).length).toBeLessThan(20_000);
  });

  test('says where it cannot write, and lives on where a disk is full', () => {
    expect(() => openLog({ logLevel: 'info', logFile: join(folder, 'none', 'x') })).toThrow(
      expect.objectContaining({ code: 'ERR_FILE_WRITE' }),
    );
    expect(() => openLog({ logLevel: 'info', logFile: '/dev/full' }).info('x')).not.toThrow();
  });
});
