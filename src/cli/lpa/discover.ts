import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type { DiscoveredEvent, Es10 } from '../../rsp/lpa/index.ts';
import { CARD, type CardFlags, useEuicc } from '../shared/card.ts';
import type { CommandDefinition, JsonFlag } from '../shared/command.ts';
import {
  CONFIRMATION_CODE,
  type ConfirmationCodeFlags,
  givenConfirmationCode,
} from '../shared/confirmation-code.ts';
import { type Answer, printable, printProgress } from '../shared/output.ts';
import { stopSignal, unlessInterrupted } from '../shared/proving.ts';
import { DEVICE, type DeviceFlags, deviceOf } from './device.ts';
import { askCode, askConsent, printEvent } from './download.ts';
import { SERVER, type ServerFlags, serversOf } from './server.ts';

interface Flags extends CardFlags, ServerFlags, ConfirmationCodeFlags, DeviceFlags, JsonFlag {
  readonly smds?: string;
  readonly download?: boolean;
  readonly yes?: boolean;
}

/** zkcx lpa discover [--smds FQDN] [--download] */
export const lpaDiscover: CommandDefinition = {
  name: 'discover',
  description: 'ask an SM-DS which servers have a profile for this eUICC',
  options: [
    new Option('--smds <fqdn>', 'the SM-DS to ask; default: the root SM-DS of the eUICC'),
    new Option('--download', 'download what is found, one after the other'),
    new Option('--yes', 'accept the profiles without asking'),
    CONFIRMATION_CODE,
    ...DEVICE,
    ...CARD,
    ...SERVER,
  ],
  run: discover,
};

async function discover(flags: Flags): Promise<Answer> {
  const people = process.stdin.isTTY === true && flags.json !== true;
  if (flags.download && !people && !flags.yes) {
    throw new ZkcxError('ERR_CLI_USAGE', 'nobody can be asked here: accept the profiles by --yes');
  }
  const { discoverEvents } = await import('../../rsp/lpa/index.ts');
  const device = await deviceOf(flags);
  const signal = stopSignal();
  const server = await serversOf(flags, { servers: ['smdp', 'smds'], stop: signal });
  const work = async (es10: Es10) => {
    const { rootDsAddress } = flags.smds === undefined ? await es10.configuredAddresses() : {};
    const address = flags.smds ?? rootDsAddress;
    if (address === undefined || address === '') {
      throw new ZkcxError('ERR_CLI_USAGE', 'the eUICC names no root SM-DS: give --smds');
    }
    const events = await discoverEvents({
      es10,
      address,
      server,
      device,
      onEvent: (event) => printProgress(`Asking ${printable(event.address)} ...`),
      signal,
    });
    if (!flags.download) return { address, events: events.map((event) => ({ event })) };
    for (const event of events) printProgress(line({ event }));
    return { address, events: await downloadAll(flags, es10, events, { device, signal, people }) };
  };
  const { value, aside } = await unlessInterrupted(signal, () => useEuicc(flags, work));
  const { address } = value;
  const events: readonly Shown[] = value.events;
  const failed = events.some(
    ({ event, outcome }) => (event.failure ?? outcome?.failure) !== undefined,
  );
  return {
    json: {
      smds: address,
      events: events.map(({ event, outcome }) => ({ ...event, ...outcome })),
      ...aside,
    },
    text: events.length === 0 ? ['Nothing is there for this eUICC'] : events.map(line),
    no: failed,
  };
}

interface Outcome {
  readonly iccid?: string;
  readonly failure?: string;
}

interface Shown {
  readonly event: DiscoveredEvent;
  readonly outcome?: Outcome;
}

/** One that fails keeps no other from being downloaded. */
async function downloadAll(
  flags: Flags,
  es10: Es10,
  events: readonly DiscoveredEvent[],
  {
    device,
    signal,
    people,
  }: {
    readonly device: Awaited<ReturnType<typeof deviceOf>>;
    readonly signal: AbortSignal;
    readonly people: boolean;
  },
): Promise<Shown[]> {
  const { downloadProfile } = await import('../../rsp/lpa/index.ts');
  const server = await serversOf(flags, { stop: signal });
  const given = await givenConfirmationCode(flags);
  const shown: Shown[] = [];
  for (const event of events) {
    try {
      const { metadata } = await downloadProfile({
        es10,
        server: server(event.address),
        notificationServer: server,
        matchingId: event.eventId,
        device,
        consent: async (profile) => (flags.yes ? 'accept' : askConsent(profile)),
        confirmationCode: async () => given ?? (people ? await askCode() : undefined),
        onEvent: printEvent,
        signal,
      });
      shown.push({ event, outcome: { iccid: metadata.iccid } });
    } catch (error) {
      if (!(error instanceof ZkcxError) || signal.aborted) throw error;
      shown.push({ event, outcome: { failure: error.message } });
    }
  }
  return shown;
}

function line({ event, outcome }: Shown): string {
  const { address, eventId, smds } = event;
  const what = `${printable(address)}, event ${printable(eventId)}, told by ${printable(smds)}`;
  if (outcome?.iccid !== undefined) return `${what}: installed ${outcome.iccid}`;
  const failure = outcome?.failure ?? event.failure;
  return failure === undefined ? what : `${what}: ${printable(failure)}`;
}
