/** `zkcx smdpp serve --zkcx` as a process: it takes part in zkCX, or says why it cannot. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { decodeAnswer, encodeJson } from '../../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { hexToBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { ClientChannel } from '../../../src/rsp/zkcx/channel.ts';
import {
  decodeZkcxAnswer,
  encodeZkcxRequest,
  SEALED_ANSWER,
  SEALED_REQUEST,
  ZKCX,
} from '../../../src/rsp/zkcx/messages.ts';
import {
  requireOffer,
  writeClientOffer,
  ZKCX_INITIATE,
} from '../../../src/rsp/zkcx/negotiation.ts';
import { checkedTranscript } from '../../../src/rsp/zkcx/transcript.ts';
import { buildMap, formatMap } from '../../../src/session/map-file.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { ANCHOR, SOURCES } from '../../session/world.ts';
import { run } from '../../support/command.ts';
import { ciList } from '../../support/crl/index.ts';
import { serveArguments, startServer } from '../../support/rsp/serve.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import { initiateRequest, sgp26Euicc } from '../../support/rsp/soft-euicc.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-serve-'));
let server: ChildProcess | undefined;
afterAll(() => void server?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true }));

const map = join(folder, 'map.json');
const history = join(folder, 'history.json');
const withFlags = (...more: string[]) => serveArguments(join(folder, 'data'), ...more);

test('a session is opened and cancelled over HTTP', async () => {
  const at = BigInt(Math.floor(Date.now() / 1000));
  const lists = (['B', 'A'] as const).map((point) => parseRevocationList(ciList(point)));
  const built = buildMap({ sources: SOURCES, anchors: [ANCHOR], at, lists });
  writeFileSync(map, formatMap(built));
  const flags = ['--zkcx', '--map', map, '--map-history', history, '--grace', '0'];
  flags.push('--max-age', '36000', '--allow-postponed');
  const url = await startServer(withFlags(...flags), (started) => (server = started));
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(url + path, init)).json();
  };

  const clientOffer = writeClientOffer(['zkcx', 'zkcx-device']);
  const { euiccInfo1, ...request } = initiateRequest(sgp26Euicc(), ADDRESS);
  const body = encodeJson(ZKCX_INITIATE.request, {
    ...request,
    euiccInfo1: { ...euiccInfo1, der: EuiccInfo1.encode(euiccInfo1) },
    zkcx: clientOffer,
  });
  const reply = decodeAnswer(ZKCX_INITIATE.anyAnswer, await post(ZKCX_INITIATE.path, body));
  const { offer, answer } = requireOffer(reply, clientOffer);
  // without credentials there are no statements
  expect(offer.rspMode).toBe('zkcx-device');
  expect(offer.trustRoots).toEqual([new TrustSet([ANCHOR]).root.toString()]);
  expect(offer.revocationRoots).toEqual([built.map.root.toString()]);
  expect(offer.maxAge).toBe(36_000);
  expect(offer.cancelReasons).toEqual(['undefinedReason', 'postponed']);
  // what served is remembered, for the time when it is superseded
  expect(readFileSync(history, 'utf8')).toContain(built.map.root.toString());

  const { transactionId, zkcx: serverOffer } = answer;
  const { euiccChallenge } = request;
  const known = { serverAddress: ADDRESS, euiccChallenge };
  const transcript = checkedTranscript({ clientOffer, serverOffer }, known, answer);
  const channel = await ClientChannel.open(hexToBytes(offer.hpkeKey, 'key'), transcript);
  const sealed = await channel.seal(
    'cancelSession',
    encodeZkcxRequest('cancelSession', { kind: 'reason', reason: 1 }),
  );
  const sent = encodeJson(SEALED_REQUEST, { transactionId, zkcx: sealed });
  const { zkcx } = decodeAnswer(SEALED_ANSWER, await post(ZKCX.cancelSession.path, sent));
  expect(decodeZkcxAnswer('cancelSession', await channel.openAnswer(zkcx))).toEqual({});

  const ended = once(server!, 'exit');
  server!.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
}, 180_000);

test.each([
  ['without a map', ['--zkcx'], 2, 'ERR_CLI_USAGE'],
  ['with a map alone', ['--map', map], 2, 'ERR_CLI_USAGE'],
  ['with a grace alone', ['--grace', '0'], 2, 'ERR_CLI_USAGE'],
  ['for an age of an hour', ['--zkcx', '--map', map, '--max-age', '3600'], 2, 'ERR_CLI_USAGE'],
])(
  'it does not start %s',
  (_, more, code, error) => {
    const { status, stdout, stderr } = run('node', withFlags(...more));
    expect(status).toBe(code);
    expect(stdout + stderr).toContain(error);
  },
  180_000,
);
