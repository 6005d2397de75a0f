/**
 * Program `crl`: a signed revocation list -> one entry of the revocation map.
 *
 * Public input   mode: the constant MODE.crlPart in startCi, startCa and step, MODE.crl in finish.
 * Public output  CrlClaim: trustRoot, mapKey, entry, count. Of a part, mapKey is 0 and entry is the hash
 *                of the state that the next method goes on from.
 * Private        the bytes of a TBSCertList in chunks, where each ends; its signature; the CI's leaf and
 *                path (startCi) or the opening of a chain claim (startCa); for every serial number the
 *                paths of its insertion; the kind that is claimed for a list that names none.
 * Proves         of a claim with MODE.crl: an issuer under trustRoot, a CI or the last certificate of a
 *                chain with cRLSign, signed a list of the profile, complete, valid at its thisUpdate;
 *                mapKey is that of the issuer's key and of a kind that the list does not exclude; entry
 *                holds the list's distribution point, number and times, and the tree of exactly the
 *                serial numbers that it names, in its order; count is how many.
 * Does not prove that the list is the newest one, that its distribution point is the one that the map's
 *                configuration wants, or that the issuer or its CI is still trusted: whoever takes the
 *                entry into a map decides that. A claim with MODE.crlPart says nothing to a verifier.
 * Rows, domain   test/pins; all methods within 2^16.
 */
import { Field, Provable, SelfProof, Struct, ZkProgram } from 'o1js';
import { CRL_BLOCKS, CRL_STEP_ENTRIES, CRL_TAIL_BYTES, MODE, TRUST_HEIGHT } from '../params.ts';
import { ChainProof } from './chain.program.ts';
import { type ChainClaim, CiLeaf, issuerId, LIST_KIND, Opening, Signature } from './claims.ts';
import { CrlClaim, CrlState } from './crl.ts';
import { monthTable } from './gadgets/certificate/times.ts';
import { DUMMY_ENTRY, readEntry } from './gadgets/crl/entry.ts';
import { readListHeader } from './gadgets/crl/header.ts';
import { EMPTY_SERIALS, insertSerial, InsertWitness } from './gadgets/crl/insert.ts';
import { readListExtensions } from './gadgets/crl/list-extensions.ts';
import { assertBeginsWith, readTail } from './gadgets/crl/tail.ts';
import { merkleRoot } from './gadgets/merkle.ts';
import { verifyEcdsa } from './gadgets/p256/index.ts';
import { assertPaddingBehind, digestLimbs, type MessageLength } from './gadgets/sha256/index.ts';
import { hashBlocks } from './gadgets/sha256/streaming.ts';
import { walkOver } from './gadgets/walk.ts';
import { type Bit, type CircuitContext, withContext } from './kimchi/context.ts';
import { inRange, type IntegerIn } from './kimchi/integer.ts';
import { assertOrdered } from './link.ts';
import { ENTRY_STATE, mapKey, RevocationEntry } from './revocation.ts';

const BLOCK_BYTES = 64;
const TAIL_BLOCKS = CRL_TAIL_BYTES / BLOCK_BYTES;

/** The beginning of a list. */
export class ListStart extends Struct({
  /** A field a byte; what is behind the list may be anything. */
  bytes: Provable.Array(Field, BLOCK_BYTES * CRL_BLOCKS.start),
  /** Whole blocks to hash now: enough to hold the header, and no more than the list has. */
  blocks: Field,
}) {}

export class StartCiWitness extends Struct({
  list: ListStart,
  ci: CiLeaf,
  /** Merkle path of the CI leaf under the trust root, see `MerklePath`. */
  siblings: Provable.Array(Field, TRUST_HEIGHT),
  right: Provable.Array(Field, TRUST_HEIGHT),
}) {}

export class StartCaWitness extends Struct({
  list: ListStart,
  /** Opening of the chain proof's commitment. */
  issuer: Opening,
}) {}

export class StepWitness extends Struct({
  /** Opens the earlier claim's `entry`. */
  state: CrlState,
  /** The state's tail and the bytes after it. */
  bytes: Provable.Array(Field, CRL_TAIL_BYTES + BLOCK_BYTES * CRL_BLOCKS.step),
  /** Whole blocks to hash now. */
  blocks: Field,
  /** Entries to take now, and the insertions of as many; the others are not used. */
  entries: Field,
  inserts: Provable.Array(InsertWitness, CRL_STEP_ENTRIES),
}) {}

export class FinishWitness extends Struct({
  /** Opens the earlier claim's `entry`. */
  state: CrlState,
  /** The state's tail, the rest of the list with its SHA-256 padding, then zeros. */
  bytes: Provable.Array(Field, CRL_TAIL_BYTES + BLOCK_BYTES * CRL_BLOCKS.finish),
  signature: Signature,
  /** One of LIST_KIND. */
  listKind: Field,
}) {}

export const crlProgram = ZkProgram({
  name: 'zkcx-crl',
  publicInput: Field,
  publicOutput: CrlClaim,
  methods: {
    startCi: {
      privateInputs: [StartCiWitness],
      async method(mode: Field, witness: StartCiWitness) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.crlPart);
            return CrlState.claim(startCi(context, witness));
          }),
        };
      },
    },
    startCa: {
      privateInputs: [ChainProof, StartCaWitness],
      async method(mode: Field, proof: ChainProof, witness: StartCaWitness) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.crlPart);
            proof.verify();
            proof.publicInput.assertEquals(MODE.chain);
            return CrlState.claim(startCa(context, proof.publicOutput, witness));
          }),
        };
      },
    },
    step: {
      privateInputs: [SelfProof, StepWitness],
      async method(mode: Field, proof: SelfProof<Field, CrlClaim>, witness: StepWitness) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.crlPart);
            proof.verify();
            proof.publicInput.assertEquals(MODE.crlPart);
            return CrlState.claim(step(context, proof.publicOutput, witness));
          }),
        };
      },
    },
    finish: {
      privateInputs: [SelfProof, FinishWitness],
      async method(mode: Field, proof: SelfProof<Field, CrlClaim>, witness: FinishWitness) {
        return {
          publicOutput: await withContext((context) => {
            mode.assertEquals(MODE.crl);
            proof.verify();
            proof.publicInput.assertEquals(MODE.crlPart);
            return finish(context, proof.publicOutput, witness);
          }),
        };
      },
    },
  },
});

/** Hash and signature: parameters of the methods for tests of all the rest, which is a small part. */
export interface Checks {
  readonly hash: typeof hashBlocks;
  readonly signed: typeof verifyEcdsa;
}

const CHECKS: Checks = { hash: hashBlocks, signed: verifyEcdsa };

/** The list's issuer is a leaf of the trust tree; the name in the list is taken as given. */
export function startCi(
  context: CircuitContext,
  { list, ci, siblings, right }: StartCiWitness,
  checks = CHECKS,
): CrlState {
  const trustRoot = merkleRoot(context, CiLeaf.hash(ci), { siblings, right });
  const { key, subjectKeyIdentifier, notBefore: validFrom, notAfter: validUntil } = ci;
  const issuer = { trustRoot, key, subjectKeyIdentifier, validFrom, validUntil };
  return start(context, list, issuer, checks).state;
}

/** The list's issuer is the last certificate of a chain. */
export function startCa(
  context: CircuitContext,
  chain: ChainClaim,
  { list, issuer }: StartCaWitness,
  checks = CHECKS,
): CrlState {
  Opening.commitment(issuer).assertEquals(chain.commitment);
  issuer.cA.assertEquals(1);
  issuer.cRLSign.assertEquals(1);
  const { trustRoot } = chain;
  const { state, issuerName } = start(context, list, { ...issuer, trustRoot }, checks);
  issuerName.assertEquals(issuer.subjectName);
  return state;
}

/** What a list is read against; authenticated already. */
type ListIssuer = Pick<CrlState, 'trustRoot' | 'key' | 'subjectKeyIdentifier'> &
  Pick<Opening, 'validFrom' | 'validUntil'>;

function start(
  context: CircuitContext,
  { bytes, blocks }: ListStart,
  { trustRoot, key, subjectKeyIdentifier, validFrom, validUntil }: ListIssuer,
  checks: Checks,
): { state: CrlState; issuerName: Field } {
  const walk = walkOver(context, bytes);
  const header = readListHeader(walk);
  const { thisUpdate, nextUpdate } = header;
  // thisUpdate is below 2^38, so both differences are true ones
  assertOrdered(context, validFrom, thisUpdate);
  assertOrdered(context, thisUpdate, validUntil);

  const count = context.rangeBits(blocks, 4);
  const words = checks.hash(walk, { from: 0, count: CRL_BLOCKS.start }, count);
  // all that was read has been hashed
  assertHashed(context, blocks, header.entriesStart, 0);
  const tail = readTail(
    walk,
    context.linear([[BigInt(BLOCK_BYTES), blocks]], -BigInt(CRL_TAIL_BYTES)),
  );
  const state = new CrlState({
    trustRoot,
    key,
    subjectKeyIdentifier,
    words,
    blocks,
    tail,
    position: header.entriesStart,
    total: header.total,
    entriesEnd: header.entriesEnd,
    thisUpdate,
    nextUpdate,
    serials: context.constant(EMPTY_SERIALS),
    count: context.constant(0n),
  });
  return { state, issuerName: header.issuerName };
}

/** Up to CRL_STEP_ENTRIES further entries. */
export function step(
  context: CircuitContext,
  earlier: CrlClaim,
  { state: given, bytes, blocks, entries, inserts }: StepWitness,
  checks = CHECKS,
): CrlState {
  const state = openState(earlier, given);
  const dummy = Array.from(DUMMY_ENTRY, (byte) => context.constant(BigInt(byte)));
  const walk = walkOver(context, [...bytes, ...dummy]);
  const { memory } = walk;
  assertBeginsWith(walk, state.tail);

  const count = context.rangeBits(blocks, 4);
  const run = { from: CRL_TAIL_BYTES, count: CRL_BLOCKS.step, words: state.words };
  const words = checks.hash(walk, run, count);
  const tail = readTail(walk, context.scale(BigInt(BLOCK_BYTES), blocks));

  const months = monthTable(context);
  let position = indexOf(context, state, state.position);
  let serials = { root: state.serials, count: state.count };
  const used: Bit[] = [];
  for (const [slot, insert] of inserts.entries()) {
    const active = context.bit(() => entries.toBigInt() > BigInt(slot));
    const before = used.at(-1);
    if (before !== undefined) context.assertZeroUnless(before, active);
    used.push(active);
    // a slot that is not used reads an entry that is always there, behind the chunk
    const from = context.choose(active, position, context.constant(BigInt(bytes.length)));
    const { serialNumber, end } = readEntry(walk, months, memory.at(from));
    position = context.choose(active, end.index, position);
    serials = insertSerial(context, serials, serialNumber, active, insert);
  }
  context.assertSum(used, entries);
  // all that was read has been hashed
  assertHashed(context, blocks, position, CRL_TAIL_BYTES);
  return new CrlState({
    ...state,
    words,
    blocks: context.add(state.blocks, blocks),
    tail,
    position: context.linear(
      [
        [1n, position],
        [BigInt(BLOCK_BYTES), state.blocks],
      ],
      -BigInt(CRL_TAIL_BYTES),
    ),
    serials: serials.root,
    count: serials.count,
  });
}

/** What follows the entries, and the signature. */
export function finish(
  context: CircuitContext,
  earlier: CrlClaim,
  { state: given, bytes, signature, listKind }: FinishWitness,
  checks = CHECKS,
): CrlClaim {
  const state = openState(earlier, given);
  // every entry was read: positions only grew, each entry beginning where the one before ended
  state.position.assertEquals(state.entriesEnd);
  const walk = walkOver(context, bytes);
  const { memory } = walk;
  assertBeginsWith(walk, state.tail);

  // the list ends in this memory, and not before the bytes that were hashed already
  const end = indexOf(context, state, state.total);
  const blocks = assertPaddingBehind(walk, TAIL_BLOCKS, end, state.total);
  const run = { from: CRL_TAIL_BYTES, count: CRL_BLOCKS.finish, words: state.words };
  const digest = digestLimbs(context, checks.hash(walk, run, blocks));
  checks.signed(context, { digest, signature, key: state.key });

  const start = memory.at(indexOf(context, state, state.position));
  const extensions = readListExtensions(walk, start, end);
  const { authorityKeyIdentifier, crlNumber, point, onlyUser, onlyCa } = extensions;
  const { subjectKeyIdentifier } = state;
  context.assertNonZero(subjectKeyIdentifier.length);
  authorityKeyIdentifier.length.assertEquals(subjectKeyIdentifier.length);
  authorityKeyIdentifier.value.assertEquals(subjectKeyIdentifier.value);

  // ca = 0, user = 1: a list for one kind cannot be claimed for the other
  const kind = context.assertBit(listKind);
  context.assertQuadratic(onlyUser, kind, { mul: -LIST_KIND.user, left: LIST_KIND.user });
  context.assertZeroWhen(onlyCa, kind);
  const entry = RevocationEntry.hash({
    state: Field(ENTRY_STATE.list),
    serials: state.serials,
    point,
    crlNumber,
    thisUpdate: state.thisUpdate,
    nextUpdate: state.nextUpdate,
  });
  return new CrlClaim({
    trustRoot: state.trustRoot,
    mapKey: mapKey(issuerId(state.key), listKind),
    entry,
    count: state.count,
  });
}

/** A state that an earlier proof ended with, and what that proof showed of its values. */
type OpenedState = Omit<CrlState, 'words' | 'total'> & {
  readonly words: IntegerIn<32>[];
  readonly total: MessageLength;
};

/** Assert that the claim is one about the state. Its ranges hold by induction, from `start` on. */
function openState(earlier: CrlClaim, state: CrlState): OpenedState {
  CrlState.hash(state).assertEquals(earlier.entry);
  return {
    ...state,
    words: state.words.map((word) => inRange<32>(word)),
    total: inRange(state.total),
  };
}

/** Index in a memory that begins with the state's tail of a place in the list. */
function indexOf(context: CircuitContext, state: OpenedState, position: Field): Field {
  return context.linear(
    [
      [1n, position],
      [-BigInt(BLOCK_BYTES), state.blocks],
    ],
    BigInt(CRL_TAIL_BYTES),
  );
}

/** Assert that an index, below 4,096, is at most that of the byte after `before` bytes and the blocks. */
function assertHashed(context: CircuitContext, blocks: Field, index: Field, before: number): void {
  const behind = context.linear(
    [
      [BigInt(BLOCK_BYTES), blocks],
      [-1n, index],
    ],
    BigInt(before),
  );
  context.range12(behind);
}
