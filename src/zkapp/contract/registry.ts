/**
 * `ProofRegistry`, a zkApp on Mina: where chain proofs are published once and used by many.
 *
 * State          registryRoot, nextIndex: the tree of published credentials; trustRoot: the accepted
 *                CIs; revocationRoot: the revocation map; adminKeyHash; pendingActions, pendingSlot: what
 *                the admin proposed; clock: how the network counts time, never changed.
 * Anyone may     publish a chain proof or an aggregate; put a newer list into the map by a `crl` proof;
 *                apply what the admin proposed, ADMIN_DELAY_SLOTS later.
 * The admin may  propose one action at a time (accept a CI, set a list's source, hand over), cancel it,
 *                and remove a CI at once. It can neither publish nor touch what was published or a list.
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
  type Provable,
  PublicKey,
  SmartContract,
  State,
  ZkProgram,
} from 'o1js';
import { AggregateProof } from '../../circuits/aggregate.program.ts';
import { ChainProof } from '../../circuits/chain.program.ts';
import { crlProgram } from '../../circuits/crl.program.ts';
import { credentialLeaf } from '../../circuits/session.ts';
import { ADMIN_DELAY_SLOTS, MIN_REMAINING_SECONDS, MODE } from '../../params.ts';
import {
  ACTION,
  actionHash,
  addCiAction,
  adminKeyHash,
  changeAdminAction,
  setSourceAction,
} from './action.ts';
import {
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
import {
  AggregatePublished,
  Proposed,
  Published,
  REGISTRY_EVENTS,
  RevocationUpdated,
  SourceSet,
} from './events.ts';
import { clockGates } from './clock.ts';
import type { Period } from './gates.ts';
import { withLeaf, withSubtree } from './places.ts';
import { withAddedSource, withChangedSource, withList } from './revocation.ts';
import { trustRoots } from './trust-set.ts';

export class CrlProof extends ZkProgram.Proof(crlProgram) {}

export class ProofRegistry extends SmartContract {
  registryRoot = State<Field>();
  nextIndex = State<Field>();
  trustRoot = State<Field>();
  revocationRoot = State<Field>();
  adminKeyHash = State<Field>();
  /** `actionsHash`, or 0. */
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

  /** Publish a credential by its chain proof. The window has begun and lasts a while. */
  async publish(proof: ChainProof, path: LeafPath, slots: SlotRange): Promise<void> {
    proof.verify();
    proof.publicInput.assertEquals(MODE.chain, 'a proof of a chain');
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

  /** Publish an aggregate of chain proofs, each with its own window. The earliest lasts a while. */
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

  /** The admin proposes an action; it can be applied ADMIN_DELAY_SLOTS after the last of the slots. */
  async propose(admin: PublicKey, action: AdminAction, slots: SlotRange): Promise<void> {
    this.requireAdmin(admin);
    this.pendingActions.getAndRequireEquals().assertEquals(0, 'no other action is pending');
    Object.values(ACTION)
      .reduce((product, kind) => product.mul(action.kind.sub(kind)), Field(1))
      .assertEquals(0, 'an action of a known kind');
    this.currentSlot.requireBetween(slots.first, slots.last);
    // not the first slot: the delay never begins before the proposal is public
    const slot = slots.last.value;
    this.pendingActions.set(actionHash(action));
    this.pendingSlot.set(slot);
    this.emitEvent('proposed', new Proposed({ action, slot }));
  }

  /** The admin takes back what it proposed. */
  async cancel(admin: PublicKey): Promise<void> {
    this.requireAdmin(admin);
    const pending = this.pendingActions.getAndRequireEquals();
    pending.assertNotEquals(0, 'an action is pending');
    this.clearPending();
    this.emitEvent('cancelled', pending);
  }

  /** Accept a CI, as proposed. */
  async addCi(change: TrustChange, slots: SlotRange): Promise<void> {
    this.takePending(addCiAction(change.leaf), slots);
    const roots = trustRoots(change);
    this.requireTrusted(roots.without);
    this.trustRoot.set(roots.with);
    this.emitEvent('ciAdded', change.leaf);
  }

  /** The admin stops accepting a CI, at once; the last one too. */
  async removeCi(admin: PublicKey, change: TrustChange): Promise<void> {
    this.requireAdmin(admin);
    const roots = trustRoots(change);
    this.requireTrusted(roots.with);
    this.trustRoot.set(roots.without);
    this.emitEvent('ciRemoved', change.leaf);
  }

  /** Set the source of lists that have no entry in the map, as proposed. */
  async addSource(addition: SourceAddition, slots: SlotRange): Promise<void> {
    const { mapKey, point } = addition;
    this.takePending(setSourceAction(mapKey, point), slots);
    const root = this.revocationRoot.getAndRequireEquals();
    this.revocationRoot.set(withAddedSource(root, addition));
    this.emitEvent('sourceAdded', new SourceSet({ mapKey, point }));
  }

  /** Set another source for an entry of the map, as proposed. */
  async changeSource(change: SourceChange, slots: SlotRange): Promise<void> {
    const { mapKey, point } = change;
    const period = this.takePending(setSourceAction(mapKey, point), slots);
    const root = this.revocationRoot.getAndRequireEquals();
    this.revocationRoot.set(withChangedSource(root, change, period));
    this.emitEvent('sourceChanged', new SourceSet({ mapKey, point }));
  }

  /** Hand over to another admin, as proposed. @param keyHash `adminKeyHash` of the new key */
  async changeAdmin(keyHash: Field, slots: SlotRange): Promise<void> {
    this.takePending(changeAdminAction(keyHash), slots);
    this.adminKeyHash.set(keyHash);
    this.emitEvent('adminChanged', keyHash);
  }

  private requireTrusted(trustRoot: Field): void {
    this.trustRoot
      .getAndRequireEquals()
      .assertEquals(trustRoot, 'under the CIs that the registry accepts now');
  }

  /** Let the transaction count in these slots only: the times of the first's beginning and last's end. */
  private during({ first, last }: SlotRange): Period {
    this.currentSlot.requireBetween(first, last);
    const { genesis, slotSeconds } = clockGates(this.clock.getAndRequireEquals());
    return {
      from: genesis.add(first.value.mul(slotSeconds)),
      until: genesis.add(last.value.add(1).mul(slotSeconds)),
    };
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

  /** The action is the pending one and its delay is over. */
  private takePending(action: AdminAction, slots: SlotRange): Period {
    const pending = this.pendingActions.getAndRequireEquals();
    pending.assertEquals(actionHash(action), 'the action is the pending one');
    this.pendingSlot
      .getAndRequireEquals()
      .add(ADMIN_DELAY_SLOTS)
      .assertLessThanOrEqual(slots.first.value, 'the delay of the action is over');
    this.clearPending();
    return this.during(slots);
  }

  private clearPending(): void {
    this.pendingActions.set(Field(0));
    this.pendingSlot.set(Field(0));
  }
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
  publish: [ChainProof, LeafPath, SlotRange].map(argument),
  publishAggregate: [AggregateProof, SubtreePath, SlotRange].map(argument),
  updateRevocation: [CrlProof, ListUpdate, SlotRange].map(argument),
  propose: [PublicKey, AdminAction, SlotRange].map(argument),
  cancel: [PublicKey].map(argument),
  addCi: [TrustChange, SlotRange].map(argument),
  removeCi: [PublicKey, TrustChange].map(argument),
  addSource: [SourceAddition, SlotRange].map(argument),
  changeSource: [SourceChange, SlotRange].map(argument),
  changeAdmin: [Field, SlotRange].map(argument),
});
