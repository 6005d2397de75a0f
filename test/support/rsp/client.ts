/** A device that downloads over HTTP, with the answers of a soft eUICC. */
import { Agent, request } from 'node:http';
import type { z } from 'zod';
import { AuthenticateServerResponse } from '../../../src/sgp22/messages/authenticate-server.ts';
import { decodeAnswer, ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { transactionIdText } from '../../../src/sgp22/messages/identifiers.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { authenticateServer, installationResult, prepareDownload } from './soft-euicc.ts';
import type { SoftEuicc } from './soft-euicc.ts';
import { ADDRESS } from './smdpp.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

export class TestClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1_000 });
  /** Milliseconds of each request. */
  readonly latencies: number[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Up to the package; refusals are thrown as RspRefusal. */
  async download(
    euicc: SoftEuicc,
    matchingId: string,
    code?: string,
    begun: () => void = () => undefined,
  ) {
    const { initiateAuthentication, authenticateClient, getBoundProfilePackage } = ES9P;
    const initiated = await this.#call(initiateAuthentication, {
      euiccChallenge: base64(new Uint8Array(16)),
      euiccInfo1: base64(EuiccInfo1.encode(euicc.info)),
      smdpAddress: ADDRESS,
    });
    begun();
    const transactionId = transactionIdText(initiated.transactionId);
    const response = authenticateServer(euicc, initiated.serverSigned1, { matchingId });
    const offer = await this.#call(authenticateClient, {
      transactionId,
      authenticateServerResponse: base64(AuthenticateServerResponse.encode(response)),
    });
    const prepared = PrepareDownloadResponse.encode(prepareDownload(euicc, offer, { code }));
    return this.#call(getBoundProfilePackage, {
      transactionId,
      prepareDownloadResponse: base64(prepared),
    });
  }

  /** The result of success after `download`. */
  async installed(euicc: SoftEuicc, transactionId: Uint8Array, iccid: string): Promise<void> {
    const { der } = installationResult(euicc, transactionId, iccid);
    await this.#post(ES9P.handleNotification.path, { pendingNotification: base64(der) });
  }

  async #call<S extends z.ZodType>(
    { path, answer }: { readonly path: string; readonly answer: S },
    body: object,
  ): Promise<z.output<S>> {
    return decodeAnswer(answer, JSON.parse(await this.#post(path, body)));
  }

  #post(path: string, body: object): Promise<string> {
    const started = performance.now();
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', headers, agent: this.#agent };
    return new Promise((resolve, reject) => {
      const call = request(this.#url + path, options, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('error', reject);
        response.on('end', () => {
          this.latencies.push(performance.now() - started);
          resolve(text);
        });
      });
      call.on('error', reject);
      call.end(JSON.stringify(body));
    });
  }
}
