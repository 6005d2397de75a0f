/**
 * An SM-DP+ with order logic of its own: a shop puts profiles in stock, sells one of a plan to whoever
 * pays, and gives out an activation code with a confirmation code. It uses the SGP.26 test keys.
 *
 *     npx tsx examples/smdpp-shop.ts [FOLDER]      serves one sale on loopback
 */
import { randomInt, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseCertificate } from 'zkcx';
import {
  administrate,
  formatActivationCode,
  parseSecretKey,
  serveSmdp,
  smdpIdentity,
  type SmdpService,
} from 'zkcx/rsp';
import { anchors, readTestFile, readTestText } from './test-pki.ts';

/** Name in the TLS certificate of the test PKI. */
export const ADDRESS = 'testsmdpplus1.example.com';
const PROFILE = new URL('../fixtures/rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der', import.meta.url);
const now = () => BigInt(Math.floor(Date.now() / 1000));

export interface Sale {
  readonly activationCode: string;
  /** Told to the customer apart from the activation code. */
  readonly confirmationCode: string;
}

export interface Shop {
  readonly service: SmdpService;
  /** Put a profile package, DER, on the shelf of a plan. */
  stock(plan: string, profile: Uint8Array): Promise<void>;
  /** Sell one profile of a plan. Throws RspRefusal when the plan is sold out. */
  sell(plan: string): Promise<Sale>;
  close(): Promise<void>;
}

export async function openShop(folder: string): Promise<Shop> {
  const service = await serveSmdp({
    folder,
    settings: { address: ADDRESS },
    trust: { anchors, identities: [smdpIdentity(pairs(), anchors, now())] },
    es9p: { host: '127.0.0.1', port: 0, tls: tls() },
    now,
  });
  return {
    service,
    async stock(plan, profile) {
      await administrate(
        folder,
        'addProfile',
        {
          package: Buffer.from(profile).toString('base64'),
          profileType: plan,
          serviceProviderName: 'Example Mobile',
          profileName: `Plan ${plan}`,
        },
        { now },
      );
    },
    async sell(plan) {
      const confirmationCode = String(randomInt(1_000_000)).padStart(6, '0');
      const answer = await administrate(
        folder,
        'addOrder',
        { profileType: plan, confirmationCode },
        { now },
      );
      const { order, address } = answer as { order: { matchingId: string }; address: string };
      const activationCode = formatActivationCode({
        address,
        matchingId: order.matchingId,
        confirmationCodeRequired: true,
      });
      return { activationCode, confirmationCode };
    },
    close: () => service.close(),
  };
}

function pairs() {
  const pair = (name: string) => ({
    certificate: parseCertificate(readTestFile(`${name}/CERT_S_SM_${name}_ECDSA_NIST.der`)),
    secretKey: parseSecretKey(readTestFile(`${name}/SK_S_SM_${name}_ECDSA_NIST.pem`)),
  });
  return { auth: pair('DPauth'), pb: pair('DPpb') };
}

const tls = () => ({
  cert: new X509Certificate(readTestFile('DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der')).toString(),
  key: readTestText('DPtls/SK_S_SM_DP_TLS_NIST.pem'),
});

/** The TS.48 test profile, something to sell. */
export const testProfile = () => new Uint8Array(readFileSync(PROFILE));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const shop = await openShop(process.argv[2] ?? 'shop-data');
  await shop.stock('S', testProfile());
  console.log('serving at', shop.service.es9p.url);
  console.log(await shop.sell('S'));
}
