/** An HTTPS server on loopback that answers ES9+ as a test says, and a client of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { es9pClient, tlsFetch } from '../../../src/rsp/lpa/index.ts';
import type { Es9p, Es9pOptions } from '../../../src/rsp/lpa/index.ts';
import { NOW } from '../certificates/chains.ts';
import { fixture } from '../certificates/keys.ts';
import { tlsCertificate } from './tls.ts';

/** Name in the TLS certificate of SGP.26. */
export const FOREIGN = 'testsmdpplus1.example.com';

type Body = Record<string, unknown>;

/** Writes an answer; gets the name of the function and the body. */
export type Answerer = (name: string, response: ServerResponse, body: Body) => void;

export interface ForeignServer {
  client(options?: Partial<Es9pOptions>): Es9p;
  /** What was asked, in order. */
  readonly asked: { readonly name: string; readonly body: Body }[];
  close(): Promise<void>;
}

export async function foreignServer(answer: Answerer): Promise<ForeignServer> {
  const asked: { name: string; body: Body }[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.parse(await text(request)) as Body;
    const name = request.url!.slice(request.url!.lastIndexOf('/') + 1);
    asked.push({ name, body });
    answer(name, response, body);
  };
  const server = createServer(tlsCertificate(), (request, response) => {
    void respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const ci = parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'));
  const fetch = tlsFetch({
    ciCertificates: [ci],
    publicRoots: false,
    connectTo: { host: '127.0.0.1', port },
    now: () => NOW,
  });
  return {
    asked,
    client: (options = {}) => es9pClient(FOREIGN, { fetch, ...options }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answerer of one answer. */
export const always =
  (status: number, body: string, headers: Record<string, string> = {}): Answerer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
