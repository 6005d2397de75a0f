/**
 * What a client finds out about a registry before it believes anything that the contract's state says: that its
 * account was born as a registry, with the beginning that the deployment file names, and is one today.
 */
import { z } from 'zod';
import { checked, path } from '../../../arguments.ts';
import { ZkcxError } from '../../../errors.ts';
import {
  assertNetworkClock,
  registryKey,
  registryPermissions,
  registryState,
} from '../../contract/index.ts';
import type { RegistryState } from '../../contract/index.ts';
import type { Chain, ChainAccount, ChainBlock, ChainEvent } from '../chain.ts';
import { type DeploymentFile, deployment as deploymentForm } from '../deployment.ts';
import { readEvent } from '../events.ts';
import { readEvents } from '../reading/events.ts';
import { type BirthName, keepBirth, knownBirth } from './births.ts';
import { checkCertificate } from './certificate.ts';
import { firstDifference } from './difference.ts';

/** What a registry is to have begun with; what is missing is taken from the deployment file. */
export type Beginning = Partial<Pick<DeploymentFile, 'admin' | 'trust' | 'sources'>>;

export interface BirthOptions {
  /** The holder's own word: a deployment file that says otherwise is refused. */
  readonly expected?: Beginning;
  /** File of births that were found out before, see births.ts; default: none. */
  readonly births?: string;
}

const optionsForm = z.strictObject({
  expected: deploymentForm.pick({ admin: true, trust: true, sources: true }).partial().optional(),
  births: path.optional(),
});

export interface BornRegistry {
  readonly state: RegistryState;
  /** Block of its birth. */
  readonly height: number;
}

/**
 * Check that a registry is one: by its birth certificate, by what the chain tells of that, and as it is today.
 *
 * @throws ERR_BIRTH_CONFIGURATION (not what the holder expects), ERR_REGISTRY_ACCOUNT (no contract there),
 *   ERR_BIRTH_KEY and ERR_BIRTH_PERMISSIONS (as they are today), ERR_REGISTRY_CLOCK (it counts time otherwise than its
 *   network), the codes of `checkCertificate`,
 *   ERR_BIRTH_EVENT (no birth there), ERR_BIRTH_TRANSACTION (another one), ERR_BIRTH_AUTHORIZATION,
 *   ERR_BIRTH_ERA (from before a hard fork), and the chain's ERR_NODE_* codes
 */
export async function checkBirth(
  chain: Chain,
  deployment: DeploymentFile,
  options: BirthOptions = {},
): Promise<BornRegistry> {
  checked(deployment, deploymentForm, 'checkBirth, deployment');
  checked(options, optionsForm, 'checkBirth, options');
  const { expected = {}, births } = options;
  assertExpected(expected, deployment);
  const { address, transaction } = deployment;
  const state = stateToday(await chain.account(address), address);
  const clock = await chain.clock();
  assertNetworkClock(state.clock, clock);
  await checkCertificate(deployment, clock);
  const tip = await chain.tip();
  const name = { chain: await chain.identity(), address, transaction };
  const birth =
    (await knownBirth(births, name)) ?? (await findBirth(chain, deployment, { name, tip, births }));
  if (birth.era !== eraOf(tip)) throw fromBefore();
  return { state, height: birth.height };
}

/** Throws ERR_BIRTH_AUTHORIZATION for events that no proof of the contract stands behind. */
export function assertAuthorized(events: readonly ChainEvent[]): void {
  for (const event of events) {
    const wanted = readEvent(event).name === 'deployed' ? 'Signature' : 'Proof';
    if (event.authorization === wanted) continue;
    throw new ZkcxError(
      'ERR_BIRTH_AUTHORIZATION',
      `an event in block ${event.block.height} was authorized otherwise than by a ${wanted.toLowerCase()}: ` +
        'it is none of a registry',
    );
  }
}

function assertExpected(expected: Beginning, deployment: DeploymentFile): void {
  for (const part of ['admin', 'trust', 'sources'] as const) {
    if (expected[part] === undefined) continue;
    if (firstDifference(expected[part], deployment[part]) === undefined) continue;
    throw new ZkcxError(
      'ERR_BIRTH_CONFIGURATION',
      `the deployment file names another ${PARTS[part]} than was expected: it is of another registry`,
    );
  }
}

const PARTS = { admin: 'admin', trust: 'set of CIs', sources: 'set of sources' } as const;

function stateToday(account: ChainAccount | undefined, address: string): RegistryState {
  if (account?.zkapp === undefined) {
    throw new ZkcxError(
      'ERR_REGISTRY_ACCOUNT',
      `there is no contract at ${address}: check the address, the network, and whether the ` +
        'deployment is in a block yet',
    );
  }
  const { state, verificationKey } = account.zkapp;
  // Mina's Mesa upgrade gives every account 32, so this one is from before
  if (state.length === 32) throw fromBefore();
  if (verificationKey.data !== registryKey().data) {
    throw today('ERR_BIRTH_KEY', "the verification key is not that of this package's contract");
  }
  const place = firstDifference(registryPermissions(), account.permissions);
  if (place === undefined) return registryState(state);
  throw today('ERR_BIRTH_PERMISSIONS', `the permissions are others than a registry has: ${place}`);
}

const today = (code: 'ERR_BIRTH_KEY' | 'ERR_BIRTH_PERMISSIONS', how: string) =>
  new ZkcxError(code, `the account of the registry is another today: ${how}`);

interface Search {
  readonly name: BirthName;
  readonly tip: ChainBlock;
  readonly births: string | undefined;
}

/** The first event near the block that the file names: a reorganisation can have moved it. */
async function findBirth(chain: Chain, deployment: DeploymentFile, { name, tip, births }: Search) {
  const { height, transaction, address } = deployment;
  const from = Math.max(1, height - chain.canonical);
  const [first] = await readEvents(chain, address, { from, to: height + chain.canonical + 1 });
  if (first === undefined) {
    throw new ZkcxError(
      'ERR_BIRTH_EVENT',
      `no event of the registry is known from about block ${height}: ask later, or another archive`,
    );
  }
  if (first.transaction !== transaction) {
    throw new ZkcxError(
      'ERR_BIRTH_TRANSACTION',
      `the account of the registry was created by transaction ${first.transaction}, not by that of its birth ` +
        'certificate',
    );
  }
  if (readEvent(first).name !== 'deployed') {
    throw new ZkcxError('ERR_BIRTH_EVENT', 'the first event of the registry is not its birth');
  }
  assertAuthorized([first]);
  const birth = { ...name, height: first.block.height, era: eraOf(first.block) };
  const isFinal = first.status === 'canonical' && tip.height - birth.height >= chain.canonical;
  if (isFinal) await keepBirth(births, birth);
  return birth;
}

/** Slots before the last hard fork. */
const eraOf = ({ globalSlotSinceGenesis, globalSlotSinceHardfork }: ChainBlock) =>
  globalSlotSinceGenesis - globalSlotSinceHardfork;

const fromBefore = () =>
  new ZkcxError(
    'ERR_BIRTH_ERA',
    'the registry is from before a hard fork, which ends the lock of its key: deploy another one',
  );
