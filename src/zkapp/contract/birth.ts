/**
 * How a registry comes into the world: one account update creates its account and sets key, permissions and all of
 * the state. It is locked from its first moment on, so nothing of its history can be anything but a proven call.
 * The same functions make what is sent, and what a client compares it with.
 */
import { AccountUpdate, Bool, Field, Permissions, PublicKey, UInt64 } from 'o1js';
import { emptyRoot } from '../../circuits/gadgets/merkle.ts';
import { REGISTRY_HEIGHT } from '../../params.ts';
import { adminKeyHash } from './action.ts';
import { eventFields } from './events.ts';
import { registryKey } from './key.ts';
import { type RegistryState, STATE_FIELDS } from './state.ts';

/** Nanomina that a new account costs. */
export const ACCOUNT_FEE = 1_000_000_000n;

/**
 * State by proof only; the key is fixed as far as Mina lets it be; no money goes in or out. `access`
 * keeps everyone else from adding updates of this account to a transaction, with events of their own.
 */
const LOCKED: Permissions = {
  ...Permissions.allImpossible(),
  access: Permissions.proof(),
  editState: Permissions.proof(),
};

/** As JSON, with all that they consist of. */
export function registryPermissions() {
  const update = AccountUpdate.default(PublicKey.empty());
  update.account.permissions.set(LOCKED);
  return update.toJSON().body.update.permissions!;
}

/** What a registry starts with. */
export interface RegistryBirth {
  /** Root of a `TrustSet`. */
  readonly trustRoot: Field;
  /** Root of an `initialMap`. */
  readonly revocationRoot: Field;
  readonly admin: PublicKey;
  /** `packClock` of the network's clock. */
  readonly clock: Field;
  /** It is always the one that the package pins. */
  readonly verificationKey?: undefined;
}

/** The state of a registry in which nothing was published yet. */
function birthState(birth: RegistryBirth): RegistryState {
  const { trustRoot, revocationRoot, admin, clock } = birth;
  return {
    registryRoot: emptyRoot(REGISTRY_HEIGHT).toBigInt(),
    nextIndex: 0n,
    trustRoot: trustRoot.toBigInt(),
    revocationRoot: revocationRoot.toBigInt(),
    adminKeyHash: adminKeyHash(admin).toBigInt(),
    pendingActions: 0n,
    pendingSlot: 0n,
    clock: clock.toBigInt(),
  };
}

/** What pays for the new account. */
export function fundingUpdate(payer: PublicKey): AccountUpdate {
  const update = signedUpdate(payer);
  update.balance.subInPlace(UInt64.from(ACCOUNT_FEE));
  return update;
}

/** What creates it. Signed by its key, which nothing can be done with after that. */
export function birthUpdate(address: PublicKey, birth: RegistryBirth): AccountUpdate {
  const update = signedUpdate(address);
  // another contract, or anything at all, was there before: then this is no birth
  update.account.isNew.requireEquals(Bool(true));
  update.account.provedState.requireEquals(Bool(false));
  const state = birthState(birth);
  for (const [i, name] of STATE_FIELDS.entries()) {
    AccountUpdate.setValue(update.update.appState[i]!, Field(state[name]));
  }
  const { data, hash } = registryKey();
  update.account.verificationKey.set({ data, hash: Field(hash) });
  update.account.permissions.set(LOCKED);
  const { Events } = AccountUpdate;
  update.body.events = Events.pushEvent(Events.empty(), eventFields('deployed', birth.clock));
  return update;
}

/** The signature is of the whole transaction, so it holds for no other one, and needs no nonce. */
function signedUpdate(account: PublicKey): AccountUpdate {
  const update = AccountUpdate.default(account);
  update.body.useFullCommitment = Bool(true);
  update.body.authorizationKind.isSigned = Bool(true);
  update.lazyAuthorization = { kind: 'lazy-signature' };
  return update;
}
