/**
 * npm run demo:rsp: an SM-DP+ over HTTPS on loopback, an eUICC in a process of its own, and an LPA
 * between them. Orders the TS.48 v7 test profile, shows the activation code as a QR code,
 * downloads and enables the profile, tells the server, and compares what the eUICC has with what was ordered. Uses the published SGP.26 test keys.
 */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { anchorFromCertificate, parseCertificate } from 'zkcx';
import {
  administrate,
  apduOfProcess,
  downloadProfile,
  type DownloadEvent,
  es10,
  es9pClient,
  formatActivationCode,
  levelStore,
  openIsdr,
  parseActivationCode,
  parseSecretKey,
  sendNotifications,
  serveSmdp,
  smdpIdentity,
  tlsFetch,
} from 'zkcx/rsp';

const root = fileURLToPath(new URL('../', import.meta.url));
const sgp26 = (name: string) => join(root, 'fixtures/sgp26', name);
const read = (path: string) => new Uint8Array(readFileSync(path));
const say = (...lines: string[]) => console.log(lines.join('\n'));
const now = () => BigInt(Math.floor(Date.now() / 1000));

/** Name in the TLS certificate of SGP.26. */
const ADDRESS = 'testsmdpplus1.example.com';
const CI = sgp26('CertificateIssuer/CERT_CI_ECDSA_NIST.der');
const TLS = 'DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der';
const PROFILE = join(root, 'fixtures/rsp/profiles/TS48v7_SAIP2.3_BERTLV_SUCI.der');
const CODE = '1234';

const ci = parseCertificate(read(CI));
const folder = mkdtempSync(join(tmpdir(), 'zkcx-demo-rsp-'));

function startServer() {
  const anchors = [anchorFromCertificate(ci)];
  const pair = (name: string) => ({
    certificate: parseCertificate(read(sgp26(`${name}/CERT_S_SM_${name}_ECDSA_NIST.der`))),
    secretKey: parseSecretKey(read(sgp26(`${name}/SK_S_SM_${name}_ECDSA_NIST.pem`))),
  });
  const pairs = { auth: pair('DPauth'), pb: pair('DPpb') };
  const tls = {
    cert: new X509Certificate(read(sgp26(TLS))).toString(),
    key: readFileSync(sgp26('DPtls/SK_S_SM_DP_TLS_NIST.pem'), 'utf8'),
  };
  return serveSmdp({
    folder: join(folder, 'smdpp'),
    settings: { address: ADDRESS },
    trust: { anchors, identities: [smdpIdentity(pairs, anchors, now())] },
    es9p: { host: '127.0.0.1', port: 0, tls },
    monitor: { host: '127.0.0.1', port: 0 },
    now,
    onEvent: ({ path, http }) => say(`   SM-DP+: ${path.slice(path.lastIndexOf('/') + 1)} ${http}`),
  });
}

/** A command of the package, which asks the server on the socket in its folder. */
async function zkcx(...command: readonly string[]): Promise<void> {
  say(`   $ zkcx ${command.join(' ')}`);
  const main = join(root, 'src/cli/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    main,
    ...command,
  ]);
  say(stdout.trimEnd());
}

/** What an operator sees who asks the server how it is, a few lines of it. */
async function curl(url: string, ...shown: readonly RegExp[]): Promise<void> {
  say(`   $ curl ${url}`);
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--fail', url]);
  const lines = stdout.trimEnd().split('\n');
  const some =
    shown.length === 0 ? lines : lines.filter((line) => shown.some((one) => one.test(line)));
  if (some.length === 0) throw Error(`${url} does not say what it should`);
  say(...some.map((line) => `   ${line.length > 300 ? `${line.slice(0, 300)} ...` : line}`));
}

function startEuicc() {
  // git keeps no modes, and the emulator takes no key that others can read
  const key = join(folder, 'euicc.pem');
  copyFileSync(sgp26('eUICC/SK_EUICC_ECDSA_NIST.pem'), key);
  chmodSync(key, 0o600);
  const certificates = ['eUICC/CERT_EUICC_ECDSA_NIST.der', 'EUM/CERT_EUM_ECDSA_NIST.der'];
  const credential = [...certificates.map(sgp26), key];
  const emulator = ['--import', 'tsx', join(root, 'src/cli/main.ts'), 'euicc'];
  const identity = ['--ci', CI, '--euicc', credential.join(',')];
  const keeping = ['--data', join(folder, 'euicc')];
  return apduOfProcess(process.execPath, emulator.concat(identity, keeping));
}

function sayEvent(event: DownloadEvent): void {
  if (event.type === 'authenticated') say('   LPA: eUICC and server know each other');
  if (event.type === 'installing' && event.done === event.total) {
    say(`   LPA: the eUICC has all ${event.total} bytes of the package`);
  }
  if (event.type === 'cancelled') say(`   LPA: cancelled, ${event.reason}`);
}

const service = await startServer();
try {
  say(`1. SM-DP+ ${ADDRESS} at ${service.es9p.url}`);
  const profile = read(PROFILE);
  const content = Buffer.from(profile).toString('base64');
  const names = { serviceProviderName: 'TS.48', profileName: 'Generic test profile v7' };
  const operate = (name: 'addProfile' | 'addOrder', request: object) =>
    administrate(join(folder, 'smdpp'), name, request, { now });
  const added = await operate('addProfile', { package: content, ...names });
  const { iccid } = (added as { profile: { iccid: string } }).profile;
  const ordered = await operate('addOrder', { iccid, confirmationCode: CODE });
  const { order } = ordered as { order: { iccid: string; matchingId: string } };
  const text = formatActivationCode({
    address: ADDRESS,
    matchingId: order.matchingId,
    confirmationCodeRequired: true,
  });
  say(`2. Ordered ${order.iccid}; activation code ${text}, confirmation code ${CODE}`);

  await zkcx('smdpp', 'order', 'show', iccid, '--data', join(folder, 'smdpp'), '--qr');

  const code = parseActivationCode(text);
  const fetch = tlsFetch({
    ciCertificates: [ci],
    publicRoots: false,
    connectTo: { host: '127.0.0.1', port: service.es9p.port },
    now,
  });
  const server = (address: string) => es9pClient(address, { fetch });
  say('3. Downloading into an eUICC in a process of its own');
  const channel = await openIsdr(startEuicc());
  const card = es10(channel);
  const { isdpAid } = await downloadProfile({
    es10: card,
    server: server(code.address),
    notificationServer: server,
    matchingId: code.matchingId,
    device: { tac: Uint8Array.of(0x35, 0x29, 0x06, 0x11), deviceCapabilities: {} },
    consent: async ({ profileName, serviceProviderName, iccid }) => {
      say(`   LPA: shown to the user: ${profileName} of ${serviceProviderName}, ${iccid}`);
      return 'accept';
    },
    confirmationCode: async () => CODE,
    onEvent: sayEvent,
  });
  say('4. Enabling it, and telling the server');
  await card.enableProfile({ isdpAid });
  for (const { event, address, failure } of await sendNotifications(card, { server })) {
    say(
      `   LPA: ${event} told to ${address}${failure === undefined ? '' : `: ${failure.message}`}`,
    );
  }
  for (const one of await card.profiles()) {
    say(`   eUICC: ${one.iccid} ${one.profileState}, ${one.profileName}`);
  }
  await channel.close();

  const store = await levelStore(join(folder, 'euicc'));
  const installed = await store.profilePackage(isdpAid);
  await store.close();
  if (installed === undefined || !Buffer.from(installed).equals(profile))
    throw Error('profiles differ');
  say(`5. The eUICC has exactly the ${profile.length} bytes that were ordered.`);

  say('6. How the server is');
  const { url } = service.monitor!;
  await curl(`${url}/healthz`);
  await curl(`${url}/readyz`);
  await curl(`${url}/metrics`, /^smdpp_(requests|sessions|connections)/);
  await curl(`${url}/openapi.json`);
} finally {
  await service.close();
  rmSync(folder, { recursive: true });
}
