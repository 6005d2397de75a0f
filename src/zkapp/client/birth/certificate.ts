/**
 * The birth certificate of a registry: the whole command that created its account. Whether it is one is found out
 * without any chain, by making the same command again from what the holder's configuration says. The hash of a
 * transaction does not cover signatures, proofs and the hash beside a verification key, so nothing here takes
 * a value from any of them.
 */
import { Field, Mina, PublicKey } from 'o1js';
import { type ErrorCode, ZkcxError } from '../../../errors.ts';
import { selectBackend } from '../../../prover/backend.ts';
import { initialMap } from '../../../witness/initial-map.ts';
import {
  birthUpdate,
  fundingUpdate,
  type NetworkClock,
  packClock,
  type RegistryBirth,
  STATE_FIELDS,
} from '../../contract/index.ts';
import { trustRootOf } from '../../contract/trust-set.ts';
import type { DeploymentFile } from '../deployment.ts';
import { firstDifference } from './difference.ts';
import { initialSources } from './sources.ts';

interface Command {
  readonly feePayer: { readonly body: { readonly publicKey: string } };
  readonly accountUpdates: readonly { readonly body: object }[];
}

/**
 * Check a birth certificate against the rest of its deployment file and the pinned key of the contract.
 *
 * @param clock of the network
 * @throws ERR_BIRTH_CANONICAL (another spelling), ERR_BIRTH_TRANSACTION (of another command),
 *   ERR_BIRTH_KEY, ERR_BIRTH_PERMISSIONS, ERR_BIRTH_STATE (those are others),
 *   ERR_BIRTH_COMMAND (anything else in it is not as in a birth)
 */
export async function checkCertificate(
  deployment: DeploymentFile,
  clock: NetworkClock,
): Promise<void> {
  selectBackend();
  const { command: json, transaction } = deployment;
  assertCanonical(json);
  const command = JSON.parse(json) as Command;
  assertBirth(command, deployment, clock);
  if ((await Mina.Transaction.hash(json)) === transaction) return;
  throw new ZkcxError(
    'ERR_BIRTH_TRANSACTION',
    'the deployment file names the hash of another transaction than the one that it holds',
  );
}

/** A command has one spelling, which its hash is taken of; everything is read in that one. */
export function assertCanonical(json: string): void {
  let spelled: string | undefined;
  try {
    spelled = Mina.Transaction.fromJSON(json).toJSON();
  } catch {
    // o1js speaks of its own types
  }
  if (spelled === json) return;
  throw new ZkcxError(
    'ERR_BIRTH_CANONICAL',
    'the command of the birth certificate is not in the one spelling that Mina gives it',
  );
}

function assertBirth(
  { feePayer, accountUpdates }: Command,
  deployment: DeploymentFile,
  clock: NetworkClock,
): void {
  const [funding, birth] = accountUpdates;
  if (accountUpdates.length !== 2) {
    throw refused('ERR_BIRTH_COMMAND', `has ${accountUpdates.length} account updates, not two`);
  }
  const paid = fundingUpdate(PublicKey.fromBase58(feePayer.body.publicKey));
  const place = firstDifference(paid.toJSON().body, funding!.body);
  if (place !== undefined) throw unlike(`accountUpdates.0.body.${place}`);
  const address = PublicKey.fromBase58(deployment.address);
  const expected = birthUpdate(address, birthOf(deployment, clock)).toJSON();
  assertSameBirth(expected.body, birth!.body);
}

/** What the configuration of a deployment file begins with, on a network with this clock. */
export function birthOf(
  { trust, admin, sources }: Pick<DeploymentFile, 'trust' | 'admin' | 'sources'>,
  clock: NetworkClock,
): RegistryBirth {
  return {
    trustRoot: trustRootOf(trust),
    revocationRoot: initialMap(initialSources(sources)).root,
    admin: PublicKey.fromBase58(admin),
    clock: Field(packClock(clock)),
  };
}

function assertSameBirth(expected: object, found: object): void {
  const place = firstDifference(expected, found);
  if (place === undefined) return;
  const [part, what, index] = place.split('.');
  if (part === 'update' && what === 'verificationKey') {
    throw refused(
      'ERR_BIRTH_KEY',
      "sets another key than that of this package's contract, which another version may have",
    );
  }
  if (part === 'update' && what === 'permissions') {
    throw refused('ERR_BIRTH_PERMISSIONS', `sets others than a registry has: ${place}`);
  }
  if (part !== 'update' || what !== 'appState') throw unlike(`accountUpdates.1.body.${place}`);
  const name = STATE_FIELDS[Number(index)];
  throw refused('ERR_BIRTH_STATE', `sets a ${name} that does not follow from the configuration`);
}

const unlike = (place: string) => refused('ERR_BIRTH_COMMAND', `is not a birth: see ${place}`);

const refused = (code: ErrorCode, how: string) =>
  new ZkcxError(code, `the command that created the registry ${how}`);
