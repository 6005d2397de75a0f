/** What the server says of itself: made again before it is old, and when what it relies on changes. */
import { describe, expect, test } from '@jest/globals';
import { checkCertifiedBundle, parseBundle } from '../../../src/session/envelopes.ts';
import type { CertifyInput } from '../../../src/session/statements.ts';
import { planCertify } from '../../../src/session/statements.ts';
import type { ServerRoots } from '../../../src/rsp/zkcx/server/roots.ts';
import { ServerStatements } from '../../../src/rsp/zkcx/server/statements.ts';
import { certifiedOf } from '../../session/bundles.ts';
import { credentialOf, MAP, mapWith, NOW, serverRootsOf } from '../../session/world.ts';
import { testTrust } from '../../support/rsp/smdpp.ts';

describe('statements', () => {
  const trust = testTrust();
  const [identity] = trust.identities as [(typeof trust.identities)[0]];
  const credentials = [identity.auth, identity.pb].map(({ certificate }) =>
    credentialOf([certificate]),
  );

  function make(given = credentials) {
    const state = {
      now: NOW,
      made: [] as CertifyInput[],
      fails: false,
      roots: serverRootsOf(MAP) as ServerRoots,
    };
    const statements = new ServerStatements({
      identities: trust.identities,
      credentials: given,
      roots: () => Promise.resolve(state.roots),
      certify: (input) => {
        if (state.fails) return Promise.reject(Error('no memory'));
        state.made.push(input);
        return Promise.resolve(certifiedOf(planCertify(input)));
      },
      now: () => state.now,
    });
    return { statements, state };
  }

  test('are made for both certificates, again at half their age, and end with it', async () => {
    const { statements, state } = make();
    expect(statements.current(identity)).toBeUndefined();
    await Promise.all([statements.renew(), statements.renew()]);
    expect(state.made).toHaveLength(2);
    const first = statements.current(identity)!;
    // other certificates under the same CI are none that these statements are about
    expect(statements.current({ ...identity, auth: identity.pb })).toBeUndefined();
    for (const document of [first.auth, first.pb]) {
      expect(
        checkCertifiedBundle(parseBundle(new TextDecoder().decode(document))).proof.program,
      ).toBe('certify');
    }
    expect(first.auth).not.toEqual(first.pb);
    state.now += 43_199n;
    await statements.renew();
    expect(state.made).toHaveLength(2);
    state.now += 1n;
    await statements.renew();
    expect(state.made).toHaveLength(4);
    // the old ones serve while no new ones can be made, and no longer than they are taken
    state.fails = true;
    state.now += 86_399n;
    await expect(statements.renew()).rejects.toThrow('no memory');
    expect(statements.current(identity)).toBeDefined();
    state.now += 1n;
    expect(statements.current(identity)).toBeUndefined();
  });

  test('are made again when a list changes', async () => {
    const { statements, state } = make();
    await statements.renew();
    const map = mapWith({ user: [99n] });
    state.roots = serverRootsOf(map);
    await statements.renew();
    expect(state.made).toHaveLength(4);
    expect(state.made.at(-1)!.map).toBe(map);
  });

  test.each([
    ['of one of the two certificates', () => credentials.slice(0, 1)],
    ['of a certificate that is not in use here', () => [credentials[0]!, credentialOf()]],
  ])('are not made from credentials %s', (_, given) => {
    expect(() => make(given())).toThrow(expect.objectContaining({ code: 'ERR_RSP_IDENTITY' }));
  });
});
