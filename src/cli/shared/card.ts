/** Which eUICC a command works with: an emulated one, or one elsewhere. */
import { InvalidArgumentError, Option } from 'commander';
import { type ErrorCode, ZkcxError } from '../../errors.ts';
import { systemRandom } from '../../random.ts';
import type { ApduInterface } from '../../rsp/apdu/index.ts';
import type { CardQuirk, Euicc, EuiccCredential, EuiccFirmware } from '../../rsp/euicc/index.ts';
import { CARD_QUIRKS } from '../../rsp/euicc/quirk-names.ts';
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
import { type Answer, printable, printProgress } from './output.ts';

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
  new Option(
    '--aid <hex>',
    'AID of the ISD-R, if it is not that of SGP.22; given several times, an LPA tries them in turn',
  ).argParser(repeated(hexBytes({ least: 5, most: 16 }))),
  new Option(
    '--firmware <kind>',
    'zkcx: take servers that the LPA verified; default: classic',
  ).choices(['classic', 'zkcx'] satisfies EuiccFirmware[]),
  new Option('--svn <version>', 'version of SGP.22 that it says; default: 2.5.0').argParser(
    version,
  ),
  new Option('--max-data <bytes>', 'data that it takes in one command; default: 255').argParser(
    wholeNumber({ least: 1, most: 2_048 }),
  ),
  new Option(
    '--quirk <name>',
    `a way of cards in the field that it shall have; may be given several times: ${CARD_QUIRKS.join(', ')}`,
  ).argParser(repeated(quirk)),
  AT,
];

export interface EmulatorFlags extends AtFlags, Partial<CiFlags> {
  readonly euicc?: CredentialFiles[];
  readonly data?: string;
  readonly memory?: number;
  readonly aid?: Uint8Array[];
  readonly firmware?: EuiccFirmware;
  readonly svn?: string;
  readonly maxData?: number;
  readonly quirk?: CardQuirk[];
}

/** Reads a version of three numbers. */
function version(text: string): string {
  const numbers = text.split('.').map(Number);
  if (/^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(text) && numbers.every((one) => one < 256)) {
    return numbers.join('.');
  }
  throw new InvalidArgumentError('Give three numbers up to 255, such as 2.5.0.');
}

function quirk(text: string): CardQuirk {
  const found = CARD_QUIRKS.find((name) => name === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`Give one of ${CARD_QUIRKS.join(', ')}.`);
}

/** Which eUICC a command of the LPA uses: one elsewhere, or an emulated one in this process. */
export const CARD = [
  new Option(
    '--card <host:port>',
    'eUICC behind a socket, as "zkcx euicc --tcp" serves it',
  ).argParser(endpoint),
  new Option('--card-command <line>', 'eUICC behind a program that speaks the APDU protocol'),
  new Option(
    '--block-size <bytes>',
    'data of one APDU, 1 to 2048; above 255 with extended lengths; default: 120',
  ).argParser(wholeNumber({ least: 1, most: 2_048 })),
  new Option('--basic-channel', 'use no logical channel: for cards that have none'),
  new Option('--le', 'ask for data with every request: for cards that answer nothing otherwise'),
  OPTIONAL_CI,
  euiccOption(),
  ...EMULATOR,
];

export interface CardFlags extends EmulatorFlags {
  readonly card?: Endpoint;
  readonly cardCommand?: string;
  readonly blockSize?: number;
  readonly basicChannel?: boolean;
  readonly le?: boolean;
}

/** Switch an emulated eUICC on. */
export async function startEmulator(flags: EmulatorFlags): Promise<Euicc> {
  const { levelStore, memoryStore, openEuicc } = await import('../../rsp/euicc/index.ts');
  const credentials = await Promise.all((flags.euicc ?? []).map(readCredential));
  const anchors = await readAnchors(flags.ci ?? []);
  const store = flags.data === undefined ? memoryStore() : await levelStore(flags.data);
  try {
    const { memory, at, firmware, svn, maxData, quirk: quirks } = flags;
    const now = at === undefined ? systemClock : () => at;
    const info = svn === undefined ? {} : { svn };
    const device = { memory, aid: flags.aid?.[0], firmware, info, maxData, quirks };
    return await openEuicc({ credentials, anchors, store, now, random: systemRandom, ...device });
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What a command found out at a card; and why the card could not be let go of, which changes nothing of it. */
export interface Used<T> {
  readonly value: T;
  /** For the answer's JSON; people see it on stderr. */
  readonly aside: { readonly closing?: { readonly code: ErrorCode; readonly message: string } };
}

/** Use the eUICC that the flags name, and let go of it again. */
export async function useEuicc<T>(
  flags: CardFlags,
  work: (euicc: Es10) => Promise<T>,
): Promise<Used<T>> {
  const { openIsdr } = await import('../../rsp/apdu/index.ts');
  const { es10 } = await import('../../rsp/lpa/index.ts');
  const { apdu, end } = await reach(flags);
  try {
    const { aid, blockSize, basicChannel, le } = flags;
    const channel = await openIsdr(apdu, { aid, blockSize, basicChannel, le });
    const close = () => failureOf(channel.close());
    let value: T;
    try {
      value = await work(es10(channel));
    } catch (error) {
      // what went wrong first is what people need to know
      await close();
      throw error;
    }
    const closing = await close();
    if (closing === undefined) return { value, aside: {} };
    printProgress(`Notice: done, but the card was not let go of: ${printable(closing.message)}`);
    return { value, aside: { closing } };
  } finally {
    await end();
  }
}

/** The same for the whole answer of a command. */
export async function withEuicc(
  flags: CardFlags,
  work: (euicc: Es10) => Promise<Answer>,
): Promise<Answer> {
  const { value, aside } = await useEuicc(flags, work);
  return { ...value, json: { ...value.json, ...aside } };
}

async function failureOf(closing: Promise<void>): Promise<Used<unknown>['aside']['closing']> {
  try {
    await closing;
    return undefined;
  } catch (error) {
    if (!(error instanceof ZkcxError)) throw error;
    return { code: error.code, message: error.message };
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
