/** Credentials of test chains with the world around them: accepted CIs and revocation map. */
import { Field } from 'o1js';
import { type Opening } from '../../../src/circuits/claims.ts';
import { ENTRY_STATE, RevocationEntry } from '../../../src/circuits/revocation.ts';
import type { TrustAnchor } from '../../../src/pki/index.ts';
import { type Role, ROLE_NAMES, ROLES } from '../../../src/roles.ts';
import { handlesOf, hashOfHandle, type RevocationHandle } from '../../../src/witness/chain.ts';
import type { PresentationInput } from '../../../src/witness/presentation.ts';
import { type MapEntry, RevocationMap, SerialTree } from '../../../src/witness/revocation-map.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { caseOf, checkCase, NOW } from '../../support/certificates/index.ts';
import type { DraftChain } from '../../support/certificates/chains.ts';
import type { TestKey } from '../../support/certificates/keys.ts';
import { stepsOf } from '../chain/chain-circuit.ts';

/** What a holder has after a chain proof. */
export interface TestCredential {
  readonly opening: Opening;
  readonly handles: readonly RevocationHandle[];
  readonly anchor: TrustAnchor;
  readonly role: Role;
  readonly secret: Uint8Array;
}

/** The window of all test credentials, and the time of their lists. */
export const WINDOW = { from: NOW - 86_400n, until: NOW + 86_400n };
export const FRESH = { thisUpdate: NOW - 3_600n, nextUpdate: NOW + 3_600n };

/**
 * As if the chain had been proven: its opening, with a blind that does not change between runs. `key`
 * is that of the last certificate.
 */
export function credentialOf(
  name: string,
  chain: DraftChain,
  key: TestKey = chain.at(-1)!.key,
): TestCredential {
  const row = caseOf(name, chain, { window: WINDOW });
  const { opening } = stepsOf(row).at(-1)!;
  const number = opening.role.toBigInt();
  return {
    opening,
    handles: handlesOf(checkCase(row)),
    anchor: row.anchor,
    role: ROLE_NAMES.find((role) => BigInt(ROLES[role].number) === number)!,
    secret: key.secret,
  };
}

/** Serial numbers that are on every test list: below, above and far from those of the chains. */
const OTHERS = [1n, 999_999_999n, (1n << 160n) - 1n];

/** An entry for a list; the serial numbers are in it beside some others. */
export function listEntry(serialNumbers: readonly bigint[] = [], times = FRESH): MapEntry {
  const serials = new SerialTree([...OTHERS, ...serialNumbers]);
  const entry = new RevocationEntry({
    state: Field(ENTRY_STATE.list),
    serials: serials.root,
    point: Field(77),
    crlNumber: Field(1),
    thisUpdate: Field(times.thisUpdate),
    nextUpdate: Field(times.nextUpdate),
  });
  return { entry, serials };
}

/**
 * A map with clean and fresh lists of both kinds of every issuer of a chain, but for the entries of
 * the links that are given.
 */
export function mapOf(
  { handles }: Pick<TestCredential, 'handles'>,
  entries: Readonly<Record<number, MapEntry | 'missing'>> = {},
): RevocationMap {
  const map = new RevocationMap();
  const clean = listEntry();
  const places = handles.flatMap(({ issuer }) =>
    [0n, 1n].map((listKind) => ({ issuer, listKind })),
  );
  for (const place of places) {
    const link = handles.findIndex(
      ({ issuer, listKind }) =>
        listKind === place.listKind && issuer.toBigInt() === place.issuer.toBigInt(),
    );
    const entry = entries[link] ?? clean;
    if (entry !== 'missing') map.set(place, entry);
  }
  return map;
}

/** A session with a clean map, in which everything holds. */
export function sessionOf(
  credential: TestCredential,
  changes: Partial<PresentationInput> = {},
): PresentationInput {
  let last = 0;
  return {
    ...credential,
    trust: new TrustSet([credential.anchor]),
    map: mapOf(credential),
    time: NOW,
    random: (length) => new Uint8Array(length).fill(++last),
    ...changes,
  };
}

/** The credential with one more link than the pinned roles allow today: as if it had been proven. */
export function fourLinks(credential: TestCredential): TestCredential {
  const handles = [...credential.handles, { ...credential.handles.at(-1)!, serialNumber: 4444n }];
  const opening = {
    ...credential.opening,
    links: Field(handles.length),
    handles: handles.map(hashOfHandle),
  };
  return { ...credential, handles, opening };
}
