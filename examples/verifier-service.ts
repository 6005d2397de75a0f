/**
 * A verifier as an HTTP service. A client posts its offer and gets a challenge, then posts its answer. A
 * device is accepted once: a second visit shows the same pseudonym and is refused.
 *
 *     npx tsx examples/verifier-service.ts [FOLDER]      serves http://127.0.0.1:8443
 *
 *     POST /challenge       the client offer   ->  { transactionId, serverOffer (base64) }
 *     POST /answer/ID       the presentation   ->  { accepted: true, role } or { accepted: false }
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import {
  MapHistory,
  OnceStore,
  SessionVerifier,
  type SourcedMap,
  trustFacts,
  ZkcxError,
} from 'zkcx';
import { anchors, testMap } from './test-pki.ts';

/** Bytes of a request. A presentation has about 100,000. */
const MAX_BODY = 300_000;

const now = () => BigInt(Math.floor(Date.now() / 1000));

export interface VerifierService {
  readonly server: Server;
  /** A list came out: from now on this map is the newest one. */
  serveMap(map: SourcedMap): Promise<void>;
  close(): Promise<void>;
}

export interface VerifierServiceOptions {
  /** Private: pseudonyms are kept here for ever, and what is known of earlier maps. */
  readonly folder: string;
  /** What this verifier is called, as its clients know it. */
  readonly serverAddress: string;
  readonly serverOid: string;
  /** The newest revocation map. */
  readonly map: SourcedMap;
  /** Why an answer was refused: for the operator's log, never for clients. */
  readonly onRefused?: (code: string) => void;
}

export async function verifierService(options: VerifierServiceOptions): Promise<VerifierService> {
  const { folder, serverAddress, serverOid, map, onRefused } = options;
  const store = await OnceStore.open(join(folder, 'once'));
  const history = await MapHistory.open(join(folder, 'maps.json'));
  const serveMap = (newest: SourcedMap) => history.serve(newest, { anchors, now: now() });
  await serveMap(map);
  const trustSets = [trustFacts(anchors)];
  const verifier = new SessionVerifier({
    serverAddress,
    serverOid,
    role: 'euicc-v2',
    store,
    // what was prepared under yesterday's map still counts, unless today's revokes more
    roots: () => ({ trustSets, maps: history.accepted(now()) }),
  });

  async function answer(path: string, body: Uint8Array): Promise<object> {
    const [, name, transactionId = ''] = path.split('/');
    if (name === 'challenge') {
      const challenge = verifier.challenge({
        clientOffer: body,
        purpose: 'loyalty',
        oncePerDevice: true,
      });
      return { ...challenge, serverOffer: Buffer.from(challenge.serverOffer).toString('base64') };
    }
    const json: unknown = JSON.parse(new TextDecoder().decode(body));
    const { role } = await verifier.accept(transactionId, json);
    return { accepted: true, role };
  }

  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => answer(request.url ?? '', body))
      .then(
        (document) => response.end(JSON.stringify(document)),
        (error: unknown) => {
          onRefused?.(error instanceof ZkcxError ? error.code : 'ERR_REQUEST');
          response.writeHead(403).end(JSON.stringify({ accepted: false }));
        },
      );
  });
  return {
    server,
    serveMap,
    async close() {
      await new Promise((resolve) => server.close(resolve));
      await store.close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw Error(`a request has at most ${MAX_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { server } = await verifierService({
    folder: process.argv[2] ?? 'verifier-data',
    serverAddress: '127.0.0.1:8443',
    serverOid: '2.999.10',
    map: testMap(now()),
    onRefused: (code) => console.error('refused:', code),
  });
  server.listen(8443, '127.0.0.1', () => console.log('verifying at http://127.0.0.1:8443'));
}
