/** `zkcx smdpp serve --zkcx` as a process: it takes part in zkCX, or says why it cannot. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { decodeAnswer, encodeJson } from '../../../src/rsp/messages/es9p.ts';
import { encodeEuiccInfo1 } from '../../../src/rsp/messages/euiccInfo.ts';
import { hexToBytes } from '../../../src/rsp/messages/identifiers.ts';
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
import { rspTranscript } from '../../../src/rsp/zkcx/transcript.ts';
import { buildMap, formatMap } from '../../../src/session/mapFile.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { ANCHOR, SOURCES } from '../../session/world.ts';
import { ROOT, run } from '../../support/command.ts';
import { ciList } from '../../support/crl/index.ts';
import { ADDRESS } from '../../support/rsp/smdpp.ts';
import { initiateRequest, sgp26Euicc } from '../../support/rsp/softEuicc.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-serve-'));
let server: ChildProcess | undefined;
afterAll(() => void server?.kill('SIGKILL'));
afterAll(() => rmSync(folder, { recursive: true }));

const SGP26 = join(ROOT, 'fixtures/sgp26');
const map = join(folder, 'map.json');
const pair = (name: string) =>
  ['CERT', 'SK'].map(
    (kind) => `${SGP26}/${name}/${kind}_S_SM_${name}_ECDSA_NIST.${kind === 'SK' ? 'pem' : 'der'}`,
  );
const FLAGS = {
  data: join(folder, 'data'),
  address: ADDRESS,
  listen: '127.0.0.1:0',
  root: `${SGP26}/CertificateIssuer/CERT_CI_ECDSA_NIST.der`,
  auth: pair('DPauth').join(','),
  pb: pair('DPpb').join(','),
};
const MAIN = ['--import', 'tsx', 'src/cli/main.ts', 'smdpp', 'serve', '--json'];
const args = [...MAIN, ...Object.entries(FLAGS).flatMap(([name, text]) => [`--${name}`, text])];

async function start(): Promise<string> {
  server = spawn('node', [...args, '--zkcx', '--map', map], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let text = '';
  for await (const chunk of server.stdout!) {
    text += String(chunk);
    if (text.endsWith('}\n')) break;
  }
  return (JSON.parse(text) as { es9p: string }).es9p;
}

test('a session is opened and cancelled over HTTP', async () => {
  const at = BigInt(Math.floor(Date.now() / 1000));
  const lists = (['B', 'A'] as const).map((point) => parseRevocationList(ciList(point)));
  const built = buildMap({ sources: SOURCES, anchors: [ANCHOR], at, lists });
  writeFileSync(map, formatMap(built));
  const url = await start();
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(url + path, init)).json();
  };

  const clientOffer = writeClientOffer(['zkcx', 'zkcx-device']);
  const { euiccInfo1, ...request } = initiateRequest(sgp26Euicc(), ADDRESS);
  const body = encodeJson(ZKCX_INITIATE.request, {
    ...request,
    euiccInfo1: { ...euiccInfo1, der: encodeEuiccInfo1(euiccInfo1) },
    zkcx: clientOffer,
  });
  const reply = decodeAnswer(ZKCX_INITIATE.anyAnswer, await post(ZKCX_INITIATE.path, body));
  const { offer, answer } = requireOffer(reply, clientOffer);
  // without credentials there are no statements
  expect(offer.rspMode).toBe('zkcx-device');
  expect(offer.trustRoot).toBe(new TrustSet([ANCHOR]).root.toString());
  expect(offer.revocationRoot).toBe(built.map.root.toString());

  const { transactionId, serverSigned1, zkcx: serverOffer } = answer;
  const { euiccChallenge } = request;
  const known = { serverAddress: ADDRESS, euiccChallenge };
  const negotiation = { transactionId, clientOffer, serverOffer };
  const transcript = rspTranscript(negotiation, serverSigned1, known);
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
])(
  'it does not start %s',
  (_, more, code, error) => {
    const { status, stdout, stderr } = run('node', [...args, ...more]);
    expect(status).toBe(code);
    expect(stdout + stderr).toContain(error);
  },
  180_000,
);
