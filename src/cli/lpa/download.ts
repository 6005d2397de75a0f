import { Argument, Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { Consent, Es10, ProfileMetadata } from '../../rsp/lpa/index.ts';
import type { ZkcxEvent, ZkcxQuestion } from '../../rsp/zkcx/device/index.ts';
import { CARD, type CardFlags, useEuicc } from '../shared/card.ts';
import type { CommandDefinition, JsonFlag } from '../shared/command.ts';
import {
  CONFIRMATION_CODE,
  type ConfirmationCodeFlags,
  givenConfirmationCode,
} from '../shared/confirmation-code.ts';
import { type Answer, printable, printProgress } from '../shared/output.ts';
import { stopSignal, unlessInterrupted } from '../shared/proving.ts';
import { readQrImage } from '../shared/qr-image.ts';
import { DEVICE, type DeviceFlags, deviceOf } from './device.ts';
import { SERVER, type ServerFlags, serversOf } from './server.ts';
import { assertClassic, downloadInZkcx, printZkcxEvent, ZKCX, type ZkcxFlags } from './zkcx.ts';

interface Flags
  extends CardFlags, ServerFlags, ZkcxFlags, ConfirmationCodeFlags, DeviceFlags, JsonFlag {
  readonly yes?: boolean;
  readonly qr?: string;
  readonly confirmationCodeForm?: 'text' | 'hex';
}

/** zkcx lpa download ACTIVATION-CODE */
export const lpaDownload: CommandDefinition = {
  name: 'download',
  description: 'download a profile and install it',
  arguments: [
    new Argument('[activation-code]', 'LPA:1$address$token, or a setup link of a phone maker'),
  ],
  options: [
    new Option('--qr <image>', 'read the activation code from a QR code in a PNG or JPEG file'),
    new Option('--yes', 'accept the profile without asking'),
    CONFIRMATION_CODE,
    new Option('--confirmation-code-form <form>', 'how the server hashes it').choices([
      'text',
      'hex',
    ]),
    ...DEVICE,
    ...CARD,
    ...SERVER,
    ...ZKCX,
  ],
  run: download,
};

async function download(text: string | undefined, flags: Flags): Promise<Answer> {
  const { downloadProfile, parseActivationCode } = await import('../../rsp/lpa/index.ts');
  const code = parseActivationCode(await givenCode(text, flags));
  if (flags.zkcx === undefined) assertClassic(flags);
  else if (flags.tac !== undefined || flags.imei !== undefined) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      'zkCX tells servers the same of all devices: no --tac, no --imei',
    );
  }
  const device = await deviceOf(flags);
  const people = process.stdin.isTTY === true && flags.json !== true;
  if (!people && !flags.yes) {
    throw new ZkcxError('ERR_CLI_USAGE', 'nobody can be asked here: accept the profile by --yes');
  }
  const signal = stopSignal();
  const server = await serversOf(flags, { stop: signal });
  const given = await givenConfirmationCode(flags);
  const work = (es10: Es10) => {
    const common = {
      es10,
      server: server(code.address),
      notificationServer: server,
      matchingId: code.matchingId,
      oid: code.oid,
      confirmationCode: async () => given ?? (people ? await askCode() : undefined),
      confirmationCodeForm: flags.confirmationCodeForm,
      onEvent: printEvent,
      signal,
    };
    const agreed = async (metadata: ProfileMetadata, tells: ZkcxQuestion['tells'] = []) =>
      flags.yes ? 'accept' : askConsent(metadata, tells);
    if (flags.zkcx === undefined) {
      return downloadProfile({ ...common, device, consent: (metadata) => agreed(metadata) });
    }
    return downloadInZkcx(flags, {
      ...common,
      consent: ({ metadata, tells }) => agreed(metadata, tells),
      // --yes is about the profile: it says nothing about the EID, or whose the order is
      consentToEid: async () => flags.tellEid ?? (people && (await askEid(code.address))),
      consentToOrder: async () => flags.tellOrder ?? (people && (await askOrder())),
    });
  };
  const { value: done, aside } = await unlessInterrupted(signal, () => useEuicc(flags, work));
  const { iccid, profileName, serviceProviderName } = done.metadata;
  const told = done.notification !== undefined && done.notification.failure === undefined;
  return {
    json: {
      iccid,
      profileName,
      serviceProviderName,
      isdpAid: Buffer.from(done.isdpAid).toString('hex'),
      notified: told,
      ...aside,
    },
    text: [
      `Installed ${printable(profileName)} of ${printable(serviceProviderName)}, ${iccid}`,
      ...(told ? [] : ['The server could not be told; try "zkcx lpa notifications --send" later.']),
    ],
  };
}

export async function askConsent(
  metadata: ProfileMetadata,
  tells: ZkcxQuestion['tells'] = [],
): Promise<Consent> {
  const { isCancel, note, select } = await import('@clack/prompts');
  const rules = metadata.profilePolicyRules ?? [];
  note(
    [
      `Operator  ${printable(metadata.serviceProviderName)}`,
      `Profile   ${printable(metadata.profileName)}`,
      `ICCID     ${metadata.iccid}`,
      `Class     ${metadata.profileClass}`,
      ...(rules.includes('ppr1') ? ['This profile cannot be disabled.'] : []),
      ...(rules.includes('ppr2') ? ['This profile cannot be deleted.'] : []),
      ...(tells.includes('eid') ? ['The server learns the EID of this eUICC if you go on.'] : []),
    ].join('\n'),
    'Profile',
  );
  const choice = await select({
    message: 'Install it?',
    options: [
      { value: 'accept', label: 'Yes' },
      { value: 'postpone', label: 'Not now' },
      { value: 'reject', label: 'No' },
    ] satisfies { value: Consent; label: string }[],
  });
  return isCancel(choice) ? 'reject' : choice;
}

async function givenCode(text: string | undefined, { qr }: Flags): Promise<string> {
  if (text !== undefined && qr === undefined) return text;
  if (text !== undefined || qr === undefined) {
    throw new ZkcxError('ERR_CLI_USAGE', 'give either an activation code or --qr IMAGE');
  }
  return readQrImage(qr);
}

function askEid(address: string): Promise<boolean> {
  const server = printable(address);
  return askToTell(
    `${server} says that this order is for one device. Tell it the EID of this eUICC?`,
  );
}

function askOrder(): Promise<boolean> {
  return askToTell(
    'This order is for this device. Whoever issued the activation code learns that you use it here. Go on?',
  );
}

async function askToTell(message: string): Promise<boolean> {
  const { confirm, isCancel } = await import('@clack/prompts');
  const answered = await confirm({ message, initialValue: false });
  return !isCancel(answered) && answered;
}

export async function askCode(): Promise<string | undefined> {
  const { isCancel, password } = await import('@clack/prompts');
  const code = await password({ message: 'Confirmation code' });
  return isCancel(code) || code === '' ? undefined : code;
}

export function printEvent(event: ZkcxEvent): void {
  switch (event.type) {
    case 'authenticating':
      return printProgress(`Asking ${printable(event.address)} ...`);
    case 'authenticated':
      return printProgress(`Server and eUICC know each other (${event.transactionId})`);
    case 'downloading':
      return printProgress('Downloading ...');
    case 'installing':
      if (event.done === event.total) printProgress(`Installing ${event.total} bytes ...`);
      return;
    case 'proving':
    case 'proven':
      return printZkcxEvent(event);
    case 'cancelled':
      printProgress(
        event.failure === undefined
          ? `The server knows that the download has ended: ${event.reason}`
          : `The server could not be told that the download has ended: ${event.failure}`,
      );
  }
}
