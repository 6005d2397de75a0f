/** `zkcx lpa download --zkcx`: what a download in zkCX takes beside a classic one. */
import { Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { systemRandom } from '../../random.ts';
import type { Downloaded, DownloadOptions } from '../../rsp/lpa/index.ts';
import type { ZkcxDownloadOptions } from '../../rsp/zkcx/device/index.ts';
import type { HolderPolicy } from '../../session/holder.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import { type AtFlags, repeated, type CiFlags } from '../shared/options.ts';
import { printProgress } from '../shared/output.ts';
import { poolsBeside } from '../shared/pools.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';
import { readMap } from '../shared/revocation-map.ts';
import { HOLDER_MINIMUMS, type HolderMinimums, readRegistry } from '../shared/session-files.ts';

/** Where sessions of profiles are kept, and who may have their notifications. */
export const SESSIONS = [
  new Option('--sessions <folder>', 'where sessions of zkCX downloads are kept, mode 0700'),
  new Option(
    '--allow-other-servers',
    'send notifications of zkCX profiles to other servers too, which tells them the EID',
  ),
];

export interface SessionFlags {
  readonly sessions?: string;
  readonly allowOtherServers?: boolean;
}

/** What the device knows of revocation and published credentials, and its own credentials. */
export const KNOWN = [
  new Option(
    '--map <file>',
    'revocation map that you computed; may be given several times',
  ).argParser(repeated(String)),
  new Option('--registry <file>', 'registry of credentials as last seen'),
  new Option('--credentials <folder>', 'store of credentials, mode 0700; made at the first use'),
  ...HOLDER_MINIMUMS,
  ...PROVER,
];

export interface KnownFlags extends ProverFlags, HolderMinimums, AtFlags, Partial<CiFlags> {
  readonly map?: string[];
  readonly registry?: string;
  readonly credentials?: string;
}

export const ZKCX = [
  new Option(
    '--zkcx [mode]',
    "without certificates: device (today's eUICCs; default), full (zkCX-aware firmware)",
  ).choices(['device', 'full']),
  new Option('--tell-eid', 'agree to tell the EID where an order is bound to it; default: ask'),
  new Option(
    '--binding <text>',
    'what came beside the activation code of an order for one device: zkcx-order:1:...',
  ),
  new Option(
    '--tell-order',
    'agree that whoever issued the binding learns that this is the device; default: ask',
  ),
  ...SESSIONS,
  ...KNOWN,
];

export interface ZkcxFlags extends KnownFlags, SessionFlags {
  readonly zkcx?: true | 'device' | 'full';
  readonly tellEid?: boolean;
  readonly binding?: string;
  readonly tellOrder?: boolean;
}

/** Options of a classic download, but for what is asked and told in another way. */
type Common = Omit<DownloadOptions, 'consent' | 'onEvent' | 'device'> &
  Pick<ZkcxDownloadOptions, 'consent' | 'consentToEid' | 'consentToOrder' | 'onEvent'>;

/** Download in the mode of the flags, with a proving process that ends with it. */
export async function downloadInZkcx(flags: ZkcxFlags, common: Common): Promise<Downloaded> {
  const { credentials: folder, sessions, map = [] } = flags;
  if (folder === undefined || sessions === undefined || map.length === 0) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      '--zkcx needs --map for revocation, --credentials and --sessions for what it keeps',
    );
  }
  const { deviceProofs, downloadZkcx, KeptSessions } =
    await import('../../rsp/zkcx/device/index.ts');
  const { CredentialStore } = await import('../../session/credential-store.ts');
  const { Prover } = await import('../../prover/prover.ts');
  const { parseBlindBinding } = await import('../../rsp/lpa/index.ts');
  const order = flags.binding === undefined ? undefined : parseBlindBinding(flags.binding);
  const policy = await policyOf(flags, map);
  const credentials = await CredentialStore.open(folder);
  const kept = await KeptSessions.open(sessions);
  const options = proverOptions(flags);
  const prover = new Prover(options);
  try {
    return await downloadZkcx({
      ...common,
      mode: flags.zkcx === 'full' ? 'zkcx' : 'zkcx-device',
      policy,
      newerMaps: async () => (await policyOf(flags, map)).maps,
      order,
      pools: (name, credential) => poolsBeside(credentials.fileOf(name), credential),
      credentials,
      sessions: kept,
      proofs: deviceProofs(prover, { onEvent: options.onEvent }),
      random: systemRandom,
      othersAllowed: flags.allowOtherServers,
    });
  } finally {
    prover.close();
  }
}

/** What is for zkCX alone would not keep a classic download from showing certificates and EID. */
export function assertClassic(flags: ZkcxFlags): void {
  const { map, registry, credentials, sessions, tellEid, allowOtherServers } = flags;
  const order = [flags.binding, flags.tellOrder];
  const given = [map, registry, credentials, sessions, tellEid, allowOtherServers, ...order];
  if (given.some((flag) => flag !== undefined)) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      '--map, --registry, --credentials, --sessions, --tell-eid, --binding, --tell-order and ' +
        '--allow-other-servers belong to --zkcx',
    );
  }
}

/** Sessions of zkCX downloads, and how notifications about their profiles go out. */
export async function deliveryOf({ sessions: folder, allowOtherServers }: SessionFlags) {
  if (folder === undefined) return undefined;
  const { KeptSessions, zkcxDelivery } = await import('../../rsp/zkcx/device/index.ts');
  const sessions = await KeptSessions.open(folder);
  return { sessions, delivery: zkcxDelivery({ sessions, othersAllowed: allowOtherServers }) };
}

/** What the device knows by itself, from files. */
export async function policyOf(flags: KnownFlags, maps: readonly string[]): Promise<HolderPolicy> {
  const { registry, minimumCis, minimumEntries, at } = flags;
  const anchors = await readAnchors(flags.ci ?? []);
  const clock = at === undefined ? systemClock : () => at;
  const read = { anchors, at: clock() };
  const loaded = await Promise.all(maps.map(async (file) => (await readMap(file, read)).map));
  return {
    trustSets: [anchors],
    maps: loaded,
    minimumCis,
    minimumEntries,
    registry: await readRegistry(registry),
    now: clock,
  };
}

/** A line about what zkCX does, for people. */
export function printZkcxEvent(
  event: Extract<
    Parameters<NonNullable<ZkcxDownloadOptions['onEvent']>>[0],
    { type: 'proving' | 'proven' }
  >,
): void {
  if (event.type === 'proven') {
    printProgress(`The ${event.what} took ${event.seconds.toFixed(1)} s`);
  } else if (event.what === 'credential') {
    printProgress('Proving a credential: minutes, once for an eUICC and quarter ...');
  } else {
    printProgress(`Proving the ${event.what} ...`);
  }
}
