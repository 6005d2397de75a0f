import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Field, PrivateKey } from 'o1js';
import { ENTRY_STATE, mapKey, RevocationEntry } from '../../../src/circuits/revocation.ts';
import { credentialLeaf } from '../../../src/circuits/session.ts';
import { TRUST_HEIGHT } from '../../../src/params.ts';
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
import type { Chain, ChainEvent } from '../../../src/zkapp/client/chain.ts';
import {
  publishAggregate,
  publishChain,
  updateRevocation,
} from '../../../src/zkapp/client/publish.ts';
import { syncRegistry } from '../../../src/zkapp/client/sync.ts';
import { RegistryHistory } from '../../../src/zkapp/client/history.ts';
import {
  actionList,
  addCiAction,
  type AdminAction,
  adminKeyHash,
  pendingTerm,
  setSourceAction,
  timeOfSlot,
} from '../../../src/zkapp/contract/index.ts';
import { proposedParts } from '../../../src/zkapp/contract/proposed.ts';
import { refusalOf } from './refusal.ts';
import {
  aggregateEnvelope,
  chainEnvelope,
  claimOf,
  createWorld,
  crlEnvelope,
  GENESIS,
  TRUST,
  TRUST_ROOT,
  type World,
} from './world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const leafOf = (number: number) => {
  const { commitment, validFrom, validUntil } = claimOf(number);
  return credentialLeaf(Field(commitment), Field(validFrom), Field(validUntil));
};

async function publish(number: number) {
  return publishChain(world.sender, await world.sync(), chainEnvelope(number));
}
async function publishMany(numbers: readonly number[]) {
  return publishAggregate(world.sender, await world.sync(), aggregateEnvelope(numbers).envelope);
}

const gap = expect.objectContaining({ code: 'ERR_REGISTRY_GAP' });

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

describe('publications', () => {
  test('rebuild the tree that the state has, whatever their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        async (sizes) => {
          for (const size of sizes) {
            const first = (await world.sync()).tree.size * 10 + 1;
            const numbers = Array.from({ length: size }, (_, i) => first + i);
            const before = (await world.sync()).tree.size;
            const { place } = size === 1 ? await publish(first) : await publishMany(numbers);
            const height = Math.ceil(Math.log2(size));
            expect(place).toBe(Math.ceil(before / 2 ** height) * 2 ** height);
          }
          const { tree, state } = await world.sync();
          expect([tree.root.toBigInt(), BigInt(tree.size)]).toEqual([
            state.registryRoot,
            state.nextIndex,
          ]);
        },
      ),
      { numRuns: 2 },
    );
  });

  test('give a member of an aggregate its place, and its path under the root on chain', async () => {
    await publish(1);
    const numbers = [11, 12, 13];
    const { aggregated } = aggregateEnvelope(numbers);
    const { place } = await publishMany(numbers);
    expect(place).toBe(4);
    const members = [{ leaf: aggregated.leaves[2]!, path: aggregated.paths[2]! }];
    const { tree, state } = await world.sync({ members });
    expect(tree.placeOf(leafOf(13))).toBe(6);
    expect(tree.placeOf(leafOf(1))).toBe(0);
    expect(tree.root.toBigInt()).toBe(state.registryRoot);
    expect(await refusalOf(async () => tree.placeOf(leafOf(12)))).toBe('ERR_REGISTRY_UNKNOWN');
    const strangers = [{ leaf: Field(1), path: aggregated.paths[2]! }];
    expect(await refusalOf(() => world.sync({ members: strangers }))).toBe('ERR_REGISTRY_UNKNOWN');
  });

  test('are refused under other CIs, and when somebody was faster', async () => {
    const synced = await world.sync();
    const other = chainEnvelope(1, TRUST_ROOT + 1n);
    expect(await refusalOf(() => publishChain(world.sender, synced, other))).toBe(
      'ERR_REGISTRY_TRUST_ROOT',
    );
    expect(
      await refusalOf(() => publishChain(world.sender, synced, aggregateEnvelope([1]).envelope)),
    ).toBe('ERR_PROOF_PROGRAM');
    const late = await world.sync();
    await publish(1);
    expect(await refusalOf(() => publishChain(world.sender, late, chainEnvelope(2)))).toBe(
      'ERR_REGISTRY_REFUSED',
    );
  });
});

describe('the trust set and the map', () => {
  test('follow what the admin does', async () => {
    const [, admin, , next] = world.chain.accounts;
    await decide({ kind: 'addCi', leaf: 100n });
    let synced = await world.sync();
    expect([...synced.history.trust!].sort((a, b) => Number(a - b))).toEqual([
      50n,
      100n,
      200n,
      300n,
    ]);
    await removeCi(world.sender, synced, admin!, 200n);
    synced = await world.sync();
    expect(synced.history.trust!.has(200n)).toBe(false);
    expect(synced.state.trustRoot).not.toBe(TRUST_ROOT);
    expect(await refusalOf(() => world.sync({ trust: [50n] }))).toBe('ERR_REGISTRY_GAP');
    expect(await refusalOf(() => world.sync({ trust: [...TRUST, 1n] }))).toBe('ERR_REGISTRY_STATE');
    // without them everything else is rebuilt
    expect((await world.sync({ trust: undefined })).history.trust).toBeUndefined();

    await decide({ kind: 'changeAdmin', keyHash: adminKeyHash(next!.toPublicKey()).toBigInt() });
    synced = await world.sync();
    expect(await refusalOf(() => removeCi(world.sender, synced, admin!, 50n))).toBe(
      'ERR_REGISTRY_ADMIN',
    );
    await removeCi(world.sender, synced, next!, 50n);
    expect((await world.sync()).history.trust!.size).toBe(2);
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
    // the same list again, and a proof of a list that is not in the map
    expect(await refusalOf(() => updateRevocation(world.sender, synced, proof, lists))).toBe(
      'ERR_REVOCATION_OLDER',
    );
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

describe('a chain that lies', () => {
  /** The same chain with other events. */
  const telling = (change: (events: ChainEvent[]) => ChainEvent[]): Chain => ({
    network: world.chain.network,
    proofs: world.chain.proofs,
    slot: () => world.chain.slot(),
    finality: world.chain.finality,
    canonical: world.chain.canonical,
    identity: () => world.chain.identity(),
    clock: () => world.chain.clock(),
    tip: () => world.chain.tip(),
    eventHeights: () => world.chain.eventHeights(),
    account: (address) => world.chain.account(address),
    events: async (address, range) => change(await world.chain.events(address, range)),
    activate: () => world.chain.activate(),
    submit: (transaction) => world.chain.submit(transaction),
    wait: (transaction) => world.chain.wait(transaction),
    close: () => Promise.resolve(),
  });
  const withFields = (event: ChainEvent, fields: bigint[]): ChainEvent => ({ ...event, fields });

  test('is found out', async () => {
    await publish(1);
    await publishMany([11, 12]);
    await publish(2);
    const cases: [string, (events: ChainEvent[]) => ChainEvent[]][] = [
      ['ERR_REGISTRY_GAP', ([, ...rest]) => rest],
      ['ERR_REGISTRY_GAP', ([first, , last]) => [first!, last!]],
      ['ERR_REGISTRY_STATE', (events) => events.slice(0, -1)],
      ['ERR_REGISTRY_STATE', () => []],
      ['ERR_REGISTRY_GAP', (events) => events.reverse()],
      ['ERR_REGISTRY_GAP', ([first, ...rest]) => [first!, first!, ...rest]],
      ['ERR_REGISTRY_GAP', ([born, first, ...rest]) => [first!, born!, ...rest]],
      ['ERR_REGISTRY_EVENT', ([first]) => [withFields(first!, [99n, 0n, 1n])]],
      ['ERR_REGISTRY_EVENT', ([first]) => [withFields(first!, first!.fields.slice(0, -1))]],
      ['ERR_REGISTRY_EVENT', ([first]) => [withFields(first!, [])]],
      [
        'ERR_REGISTRY_STATE',
        ([first, ...rest]) => [withFields(first!, [...first!.fields.slice(0, -1), 9n]), ...rest],
      ],
    ];
    for (const [code, change] of cases) {
      const synced = () => syncRegistry(telling(change), world.address, { attempts: 1 });
      expect(await refusalOf(synced)).toBe(code);
    }
    const honest = await syncRegistry(
      telling((events) => events),
      world.address,
      { attempts: 1 },
    );
    expect(honest.tree.size).toBe(5);
  });

  test('or tells of what can never be is found out', () => {
    const proposed = (actions: AdminAction[]) =>
      proposedParts(actionList(actions), Field(1)).map(
        (value) => ({ name: 'proposed', value }) as const,
      );
    type Told = ReturnType<typeof proposed>[number];
    const begun = (trust?: bigint[]) => {
      const started = new RegistryHistory({ trust });
      started.apply({ name: 'deployed', value: Field(GENESIS) });
      return started;
    };
    const history = (actions: AdminAction[], trust?: bigint[]) => {
      const started = begun(trust);
      for (const part of proposed(actions)) started.apply(part);
      return started;
    };
    for (const key of [0n, -1n]) {
      const value = { mapKey: Field(key), point: Field(0) };
      const waiting = [setSourceAction(value.mapKey, value.point)];
      for (const name of ['sourceAdded', 'sourceChanged'] as const) {
        expect(() => history(waiting).apply({ name, value })).toThrow(gap);
      }
    }
    const full = Array.from({ length: 2 ** TRUST_HEIGHT }, (_, i) => BigInt(i + 1));
    const added = { name: 'ciAdded', value: Field(10_000) } as const;
    const adding = [addCiAction(added.value)];
    expect(() => history(adding, full).apply(added)).toThrow(gap);
    const one = history(adding, full.slice(1));
    one.apply(added);
    expect(one.trust!.size).toBe(2 ** TRUST_HEIGHT);

    // another action than the first of the pending ones, or none pending
    expect(() => one.apply(added)).toThrow(gap);
    expect(() => history([addCiAction(Field(1)), ...adding], []).apply(added)).toThrow(gap);
    const admin = { name: 'adminChanged', value: added.value } as const;
    expect(() => history(adding).apply(admin)).toThrow(gap);
    // what is left is not what the event says
    for (const name of ['cancelled', 'dropped'] as const) {
      expect(() => history(adding).apply({ name, value: Field(1) })).toThrow(gap);
      expect(() => begun().apply({ name, value: Field(0) })).toThrow(gap);
    }
    // another list over one that is pending since the same slot
    expect(() => history(adding).apply(proposed(adding)[0]!)).not.toThrow();
    const again = history(adding);
    expect(() => proposed(adding).forEach((part) => again.apply(part))).toThrow(gap);
    // parts that are missing, twice there, of two proposals; that come in another order is fine
    const parts = proposed(adding);
    const later = proposedParts(actionList(adding), Field(2)).map((value): Told => ({
      name: 'proposed',
      value,
    }));
    const refused: Parameters<RegistryHistory['apply']>[0][][] = [
      [...parts.slice(1), added],
      [parts[0]!, parts[0]!],
      [...parts.slice(1), later[0]!],
    ];
    for (const events of refused) {
      const started = begun([]);
      expect(() => events.forEach((event) => started.apply(event))).toThrow(gap);
    }
    const reversed = begun([]);
    parts.toReversed().forEach((part) => reversed.apply(part));
    reversed.apply(added);
    expect([...reversed.trust!]).toEqual([10_000n]);
  });

  test('or counts time otherwise than the registry is refused', async () => {
    const faster = {
      ...telling((events) => events),
      clock: async () => ({ ...(await world.chain.clock()), slotSeconds: 90 }),
    };
    expect(await refusalOf(() => syncRegistry(faster, world.address))).toBe('ERR_REGISTRY_CLOCK');
  });

  test('that lags is asked again', async () => {
    await publish(1);
    let asked = 0;
    const late = telling((events) => (asked++ === 0 ? [] : events));
    const synced = await syncRegistry(late, world.address, { attempts: 2, interval: 1 });
    expect([synced.tree.size, asked]).toEqual([1, 2]);
  });

  test('or an address without the registry is refused', async () => {
    const nobody = PrivateKey.random().toPublicKey().toBase58();
    expect(await refusalOf(() => syncRegistry(world.chain, nobody))).toBe('ERR_REGISTRY_ACCOUNT');
    const payer = world.sender.feePayer.toPublicKey().toBase58();
    expect(await refusalOf(() => syncRegistry(world.chain, payer))).toBe('ERR_REGISTRY_ACCOUNT');
    expect(await refusalOf(() => world.sync({ code: 1n }))).toBe('ERR_REGISTRY_CODE');
    const { verificationKey } = (await world.chain.account(world.address))!.zkapp!;
    expect((await world.sync({ code: verificationKey.hash })).slot).toBe(1_000);
    expect(world.code).toBe(verificationKey.hash);
  });
});

test('who pays must have an account with enough in it', async () => {
  const feePayer = PrivateKey.random();
  const poor = { ...world.sender, feePayer };
  const synced = await world.sync();
  expect(await refusalOf(() => publishChain(poor, synced, chainEnvelope(1)))).toBe(
    'ERR_ACCOUNT_FUNDS',
  );
  const dear = { ...world.sender, fee: 10n ** 18n };
  expect(await refusalOf(() => publishChain(dear, synced, chainEnvelope(1)))).toBe(
    'ERR_ACCOUNT_FUNDS',
  );
});
