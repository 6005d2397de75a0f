/** What the commands of the registry have in common: the chain, the account that pays, the registry. */
import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { cachePath } from '../../caches.ts';
import { ZkcxError } from '../../errors.ts';
import { isAbsent } from '../../files.ts';
import { systemRandom } from '../../random.ts';
import { systemClock } from '../../time.ts';
import type {
  Beginning,
  Chain,
  EmbeddedChain,
  Sender,
  SyncedRegistry,
} from '../../zkapp/client/index.ts';
import { repeated, wholeNumber } from '../shared/options.ts';
import { type Answer, printProgress } from '../shared/output.ts';
import { PROVER, type ProverFlags, stopSignal } from '../shared/proving.ts';

const DEFAULT_CHAIN = 'zkcx-chain';
const DEFAULT_JOURNAL = 'zkcx-sent';
/** Accounts of an embedded chain, by their use. */
const ACCOUNT = { payer: 0, admin: 1, relay: 2 } as const;

export type Use = keyof typeof ACCOUNT;

export const CHAIN = [
  new Option('--embedded-chain <folder>', `its folder; default: ${DEFAULT_CHAIN}`),
  new Option(
    '--node <url>',
    'GraphQL of a Mina node instead; several must agree, give the option again',
  ).argParser(repeated(String)),
  new Option(
    '--archive <url>',
    'GraphQL of an archive node; several must agree, give the option again; default: the first --node',
  ).argParser(repeated(String)),
  new Option(
    '--plain-http',
    'let http reach nodes on other machines: whoever is between can answer',
  ),
  new Option('--network <name>', 'with --node; default: devnet').choices(['mainnet', 'devnet']),
  new Option(
    '--checkpoint <file>',
    'with --node: keeps what was read and can change no more; default: beside the deployment file',
  ),
  new Option('--slot <number>', 'let an embedded chain go ahead to this slot').argParser(
    wholeNumber({ most: 999_999_999 }),
  ),
  new Option(
    '--deployment <file>',
    "the registry, as `registry deploy` wrote it; default: the embedded chain's",
  ),
];

export interface ChainFlags {
  readonly embeddedChain?: string;
  readonly node?: string[];
  readonly archive?: string[];
  readonly network?: 'mainnet' | 'devnet';
  readonly plainHttp?: boolean;
  readonly checkpoint?: string;
  readonly slot?: number;
  readonly deployment?: string;
}

/** Who pays for a transaction. */
export const SENDER = [
  ...CHAIN,
  new Option(
    '--fee-payer-key <file>',
    'key of the account that pays, base58, mode 0600; default: ZKCX_FEE_PAYER_KEY, or an account of the embedded chain',
  ),
  new Option(
    '--fee <mina>',
    'default: 0.1; a higher one replaces the same call that was sent before and is stuck',
  ).argParser(nanomina),
  new Option(
    '--journal <folder>',
    `remembers what was sent and is not settled; default: ${DEFAULT_JOURNAL}, or in the embedded chain's folder`,
  ),
  ...PROVER,
];

export interface SenderFlags extends ChainFlags, ProverFlags {
  readonly feePayerKey?: string;
  readonly fee?: bigint;
  readonly journal?: string;
}

/** Who decides, and pays. */
export const ADMIN = [
  ...SENDER,
  new Option(
    '--admin-key <file>',
    "the admin's key, as --fee-payer-key; default: ZKCX_ADMIN_KEY, or an account of the embedded chain",
  ),
];

export interface AdminFlags extends SenderFlags {
  readonly adminKey?: string;
}

function nanomina(text: string): bigint {
  const match = /^([0-9]{1,6})(?:\.([0-9]{1,9}))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Give an amount such as 0.1.');
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(9, '0')}`);
}

/** Open the chain, work, close it. */
export async function withChain(
  flags: ChainFlags,
  work: (chain: Chain) => Promise<Answer>,
): Promise<Answer> {
  const chain = await openChain(flags);
  try {
    return await work(chain);
  } finally {
    await chain.close();
  }
}

async function openChain(flags: ChainFlags & ProverFlags) {
  const { embeddedChain: folder, node, archive, network, plainHttp, slot, backend } = flags;
  const { EmbeddedChain, NodeChain } = await import('../../zkapp/client/index.ts');
  const { selectBackend } = await import('../../prover/backend.ts');
  selectBackend(backend);
  if (node !== undefined) {
    if (folder !== undefined || slot !== undefined) {
      throw new ZkcxError('ERR_CLI_USAGE', '--embedded-chain and --slot do not go with --node');
    }
    return new NodeChain({
      nodes: node,
      archives: archive,
      plainHttp,
      network,
    });
  }
  if (archive !== undefined || network !== undefined) {
    throw new ZkcxError('ERR_CLI_USAGE', '--archive and --network go with --node');
  }
  const chain = await EmbeddedChain.open({
    folder: folder ?? DEFAULT_CHAIN,
    random: systemRandom,
    now: systemClock,
  });
  if (slot !== undefined) chain.setSlot(slot);
  return chain;
}

/** Where the deployment file is. */
export function deploymentFile({ deployment, embeddedChain, node }: ChainFlags): string {
  if (deployment !== undefined) return deployment;
  if (node === undefined) return join(embeddedChain ?? DEFAULT_CHAIN, 'deployment.json');
  throw new ZkcxError('ERR_CLI_USAGE', 'say which registry: --deployment FILE');
}

export async function readRegistryDeployment(flags: ChainFlags) {
  const { readDeployment } = await import('../../zkapp/client/index.ts');
  const file = deploymentFile(flags);
  try {
    return await readDeployment(file);
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
    const advice =
      'make one with `zkcx registry deploy`, or name the file that it wrote with --deployment';
    const problem = `there is no registry: ${file} does not exist; ${advice}`;
    throw new ZkcxError('ERR_FILE_READ', problem, { cause });
  }
}

/** Births of registries that this user has met. */
export const births = () => cachePath('births.json');

/** The registry with all that was published. */
export async function synced(
  flags: ChainFlags,
  chain: Chain,
  expected?: Beginning,
): Promise<SyncedRegistry> {
  const { syncRegistry } = await import('../../zkapp/client/index.ts');
  const options = { births: births(), expected, checkpoint: checkpointFile(flags) };
  return syncRegistry(chain, await readRegistryDeployment(flags), options);
}

/** An embedded chain is read in a moment. */
export function checkpointFile(flags: ChainFlags): string | undefined {
  if (flags.node === undefined) return undefined;
  return flags.checkpoint ?? `${deploymentFile(flags)}.checkpoint`;
}

/** Who sends: keys come from files or the environment, or from the embedded chain's folder. */
export async function senderOf(
  flags: SenderFlags,
  chain: Chain,
  use: Use = 'payer',
): Promise<Sender> {
  const { feePayerKey, fee, backend, node, embeddedChain = DEFAULT_CHAIN } = flags;
  const journal = node === undefined ? join(embeddedChain, 'sent') : DEFAULT_JOURNAL;
  return {
    chain,
    journal: flags.journal ?? journal,
    feePayer: await accountKey(chain, use, feePayerKey, 'ZKCX_FEE_PAYER_KEY'),
    fee,
    backend,
    onCompile: (name) => printProgress(`Compiling ${name} ...`),
    onStep: (step) => printProgress(STEPS[step]),
    onState: ({ state, transaction, depth }) =>
      printProgress(
        `${transaction}: ${state}${depth === undefined ? '' : `, ${depth} blocks deep`}`,
      ),
    signal: stopSignal(),
  };
}

const STEPS = {
  building: 'Building the transaction ...',
  proving: 'Proving it ...',
  sending: 'Handing it in ...',
  waiting: 'Waiting for its block ...',
} as const;

export const adminKey = ({ adminKey: file }: AdminFlags, chain: Chain) =>
  accountKey(chain, 'admin', file, 'ZKCX_ADMIN_KEY');

async function accountKey(chain: Chain, use: Use, file: string | undefined, variable: string) {
  const { parseAccountKey, readAccountKey } = await import('../../zkapp/client/index.ts');
  if (file !== undefined) return readAccountKey(file);
  const text = process.env[variable];
  if (text !== undefined && text !== '') return parseAccountKey(text, variable);
  const own = (chain as Partial<EmbeddedChain>).accounts?.[ACCOUNT[use]];
  if (own !== undefined) return own;
  const option = use === 'admin' ? '--admin-key' : '--fee-payer-key';
  throw new ZkcxError('ERR_CLI_USAGE', `name a key: ${option} FILE, or ${variable}`);
}

/** A transaction that is in its block. */
export const inclusionFacts = (inclusion: { transaction: string; height: number }) => ({
  transaction: inclusion.transaction,
  block: inclusion.height,
});
