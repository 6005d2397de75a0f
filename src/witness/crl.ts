/**
 * A checked revocation list as inputs of the program `crl`: one proof that reads the header, one for every
 * eleven entries or fewer, one that reads the rest. Each after the first needs the proof of the one before.
 */
import { Field } from 'o1js';
import type { RevocationList } from '../asn1/index.ts';
import { type ChainClaim, issuerId, LIST_KIND, type Opening } from '../circuits/claims.ts';
import type { Octets, PublicKey } from '../circuits/claims.ts';
import {
  FinishWitness,
  ListStart,
  StartCaWitness,
  StartCiWitness,
  StepWitness,
} from '../circuits/crl.program.ts';
import { CrlClaim, CrlState, TAIL_CHUNKS } from '../circuits/crl.ts';
import { InsertWitness } from '../circuits/gadgets/crl/insert.ts';
import { pointHash } from '../circuits/gadgets/crl/point-hash.ts';
import { ENTRY_STATE, mapKey, RevocationEntry } from '../circuits/revocation.ts';
import { bytesToBigint } from '../bytes.ts';
import { CRL_BLOCKS, CRL_STEP_ENTRIES, CRL_TAIL_BYTES, SERIALS_HEIGHT } from '../params.ts';
import type { TrustAnchor } from '../pki/index.ts';
import { signature } from './encode.ts';
import { SerialTree } from './revocation-map.ts';
import { BLOCK_BYTES, chainingWords } from './sha256.ts';
import { ciLeaf, type TrustSet } from './trust.ts';

/** Who signed a list, as the proof shows it: a CI of a trust set, or the last link of a proven chain. */
export type CrlIssuer =
  | { readonly anchor: TrustAnchor; readonly trust: TrustSet }
  | { readonly claim: ChainClaim; readonly opening: Opening };

/** One proof to make. */
export type CrlStep = {
  /** What the proof will claim. */
  readonly claim: CrlClaim;
} & (
  | { readonly method: 'startCi'; readonly witness: StartCiWitness }
  | { readonly method: 'startCa'; readonly witness: StartCaWitness }
  | { readonly method: 'step'; readonly witness: StepWitness }
  | { readonly method: 'finish'; readonly witness: FinishWitness }
);

/** What of a list the steps are made of. */
export type ListParts = Pick<
  RevocationList,
  'tbs' | 'entries' | 'spans' | 'signature' | 'thisUpdate' | 'nextUpdate' | 'crlNumber' | 'point'
>;

/**
 * The steps that prove a list for the entry of one kind.
 *
 * @param list checked by `checkList` and `checkCrlProfile`
 * @param issuer a CI of the set, else ERR_TRUST_UNKNOWN; or a chain whose window holds thisUpdate
 */
export function crlSteps(
  list: ListParts,
  { issuer, kind }: { readonly issuer: CrlIssuer; readonly kind: keyof typeof LIST_KIND },
): CrlStep[] {
  const serials = new SerialTree();
  let state = startState(list, issuer, serials);
  const steps: CrlStep[] = [startStep(list, issuer, state)];
  for (let done = 0; done < list.entries.length;) {
    const entries = stepEntries(list, state, done);
    const { witness, next } = stepOf(list, state, entries, serials);
    steps.push({ method: 'step', witness, claim: CrlState.claim(next) });
    state = next;
    done += entries.length;
  }
  if (restBlocks(list, state) > CRL_BLOCKS.finish) {
    // without an entry, to hash as much as the tail allows
    const { witness, next } = stepOf(list, state, [], serials);
    steps.push({ method: 'step', witness, claim: CrlState.claim(next) });
    state = next;
  }
  steps.push(finishStep(list, state, LIST_KIND[kind]));
  return steps;
}

function startState(list: ListParts, issuer: CrlIssuer, serials: SerialTree): CrlState {
  const { tbs, spans } = list;
  const position = spans.entries.start;
  const blocks = blocksUpTo(tbs, position, 0, CRL_BLOCKS.start);
  return new CrlState({
    ...issuerOf(issuer),
    ...hashed(tbs, blocks),
    position: Field(position),
    total: Field(tbs.length),
    entriesEnd: Field(spans.entries.end),
    thisUpdate: Field(list.thisUpdate),
    nextUpdate: Field(list.nextUpdate),
    serials: serials.root,
    count: Field(0),
  });
}

function issuerOf(issuer: CrlIssuer): {
  trustRoot: Field;
  key: PublicKey;
  subjectKeyIdentifier: Octets;
} {
  if ('anchor' in issuer) return { ...ciLeaf(issuer.anchor), trustRoot: issuer.trust.root };
  return { ...issuer.opening, trustRoot: issuer.claim.trustRoot };
}

function startStep({ tbs }: ListParts, issuer: CrlIssuer, state: CrlState): CrlStep {
  const list = new ListStart({
    bytes: window(tbs, 0, BLOCK_BYTES * CRL_BLOCKS.start),
    blocks: state.blocks,
  });
  const claim = CrlState.claim(state);
  if ('anchor' in issuer) {
    const { anchor, trust } = issuer;
    const witness = new StartCiWitness({ list, ci: ciLeaf(anchor), ...trust.path(anchor) });
    return { method: 'startCi', witness, claim };
  }
  const witness = new StartCaWitness({ list, issuer: issuer.opening });
  return { method: 'startCa', witness, claim };
}

/** The next entries that end within what a step can hash. */
function stepEntries({ tbs, entries }: ListParts, { blocks }: CrlState, done: number) {
  const hashedBlocks = Number(blocks.toBigInt());
  const most = Math.min(hashedBlocks + CRL_BLOCKS.step, Math.floor(tbs.length / BLOCK_BYTES));
  const taken = entries
    .slice(done, done + CRL_STEP_ENTRIES)
    .filter(({ span }) => span.end <= BLOCK_BYTES * most);
  if (taken.length === 0) {
    throw RangeError('an entry that checkCrlProfile refuses');
  }
  return taken;
}

function stepOf(
  { tbs }: ListParts,
  state: CrlState,
  entries: ListParts['entries'],
  serials: SerialTree,
): { witness: StepWitness; next: CrlState } {
  const before = Number(state.blocks.toBigInt());
  const position = entries.at(-1)?.span.end ?? Number(state.position.toBigInt());
  const blocks = blocksUpTo(tbs, position, before, CRL_BLOCKS.step);
  const inserts = entries.map(({ serialNumber }) => insertion(serials, serialNumber));
  while (inserts.length < CRL_STEP_ENTRIES) inserts.push(noInsertion());
  const witness = new StepWitness({
    state,
    bytes: window(
      tbs,
      BLOCK_BYTES * before - CRL_TAIL_BYTES,
      BLOCK_BYTES * (before + CRL_BLOCKS.step),
    ),
    blocks: Field(blocks),
    entries: Field(entries.length),
    inserts,
  });
  const next = new CrlState({
    ...state,
    ...hashed(tbs, before + blocks),
    position: Field(position),
    serials: serials.root,
    count: Field(serials.size),
  });
  return { witness, next };
}

/** Insert a serial number, and what shows that it was new. */
export function insertion(serials: SerialTree, serialNumber: bigint): InsertWitness {
  const low = serials.pathAtOrBelow(serialNumber);
  serials.insert(serialNumber);
  // what stands beside the new leaf is the same with it and without it
  const own = serials.pathAtOrBelow(serialNumber);
  return new InsertWitness({
    low: Field(low.leaf.key),
    next: Field(low.leaf.nextKey),
    lowSiblings: low.siblings,
    lowRight: low.right,
    freeSiblings: own.siblings,
  });
}

function noInsertion(): InsertWitness {
  const zeros = Array.from({ length: SERIALS_HEIGHT }, () => Field(0));
  return new InsertWitness({
    low: Field(0),
    next: Field(0),
    lowSiblings: zeros,
    lowRight: zeros,
    freeSiblings: zeros,
  });
}

function finishStep(list: ListParts, state: CrlState, listKind: bigint): CrlStep {
  const { tbs } = list;
  const start = BLOCK_BYTES * Number(state.blocks.toBigInt()) - CRL_TAIL_BYTES;
  const end = start + CRL_TAIL_BYTES + BLOCK_BYTES * CRL_BLOCKS.finish;
  const witness = new FinishWitness({
    state,
    bytes: window(withPadding(tbs), start, end),
    signature: signature(list.signature),
    listKind: Field(listKind),
  });
  const entry = RevocationEntry.hash({
    state: Field(ENTRY_STATE.list),
    serials: state.serials,
    point: pointHash(list.point),
    crlNumber: Field(list.crlNumber),
    thisUpdate: state.thisUpdate,
    nextUpdate: state.nextUpdate,
  });
  const claim = new CrlClaim({
    trustRoot: state.trustRoot,
    mapKey: mapKey(issuerId(state.key), Field(listKind)),
    entry,
    count: state.count,
  });
  return { method: 'finish', witness, claim };
}

/**
 * Blocks to hash after `before` of them: as many as there are, as a method takes, and as leave what
 * follows `position` within the tail.
 */
function blocksUpTo(tbs: Uint8Array, position: number, before: number, most: number): number {
  const whole = Math.floor(tbs.length / BLOCK_BYTES);
  const inTail = Math.floor((position + CRL_TAIL_BYTES) / BLOCK_BYTES);
  return Math.min(before + most, whole, inTail) - before;
}

/** Blocks that the last part has to hash, the padding included. */
function restBlocks({ tbs }: ListParts, { blocks }: CrlState): number {
  return Math.ceil((tbs.length + 9) / BLOCK_BYTES) - Number(blocks.toBigInt());
}

/** Chaining words, number and tail of the first blocks. */
function hashed(tbs: Uint8Array, blocks: number): Pick<CrlState, 'words' | 'blocks' | 'tail'> {
  const bytes = tbs.subarray(0, BLOCK_BYTES * blocks);
  const tail = bytes.subarray(bytes.length - CRL_TAIL_BYTES);
  return {
    words: chainingWords(bytes).map(Field),
    blocks: Field(blocks),
    tail: Array.from({ length: TAIL_CHUNKS }, (_, i) =>
      Field(bytesToBigint(tail.subarray(31 * i, 31 * (i + 1)))),
    ),
  };
}

/** Bytes from start to end, zeros beyond the last: one field a byte. */
function window(bytes: Uint8Array, start: number, end: number): Field[] {
  return Array.from({ length: end - start }, (_, i) => Field(bytes[start + i] ?? 0));
}

/** A message with its SHA-256 padding (FIPS 180-4, 5.1.1). */
function withPadding(message: Uint8Array): Uint8Array {
  const blocks = Math.ceil((message.length + 9) / BLOCK_BYTES);
  const padded = new Uint8Array(BLOCK_BYTES * blocks);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, 8n * BigInt(message.length));
  return padded;
}
