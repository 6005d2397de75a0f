/** Refreshes and presentations that are ready: each is used once, by one process. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ZkcxError } from '../../src/errors.ts';
import { type Credential } from '../../src/prover/credential.ts';
import { type Openable, proveRefresh } from '../../src/prover/refresh.ts';
import { type ProvableTerms, termsAhead } from '../../src/session/holder.ts';
import { openPools, poolsFolderOf, readyIn } from '../../src/session/pools.ts';
import { termsOf } from '../../src/session/prepared.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { cheapProver, programsOf } from '../support/cheap-prover.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { prepared } from './bundles.ts';
import {
  ANCHORS,
  countingBytes,
  credentialOf,
  DP_AUTH,
  EID,
  EUICC,
  EUM,
  mapWith,
  POLICY,
} from './world.ts';

const credential = { ...credentialOf(), published: Field(4711) };
const renewed = { ...credentialOf([EUM, EUICC], countingBytes(99)), published: undefined };
const accepted = termsAhead(credential, POLICY);
const server = credentialOf([DP_AUTH]);
const refreshed = (of: Credential = credential) => proveRefresh(of, cheapProver().prover);

const newPools = async (of = credential, folder = join(temporaryFolder(), 'phone.pool')) => ({
  folder,
  pools: await openPools(folder, of),
});
const proofOf = ({ proof }: Openable) => proof.proof.publicOutput[3];

describe('a pool of refreshes', () => {
  test('is filled, and gives each of them once', async () => {
    const by = cheapProver();
    const { folder, pools } = await newPools();
    expect(await pools.refreshes.refill({}, by.prover)).toBe(4);
    expect(programsOf(by)).toEqual(Array(4).fill('refresh'));
    expect(await pools.refreshes.refill({ count: 3 }, by.prover)).toBe(0);
    // another process on the same folder
    const other = await openPools(folder, credential);
    const taken = await Promise.all(
      [pools, other, pools, other, pools].map((one) => one.refreshes.take()),
    );
    const proofs = taken.flatMap((one) => (one === undefined ? [] : [proofOf(one.value)]));
    expect(new Set(proofs).size).toBe(4);
    // nothing is made because something was used
    expect([await pools.refreshes.ready(), by.jobs.length]).toEqual([0, 4]);
  });

  test('keeps what was made before the prover failed', async () => {
    const { pools } = await newPools();
    const dying = cheapProver(() => {
      if (dying.jobs.length === 3) throw new ZkcxError('ERR_PROVER_CRASHED', 'it ended early');
    });
    await expect(pools.refreshes.refill({}, dying.prover)).rejects.toMatchObject({
      code: 'ERR_PROVER_CRASHED',
    });
    expect(await pools.refreshes.ready()).toBe(2);
  });

  test('is of one credential: what is left of an earlier one is deleted', async () => {
    const { folder, pools } = await newPools();
    await expect(pools.refreshes.add(await refreshed(server))).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_MISMATCH',
    });
    await pools.refreshes.refill({ count: 2 }, cheapProver().prover);
    expect(await readyIn(folder, credential, accepted.time)).toEqual({
      refreshes: 2,
      presentations: 0,
    });
    expect((await readyIn(folder, renewed, accepted.time)).refreshes).toBe(0);
    await openPools(folder, renewed);
    expect(await pools.refreshes.ready()).toBe(0);
  });

  test('passes over a file that was changed', async () => {
    const { folder, pools } = await newPools();
    await pools.refreshes.refill({ count: 1 }, cheapProver().prover);
    const ready = join(folder, 'refreshes/ready');
    const file = join(ready, readdirSync(ready)[0]!);
    const text = readFileSync(file, 'utf8');
    const { blind } = (JSON.parse(text) as { content: { opening: { blind: string } } }).content
      .opening;
    writeFileSync(file, text.replace(`"${blind}"`, '"7"'));
    expect(await pools.refreshes.take()).toBeUndefined();
  });

  test('is beside the file of its credential', () => {
    expect(poolsFolderOf('store/phone.json')).toBe('store/phone.pool');
    expect(poolsFolderOf('phone')).toBe('phone.pool');
  });

  test('shows that nothing is ready where no pool is', async () => {
    const folder = join(temporaryFolder(), 'none.pool');
    expect(await readyIn(folder, credential, 0n)).toEqual({ refreshes: 0, presentations: 0 });
  });
});

describe('a pool of presentations', () => {
  const at = (change: Partial<ProvableTerms>) => termsOf({ ...accepted, ...change });

  test('gives one under exactly its terms', async () => {
    const { folder, pools } = await newPools();
    const made = await prepared(accepted, credential);
    await pools.presentations.add(made);
    for (const other of [
      at({ map: mapWith({ user: [7n] }) }),
      at({ trust: new TrustSet([ANCHORS[0]!]) }),
      at({ role: 'euicc' }),
      { ...at({}), mode: 'registryPresentation' as const, registryRoot: 5n },
      { ...at({}), time: accepted.time - 1n },
    ]) {
      expect(await pools.presentations.take(other)).toBeUndefined();
    }
    expect(await readyIn(folder, credential, accepted.time + 21_599n)).toMatchObject({
      presentations: 1,
    });
    expect(await readyIn(folder, credential, accepted.time + 21_600n)).toMatchObject({
      presentations: 0,
    });
    const other = await openPools(folder, credential);
    const [one, two] = [
      await pools.presentations.take(at({})),
      await other.presentations.take(at({})),
    ];
    expect(two).toBeUndefined();
    expect(one!.value.presentation).toEqual(made.presentation);
    expect(one!.value.terms).toEqual(made.terms);
    expect(JSON.stringify(one!.value.openings)).toBe(JSON.stringify(made.openings));
  });

  test('discards those of an earlier event', async () => {
    const { pools } = await newPools();
    await pools.presentations.add(await prepared(accepted, credential));
    const map = mapWith({ user: [7n] });
    const earlier = { ...at({ map }), time: accepted.time };
    await pools.presentations.add(await prepared({ ...accepted, map }, credential));
    const later = { ...accepted, time: accepted.time + 60n };
    expect(await pools.presentations.take(termsOf(later))).toBeUndefined();
    expect(await pools.presentations.ready(at({}))).toBe(0);
    // those under other roots have events of their own, until they are a day old
    expect(await pools.presentations.ready(earlier)).toBe(1);
    const next = { ...accepted, time: accepted.time + 86_401n };
    expect(await pools.presentations.take(termsOf(next))).toBeUndefined();
    expect(await pools.presentations.ready(earlier)).toBe(0);
  });

  test('passes over a file that says it is another one', async () => {
    const { folder, pools } = await newPools();
    await pools.presentations.add(await prepared(accepted, credential));
    const ready = join(folder, 'presentations/ready');
    const [name] = readdirSync(ready);
    const text = readFileSync(join(ready, name!), 'utf8');
    writeFileSync(join(ready, name!), text.replace(String(accepted.time), '5'));
    expect(await pools.presentations.take(at({}))).toBeUndefined();
  });

  test('holds nothing that others can read', async () => {
    const { folder, pools } = await newPools();
    await pools.presentations.add(await prepared(accepted, credential));
    const [name] = readdirSync(join(folder, 'presentations/ready'));
    expect(name).not.toContain(EID);
    expect(name).toMatch(/^[0-9a-f]{16}-[0-9a-f]{16}-[0-9]+-[0-9a-f]{16}\.json$/);
  });
});
