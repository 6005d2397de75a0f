/** The whole way with real proofs: four credentials, two pairs, one merge and its seal, and a killed process. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AggregateResult, aggregateChains } from '../../src/aggregate/aggregate-chains.ts';
import type { AggregateProgress } from '../../src/aggregate/progress.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import type { ProverEvent } from '../../src/prover/prover.ts';
import { verifyAggregate } from '../../src/prover/verify-aggregate.ts';
import { aggregateClaims } from '../../src/witness/aggregate.ts';
import { killProver } from '../support/aggregate/kill.ts';
import { PROVEN_AT, PROVEN_DEVICES, PROVEN_TRUST, provenRefresh } from '../support/credentials.ts';
import { SHARED } from '../support/proving/index.ts';

const work = mkdtempSync(join(tmpdir(), 'zkcx-aggregate-'));
const trustRoot = PROVEN_TRUST.root.toBigInt();
const progress: AggregateProgress[] = [];
const events: ProverEvent[] = [];
let chains: { proof: ProofEnvelope }[];
let result: AggregateResult;

beforeAll(async () => {
  chains = PROVEN_DEVICES.map((name) => ({ proof: provenRefresh(name) }));
  let killed = false;
  result = await aggregateChains(
    { trust: trustRoot, chains, at: PROVEN_AT },
    {
      ...SHARED,
      work,
      onProgress: (state) => progress.push(state),
      onEvent: (event) => {
        events.push(event);
        // in the middle of the second pair
        const second = event.type === 'proving' && progress.at(-1)!.done === 1;
        if (!second || killed) return;
        killed = true;
        setTimeout(() => killProver('proving/relay.worker.ts'), 3_000);
      },
    },
  );
});

afterAll(() => rmSync(work, { recursive: true }));

describe('an aggregation of four real refreshes', () => {
  test('is verified and claims what their list comes to', async () => {
    const claim = await verifyAggregate(JSON.parse(JSON.stringify(result.aggregate)), {
      trustRoot,
      at: PROVEN_AT,
    });
    const claims = chains.map(({ proof }) => {
      const [root, from, until, commitment] = proof.proof.publicOutput.map(BigInt);
      return { trustRoot: root!, validFrom: from!, validUntil: until!, commitment: commitment! };
    });
    const planned = aggregateClaims(claims, { at: PROVEN_AT });
    expect(claim).toEqual({
      trustRoot,
      root: planned.claim.root.toBigInt(),
      height: 2n,
      count: 4n,
      validUntil: planned.claim.validUntil.toBigInt(),
    });
    expect(result.chains.map(({ member }) => member.leaf.toString())).toEqual(
      planned.leaves.map(String),
    );
  });

  test('loses nothing to the SIGKILL: four proofs, of which one was begun twice', () => {
    const methods = (type: string) =>
      events.flatMap((event) => (event.type === type && 'method' in event ? [event.method] : []));
    expect(methods('proving')).toEqual(['prove', 'prove', 'prove', 'pairs', 'ofMerge']);
    expect(methods('proved')).toEqual(['prove', 'prove', 'pairs', 'ofMerge']);
    expect(progress.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4]);
    expect(readdirSync(join(work, 'proofs')).filter((name) => name.endsWith('.json'))).toHaveLength(
      4,
    );
  });

  test('is there at once when it is asked for again', async () => {
    const before = events.length;
    const again = await aggregateChains({ trust: trustRoot, chains, at: PROVEN_AT }, { work });
    expect(again.aggregate).toEqual(result.aggregate);
    expect(events).toHaveLength(before);
  });

  test('is refused with a root, height, count or window that was changed', async () => {
    for (const [index, value] of [
      [1, '5'],
      [2, '3'],
      [3, '3'],
      [4, String(BigInt(result.aggregate.proof.publicOutput[4]!) + 1n)],
    ] as const) {
      const { proof } = result.aggregate;
      const publicOutput = proof.publicOutput.with(index, value);
      const forged = { ...result.aggregate, proof: { ...proof, publicOutput } };
      const verified = verifyAggregate(forged, { trustRoot, at: PROVEN_AT });
      await expect(verified).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
    }
  });

  test('is not begun with a proof that does not verify', async () => {
    const [first, second] = chains as [{ proof: ProofEnvelope }, { proof: ProofEnvelope }];
    const { proof } = second.proof;
    const publicOutput = proof.publicOutput.with(3, '12345');
    const forged = { proof: { ...second.proof, proof: { ...proof, publicOutput } } };
    const aggregated = aggregateChains(
      { trust: trustRoot, chains: [first, forged], at: PROVEN_AT },
      { work },
    );
    await expect(aggregated).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
  });
});
