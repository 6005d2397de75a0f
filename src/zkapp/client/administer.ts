/** What the registry's admin does, and what anyone may apply once its delay is over. */
import { Field, type PrivateKey } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import {
  ACTION,
  actionList,
  addCiAction,
  type AdminAction,
  assertAdmin,
  assertCanCancel,
  assertCanPropose,
  changeAdminAction,
  pendingArguments,
  pendingRest,
  type ProofRegistry,
  setSourceAction,
  slotRange,
  type Slots,
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
      /** `mapKey` of its entry. */
      readonly key: bigint;
      /** `pointHash` of the distribution point, 0 for none. */
      readonly point: bigint;
    }
  | {
      readonly kind: 'changeAdmin';
      /** `adminKeyHash` of the new admin. */
      readonly keyHash: bigint;
    };

export interface ProposeOptions {
  /** The newest lists of the sources that are proposed, where they are known. */
  readonly presentLists?: readonly {
    /** `pointHash`. */
    readonly point: bigint;
    /** Unix seconds. */
    readonly thisUpdate: bigint;
  }[];
  /** Told of each source whose present list the registry would not take: it is not later than what it had. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * Propose actions; they can be applied in this order, from ACTION_DELAY_SECONDS later on for
 * ACTION_TERM_SECONDS. The codes of `assertCanPropose`, `actionList`, `sendCall`.
 */
export async function propose(
  sender: Sender,
  { address, state, history }: SyncedRegistry,
  admin: PrivateKey,
  proposals: readonly Proposal[],
  { presentLists = [], onWarning }: ProposeOptions = {},
): Promise<Inclusion> {
  for (const [i, proposal] of proposals.entries()) {
    if (proposal.kind !== 'setSource') continue;
    const floor = history.map.get(proposal.key)?.thisUpdate.toBigInt() ?? 0n;
    const list = presentLists.find(({ point }) => point === proposal.point);
    if (list === undefined || list.thisUpdate > floor) continue;
    onWarning?.(
      `action ${i + 1}: the present list of this source is of ${list.thisUpdate}, not later than ${floor} ` +
        '(Unix seconds), which the entry had before: it awaits the next one',
    );
  }
  const key = admin.toPublicKey();
  const slots = await slotsFromNow(sender.chain);
  assertCanPropose(state, key, slots);
  const list = actionList(proposals.map(actionOf));
  await assertFunds(sender.chain, key, 0n);
  const range = slotRange(slots);
  return sendCall(sender, address, (registry) => registry.propose(key, list, range), {
    signers: [admin],
  });
}

/** Take back all that is pending. The codes of `assertCanCancel`, `sendCall`. */
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

/** Take back the first of the pending actions. The codes of `assertAdmin`, `pendingRest`, `sendCall`. */
export async function drop(
  sender: Sender,
  { address, state, history }: SyncedRegistry,
  admin: PrivateKey,
): Promise<Inclusion> {
  const key = admin.toPublicKey();
  assertAdmin(state, key);
  const rest = pendingRest(state, history.pending);
  await assertFunds(sender.chain, key, 0n);
  return sendCall(sender, address, (registry) => registry.drop(key, history.pending[0]!, rest), {
    signers: [admin],
  });
}

/**
 * Apply the first of the pending actions; anyone may. The codes of `pendingArguments`, `trustAddition`,
 * `sourceAddition`, `sourceChange`, `sendCall`.
 */
export async function apply(sender: Sender, synced: SyncedRegistry): Promise<Inclusion> {
  const call = applyCall(synced, await slotsFromNow(sender.chain));
  return sendCall(sender, synced.address, call);
}

/** The call that applies the first of the pending actions in these slots. */
function applyCall(synced: SyncedRegistry, now: Slots): (registry: ProofRegistry) => Promise<void> {
  const { state, history } = synced;
  const { rest, slots } = pendingArguments(state, history.pending, now);
  const range = slotRange(slots);
  const { kind, subject, detail: point } = history.pending[0]!;
  switch (Number(kind.toBigInt())) {
    case ACTION.addCi: {
      const change = trustAddition(state, [...synced.history.trust], subject.toBigInt());
      return (registry) => registry.addCi(change, rest, range);
    }
    case ACTION.changeAdmin:
      return (registry) => registry.changeAdmin(subject, rest, range);
    default: {
      const context = { state, map: history.map, key: subject.toBigInt(), point };
      if (history.map.get(context.key) === undefined) {
        const addition = sourceAddition(context);
        return (registry) => registry.addSource(addition, rest, range);
      }
      const change = sourceChange({ ...context, slots });
      return (registry) => registry.changeSource(change, rest, range);
    }
  }
}

/** Why the first of the pending actions could not be applied now; undefined when it could, and for none. */
export function firstRefusal(synced: SyncedRegistry): ZkcxError | undefined {
  if (synced.history.pending.length === 0) return undefined;
  try {
    applyCall(synced, { first: synced.slot, last: synced.slot });
    return undefined;
  } catch (error) {
    if (error instanceof ZkcxError) return error;
    throw error;
  }
}

/** Stop accepting a CI, at once; what is pending ends. The codes of `assertAdmin`, `trustRemoval`, `sendCall`. */
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
  const change = trustRemoval(state, [...synced.history.trust], leaf);
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
    case 'setSource':
      return setSourceAction(Field(proposal.key), Field(proposal.point));
  }
}
