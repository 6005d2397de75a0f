/** Every check of a statement up to its proof: honest values pass to ERR_PROOF_INVALID, no others do. */
import { describe, expect, test } from '@jest/globals';
import { MODE } from '../../src/params.ts';
import { verifyCertified } from '../../src/session/certified.ts';
import type { CertifiedBundle } from '../../src/session/envelopes.ts';
import { planCertify } from '../../src/session/statements.ts';
import { certifiedOf, withValue } from './bundles.ts';
import { ANCHORS, credentialOf, DP_AUTH, MAP, NOW, TRUST } from './world.ts';

describe('a statement', () => {
  const server = credentialOf([DP_AUTH]);
  const plan = planCertify({
    credential: server,
    anchors: ANCHORS,
    trust: TRUST,
    map: MAP,
    time: NOW,
  });
  const trustRoot = TRUST.root.toBigInt();
  const mapRoot = MAP.root.toBigInt();
  const expectation = {
    trustRoot,
    mapRoot,
    role: 'dp-auth-v2' as const,
    now: NOW,
  };
  const bundle = () => certifiedOf(plan);
  const changed = (index: number, value: bigint): CertifiedBundle => ({
    ...bundle(),
    proof: withValue(bundle().proof, index, value),
  });

  test('with the right values is refused for its proof alone, up to a day later', async () => {
    for (const now of [NOW, NOW + 86_000n]) {
      await expect(verifyCertified(bundle(), { ...expectation, now })).rejects.toMatchObject({
        code: 'ERR_PROOF_INVALID',
      });
    }
  });

  test('counts under an earlier map of the verifier until a later one contradicts it', async () => {
    const asked: bigint[] = [];
    const under = (isUnspoiled: boolean) =>
      verifyCertified(bundle(), {
        ...expectation,
        mapRoot: 5n,
        history: { isUnspoiled: (root) => asked.push(root) > 0 && isUnspoiled },
      });
    await expect(under(true)).rejects.toMatchObject({ code: 'ERR_PROOF_INVALID' });
    await expect(under(false)).rejects.toMatchObject({ code: 'ERR_PROOF_REVOCATION_ROOT' });
    expect(asked).toEqual([mapRoot, mapRoot]);
    const words = { isUnspoiled: () => 'yes' as never };
    await expect(
      verifyCertified(bundle(), { ...expectation, mapRoot: 5n, history: words }),
    ).rejects.toMatchObject({ code: 'ERR_PROOF_REVOCATION_ROOT' });
  });

  test.each([
    ['another mode', () => changed(0, BigInt(MODE.presentation)), {}, 'ERR_PROOF_MODE'],
    ['another trust root', () => changed(1, 5n), {}, 'ERR_PROOF_TRUST_ROOT'],
    ['a map that is not known', () => changed(2, 5n), {}, 'ERR_PROOF_REVOCATION_ROOT'],
    ['a time ahead', () => changed(3, NOW + 301n), {}, 'ERR_PROOF_TIME'],
    ['another role', () => changed(4, 7n), {}, 'ERR_PROOF_ROLE'],
    ['an OID that is none', () => changed(11, 5n), {}, 'ERR_PROOF_OPENING'],
    ['an age over the limit', bundle, { now: NOW + 90_000n }, 'ERR_PROOF_TIME'],
    ['an age over a stricter limit', bundle, { now: NOW + 61n, maximumAge: 60n }, 'ERR_PROOF_TIME'],
    ['a map that is known no longer', bundle, { mapRoot: 5n }, 'ERR_PROOF_REVOCATION_ROOT'],
    ['a window that is over', () => changed(13, NOW - 1n), {}, 'ERR_PROOF_WINDOW'],
    ['another role than is wanted', bundle, { role: 'dp-pb-v2' }, 'ERR_PROOF_ROLE'],
  ] as [string, () => CertifiedBundle, object, string][])(
    'with %s is refused',
    async (_, make, change, code) => {
      await expect(verifyCertified(make(), { ...expectation, ...change })).rejects.toMatchObject({
        code,
      });
    },
  );
});
