/** An SM-DP+ with the SGP.26 certificates and a store of its own, and ways through its functions. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { anchorFromCertificate } from '../../../src/pki/index.ts';
import { EuiccInfo1 } from '../../../src/sgp22/messages/euicc-info.ts';
import { AuthenticateServerResponse } from '../../../src/sgp22/messages/authenticate-server.ts';
import { PrepareDownloadResponse } from '../../../src/sgp22/messages/prepare-download.ts';
import { encodeTlv } from '../../../src/asn1/tlv.ts';
import { ProfilePackage } from '../../../src/sgp22/messages/profile-package.ts';
import { type DiscoveryOptions, openDiscovery } from '../../../src/rsp/smdpp/discovery.ts';
import { smdpIdentity } from '../../../src/rsp/smdpp/identities.ts';
import type { SmdpTrust } from '../../../src/rsp/smdpp/identities.ts';
import type { KeyPair } from '../../../src/rsp/server/key-pair.ts';
import { openProgress, type ProgressOptions } from '../../../src/rsp/smdpp/progress/index.ts';
import { parseSecretKey } from '../../../src/rsp/server/secret-key.ts';
import { SmdpServer } from '../../../src/rsp/smdpp/server.ts';
import type { SmdpSettings } from '../../../src/rsp/smdpp/settings.ts';
import {
  addOrder,
  addOrderSchema,
  addProfile,
  addProfileSchema,
} from '../../../src/rsp/smdpp/stock.ts';
import type { AddOrder, AddProfile } from '../../../src/rsp/smdpp/stock.ts';
import { SmdpStore } from '../../../src/rsp/smdpp/store.ts';
import { fixture } from '../certificates/keys.ts';
import { NOW } from '../certificates/chains.ts';
import { authenticateServer, initiateRequest, prepareDownload } from './soft-euicc.ts';
import type { SoftEuicc } from './soft-euicc.ts';

export const ADDRESS = 'smdpp.example.com';

const pair = (folder: string, name: string): KeyPair => ({
  certificate: parseCertificate(fixture(`sgp26/${folder}/CERT_S_SM_${name}_ECDSA_NIST.der`)),
  secretKey: parseSecretKey(fixture(`sgp26/${folder}/SK_S_SM_${name}_ECDSA_NIST.pem`)),
});

export const testAnchor = () =>
  anchorFromCertificate(
    parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der')),
  );

/** The SGP.26 CI, and DPauth and DPpb under it. */
export function testTrust(): SmdpTrust {
  const anchors = [testAnchor()];
  const pairs = { auth: pair('DPauth', 'DPauth'), pb: pair('DPpb', 'DPpb') };
  return { anchors, identities: [smdpIdentity(pairs, anchors, NOW)] };
}

/** An open server; `restart` closes store and server and opens them again. */
export class TestSmdp {
  readonly folder = mkdtempSync(join(tmpdir(), 'zkcx-smdpp-'));
  /** Unix seconds, for the test to move. */
  time = NOW;
  trust = testTrust();
  /** All random bytes that the server has had. */
  readonly drawn: Uint8Array[] = [];
  server!: SmdpServer;
  #settings: Partial<SmdpSettings>;
  readonly #progress: ProgressOptions | undefined;
  #discovery: DiscoveryOptions | undefined;
  readonly #senders: { close(): Promise<void> }[] = [];
  #count = 0;

  private constructor(
    settings: Partial<SmdpSettings>,
    progress: ProgressOptions | undefined,
    discovery: DiscoveryOptions | undefined,
  ) {
    this.#settings = settings;
    this.#progress = progress;
    this.#discovery = discovery;
  }

  /**
   * @param progress whom it tells how orders go
   * @param discovery where it registers events
   */
  static async open(
    settings: Partial<SmdpSettings> = {},
    progress?: ProgressOptions,
    discovery?: DiscoveryOptions,
  ): Promise<TestSmdp> {
    const smdp = new TestSmdp(settings, progress, discovery);
    await smdp.#open();
    return smdp;
  }

  /** Settings from the next restart on. */
  change(settings: Partial<SmdpSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
  }

  async restart(discovery = this.#discovery): Promise<void> {
    this.#discovery = discovery;
    await this.#endSenders();
    await this.server.context.store.close();
    await this.#open();
  }

  async close(): Promise<void> {
    await this.#endSenders();
    await this.server.context.store.close();
    rmSync(this.folder, { recursive: true });
  }

  async #endSenders(): Promise<void> {
    for (const sender of this.#senders.splice(0)) await sender.close();
  }

  async #open(): Promise<void> {
    const store = await SmdpStore.open(this.folder);
    const { trust } = this;
    const now = () => this.time;
    const told = this.#progress && (await openProgress(this.#progress, { store, trust, now }));
    const smds = this.#discovery?.smds.map(({ address }) => address);
    const settings = { address: ADDRESS, smds, ...this.#settings };
    const discovery =
      this.#discovery && openDiscovery(this.#discovery, { store, trust, settings, now });
    this.server = await SmdpServer.open({
      settings,
      trust,
      store,
      now,
      random: (size) => {
        const bytes = new Uint8Array(randomBytes(size));
        this.drawn.push(bytes);
        return bytes;
      },
      progress: told?.outbox,
    });
    for (const sender of [told, discovery]) {
      if (sender === undefined) continue;
      this.#senders.push(sender);
      sender.start();
    }
  }

  /** A new profile in stock; returns its ICCID. */
  async profile(changes: Partial<AddProfile> = {}, version?: [number, number]): Promise<string> {
    const iccid = `8944${String(++this.#count).padStart(15, '0')}`;
    const request = addProfileSchema.parse({
      package: Buffer.from(testPackage(iccid, version)).toString('base64'),
      serviceProviderName: 'Operator',
      profileName: 'Plan',
      ...changes,
    });
    await addProfile(this.server.context, request);
    return iccid;
  }

  /** A released order of a new profile, with a MatchingID of its own unless given. */
  async order(changes: AddOrder = {}, profile: Partial<AddProfile> = {}) {
    const iccid = changes.iccid ?? (await this.profile(profile));
    return addOrder(this.server.context, addOrderSchema.parse({ iccid, ...changes }));
  }

  storedOrder(iccid: string) {
    return this.server.context.store.latestOrder(iccid);
  }

  initiate(euicc: SoftEuicc, address = ADDRESS, changes: Partial<EuiccInfo1> = {}) {
    const { euiccInfo1, ...rest } = initiateRequest(euicc, address, changes);
    return this.server.initiateAuthentication({
      ...rest,
      euiccInfo1: EuiccInfo1.decode(EuiccInfo1.encode(euiccInfo1)),
    });
  }

  /** InitiateAuthentication and AuthenticateClient. */
  async authenticate(
    euicc: SoftEuicc,
    matchingId?: string,
    options: Parameters<typeof authenticateServer>[2] = {},
  ) {
    const { transactionId, serverSigned1 } = await this.initiate(euicc);
    const response = authenticateServer(euicc, serverSigned1, { matchingId, ...options });
    return this.server.authenticateClient({
      transactionId,
      authenticateServerResponse: AuthenticateServerResponse.decode(
        AuthenticateServerResponse.encode(response),
      ),
    });
  }

  /** GetBoundProfilePackage after an answer of `authenticate`. */
  bind(
    euicc: SoftEuicc,
    answer: { readonly transactionId: Uint8Array; readonly smdpSignature2: Uint8Array },
    options: Parameters<typeof prepareDownload>[2] = {},
  ) {
    const response = prepareDownload(euicc, answer, options);
    return this.server.getBoundProfilePackage({
      transactionId: answer.transactionId,
      prepareDownloadResponse: PrepareDownloadResponse.decode(
        PrepareDownloadResponse.encode(response),
      ),
    });
  }

  /** All of it. */
  async download(euicc: SoftEuicc, matchingId?: string, options?: Parameters<TestSmdp['bind']>[2]) {
    const answer = await this.authenticate(euicc, matchingId);
    return this.bind(euicc, answer, options);
  }
}

/** A header and a few elements, 3 kB: what an SM-DP+ looks at is right, the rest is anything. */
export function testPackage(iccid: string, [major, minor] = [2, 1]): Uint8Array {
  const header = ProfilePackage.encode({
    profileHeader: {
      majorVersion: major!,
      minorVersion: minor!,
      profileType: 'test profile',
      iccid,
    },
  });
  const rest = Array.from({ length: 3 }, (_, i) =>
    encodeTlv(0xa2 + i, new Uint8Array(1_000).fill(i)),
  );
  return Uint8Array.from([header, ...rest].flatMap((part) => [...part]));
}
