/** What the registry's admin does, and what anyone may apply once its delay is over. */
import { Field, type PrivateKey } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import { mapKey } from '../../circuits/revocation.ts';
import type { MapPlace } from '../../witness/revocation-map.ts';
import {
  addCiAction,
  type AdminAction,
  assertAdmin,
  assertCanApply,
  assertCanCancel,
  assertCanPropose,
  changeAdminAction,
  setSourceAction,
  slotRange,
  sourceAddition,
  sourceChange,
  trustAddition,
  trustRemoval,
} from '../contract/index.ts';
import type { Inclusion } from './chain.ts';
import { assertFunds, sendCall, type Sender, slotsFromNow } from './send.ts';
import type { SyncedRegistry } from './sync.ts';

/** An action of the admin's, by its content. */
export type Proposal =
  | {
      readonly kind: 'addCi';
      /** `CiLeaf.hash`. */
      readonly leaf: bigint;
    }
  | {
      readonly kind: 'setSource';
      readonly place: MapPlace;
      /** `pointHash` of the distribution point, 0 for none. */
      readonly point: bigint;
      /** Of every source that the registry's map has. */
      readonly places: readonly MapPlace[];
    }
  | {
      readonly kind: 'changeAdmin';
      /** `adminKeyHash` of the new admin. */
      readonly keyHash: bigint;
    };

/** Propose; it can be applied ADMIN_DELAY_SLOTS later. The codes of `assertCanPropose`, `sendCall`. */
export async function propose(
  sender: Sender,
  { address, state }: SyncedRegistry,
  admin: PrivateKey,
  proposal: Proposal,
): Promise<Inclusion> {
  const key = admin.toPublicKey();
  assertCanPropose(state, key);
  await assertFunds(sender.chain, key, 0n);
  const slots = slotRange(await slotsFromNow(sender.chain));
  return sendCall(sender, address, (registry) => registry.propose(key, actionOf(proposal), slots), {
    signers: [admin],
  });
}

/** Take back what is pending. The codes of `assertCanCancel`, `sendCall`. */
export async function cancel(
  sender: Sender,
  { address, state }: SyncedRegistry,
  admin: PrivateKey,
): Promise<Inclusion> {
  const key = admin.toPublicKey();
  assertCanCancel(state, key);
  await assertFunds(sender.chain, key, 0n);
  return sendCall(sender, address, (registry) => registry.cancel(key), { signers: [admin] });
}

/**
 * Apply what was proposed; anyone may. The codes of `assertCanApply`, `trustAddition`, `sourceAddition`,
 * `sourceChange`, `sendCall`.
 */
export async function apply(
  sender: Sender,
  synced: SyncedRegistry,
  proposal: Proposal,
): Promise<Inclusion> {
  const { address, state, history } = synced;
  const slots = await slotsFromNow(sender.chain);
  assertCanApply(state, actionOf(proposal), slots);
  const range = slotRange(slots);
  switch (proposal.kind) {
    case 'addCi': {
      const change = trustAddition(state, trustLeaves(synced), proposal.leaf);
      return sendCall(sender, address, (registry) => registry.addCi(change, range));
    }
    case 'changeAdmin': {
      const keyHash = Field(proposal.keyHash);
      return sendCall(sender, address, (registry) => registry.changeAdmin(keyHash, range));
    }
    case 'setSource': {
      const { place, places } = proposal;
      const context = { state, map: history.mapOf(places), place, point: Field(proposal.point) };
      if (context.map.get(place) === undefined) {
        const addition = sourceAddition(context);
        return sendCall(sender, address, (registry) => registry.addSource(addition, range));
      }
      const change = sourceChange({ ...context, slots });
      return sendCall(sender, address, (registry) => registry.changeSource(change, range));
    }
  }
}

/** Stop accepting a CI, at once. The codes of `assertAdmin`, `trustRemoval`, `sendCall`. */
export async function removeCi(
  sender: Sender,
  synced: SyncedRegistry,
  admin: PrivateKey,
  leaf: bigint,
): Promise<Inclusion> {
  const { address, state } = synced;
  const key = admin.toPublicKey();
  assertAdmin(state, key);
  await assertFunds(sender.chain, key, 0n);
  const change = trustRemoval(state, trustLeaves(synced), leaf);
  return sendCall(sender, address, (registry) => registry.removeCi(key, change), {
    signers: [admin],
  });
}

function actionOf(proposal: Proposal): AdminAction {
  switch (proposal.kind) {
    case 'addCi':
      return addCiAction(Field(proposal.leaf));
    case 'changeAdmin':
      return changeAdminAction(Field(proposal.keyHash));
    case 'setSource': {
      const { issuer, listKind } = proposal.place;
      return setSourceAction(mapKey(issuer, Field(listKind)), Field(proposal.point));
    }
  }
}

function trustLeaves({ history }: SyncedRegistry): bigint[] {
  if (history.trust !== undefined) return [...history.trust];
  throw new ZkcxError(
    'ERR_REGISTRY_TRUST_ROOT',
    'the CIs that the registry was deployed with are needed, to rebuild its trust set',
  );
}
