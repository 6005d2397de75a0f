/**
 * A poll on Mina in which each eUICC votes once, without saying which one it is. The contract takes a presentation and a
 * possession of zkCX, and remembers pseudonyms. docs/guide/contracts.md explains it.
 */
import {
  Bool,
  declareMethods,
  declareState,
  type DeployArgs,
  Field,
  IndexedMerkleMap,
  Permissions,
  Poseidon,
  type Provable,
  PublicKey,
  SmartContract,
  State,
  Struct,
} from 'o1js';
import {
  assertActed,
  clockField,
  type ContractAct,
  type NetworkClock,
  PossessionProof,
  PresentationProof,
  requireSlots,
  SlotRange,
} from 'zkcx/circuits';

/** Pseudonyms of who voted; up to a million devices. Everybody rebuilds it from the events. */
export class Voters extends IndexedMerkleMap(20) {}

/** A vote, for all to see: neither device nor sender is in it. */
export class Voted extends Struct({ pseudonym: Field, isYes: Bool }) {}

export interface PollBirth {
  /** Root of the CIs whose devices may vote, `TrustSet.root`. */
  readonly trustRoot: Field;
  /** Root of the newest revocation map. */
  readonly revocationRoot: Field;
  readonly clock: NetworkClock;
  /** Who puts in the roots of newer maps, and whom the voters trust in this. */
  readonly admin: PublicKey;
}

/** A day. The lists under the map's root count longer than that. */
const MAX_AGE = 86_400n;

/** Of a poll there is one: a device has one pseudonym in it. */
const PURPOSE = Field(1);

export class DevicePoll extends SmartContract {
  trustRoot = State<Field>();
  revocationRoot = State<Field>();
  clock = State<Field>();
  admin = State<PublicKey>();
  voters = State<Field>();
  yes = State<Field>();
  no = State<Field>();

  override readonly events = { voted: Voted };

  /** Create the account, locked from its first moment: who looks at it sees that nothing but a proof changes it. */
  override async deploy(birth: DeployArgs & PollBirth): Promise<void> {
    await super.deploy(birth);
    this.account.permissions.set({
      ...Permissions.default(),
      editState: Permissions.proof(),
      editActionState: Permissions.proof(),
      setDelegate: Permissions.impossible(),
      setPermissions: Permissions.impossible(),
      setVerificationKey: Permissions.VerificationKey.impossibleDuringCurrentVersion(),
    });
    this.account.isNew.requireEquals(Bool(true));
    this.trustRoot.set(birth.trustRoot);
    this.revocationRoot.set(birth.revocationRoot);
    this.clock.set(clockField(birth.clock));
    this.admin.set(birth.admin);
    this.voters.set(new Voters().root);
    this.yes.set(Field(0));
    this.no.set(Field(0));
  }

  /** Vote: a device agreed that `sender` casts this very vote here. */
  async vote(
    presentation: PresentationProof,
    possession: PossessionProof,
    pseudonym: Field,
    isYes: Bool,
    voters: Voters,
    slots: SlotRange,
  ): Promise<void> {
    assertActed(
      { presentation, possession, pseudonym },
      {
        trustRoot: this.trustRoot.getAndRequireEquals(),
        revocationRoot: this.revocationRoot.getAndRequireEquals(),
        roles: ['euicc-v2', 'euicc'],
        period: requireSlots(this, this.clock.getAndRequireEquals(), slots),
        maxAge: MAX_AGE,
      },
      voteOf(this, this.sender.getAndRequireSignature(), isYes),
    );
    this.voters.requireEquals(voters.root);
    const after = voters.clone();
    // refuses a pseudonym that is in the map
    after.insert(pseudonym, Field(1));
    this.voters.set(after.root);
    this.yes.set(this.yes.getAndRequireEquals().add(isYes.toField()));
    this.no.set(this.no.getAndRequireEquals().add(isYes.not().toField()));
    this.emitEvent('voted', new Voted({ pseudonym, isYes }));
  }

  /** Lists are reissued daily: what devices must not be revoked by changes with them. The admin's signature. */
  async setRevocationRoot(root: Field): Promise<void> {
    const admin = this.admin.getAndRequireEquals();
    admin.x.assertNotEquals(0, 'the admin has a key');
    this.sender.getAndRequireSignature().equals(admin).assertTrue('the admin');
    this.revocationRoot.getAndRequireEquals();
    this.revocationRoot.set(root);
  }
}

declareState(DevicePoll, {
  trustRoot: Field,
  revocationRoot: Field,
  clock: Field,
  admin: PublicKey,
  voters: Field,
  yes: Field,
  no: Field,
});
/** `@method` needs metadata that not every tool emits; this works everywhere. */
const argument = (type: unknown) => type as Provable<unknown>;
declareMethods(DevicePoll, {
  vote: [PresentationProof, PossessionProof, Field, Bool, Voters, SlotRange].map(argument),
  setRevocationRoot: [argument(Field)],
});

/** What a device agrees to when it votes: the contract and the holder compute it alike. */
export function voteOf(
  { address, tokenId }: Pick<SmartContract, 'address' | 'tokenId'>,
  sender: PublicKey,
  isYes: Bool,
): ContractAct {
  const action = Poseidon.hashWithPrefix('device-poll-vote', [isYes.toField()]);
  return { address, tokenId, purpose: PURPOSE, action, sender };
}
