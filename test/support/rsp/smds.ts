/** An SM-DS with certificates under the SGP.26 CI, and servers and devices that talk to it over TLS. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { bytesToHex } from '../../../src/bytes.ts';
import type { Role } from '../../../src/roles.ts';
import type { KeyPair } from '../../../src/rsp/server/key-pair.ts';
import { serveSmds, smdsIdentity, type SmdsServiceOptions } from '../../../src/rsp/smds/index.ts';
import { build, make, NOW, recipeOf } from '../certificates/chains.ts';
import { ascii, sequence, tlv } from '../certificates/der.ts';
import {
  extension,
  OID,
  registeredId,
  setExtension,
  extensionValue,
} from '../certificates/fields.ts';
import { readLoose } from '../certificates/der.ts';
import { spki } from '../certificates/draft.ts';
import { fixture, madeUpKey } from '../certificates/keys.ts';
import { testAnchor } from './smdpp.ts';

export const SMDS_ADDRESS = 'smds.example.com';
export const SMDS_OID = '2.999.30';

/** PEM of the SGP.26 CI. */
export const CI_PEM = new X509Certificate(
  fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der'),
).toString();

const ARCS: Partial<Record<Role, string>> = {
  'dp-tls-v2': '3',
  'dp-auth-v2': '4',
  'ds-tls-v2': '6',
  'ds-auth-v2': '7',
};

/** A server's certificate of a role under the SGP.26 CI. */
export function serverPair(role: Role, oid: string, dnsName?: string): KeyPair {
  const key = madeUpKey(`${role} ${oid}`);
  const chain = make({ ...recipeOf(role, ARCS[role]!, 'server'), organisation: 'ACME' });
  const [der] = build(chain, {
    1: (draft) => {
      draft.publicKey = spki(key.point);
      if (dnsName === undefined) return setExtension(draft, registeredId(oid));
      const id = readLoose(extensionValue(registeredId(oid))).content;
      const names = sequence(id, tlv(0x82, ascii(dnsName)));
      setExtension(draft, extension(OID.subjectAltName, names));
    },
  }).certificates;
  return { certificate: parseCertificate(der!), secretKey: key.secret };
}

/** The same in PEM. */
export function serverTls(role: Role, oid: string, dnsName = 'localhost') {
  const { certificate, secretKey } = serverPair(role, oid, dnsName);
  const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
  const { x, y } = madeUpKey(`${role} ${oid}`).publicKey;
  const coordinate = (value: bigint) => base64(value.toString(16).padStart(64, '0'));
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(x), y: coordinate(y) };
  const key = createPrivateKey({
    key: { ...jwk, d: base64(bytesToHex(secretKey)) },
    format: 'jwk',
  });
  return {
    cert: new X509Certificate(certificate.der).toString(),
    key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** Certificates of the SM-DP+ that the tests' events belong to. */
export const SMDP_TLS = () => serverTls('dp-tls-v2', '2.999.10');

type ServiceOptions = Partial<Omit<SmdsServiceOptions, 'settings'>> & {
  readonly settings?: Partial<SmdsServiceOptions['settings']>;
};

/** A served SM-DS; `restart` ends it and serves its folder again. */
export class TestSmds {
  readonly folder = mkdtempSync(join(tmpdir(), 'zkcx-smds-'));
  /** Unix seconds, for the test to move. */
  time = NOW;
  service!: Awaited<ReturnType<typeof serveSmds>>;
  #options: ServiceOptions;

  private constructor(options: ServiceOptions) {
    this.#options = options;
  }

  static async open(options: ServiceOptions = {}): Promise<TestSmds> {
    const smds = new TestSmds(options);
    await smds.#open();
    return smds;
  }

  async restart(options: ServiceOptions = {}): Promise<void> {
    await this.service.close();
    this.#options = { ...this.#options, ...options };
    await this.#open();
  }

  async close(): Promise<void> {
    await this.service.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get es11(): string {
    return `https://localhost:${this.service.es11.port}`;
  }

  get es12(): string {
    return `https://localhost:${this.service.es12!.port}`;
  }

  async #open(): Promise<void> {
    const anchors = [testAnchor()];
    const { settings, ...options } = this.#options;
    const tls = serverTls('ds-tls-v2', SMDS_OID);
    const listening = { host: '127.0.0.1', port: 0, tls };
    this.service = await serveSmds({
      folder: this.folder,
      settings: { address: SMDS_ADDRESS, ...settings },
      trust: {
        anchors,
        identities: [smdsIdentity(serverPair('ds-auth-v2', SMDS_OID), anchors, NOW)],
      },
      es11: listening,
      es12: { ...listening, tls: { ...tls, clientCa: CI_PEM } },
      now: () => this.time,
      ...options,
    });
  }
}

export interface JsonAnswer {
  readonly http: number;
  readonly body: Record<string, unknown>;
  /** "8.9.5/3.9"; undefined: the function was carried out. */
  readonly refused?: string;
}

/** POST JSON as it is, with a client certificate or without. */
export function postJson(
  url: string,
  path: string,
  body: unknown,
  tls: { readonly cert?: string; readonly key?: string } = {},
): Promise<JsonAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-admin-protocol': 'gsma/rsp/v2.2.0' };
    const options = { method: 'POST', headers, ca: CI_PEM, agent: false as const, ...tls };
    const call = request(url + path, options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('error', reject);
      response.on('end', () => resolve(read(response.statusCode ?? 0, text)));
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

function read(http: number, text: string): JsonAnswer {
  const body = JSON.parse(text) as Record<string, unknown>;
  const { functionExecutionStatus } = body['header'] as {
    functionExecutionStatus: { statusCodeData?: { subjectCode: string; reasonCode: string } };
  };
  const data = functionExecutionStatus.statusCodeData;
  return { http, body, refused: data && `${data.subjectCode}/${data.reasonCode}` };
}
