/** Servers of others, over HTTPS: what they really answer, and what is made of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Es9p, Es9pOptions } from '../../../src/rsp/lpa/index.ts';
import { recordedExchanges } from '../recorded.ts';
import { ROOT } from '../../support/command.ts';
import {
  always,
  type Answerer,
  FOREIGN,
  type ForeignServer,
  foreignServer,
} from '../../support/rsp/foreign-server.ts';
import { PendingNotification } from '../../../src/sgp22/messages/notifications.ts';
import { decodeJson, ES9P } from '../../../src/sgp22/messages/es9p.ts';

let server: ForeignServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const serve = async (answer: Answerer, options?: Partial<Es9pOptions>): Promise<Es9p> => {
  server = await foreignServer(answer);
  return server.client(options);
};

const recorded = (name: string) => recordedExchanges().find((one) => one.name === name)!;
const INITIATE = decodeJson(
  ES9P.initiateAuthentication.request,
  recorded('initiateAuthentication').request,
);
const CANCEL = decodeJson(ES9P.cancelSession.request, recorded('cancelSession').request);
const NOTIFICATION = decodeJson(
  ES9P.handleNotification.request,
  recorded('handleNotification').request,
);
const GOOD = recorded('initiateAuthentication').answer as Record<string, unknown>;

interface Failure {
  readonly code?: string;
  readonly reason?: string;
  readonly message?: string;
}

const failureOf = async (work: Promise<unknown>): Promise<Failure> =>
  work.then(
    () => ({ code: 'none' }),
    (error: Failure) => ({ code: error.code, reason: error.reason, message: error.message }),
  );

const initiate = (client: Es9p) => client.call('initiateAuthentication', INITIATE);

const failed = (statusCodeData?: unknown, status = 'Failed') =>
  JSON.stringify({ header: { functionExecutionStatus: { status, statusCodeData } } });
const CODES = { subjectCode: '8.2.6', reasonCode: '3.8' };

describe('a refusal is read whatever is beside its codes', () => {
  test.each<[string, string, string, string?]>([
    ['null', failed({ ...CODES, subjectIdentifier: null, message: null }), '8.2.6/3.8'],
    ['empty', failed({ ...CODES, subjectIdentifier: '', message: '' }), '8.2.6/3.8'],
    ['missing', failed(CODES), '8.2.6/3.8'],
    ['objects', failed({ ...CODES, subjectIdentifier: {}, message: [1] }), '8.2.6/3.8'],
    ['numbers', failed({ subjectCode: 8.1, reasonCode: 4.8, message: 42 }), '8.1/4.8', '42'],
    ['blanks', failed({ subjectCode: ' 8.1 ', reasonCode: '4.8\n' }), '8.1/4.8'],
    ['a list of one', failed([{ ...CODES, message: 'No' }]), '8.2.6/3.8', 'No'],
    ['no codes', failed(), '0/0'],
    ['null in their place', failed(null), '0/0'],
    ['what is no code', failed({ ...CODES, subjectCode: 'x' }), '0/3.8'],
    ['an expired one', failed(CODES, 'Expired'), '8.2.6/3.8'],
    ['capitals', failed(CODES, 'FAILED'), '8.2.6/3.8'],
    ['a status that is unknown, with codes', failed(CODES, 'Refused'), '8.2.6/3.8'],
    ['words over lines', failed({ ...CODES, message: 'a\r\nb\u001b[2J' }), '8.2.6/3.8', 'a b [2J'],
    ['an EID', failed({ ...CODES, message: `not ${'89'.repeat(16)}` }), '8.2.6/3.8', 'not ...'],
    ['many words', failed({ ...CODES, message: 'x'.repeat(9_000) }), '8.2.6/3.8'],
  ])('%s', async (...[, body, reason, message]) => {
    const failure = await failureOf(initiate(await serve(always(200, body))));
    expect(failure).toMatchObject({ code: 'ERR_RSP_REFUSED', reason });
    if (message !== undefined) expect(failure.message).toBe(message);
    expect(failure.message!.length).toBeLessThan(310);
    expect(failure.message).not.toBe('');
  });

  test('as it was recorded', async () => {
    const body = readFileSync(join(ROOT, 'fixtures/rsp/refused-null-message.json'), 'utf8');
    expect(await failureOf(initiate(await serve(always(200, body))))).toMatchObject({
      code: 'ERR_RSP_REFUSED',
      reason: '8.2.6/3.8',
    });
  });
});

describe('success', () => {
  const withHeader = (header: unknown) => JSON.stringify({ ...GOOD, header });
  test.each<[string, string, Record<string, string>?]>([
    ['with a warning', withHeader({ functionExecutionStatus: { status: 'Executed-WithWarning' } })],
    [
      'in another spelling',
      withHeader({ functionExecutionStatus: { status: 'executed_success' } }),
    ],
    ['without a header', withHeader(undefined)],
    ['with a header of null', withHeader(null)],
    ['with a status of null', withHeader({ functionExecutionStatus: null })],
    ['after a byte order mark', `\ufeff${JSON.stringify(GOOD)}`],
    ['with blanks around', ` \r\n${JSON.stringify(GOOD, null, 4)}\n`],
    ['as text', JSON.stringify(GOOD), { 'content-type': 'text/plain;charset=iso-8859-1' }],
    ['as nothing that is named', JSON.stringify(GOOD), { 'content-type': '' }],
  ])('%s', async (...[, body, headers]) => {
    const answer = await initiate(await serve(always(200, body, headers)));
    expect(answer.transactionId).toHaveLength(16);
  });

  test.each([200, 201, 203])('with status %i', async (status) => {
    const answer = await initiate(await serve(always(status, JSON.stringify(GOOD))));
    expect(answer.serverSigned1.length).toBeGreaterThan(50);
  });

  test('base64 in every spelling says the same bytes', async () => {
    const strict = await initiate(await serve(always(200, JSON.stringify(GOOD))));
    const spellings: ((text: string) => string)[] = [
      (text) => text.replace(/.{64}/g, '$&\n'),
      (text) => text.replace(/.{76}/g, '$&\r\n'),
      (text) => ` ${text}\t`,
      (text) => text.replace(/=+$/, ''),
      (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
    ];
    for (const spell of spellings) {
      await server!.close();
      const body = Object.fromEntries(
        Object.entries(GOOD).map(([name, value]) => [
          name,
          name === 'transactionId' || typeof value !== 'string' ? value : spell(value),
        ]),
      );
      expect(await initiate(await serve(always(200, JSON.stringify(body))))).toEqual(strict);
    }
  });

  test.each([
    ['two alphabets', (text: string) => `-_+/${text.slice(4)}`],
    ['wrong padding', (text: string) => `${text.replace(/=+$/, '')}===`],
    ['a character that is none', (text: string) => `*${text.slice(1)}`],
    ['bits left over', () => 'AB=='],
    ['null', () => null],
    ['a number', () => 5],
  ])('base64 with %s is refused', async (_, change) => {
    const serverSigned1 = change(String(GOOD['serverSigned1']));
    const body = JSON.stringify({ ...GOOD, serverSigned1 });
    expect(await failureOf(initiate(await serve(always(200, body))))).toMatchObject({
      code: 'ERR_RSP_JSON',
      reason: 'serverSigned1',
    });
  });

  test.each([
    ['small letters', (id: string) => id.toLowerCase(), (id: string) => id.toLowerCase()],
    ['blanks around', (id: string) => ` ${id} `, (id: string) => id],
    ['capitals', (id: string) => id, (id: string) => id],
  ])('a TransactionID in %s comes back as the server spells it', async (_, spell, echoed) => {
    const id = String(GOOD['transactionId']);
    const client = await serve((name, response, body) => {
      const isSame = body['transactionId'] === echoed(id);
      response.end(
        name === 'initiateAuthentication'
          ? JSON.stringify({ ...GOOD, transactionId: spell(id) })
          : isSame
            ? '{}'
            : failed({ subjectCode: '8.10.1', reasonCode: '3.9' }),
      );
    });
    const { transactionId } = await initiate(client);
    await client.call('cancelSession', { ...CANCEL, transactionId });
    expect(server!.asked).toHaveLength(2);
  });

  test.each([7, '', 'xyz', '0'.repeat(33), null, {}])('%j is no TransactionID', async (id) => {
    const body = JSON.stringify({ ...GOOD, transactionId: id });
    expect(await failureOf(initiate(await serve(always(200, body))))).toMatchObject({
      code: 'ERR_RSP_JSON',
      reason: 'transactionId',
    });
  });
});

describe('HTTP errors', () => {
  test.each([400, 401, 403, 404, 409, 500, 501])(
    '%i with an object of SGP.22 is that refusal',
    async (status) => {
      const body = failed({ ...CODES, message: 'No such order' });
      expect(await failureOf(initiate(await serve(always(status, body))))).toEqual({
        code: 'ERR_RSP_REFUSED',
        reason: '8.2.6/3.8',
        message: 'No such order',
      });
    },
  );

  test.each([408, 429, 502, 503, 504])('%i says to come again, and why', async (status) => {
    const body = failed({ subjectCode: '1.6', reasonCode: '5.1', message: 'Too many sessions' });
    const failure = await failureOf(initiate(await serve(always(status, body))));
    expect(failure).toMatchObject({ code: 'ERR_RSP_SERVER', reason: String(status) });
    expect(failure.message).toMatch(
      /Too many sessions \(function \(1\.6\): not reachable \(5\.1\)\)$/,
    );
  });

  test.each<[string, string, string]>([
    ['text', 'upstream timed out', 'upstream timed out'],
    ['an empty body', '', ''],
    ['a page', '<html><head><style>p{}</style></head><body><h1>Bad\n Gateway</h1>', 'Bad Gateway'],
    ['problem details', '{"title":"Not found","detail":"no such route"}', 'no such route'],
    ['another object', '{"a":1}', ''],
    ['a list', '[]', ''],
    ['a status that is neither', failed(undefined, 'Maybe'), ''],
    ['a refusal without codes', failed({ message: 'Sorry' }), 'Sorry'],
    ['characters that move a cursor', 'a\u001b[2J\u202eb\u0000', 'a [2J b'],
    ['a page that never closes', '<'.repeat(100_000), ''],
    ['megabytes', 'y'.repeat(2_000_000), 'y'.repeat(300)],
  ])('with %s: shown, in one line of a few words', async (_, body, words) => {
    const failure = await failureOf(initiate(await serve(always(500, body))));
    expect(failure).toMatchObject({ code: 'ERR_RSP_SERVER', reason: '500' });
    expect(failure.message).toContain(
      `${FOREIGN} answered initiateAuthentication with HTTP status 500${words && `: ${words}`}`,
    );
    expect(failure.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(failure.message!.length).toBeLessThan(500);
  });

  test.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const client = await serve(always(status, '', { location: 'https://elsewhere.example.com/' }));
    const failure = await failureOf(initiate(client));
    expect(failure).toMatchObject({ code: 'ERR_RSP_SERVER', reason: String(status) });
    expect(failure.message).toMatch('redirects');
    expect(server!.asked).toHaveLength(1);
  });

  test('the fetch of Node says the same of a redirect', async () => {
    const { fetch } = globalThis;
    const { httpServer } = await import('../../support/rsp/http.ts');
    const plain = await httpServer(async () => {
      return new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:1/' } });
    });
    const { es9pClient } = await import('../../../src/rsp/lpa/index.ts');
    const client = es9pClient(`127.0.0.1:${plain.port}`, { fetch, plain: true });
    const failure = await failureOf(initiate(client));
    await plain.close();
    expect(failure.code).toBe('ERR_RSP_SERVER');
  });
});

describe('answers of nothing', () => {
  const notify = (client: Es9p) => client.notify(NOTIFICATION);
  const cancel = (client: Es9p) => client.call('cancelSession', CANCEL);

  test.each<[number, string]>([
    [204, ''],
    [200, ''],
    [200, '{}'],
    [200, 'null'],
    [200, ' \n'],
    [202, ''],
    [201, '{}'],
    [200, failed(undefined, 'Executed-Success')],
  ])('HandleNotification and CancelSession are done with %i %j', async (status, body) => {
    const client = await serve(always(status, body));
    await notify(client);
    await cancel(client);
  });

  test('HandleNotification is done with a word, not with a page', async () => {
    await notify(await serve(always(200, 'OK')));
    await server!.close();
    const page = await serve(always(200, '<!doctype html><p>Log in to the hotel'));
    expect(await failureOf(notify(page))).toMatchObject({ code: 'ERR_RSP_SERVER' });
  });

  test.each([200, 202, 400, 404])('both hear a refusal with %i', async (status) => {
    const client = await serve(always(status, failed({ subjectCode: '8.1', reasonCode: '6.1' })));
    for (const work of [notify, cancel]) {
      expect(await failureOf(work(client))).toMatchObject({
        code: 'ERR_RSP_REFUSED',
        reason: '8.1/6.1',
      });
    }
  });

  test.each([200, 204])(
    'a function that has an answer does not do with %i and nothing',
    async (status) => {
      const failure = await failureOf(initiate(await serve(always(status, ''))));
      expect(failure).toMatchObject({ code: 'ERR_RSP_SERVER' });
      expect(failure.message).toMatch('with nothing');
    },
  );
});

describe('limits', () => {
  const endless =
    (chunk: string, every: number): Answerer =>
    (_, response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      const more = () => {
        if (!response.destroyed && response.write(chunk)) setTimeout(more, every);
        else response.once('drain', more);
      };
      more();
    };

  test('an answer that does not end has a limit of time', async () => {
    const client = await serve(endless(' ', 20), { timeout: 400 });
    const started = performance.now();
    const failure = await failureOf(initiate(client));
    expect(failure).toMatchObject({ code: 'ERR_RSP_SERVER', reason: 'timeout' });
    expect(failure.message).toMatch(/within 0\.4 s$/);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('a server that says nothing too', async () => {
    const client = await serve(() => undefined, { timeout: 300 });
    expect(await failureOf(initiate(client))).toMatchObject({ reason: 'timeout' });
  });

  test('and one of size, in every fetch', async () => {
    const client = await serve(endless(' '.repeat(1 << 20), 0));
    expect((await failureOf(initiate(client))).message).toMatch('more than');
    const body = () =>
      new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1 << 20).fill(0x20)) });
    const fetch = async () => new Response(body());
    const other = server!.client({ fetch });
    expect((await failureOf(initiate(other))).message).toMatch('more than');
  });

  test('a body that a fetch never ends is left when time is up', async () => {
    const fetch = async () => new Response(new ReadableStream({}));
    const client = (await serve(always(200, ''))) && server!.client({ fetch, timeout: 100 });
    expect(await failureOf(initiate(client))).toMatchObject({ reason: 'timeout' });
  });

  test('a connection that breaks off', async () => {
    const client = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"transactionId"');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await failureOf(initiate(client))).toMatchObject({ code: 'ERR_RSP_SERVER' });
  });
});

test('the notification that is sent is the one of the eUICC, byte for byte', async () => {
  const client = await serve(always(204, ''));
  await client.notify(NOTIFICATION);
  const sent = String(server!.asked[0]!.body['pendingNotification']);
  const bytes = Uint8Array.from(Buffer.from(sent, 'base64'));
  expect(PendingNotification.decode(bytes).der).toEqual(NOTIFICATION.pendingNotification.der);
});
