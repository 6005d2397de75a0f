/** What the admin decides, as events tell it: the trust set, the map, what is pending. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ENTRY_STATE, mapKey, RevocationEntry } from '../../../src/circuits/revocation.ts';
import {
  awaitedEntry,
  type MapPlace,
  RevocationMap,
  SerialTree,
} from '../../../src/witness/revocation-map.ts';
import {
  apply,
  cancel,
  drop,
  firstRefusal,
  propose,
  type Proposal,
  removeCi,
} from '../../../src/zkapp/client/administer.ts';
import { updateRevocation } from '../../../src/zkapp/client/publish.ts';
import {
  addCiAction,
  adminKeyHash,
  pendingTerm,
  setSourceAction,
  timeOfSlot,
} from '../../../src/zkapp/contract/index.ts';
import { refusalOf } from './refusal.ts';
import { createWorld, crlEnvelope, TRUST_ROOT, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

/** Propose, let the delay pass, apply. */
async function decide(...proposals: Proposal[]) {
  const [, admin] = world.chain.accounts;
  await propose(world.sender, await world.sync(), admin!, proposals);
  world.chain.setSlot(pendingTerm((await world.sync()).state)!.begin);
  for (const _ of proposals) await apply(world.sender, await world.sync());
}

const places: readonly MapPlace[] = [
  { issuer: Field(7), listKind: 0n },
  { issuer: Field(7), listKind: 1n },
];
const keyOf = ({ issuer, listKind }: MapPlace) => mapKey(issuer, Field(listKind)).toBigInt();
const setSource = (place: MapPlace, point: bigint): Proposal => ({
  kind: 'setSource',
  key: keyOf(place),
  point,
});
describe('the trust set and the map', () => {
  test('follow what the admin does', async () => {
    const [, admin, , next] = world.chain.accounts;
    await decide({ kind: 'addCi', leaf: 100n });
    let synced = await world.sync();
    expect([...synced.history.trust].sort((a, b) => Number(a - b))).toEqual([
      50n,
      100n,
      200n,
      300n,
    ]);
    await removeCi(world.sender, synced, admin!, 200n);
    synced = await world.sync();
    expect(synced.history.trust.has(200n)).toBe(false);
    expect(synced.state.trustRoot).not.toBe(TRUST_ROOT);

    await decide({ kind: 'changeAdmin', keyHash: adminKeyHash(next!.toPublicKey()).toBigInt() });
    synced = await world.sync();
    expect(await refusalOf(() => removeCi(world.sender, synced, admin!, 50n))).toBe(
      'ERR_REGISTRY_ADMIN',
    );
    await removeCi(world.sender, synced, next!, 50n);
    expect((await world.sync()).history.trust.size).toBe(2);
  });

  test('know what is pending, and when it can be applied', async () => {
    const [, admin] = world.chain.accounts;
    const proposals: Proposal[] = [
      { kind: 'addCi', leaf: 100n },
      setSource(places[0]!, 77n),
      setSource(places[1]!, 0n),
    ];
    await propose(world.sender, await world.sync(), admin!, proposals);
    const synced = await world.sync();
    const actions = [addCiAction(Field(100)), ...places.map((place, i) => source(place, i))];
    expect(synced.history.pending).toEqual(actions);
    const { begin, end } = pendingTerm(synced.state)!;
    expect([begin, end]).toEqual([3360, 10_080].map((n) => Number(synced.state.pendingSlot) + n));
    expect(firstRefusal(synced)?.code).toBe('ERR_REGISTRY_DELAY');
    expect(await refusalOf(() => apply(world.sender, synced))).toBe('ERR_REGISTRY_DELAY');
    expect(await refusalOf(() => propose(world.sender, synced, admin!, proposals))).toBe(
      'ERR_REGISTRY_ACTION',
    );
    world.chain.setSlot(begin);
    await apply(world.sender, await world.sync());
    expect((await world.sync()).history.pending).toEqual(actions.slice(1));
    expect(firstRefusal(await world.sync())).toBeUndefined();
    world.chain.setSlot(end);
    expect(await refusalOf(async () => apply(world.sender, await world.sync()))).toBe(
      'ERR_REGISTRY_EXPIRED',
    );
    // what has expired gives way without being cancelled
    await propose(world.sender, await world.sync(), admin!, proposals.slice(2));
    expect((await world.sync()).history.pending).toEqual(actions.slice(2));
    await cancel(world.sender, await world.sync(), admin!);
    expect((await world.sync()).history).toMatchObject({ pending: [], pendingSlot: 0n });
  });

  const source = (place: MapPlace, i: number) =>
    setSourceAction(Field(keyOf(place)), Field([77, 0][i]!));

  test('go on when the admin drops what can never be applied', async () => {
    const [, admin] = world.chain.accounts;
    const proposals: Proposal[] = [{ kind: 'addCi', leaf: 200n }, setSource(places[0]!, 77n)];
    await propose(world.sender, await world.sync(), admin!, proposals);
    world.chain.setSlot(pendingTerm((await world.sync()).state)!.begin);
    const stuck = await world.sync();
    expect(firstRefusal(stuck)?.code).toBe('ERR_TRUST_DUPLICATE');
    expect(await refusalOf(() => apply(world.sender, stuck))).toBe('ERR_TRUST_DUPLICATE');
    await drop(world.sender, stuck, admin!);
    await apply(world.sender, await world.sync());
    const { history } = await world.sync();
    expect([history.map.size, history.pending]).toEqual([1, []]);
    expect(await refusalOf(async () => drop(world.sender, await world.sync(), admin!))).toBe(
      'ERR_REGISTRY_ACTION',
    );
  });

  test('end what is pending when a CI is removed', async () => {
    const [, admin] = world.chain.accounts;
    await propose(world.sender, await world.sync(), admin!, [{ kind: 'addCi', leaf: 100n }]);
    await removeCi(world.sender, await world.sync(), admin!, 200n);
    expect((await world.sync()).history.pending).toEqual([]);
  });

  /** A list of these times, and its proof. */
  function listOf(place: MapPlace, point: bigint, thisUpdate: bigint, nextUpdate: bigint) {
    const serials = new SerialTree([5n]);
    const entry = new RevocationEntry({
      state: Field(ENTRY_STATE.list),
      serials: serials.root,
      point: Field(point),
      crlNumber: Field(1),
      thisUpdate: Field(thisUpdate),
      nextUpdate: Field(nextUpdate),
    });
    const lists = new RevocationMap();
    lists.set(place, { entry, serials });
    return { entry, lists, proof: crlEnvelope(place, lists) };
  }

  test('have the entries of the lists that were proven', async () => {
    await decide(setSource(places[0]!, 77n), setSource(places[1]!, 0n));
    let synced = await world.sync();
    const time = timeOfSlot(synced.state, synced.slot);
    const { entry, lists, proof } = listOf(places[0]!, 77n, time - 1_000n, time + 1_000_000n);
    await updateRevocation(world.sender, synced, proof, lists);
    synced = await world.sync();
    const { map } = synced.history;
    expect(map.root.toBigInt()).toBe(synced.state.revocationRoot);
    expect(map.get(keyOf(places[0]!))).toEqual(entry);
    expect(map.get(keyOf(places[1]!))!.state).toEqual(Field(ENTRY_STATE.none));
    // the same list again costs nothing; and a proof of a list that is not in the map
    const payer = world.sender.feePayer.toPublicKey().toBase58();
    const { nonce } = (await world.chain.account(payer))!;
    await updateRevocation(world.sender, synced, proof, lists);
    expect((await world.chain.account(payer))!.nonce).toBe(nonce);
    const unknown = new RevocationMap();
    expect(await refusalOf(() => updateRevocation(world.sender, synced, proof, unknown))).toBe(
      'ERR_PROOF_STATEMENT',
    );
  });

  test('keep the time of the last list when its source changes, and back', async () => {
    const [, admin] = world.chain.accounts;
    const place = places[0]!;
    await decide(setSource(place, 77n));
    let synced = await world.sync();
    const time = timeOfSlot(synced.state, synced.slot);
    const first = listOf(place, 77n, time - 1_000n, time + 10_000n);
    await updateRevocation(world.sender, synced, first.proof, first.lists);

    await decide(setSource(place, 78n), setSource(place, 0n), setSource(place, 77n));
    synced = await world.sync();
    const floor = time - 1_000n;
    expect(synced.history.map.get(keyOf(place))).toEqual(awaitedEntry(Field(77), floor).entry);
    const older = listOf(place, 77n, floor, time + 10_000_000n);
    expect(
      await refusalOf(() => updateRevocation(world.sender, synced, older.proof, older.lists)),
    ).toBe('ERR_REVOCATION_OLDER');

    const warnings: string[] = [];
    await propose(world.sender, synced, admin!, [setSource(place, 78n), setSource(place, 79n)], {
      presentLists: [
        { point: 78n, thisUpdate: floor },
        { point: 79n, thisUpdate: floor + 1n },
      ],
      onWarning: (warning) => warnings.push(warning),
    });
    expect(warnings).toEqual([expect.stringContaining('action 1:')]);
  });
});
