/** An emulated eUICC with the SGP.26 credentials, and an SM-DP+ of a few lines that can go wrong. */
import { shake256 } from '@noble/hashes/sha3.js';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { anchorFromCertificate } from '../../../src/pki/index.ts';
import type { RandomBytes } from '../../../src/random.ts';
import { cardInterface, openIsdr } from '../../../src/rsp/apdu/index.ts';
import type { ApduInterface } from '../../../src/rsp/apdu/index.ts';
import { bindProfile } from '../../../src/sgp22/bpp/index.ts';
import { memoryStore, openEuicc } from '../../../src/rsp/euicc/index.ts';
import type { Euicc, EuiccOptions } from '../../../src/rsp/euicc/index.ts';
import { es10 } from '../../../src/rsp/lpa/index.ts';
import type { Es10 } from '../../../src/rsp/lpa/index.ts';
import {
  type AuthenticateResponseOk,
  type AuthenticateServerRequest,
  ServerSigned1,
} from '../../../src/sgp22/messages/authenticate-server.ts';
import { eidBytes } from '../../../src/sgp22/messages/identifiers.ts';
import { ProfileInstallationResult } from '../../../src/sgp22/messages/installation-result.ts';
import { type StoreMetadata, StoreMetadataRequest } from '../../../src/sgp22/messages/metadata.ts';
import {
  EuiccSigned2,
  type PrepareDownloadRequest,
  type PrepareDownloadResponseOk,
  SmdpSigned2,
} from '../../../src/sgp22/messages/prepare-download.ts';
import { sign, smdpSignature2Input } from '../../../src/sgp22/messages/signature.ts';
import { NOW } from '../certificates/chains.ts';
import { fixture, KEYS, madeUpKey } from '../certificates/keys.ts';
import type { TestKey } from '../certificates/keys.ts';
import { parseSecretKey } from '../../../src/rsp/server/secret-key.ts';

export const EID = '89049032123451234512345678901235';
export const SERVER = 'smdpp.example.com';

export const SGP26_CREDENTIAL = {
  certificate: fixture('sgp26/eUICC/CERT_EUICC_ECDSA_NIST.der'),
  eumCertificate: fixture('sgp26/EUM/CERT_EUM_ECDSA_NIST.der'),
  secretKey: KEYS.euicc.secret,
};

export const CERT_DPAUTH = fixture('sgp26/DPauth/CERT_S_SM_DPauth_ECDSA_NIST.der');
export const CERT_DPPB = fixture('sgp26/DPpb/CERT_S_SM_DPpb_ECDSA_NIST.der');
export const DPPB_SECRET = parseSecretKey(fixture('sgp26/DPpb/SK_S_SM_DPpb_ECDSA_NIST.pem'));

export const testAnchor = () =>
  anchorFromCertificate(
    parseCertificate(fixture('sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.der')),
  );

/** Bytes that are the same in every run, and different in every call. */
export function countedRandom(seed = 'emulator'): RandomBytes {
  let calls = 0;
  return (length) => shake256(new TextEncoder().encode(`${seed} ${calls++}`), { dkLen: length });
}

export function testEuicc(options: Partial<EuiccOptions> = {}) {
  return openEuicc({
    credentials: [SGP26_CREDENTIAL],
    anchors: [testAnchor()],
    store: memoryStore(),
    now: () => NOW,
    random: countedRandom(),
    ...options,
  });
}

/** An eUICC in this process, its open channel, and the ES10 functions over that. */
export async function testCard() {
  const euicc = await testEuicc();
  const channel = await openIsdr(cardInterface(euicc.card));
  return { euicc, channel, card: es10(channel) };
}

/** The ES10 functions of an eUICC in this process. */
export async function es10Of(euicc: Awaited<ReturnType<typeof testEuicc>>): Promise<Es10> {
  return es10(await openIsdr(cardInterface(euicc.card)));
}

export const METADATA: StoreMetadata = {
  iccid: '8949000000000000017',
  serviceProviderName: 'Operator',
  profileName: 'Plan',
  notificationConfigurationInfo: [
    { profileManagementOperation: ['install', 'enable'], notificationAddress: 'a.example.com' },
    { profileManagementOperation: ['disable', 'delete'], notificationAddress: 'b.example.com' },
  ],
};

export const PROFILE = Uint8Array.from({ length: 3_000 }, (_, i) => (7 * i) & 0xff);

/** The server's side of one download; every value can be replaced. */
export class TestDownload {
  readonly transactionId = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);
  readonly es10: Es10;
  euiccSignature1: Uint8Array = new Uint8Array(64);
  euiccOtpk: Uint8Array = new Uint8Array(65);

  constructor(es10: Es10) {
    this.es10 = es10;
  }

  async authenticate({
    signed = {},
    signer = KEYS.dpAuth,
    request = {},
  }: {
    readonly signed?: Partial<ServerSigned1>;
    readonly signer?: Pick<TestKey, 'secret'>;
    readonly request?: Partial<AuthenticateServerRequest>;
  } = {}) {
    const serverSigned1 = ServerSigned1.encode({
      transactionId: this.transactionId,
      euiccChallenge: await this.es10.euiccChallenge(),
      serverAddress: SERVER,
      serverChallenge: new Uint8Array(16).fill(9),
      ...signed,
    });
    const response = await this.es10.authenticateServer({
      serverSigned1,
      serverSignature1: sign(signer.secret, serverSigned1),
      euiccCiPKIdToBeUsed: testAnchor().subjectKeyIdentifier,
      serverCertificate: CERT_DPAUTH,
      ctxParams1: {
        matchingId: 'TOKEN',
        deviceInfo: { tac: Uint8Array.of(1, 2, 3, 4), deviceCapabilities: {} },
      },
      ...request,
    });
    if (response.result === 'ok') this.euiccSignature1 = response.euiccSignature1;
    return response;
  }

  async prepare({
    signed = {},
    secret = DPPB_SECRET,
    request = {},
  }: {
    readonly signed?: Partial<SmdpSigned2>;
    readonly secret?: Uint8Array;
    readonly request?: Partial<PrepareDownloadRequest>;
  } = {}) {
    const smdpSigned2 = SmdpSigned2.encode({
      transactionId: this.transactionId,
      ccRequiredFlag: false,
      ...signed,
    });
    const response = await this.es10.prepareDownload({
      smdpSigned2,
      smdpSignature2: sign(secret, smdpSignature2Input(smdpSigned2, this.euiccSignature1)),
      smdpCertificate: CERT_DPPB,
      ...request,
    });
    if (response.result === 'ok') {
      this.euiccOtpk = EuiccSigned2.decode(response.euiccSigned2).euiccOtpk;
    }
    return response;
  }

  /** A package for the one-time key of `prepare`. */
  package(
    changes: Partial<Parameters<typeof bindProfile>[0] & Parameters<typeof bindProfile>[1]> = {},
    metadata: Partial<StoreMetadata> = {},
  ): Uint8Array {
    const all = {
      transactionId: this.transactionId,
      euiccOtpk: this.euiccOtpk,
      eid: eidBytes(EID),
      smdpOtsk: madeUpKey('one-time server').secret,
      hostId: new TextEncoder().encode('host'),
      secretKey: DPPB_SECRET,
      dpOid: '2.999.10',
      metadata: StoreMetadataRequest.encode({ ...METADATA, ...metadata }),
      profile: PROFILE,
      ...changes,
    };
    return bindProfile(all, all);
  }

  /** Everything up to a package. */
  async bound(...changes: Parameters<TestDownload['package']>): Promise<Uint8Array> {
    expectOk(await this.authenticate());
    expectOk(await this.prepare());
    return this.package(...changes);
  }
}

/** A download of `METADATA` with these changes; returns the installation result. */
export async function install(es10: Es10, metadata: Partial<StoreMetadata> = {}) {
  const bpp = await new TestDownload(es10).bound({}, metadata);
  const { finalResult } = (await es10.loadBoundProfilePackage(bpp)).profileInstallationResultData;
  if (finalResult.result !== 'success') throw Error(`installation: ${finalResult.errorReason}`);
  return finalResult.aid;
}

export function expectOk<T extends { readonly result: string }>(
  response: T,
): asserts response is T & (AuthenticateResponseOk | PrepareDownloadResponseOk) {
  if (response.result !== 'ok') throw Error(`refused: ${JSON.stringify(response)}`);
}

/** The interface to a card that is on already: no reset begins its use. */
export function keepOn({ card }: Euicc): ApduInterface {
  return { ...cardInterface(card), connect: async () => {} };
}

/** What the eUICC answers to bytes in place of a package, in pieces as they are. */
export async function loadPieces(euicc: Euicc, pieces: readonly Uint8Array[]) {
  const channel = await openIsdr(keepOn(euicc));
  for (const piece of pieces) {
    const response = await channel.request(piece);
    if (response.length > 0)
      return ProfileInstallationResult.decode(response).profileInstallationResultData;
  }
  throw Error('no result');
}
