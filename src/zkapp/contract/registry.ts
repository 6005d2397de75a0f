/**
 * `ProofRegistry`, a zkApp on Mina: where credentials are published once and used by many.
 *
 * State          registryRoot, nextIndex: the tree of published credentials; trustRoot: the accepted
 *                CIs; revocationRoot: the revocation map; adminKeyHash; pendingActions, pendingSlot: what
 *                the admin proposed; clock: how the network counts time, never changed.
 * Anyone may     publish a chain proof or an aggregate; put a newer list into the map by a `crl` proof;
 *                apply what the admin proposed, in its order, from seven days later on for fourteen days.
 * The admin may  propose a list of actions (accept a CI, set a list's source, hand over), drop the first
 *                of them or cancel all, and remove a CI at once. It can neither publish nor touch what was published or a list.
 * Does not say   how many devices stand behind the leaves, or that a published credential is still
 *                good: its window, its CI and revocation are checked when it is presented.
 *
 * Every state field that a method reads is a precondition, so a transaction counts once and in the
 * state that it was made for. How it begins, and its permissions: birth.ts.
 */
import {
  AccountUpdate,
  declareMethods,
  declareState,
  Field,
  Provable,
  PublicKey,
  SmartContract,
  State,
  ZkProgram,
} from 'o1js';
import { AggregateProof } from '../../circuits/aggregate.program.ts';
import { RefreshProof } from '../../circuits/refresh.program.ts';
import { crlProgram } from '../../circuits/crl.program.ts';
import { credentialLeaf } from '../../circuits/session.ts';
import {
  ACTION_DELAY_SECONDS,
  ACTION_TERM_SECONDS,
  MIN_REMAINING_SECONDS,
  MODE,
} from '../../params.ts';
import {
  actionsHash,
  addCiAction,
  adminKeyHash,
  changeAdminAction,
  proposedHash,
  setSourceAction,
} from './action.ts';
import {
  ActionList,
  AdminAction,
  LeafPath,
  ListUpdate,
  SlotRange,
  SourceAddition,
  SourceChange,
  SubtreePath,
  TrustChange,
} from './arguments.ts';
import { birthUpdate, type RegistryBirth } from './birth.ts';
import { clockGates, type TimeOf } from './clock.ts';
import {
  AggregatePublished,
  Published,
  REGISTRY_EVENTS,
  RevocationUpdated,
  SourceSet,
} from './events.ts';
import type { Period } from './gates.ts';
import { withLeaf, withSubtree } from './places.ts';
import { proposedParts } from './proposed.ts';
import { withAddedSource, withChangedSource, withList } from './revocation.ts';
import { trustRoots } from './trust-set.ts';

export class CrlProof extends ZkProgram.Proof(crlProgram) {}

export class ProofRegistry extends SmartContract {
  registryRoot = State<Field>();
  nextIndex = State<Field>();
  trustRoot = State<Field>();
  revocationRoot = State<Field>();
  adminKeyHash = State<Field>();
  /** `pendingHash`. */
  pendingActions = State<Field>();
  /** Slot from which the delay counts. */
  pendingSlot = State<Field>();
  /** `packClock`. */
  clock = State<Field>();

  override events = REGISTRY_EVENTS;

  /** Signed by the key of the zkApp's account, which can do nothing else, see birth.ts. */
  override async deploy(birth: RegistryBirth): Promise<void> {
    AccountUpdate.attachToTransaction(birthUpdate(this.address, birth));
  }

  /** Publish a credential by a refresh of it. The window has begun and lasts a while. */
  async publish(proof: RefreshProof, path: LeafPath, slots: SlotRange): Promise<void> {
    proof.verify();
    proof.publicInput.assertEquals(MODE.refresh, 'a refresh of a credential');
    const { trustRoot, validFrom, validUntil, commitment } = proof.publicOutput;
    this.requireTrusted(trustRoot);
    const period = this.during(slots);
    validFrom.assertLessThanOrEqual(period.from, 'the window has begun');
    assertRemaining(period, validUntil);

    const index = this.nextIndex.getAndRequireEquals();
    const top = { root: this.registryRoot.getAndRequireEquals(), nextIndex: index };
    const leaf = credentialLeaf(commitment, validFrom, validUntil);
    this.setTop(withLeaf(top, leaf, path));
    this.emitEvent('published', new Published({ index, leaf }));
  }

  /** Publish an aggregate of credentials, each with its own window. The earliest lasts a while. */
  async publishAggregate(
    proof: AggregateProof,
    path: SubtreePath,
    slots: SlotRange,
  ): Promise<void> {
    proof.verify();
    proof.publicInput.assertEquals(MODE.aggregate, 'a proof of an aggregate');
    const { trustRoot, root, height, count, validUntil } = proof.publicOutput;
    this.requireTrusted(trustRoot);
    assertRemaining(this.during(slots), validUntil);

    const nextIndex = this.nextIndex.getAndRequireEquals();
    const top = { root: this.registryRoot.getAndRequireEquals(), nextIndex };
    this.setTop(withSubtree(top, { root, height, count }, path));
    const index = path.start;
    this.emitEvent('aggregatePublished', new AggregatePublished({ index, height, count, root }));
  }

  /** Put a list into the revocation map: nobody's word counts, only a proof that its issuer signed it. */
  async updateRevocation(proof: CrlProof, update: ListUpdate, slots: SlotRange): Promise<void> {
    proof.verify();
    proof.publicInput.assertEquals(MODE.crl, 'a proof of a whole list');
    const { trustRoot, mapKey, entry } = proof.publicOutput;
    this.requireTrusted(trustRoot);
    const root = this.revocationRoot.getAndRequireEquals();
    const proven = { mapKey, entry };
    this.revocationRoot.set(withList(root, proven, update, this.during(slots)));
    const { serials, point, crlNumber, thisUpdate, nextUpdate } = update.after;
    this.emitEvent(
      'revocationUpdated',
      new RevocationUpdated({ mapKey, serials, point, crlNumber, thisUpdate, nextUpdate }),
    );
  }

  /** The admin proposes a list of actions, while none is pending that can still be applied. */
  async propose(admin: PublicKey, list: ActionList, slots: SlotRange): Promise<void> {
    this.requireAdmin(admin);
    const { from, timeOf } = this.during(slots);
    const { end } = termOf(this.pendingSlot.getAndRequireEquals(), timeOf);
    this.pendingActions
      .getAndRequireEquals()
      .equals(0)
      .or(end.lessThanOrEqual(from))
      .assertTrue('no other actions are pending, or they have expired');
    // not the first slot: the delay never begins before the proposal is public
    const slot = slots.last.value;
    this.pendingActions.set(proposedHash(list));
    this.pendingSlot.set(slot);
    for (const part of proposedParts(list, slot)) this.emitEvent('proposed', part);
  }

  /** The admin takes back all that is pending. */
  async cancel(admin: PublicKey): Promise<void> {
    this.requireAdmin(admin);
    const pending = this.pendingActions.getAndRequireEquals();
    pending.assertNotEquals(0, 'actions are pending');
    this.clearPending();
    this.emitEvent('cancelled', pending);
  }

  /**
   * The admin takes back the first of the pending actions, at once: one that can never be applied would
   * hold up those behind it.
   *
   * @param rest hash of those behind it
   */
  async drop(admin: PublicKey, action: AdminAction, rest: Field): Promise<void> {
    this.requireAdmin(admin);
    this.takePending(action, rest);
    this.emitEvent('dropped', rest);
  }

  /** Accept a CI, as proposed. @param rest as for `drop` */
  async addCi(change: TrustChange, rest: Field, slots: SlotRange): Promise<void> {
    this.applyPending(addCiAction(change.leaf), rest, slots);
    const roots = trustRoots(change);
    this.requireTrusted(roots.without);
    this.trustRoot.set(roots.with);
    this.emitEvent('ciAdded', change.leaf);
  }

  /** The admin stops accepting a CI, at once; the last one too. What is pending could accept it again: it ends. */
  async removeCi(admin: PublicKey, change: TrustChange): Promise<void> {
    this.requireAdmin(admin);
    const roots = trustRoots(change);
    this.requireTrusted(roots.with);
    this.trustRoot.set(roots.without);
    this.clearPending();
    this.emitEvent('ciRemoved', change.leaf);
  }

  /** Set the source of lists that have no entry in the map, as proposed. */
  async addSource(addition: SourceAddition, rest: Field, slots: SlotRange): Promise<void> {
    const { mapKey, point } = addition;
    this.applyPending(setSourceAction(mapKey, point), rest, slots);
    const root = this.revocationRoot.getAndRequireEquals();
    this.revocationRoot.set(withAddedSource(root, addition));
    this.emitEvent('sourceAdded', new SourceSet({ mapKey, point }));
  }

  /** Set another source for an entry of the map, as proposed. */
  async changeSource(change: SourceChange, rest: Field, slots: SlotRange): Promise<void> {
    const { mapKey, point } = change;
    const period = this.applyPending(setSourceAction(mapKey, point), rest, slots);
    const root = this.revocationRoot.getAndRequireEquals();
    this.revocationRoot.set(withChangedSource(root, change, period));
    this.emitEvent('sourceChanged', new SourceSet({ mapKey, point }));
  }

  /** Hand over to another admin, as proposed. @param keyHash `adminKeyHash` of the new key */
  async changeAdmin(keyHash: Field, rest: Field, slots: SlotRange): Promise<void> {
    this.applyPending(changeAdminAction(keyHash), rest, slots);
    this.adminKeyHash.set(keyHash);
    this.emitEvent('adminChanged', keyHash);
  }

  private requireTrusted(trustRoot: Field): void {
    this.trustRoot
      .getAndRequireEquals()
      .assertEquals(trustRoot, 'under the CIs that the registry accepts now');
  }

  /** Let the transaction count in these slots only: the times of the first's beginning and last's end. */
  private during({ first, last }: SlotRange): Period & { readonly timeOf: TimeOf } {
    this.currentSlot.requireBetween(first, last);
    const timeOf = clockGates(this.clock.getAndRequireEquals());
    return { from: timeOf(first.value), until: timeOf(last.value.add(1)), timeOf };
  }

  private setTop({ root, nextIndex }: ReturnType<typeof withLeaf>): void {
    this.registryRoot.set(root);
    this.nextIndex.set(nextIndex);
  }

  /** The transaction as a whole is signed by the key of the admin. */
  private requireAdmin(admin: PublicKey): void {
    // o1js leaves the signed update out for the empty key
    admin.x.assertNotEquals(0, 'the admin has a key');
    adminKeyHash(admin).assertEquals(this.adminKeyHash.getAndRequireEquals(), 'the admin');
    AccountUpdate.createSigned(admin);
  }

  /** The action is the first of the pending ones, and from now on pending no more. */
  private takePending(action: AdminAction, rest: Field): void {
    this.pendingActions
      .getAndRequireEquals()
      .assertEquals(actionsHash(action, rest), 'the action is the first of those that are pending');
    this.pendingActions.set(rest);
    // those behind it keep their slot
    const slot = this.pendingSlot.getAndRequireEquals();
    this.pendingSlot.set(Provable.if(rest.equals(0), Field(0), slot));
  }

  /** The same after its delay, before it expires. */
  private applyPending(action: AdminAction, rest: Field, slots: SlotRange): Period {
    const period = this.during(slots);
    const { timeOf } = period;
    const { begin, end } = termOf(this.pendingSlot.getAndRequireEquals(), timeOf);
    begin.assertLessThanOrEqual(period.from, 'the delay of the action is over');
    timeOf(slots.last.value).assertLessThan(end, 'the action has not expired');
    this.takePending(action, rest);
    return period;
  }

  private clearPending(): void {
    this.pendingActions.set(Field(0));
    this.pendingSlot.set(Field(0));
  }
}

/** When what was proposed can be applied, in slots that begin then: Unix seconds, `begin` <= time < `end`. */
function termOf(
  pendingSlot: Field,
  timeOf: TimeOf,
): { readonly begin: Field; readonly end: Field } {
  const begin = timeOf(pendingSlot).add(ACTION_DELAY_SECONDS).seal();
  return { begin, end: begin.add(ACTION_TERM_SECONDS) };
}

function assertRemaining({ until }: Period, validUntil: Field): void {
  until
    .add(MIN_REMAINING_SECONDS)
    .assertLessThanOrEqual(validUntil, 'the window lasts for the minimum from now');
}

declareState(ProofRegistry, {
  registryRoot: Field,
  nextIndex: Field,
  trustRoot: Field,
  revocationRoot: Field,
  adminKeyHash: Field,
  pendingActions: Field,
  pendingSlot: Field,
  clock: Field,
});

/** o1js takes proof classes here, its types do not say so. */
const argument = (type: unknown) => type as Provable<unknown>;

declareMethods(ProofRegistry, {
  publish: [RefreshProof, LeafPath, SlotRange].map(argument),
  publishAggregate: [AggregateProof, SubtreePath, SlotRange].map(argument),
  updateRevocation: [CrlProof, ListUpdate, SlotRange].map(argument),
  propose: [PublicKey, ActionList, SlotRange].map(argument),
  cancel: [PublicKey].map(argument),
  drop: [PublicKey, AdminAction, Field].map(argument),
  addCi: [TrustChange, Field, SlotRange].map(argument),
  removeCi: [PublicKey, TrustChange].map(argument),
  addSource: [SourceAddition, Field, SlotRange].map(argument),
  changeSource: [SourceChange, Field, SlotRange].map(argument),
  changeAdmin: [Field, Field, SlotRange].map(argument),
});
