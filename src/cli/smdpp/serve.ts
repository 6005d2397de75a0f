import { X509Certificate } from 'node:crypto';
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { readFileLimited } from '../../files.ts';
import type { TrustAnchor } from '../../pki/index.ts';
import { isLoopback } from '../../rsp/loopback.ts';
import type {
  FunctionEvent,
  KeyPair,
  ListenOptions,
  OpenZkcxExtension,
  SmdpTrust,
} from '../../rsp/smdpp/index.ts';
import { systemClock } from '../../time.ts';
import { readAnchors, readCertificate, readSecretKey } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import {
  listenEndpoint,
  type Endpoint,
  fileList,
  repeated,
  required,
  CI,
  type CiFlags,
  wholeNumber,
} from '../shared/options.ts';
import { type Answer, printProgress } from '../shared/output.ts';
import { openZkcx, ZKCX, type ZkcxFlags } from './zkcx.ts';

const MAX_KEY_BYTES = 16_384;
const MAX_CHAIN_BYTES = 262_144;

const certificateAndKey = fileList(
  ['certificate', 'key'],
  'Give the files of certificate and key: CERT,KEY.',
);

type CertificateAndKey = ReturnType<typeof certificateAndKey>;

interface Flags extends CiFlags, ZkcxFlags {
  readonly data: string;
  readonly address: string;
  readonly auth: CertificateAndKey[];
  readonly pb: CertificateAndKey[];
  readonly listen: Endpoint;
  readonly tls?: CertificateAndKey;
  readonly es2?: Endpoint;
  readonly es2ClientCa?: string;
  readonly confirmationCodeForm?: 'text' | 'hex';
  readonly orderDays?: number;
  readonly replaceSessionKeys?: boolean;
}

/** zkcx smdpp serve --data FOLDER --address FQDN --ci CI --auth CERT,KEY --pb CERT,KEY ... */
export const smdppServe: CommandDefinition = {
  name: 'serve',
  description: 'run an SM-DP+: ES9+ for LPAs, ES2+ for the operator',
  options: [
    required('--data <folder>', 'profiles, orders and sessions; made if missing'),
    required('--address <fqdn>', 'what activation codes call this server'),
    CI,
    required('--auth <cert,key>', 'CERT.DPauth and its key; once for each CI').argParser(
      repeated(certificateAndKey),
    ),
    required('--pb <cert,key>', 'CERT.DPpb and its key; once for each CI').argParser(
      repeated(certificateAndKey),
    ),
    new Option('--listen <host:port>', 'ES9+')
      .argParser(listenEndpoint)
      .default({ host: '127.0.0.1', port: 8443 }, '127.0.0.1:8443'),
    new Option('--tls <cert,key>', 'TLS; without it only on a loopback address').argParser(
      certificateAndKey,
    ),
    new Option('--es2 <host:port>', 'serve ES2+ there').argParser(listenEndpoint),
    new Option('--es2-client-ca <file>', 'only clients with a certificate of these CAs, PEM'),
    new Option('--confirmation-code-form <form>', 'what confirmation codes are hashed as').choices([
      'text',
      'hex',
    ]),
    new Option('--order-days <days>', 'days until a new order expires').argParser(
      wholeNumber({ least: 1, most: 36_500 }),
    ),
    new Option('--replace-session-keys', 'encrypt profiles under keys of their own'),
    ...ZKCX,
  ],
  run: serve,
};

async function serve(flags: Flags): Promise<Answer> {
  const zkcx = await openZkcx(flags, flags);
  const service = await start(flags, zkcx?.open).catch((error: unknown) => {
    zkcx?.close();
    throw error;
  });
  const { es9p, es2p } = service;
  const stop = () => {
    printProgress('Stopping ...');
    zkcx?.close();
    void service.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return {
    json: { address: flags.address, es9p: es9p.url, es2p: es2p?.url, zkcx: flags.zkcx },
    text: [
      `SM-DP+ ${flags.address}`,
      `ES9+ on ${es9p.url}`,
      ...(es2p === undefined ? [] : [`ES2+ on ${es2p.url}`]),
      ...(zkcx === undefined ? [] : ['zkCX is served']),
    ],
  };
}

async function start(flags: Flags, zkcx: OpenZkcxExtension | undefined) {
  const { serveSmdp } = await import('../../rsp/smdpp/index.ts');
  if (flags.es2ClientCa !== undefined && (flags.es2 === undefined || flags.tls === undefined)) {
    throw new ZkcxError('ERR_CLI_USAGE', '--es2-client-ca needs --es2 and --tls');
  }
  const tls = flags.tls && (await readTls(flags.tls));
  const listening = (endpoint: Endpoint): ListenOptions => ({ ...endpoint, tls });
  const clientCa =
    flags.es2ClientCa === undefined
      ? undefined
      : await readText(flags.es2ClientCa, MAX_CHAIN_BYTES);
  if (flags.es2 !== undefined && clientCa === undefined && !isLoopback(flags.es2.host)) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      'ES2+ orders profiles: on an address that others reach it needs --es2-client-ca',
    );
  }
  return serveSmdp({
    folder: flags.data,
    settings: {
      address: flags.address,
      confirmationCodeForm: flags.confirmationCodeForm,
      orderLifetime: flags.orderDays === undefined ? undefined : flags.orderDays * 86_400,
      replaceSessionKeys: flags.replaceSessionKeys,
    },
    trust: await readTrust(await readAnchors(flags.ci), flags),
    es9p: listening(flags.listen),
    es2p: flags.es2 && { ...listening(flags.es2), tls: tls && { ...tls, clientCa } },
    now: systemClock,
    onEvent: printRequest,
    zkcx,
  });
}

/** Pairs of DPauth and DPpb belong together by the CI that issued them. */
async function readTrust(anchors: TrustAnchor[], flags: Flags): Promise<SmdpTrust> {
  const { findAnchor, smdpIdentity } = await import('../../rsp/smdpp/index.ts');
  const auths = await Promise.all(flags.auth.map(readKeyPair));
  const pbs = await Promise.all(flags.pb.map(readKeyPair));
  const issuer = ({ certificate }: KeyPair) =>
    findAnchor(anchors, certificate.authorityKeyIdentifier ?? new Uint8Array());
  const identities = auths.map((auth) => {
    const pb = pbs.find((pair) => issuer(pair) !== undefined && issuer(pair) === issuer(auth));
    if (pb === undefined) {
      throw new ZkcxError('ERR_CLI_USAGE', 'each --auth needs a --pb of the same CI, one of --ci');
    }
    return smdpIdentity({ auth, pb }, anchors, systemClock());
  });
  return { anchors, identities };
}

async function readKeyPair({ certificate, key }: CertificateAndKey): Promise<KeyPair> {
  return {
    certificate: await readCertificate(certificate),
    secretKey: await readSecretKey(key),
  };
}

/** The certificate may be DER, as SGP.26 has them, or a chain in PEM. */
async function readTls({ certificate, key }: CertificateAndKey) {
  const bytes = await readFileLimited(certificate, MAX_CHAIN_BYTES);
  const text = new TextDecoder().decode(bytes);
  try {
    const cert = text.includes('-----BEGIN') ? text : new X509Certificate(bytes).toString();
    const secret = await readFileLimited(key, MAX_KEY_BYTES, { ownerOnly: true });
    return { cert, key: new TextDecoder().decode(secret) };
  } catch (cause) {
    if (cause instanceof ZkcxError) throw cause;
    throw new ZkcxError('ERR_RSP_LISTEN', `${certificate} is no certificate`, { cause });
  }
}

async function readText(file: string, limit: number): Promise<string> {
  return new TextDecoder().decode(await readFileLimited(file, limit));
}

function printRequest({ path, http, refused, ms, defect }: FunctionEvent): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const outcome = [http, refused].filter((part) => part !== undefined).join(' ');
  printProgress(`${name} ${outcome} ${ms.toFixed(0)} ms`);
  if (defect instanceof Error) printProgress(`  ${defect.stack}`);
}
