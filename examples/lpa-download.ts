/**
 * An LPA: takes an activation code, asks the user, downloads the profile into an eUICC, enables it and
 * tells the server. Here the eUICC is the emulator and the server is the shop of `smdpp-shop.ts`.
 *
 *     npx tsx examples/lpa-download.ts
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ApduInterface,
  cardInterface,
  type Consent,
  downloadProfile,
  es10,
  es9pClient,
  memoryStore,
  openEuicc,
  openIsdr,
  parseActivationCode,
  parseSecretKey,
  type ProfileMetadata,
  sendNotifications,
  tlsFetch,
} from 'zkcx/rsp';
import { openShop, testProfile } from './smdpp-shop.ts';
import { anchors, ci, euicc, eum, readTestFile } from './test-pki.ts';

const now = () => BigInt(Math.floor(Date.now() / 1000));

export interface DownloadInput {
  readonly activationCode: string;
  /** A card reader, a modem, or the emulator. */
  readonly card: ApduInterface;
  /** Shows the profile to the user; resolves to the decision. */
  readonly ask: (profile: ProfileMetadata) => Promise<Consent>;
  readonly confirmationCode: () => Promise<string | undefined>;
  /** For tests: where the server really is. */
  readonly connectTo?: { readonly host: string; readonly port: number };
}

/** Download, enable, notify. Returns the enabled profile's ICCID. */
export async function download(input: DownloadInput): Promise<string> {
  const { address, matchingId } = parseActivationCode(input.activationCode);
  const fetch = tlsFetch({ ciCertificates: [ci], connectTo: input.connectTo, now });
  const server = (host: string) => es9pClient(host, { fetch });
  const channel = await openIsdr(input.card);
  try {
    const card = es10(channel);
    const { isdpAid } = await downloadProfile({
      es10: card,
      server: server(address),
      notificationServer: server,
      matchingId,
      device: { tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11), deviceCapabilities: {} },
      consent: input.ask,
      confirmationCode: input.confirmationCode,
    });
    await card.enableProfile({ isdpAid });
    await sendNotifications(card, { server });
    const enabled = (await card.profiles()).find((one) => one.profileState === 'enabled');
    if (enabled?.iccid === undefined) throw Error('the eUICC enabled no profile');
    return enabled.iccid;
  } finally {
    await channel.close();
  }
}

/** An emulated eUICC with the test identity. It forgets everything when the process ends. */
export async function emulatedCard(): Promise<ApduInterface> {
  const secretKey = parseSecretKey(readTestFile('eUICC/SK_EUICC_ECDSA_NIST.pem'));
  const { card } = await openEuicc({
    store: memoryStore(),
    credentials: [{ certificate: euicc.der, eumCertificate: eum.der, secretKey }],
    anchors,
    now,
    random: (length) => new Uint8Array(randomBytes(length)),
  });
  return cardInterface(card);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = await mkdtemp(join(tmpdir(), 'zkcx-example-'));
  const shop = await openShop(folder);
  try {
    await shop.stock('S', testProfile());
    const { activationCode, confirmationCode } = await shop.sell('S');
    const iccid = await download({
      activationCode,
      card: await emulatedCard(),
      ask: async ({ serviceProviderName, profileName }) => {
        console.log(`${serviceProviderName}: ${profileName}. Accepted.`);
        return 'accept';
      },
      confirmationCode: async () => confirmationCode,
      connectTo: { host: '127.0.0.1', port: shop.service.es9p.port },
    });
    console.log(`The profile ${iccid} is enabled.`);
  } finally {
    await shop.close();
    await rm(folder, { recursive: true });
  }
}
