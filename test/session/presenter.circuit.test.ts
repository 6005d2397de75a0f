/** Presentations made ahead: of what, for what, and each once. */
import { readdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { ZkcxError } from '../../src/errors.ts';
import { type Credential, publishedOpening } from '../../src/prover/credential.ts';
import { type Openable, proveRefresh } from '../../src/prover/refresh.ts';
import { planAnswer, planPossession } from '../../src/session/answer.ts';
import { type AcceptedTerms, type ProvableTerms, termsAhead } from '../../src/session/holder.ts';
import { openPools } from '../../src/session/pools.ts';
import { preparePresentation, type PrepareInput, termsOf } from '../../src/session/prepared.ts';
import { obtainPresentation, prepareAhead } from '../../src/session/presenter.ts';
import { leafOf } from '../../src/witness/presentation.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { cheapProver, programsOf } from '../support/cheap-prover.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { prepared, commitmentsIn } from './bundles.ts';
import {
  ANCHORS,
  credentialOf,
  DP_AUTH,
  EUICC,
  EUM,
  mapWith,
  POLICY,
  SERVER_OID,
  sign,
} from './world.ts';

const credential = { ...credentialOf(), published: Field(4711) };
const accepted = termsAhead(credential, POLICY);
const registry = new RegistryTree([leafOf(publishedOpening(credential)!)]);
const inRegistry = termsAhead(
  credential,
  { ...POLICY, registry, minimumPublished: 1 },
  'registryPresentation',
);
const server = credentialOf([DP_AUTH]);
const refreshed = (of: Credential = credential) => proveRefresh(of, cheapProver().prover);

function prepare(change: Partial<PrepareInput> = {}, by = cheapProver()) {
  const refresh = () => refreshed();
  const input = { accepted, credential, anchors: ANCHORS, refresh, ...change };
  return preparePresentation(input, by.prover);
}

describe('preparing a presentation', () => {
  test('proves it over the refresh, for the terms', async () => {
    const by = cheapProver();
    const refresh = await refreshed();
    const made = await prepare({ refresh: async () => refresh }, by);
    expect(programsOf(by)).toEqual(['presentation']);
    expect(by.jobs[0]!.privateInputs[0]).toBe(refresh.proof.proof);
    expect(made.terms).toEqual(termsOf(accepted));
    expect(made.presentation.program).toBe('presentation');
  });

  test('from the registry proves it of what was published, without a refresh', async () => {
    const by = cheapProver();
    const refresh = () => Promise.reject(Error('not needed'));
    const made = await prepare({ accepted: inRegistry, refresh }, by);
    expect(programsOf(by)).toEqual(['registryPresentation']);
    expect(made.terms.registryRoot).toBe(registry.root.toBigInt());
    const { published: _, ...unpublished } = credential;
    await expect(prepare({ accepted: inRegistry, credential: unpublished })).rejects.toMatchObject({
      code: 'ERR_HOLDER_REGISTRY',
    });
  });

  test('takes a refresh for one proof only', async () => {
    const refresh = await refreshed();
    await prepare({ refresh: async () => refresh });
    await expect(prepare({ refresh: async () => refresh })).rejects.toMatchObject({
      code: 'ERR_SESSION_REPEATED',
    });
  });

  test('does not take a refresh of another credential, or one that is none', async () => {
    const own = await refreshed();
    const wrong: Openable[] = [
      await refreshed(server),
      { ...own, opening: credential.opening },
      { ...own, proof: { ...own.proof, program: 'chain' } },
      credential,
    ];
    for (const refresh of wrong) {
      await expect(prepare({ refresh: async () => refresh })).rejects.toMatchObject({
        code: 'ERR_CREDENTIAL_MISMATCH',
      });
    }
  });

  /** Does not use a refresh up for what is refused. */
  async function refusal(change: Partial<PrepareInput>): Promise<unknown> {
    let asked = 0;
    const refresh = () => {
      asked++;
      return refreshed();
    };
    const error: unknown = await prepare({ refresh, ...change }).catch((reason: unknown) => reason);
    expect(asked).toBe(0);
    return error;
  }
  const under = (change: Partial<ProvableTerms>) =>
    refusal({ accepted: { ...accepted, ...change } });

  test.each([
    ['eUICC', { user: [EUICC.serialNumber], ca: [] }, true],
    ['EUM', { ca: [EUM.serialNumber] }, false],
  ])('refuses a revoked %s, where its issuer publishes', async (_, serials, passes) => {
    // the eUICC's issuer is the EUM: the CI's list does not speak of it
    const map = mapWith(serials);
    if (passes) await expect(prepare({ accepted: { ...accepted, map } })).resolves.toBeDefined();
    else expect(await under({ map })).toMatchObject({ code: 'ERR_REVOCATION_REVOKED' });
  });

  test('refuses a CI that is not in the set any more, and a time outside the window', async () => {
    const trust = new TrustSet([ANCHORS[1]!]);
    expect(await under({ trust })).toMatchObject({ code: 'ERR_TRUST_UNKNOWN' });
    const time = credential.opening.validUntil.toBigInt() + 1n;
    expect(await under({ time })).toMatchObject({ code: 'ERR_PRESENTATION_WINDOW' });
  });

  test('refuses certificates of another credential', async () => {
    const mixed = { ...credential, certificates: [DP_AUTH] };
    expect(await refusal({ credential: mixed })).toMatchObject({
      code: 'ERR_PRESENTATION_CREDENTIAL',
    });
  });

  test('fails with errors only, that say nothing of the credential', async () => {
    const error = await refusal({ anchors: [] });
    expect(error).toBeInstanceOf(ZkcxError);
    expect(String(error)).not.toContain(credential.opening.blind.toString());
  });
});

describe('a prepared presentation', () => {
  const message = Uint8Array.of(1, 2, 3);
  const possession = { session: 5n, message, signature: sign(message) };

  test('is for one session, which may be tried again', async () => {
    const one = await prepared(accepted);
    const { request } = planPossession({ prepared: one, ...possession });
    expect(planPossession({ prepared: one, ...possession }).request).toEqual(request);
    expect(() => planPossession({ prepared: one, ...possession, session: 6n })).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_REPEATED' }),
    );
  });

  test('tells a pseudonym or an identifier, never both', async () => {
    const one = await prepared(accepted);
    const identifier = { scope: 8n, secret: 9n };
    const both = { prepared: one, ...possession, scope: 7n, identifier };
    expect(() => planPossession(both)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_VALUE' }),
    );
    const { values } = planPossession({ prepared: one, ...possession, identifier });
    expect(values).toMatchObject({ pseudonym: 0n, order: 0n });
    expect(values.identifier).not.toBe(0n);
  });

  test('is not signed for by another key, or over another message', async () => {
    const one = await prepared(accepted);
    const stranger = sign(message, new Uint8Array(32).fill(3));
    for (const signature of [stranger, sign(Uint8Array.of(1))]) {
      expect(() => planPossession({ prepared: one, ...possession, signature })).toThrow(
        expect.objectContaining({ code: 'ERR_POSSESSION_SIGNATURE' }),
      );
    }
  });

  test.each([
    ['a scope of 0', { scope: 0n }],
    ['a secret of 249 bits', { identifier: { scope: 8n, secret: 2n ** 248n } }],
    ['a secret of 0', { identifier: { scope: 8n, secret: 0n } }],
    ['a salt of 15 bytes', { order: { serverOid: SERVER_OID, salt: new Uint8Array(15) } }],
  ])('is not planned for with %s', async (_, change) => {
    const one = await prepared(accepted);
    expect(() => planPossession({ prepared: one, ...possession, ...change })).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT' }),
    );
  });

  const transcript = {
    transactionId: new Uint8Array(16),
    serverAddress: 'dp.example.com',
    serverChallenge: new Uint8Array(32),
  };
  const answering = async (change: Partial<AcceptedTerms>, made = accepted) =>
    planAnswer({
      accepted: {
        ...accepted,
        serverOid: SERVER_OID,
        transcript,
        request: { disclosures: [] } as never,
        ...change,
      },
      prepared: await prepared(made),
      sign,
    });

  test('answers a request for its terms only', async () => {
    await expect(answering({})).resolves.toBeDefined();
    const changes = [
      { map: mapWith({ user: [7n] }) },
      { time: accepted.time - 21_600n },
      { trust: new TrustSet([ANCHORS[0]!]) },
      { mode: 'registryPresentation' as const },
    ];
    for (const change of changes) {
      await expect(answering(change)).rejects.toMatchObject({ code: 'ERR_HOLDER_REQUEST' });
    }
  });

  test('does not answer a request for an identifier without its secret', async () => {
    await expect(answering({ identifierScope: 7n })).rejects.toMatchObject({
      code: 'ERR_HOLDER_REQUEST',
    });
    await expect(answering({ identifierScope: 7n, scope: 8n })).resolves.toMatchObject({
      values: { identifier: 0n },
    });
  });
});
const newPools = async (of = credential, folder = join(temporaryFolder(), 'phone.pool')) => ({
  folder,
  pools: await openPools(folder, of),
});

describe('a presentation for a session', () => {
  const obtain = (pools?: Awaited<ReturnType<typeof newPools>>['pools'], by = cheapProver()) =>
    obtainPresentation({ accepted, credential, anchors: ANCHORS, pools }, by.prover);
  const ahead = (pools: Awaited<ReturnType<typeof newPools>>['pools'], count?: number) =>
    prepareAhead({ accepted, credential, anchors: ANCHORS, pools, count }, cheapProver().prover);
  const used = (folder: string) =>
    ['refreshes', 'presentations'].map((part) => readdirSync(join(folder, part, 'used')).length);

  test('is one that is ready, and nothing is proven', async () => {
    const { folder, pools } = await newPools();
    expect(await ahead(pools)).toBe(1);
    expect(await ahead(pools)).toBe(0);
    const by = cheapProver();
    const { prepared, source, done } = await obtain(pools, by);
    expect([source, by.jobs.length]).toEqual(['pool', 0]);
    expect(prepared.terms).toEqual(termsOf(accepted));
    // its file lasts as long as the session
    expect(used(folder)).toEqual([0, 1]);
    await done();
    expect(used(folder)).toEqual([0, 0]);
    expect(await pools.presentations.ready(termsOf(accepted))).toBe(0);
  });

  test('is made over a refresh that is ready, else over a new one', async () => {
    const { folder, pools } = await newPools();
    await pools.refreshes.refill({ count: 1 }, cheapProver().prover);
    const by = cheapProver();
    expect((await obtain(pools, by)).source).toBe('made');
    expect(programsOf(by)).toEqual(['presentation']);
    expect(used(folder)).toEqual([0, 0]);
    await obtain(pools, by);
    expect(programsOf(by)).toEqual(['presentation', 'refresh', 'presentation']);
    const without = cheapProver();
    await obtain(undefined, without);
    expect(programsOf(without)).toEqual(['refresh', 'presentation']);
  });

  test('is never made over a refresh that an attempt used which failed', async () => {
    const { folder, pools } = await newPools();
    await pools.refreshes.refill({ count: 2 }, cheapProver().prover);
    const jobs: unknown[] = [];
    const dying = cheapProver(({ privateInputs }) => {
      jobs.push(privateInputs[0]);
      throw new ZkcxError('ERR_PROVER_CRASHED', 'it ended early');
    });
    await expect(obtain(pools, dying)).rejects.toMatchObject({ code: 'ERR_PROVER_CRASHED' });
    expect([await pools.refreshes.ready(), used(folder)]).toEqual([1, [0, 0]]);
    const by = cheapProver();
    await obtain(pools, by);
    expect(by.jobs[0]!.privateInputs[0]).not.toEqual(jobs[0]);
  });

  test('is made on the spot where the storage cannot be relied on', async () => {
    const { folder, pools } = await newPools();
    for (const part of ['refreshes', 'presentations']) {
      if (part === 'refreshes') await pools.refreshes.add(await refreshed());
      else await pools.presentations.add(await prepared(accepted, credential));
      const ready = join(folder, part, 'ready');
      // a file whose flush fails: nothing is behind the link
      const [name] = readdirSync(ready);
      unlinkSync(join(ready, name!));
      symlinkSync(join(folder, 'nothing'), join(ready, name!));
    }
    const by = cheapProver();
    expect((await obtain(pools, by)).source).toBe('made');
    expect(programsOf(by)).toEqual(['refresh', 'presentation']);
  });

  test('of several at a time is another one each', async () => {
    const { folder, pools } = await newPools();
    await ahead(pools, 2);
    const other = await openPools(folder, credential);
    const all = await Promise.all([obtain(pools), obtain(other), obtain(pools)]);
    expect(all.map(({ source }) => source).toSorted()).toEqual(['made', 'pool', 'pool']);
    const keys = all.map(({ prepared }) => commitmentsIn(prepared.presentation)[0]);
    expect(new Set(keys).size).toBe(3);
  });
});

test('a device has an identifier for each secret', async () => {
  const message = Uint8Array.of(1);
  const one = await prepared(accepted);
  const [a, b, again] = [1n, 2n, 1n].map((secret) => {
    const identifier = { scope: 8n, secret };
    const signature = sign(message);
    return planPossession({ prepared: one, session: 5n, message, signature, identifier }).values;
  });
  expect(again).toEqual(a);
  expect(b!.identifier).not.toBe(a!.identifier);
});
