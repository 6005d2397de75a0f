/** Which eUICC a command works with: an emulated one, or one elsewhere. */
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { systemRandom } from '../../random.ts';
import type { ApduInterface } from '../../rsp/apdu/index.ts';
import type { Euicc, EuiccCredential, EuiccFirmware } from '../../rsp/euicc/index.ts';
import type { Es10 } from '../../rsp/lpa/index.ts';
import { systemClock } from '../../time.ts';
import { readAnchors, readCertificate, readSecretKey } from './certificates.ts';
import {
  AT,
  type AtFlags,
  endpoint,
  type Endpoint,
  fileList,
  hexBytes,
  OPTIONAL_CI,
  repeated,
  type CiFlags,
  wholeNumber,
} from './options.ts';

const credentialFiles = fileList(
  ['certificate', 'eum', 'key'],
  'Give the files of both certificates and the key: CERT,EUM,KEY.',
);

type CredentialFiles = ReturnType<typeof credentialFiles>;

export const euiccOption = () =>
  new Option(
    '--euicc <cert,eum,key>',
    'CERT.EUICC, CERT.EUM, SK.EUICC; once for each CI',
  ).argParser(repeated(credentialFiles));

/** What an emulated eUICC has, beside its credential and the CIs that it accepts. */
export const EMULATOR = [
  new Option('--data <folder>', 'where the eUICC keeps what it has; default: nowhere'),
  new Option('--memory <bytes>', 'its memory for profiles; default: 512 KiB').argParser(
    wholeNumber({ least: 1, most: Number.MAX_SAFE_INTEGER }),
  ),
  new Option('--aid <hex>', 'AID of the ISD-R, if it is not that of SGP.22').argParser(
    hexBytes({ least: 5, most: 16 }),
  ),
  new Option(
    '--firmware <kind>',
    'zkcx: take servers that the LPA verified; default: classic',
  ).choices(['classic', 'zkcx'] satisfies EuiccFirmware[]),
  AT,
];

export interface EmulatorFlags extends AtFlags, Partial<CiFlags> {
  readonly euicc?: CredentialFiles[];
  readonly data?: string;
  readonly memory?: number;
  readonly aid?: Uint8Array;
  readonly firmware?: EuiccFirmware;
}

/** Which eUICC a command of the LPA uses: one elsewhere, or an emulated one in this process. */
export const CARD = [
  new Option(
    '--card <host:port>',
    'eUICC behind a socket, as "zkcx euicc --tcp" serves it',
  ).argParser(endpoint),
  new Option('--card-command <line>', 'eUICC behind a program that speaks the APDU protocol'),
  new Option('--block-size <bytes>', 'data of one APDU, 1 to 255; default: 120').argParser(
    wholeNumber({ least: 1, most: 255 }),
  ),
  OPTIONAL_CI,
  euiccOption(),
  ...EMULATOR,
];

export interface CardFlags extends EmulatorFlags {
  readonly card?: Endpoint;
  readonly cardCommand?: string;
  readonly blockSize?: number;
}

/** Switch an emulated eUICC on. */
export async function startEmulator(flags: EmulatorFlags): Promise<Euicc> {
  const { levelStore, memoryStore, openEuicc } = await import('../../rsp/euicc/index.ts');
  const credentials = await Promise.all((flags.euicc ?? []).map(readCredential));
  const anchors = await readAnchors(flags.ci ?? []);
  const store = flags.data === undefined ? memoryStore() : await levelStore(flags.data);
  try {
    const { memory, aid, at, firmware } = flags;
    const now = at === undefined ? systemClock : () => at;
    const device = { memory, aid, firmware };
    return await openEuicc({ credentials, anchors, store, now, random: systemRandom, ...device });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Use the eUICC that the flags name, and let go of it again. */
export async function withEuicc<T>(
  flags: CardFlags,
  work: (euicc: Es10) => Promise<T>,
): Promise<T> {
  const { openIsdr } = await import('../../rsp/apdu/index.ts');
  const { es10 } = await import('../../rsp/lpa/index.ts');
  const { apdu, end } = await reach(flags);
  try {
    const channel = await openIsdr(apdu, { aid: flags.aid, blockSize: flags.blockSize });
    try {
      return await work(es10(channel));
    } finally {
      await channel.close();
    }
  } finally {
    await end();
  }
}

async function reach(
  flags: CardFlags,
): Promise<{ readonly apdu: ApduInterface; end(): Promise<void> }> {
  const { apduOfProcess, apduOfTcp, cardInterface } = await import('../../rsp/apdu/index.ts');
  const { card, cardCommand } = flags;
  const ways = [card, cardCommand, flags.euicc].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      'name one eUICC: by --card, by --card-command, or by --euicc for an emulated one',
    );
  }
  const end = async () => {};
  if (card !== undefined) return { apdu: await apduOfTcp(card.host, card.port), end };
  if (cardCommand !== undefined) {
    const [program, ...args] = cardCommand.trim().split(/\s+/);
    return { apdu: apduOfProcess(program ?? '', args), end };
  }
  const euicc = await startEmulator(flags);
  return { apdu: cardInterface(euicc.card), end: () => euicc.close() };
}

async function readCredential({
  certificate,
  eum,
  key,
}: CredentialFiles): Promise<EuiccCredential> {
  return {
    certificate: (await readCertificate(certificate)).der,
    eumCertificate: (await readCertificate(eum)).der,
    secretKey: await readSecretKey(key),
  };
}
