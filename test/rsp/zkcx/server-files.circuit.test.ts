/** What the server relies on and says of itself: read again when it changes, made again before it is old. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { checkCertifiedBundle, parseBundle } from '../../../src/session/envelopes.ts';
import { buildMap, formatMap } from '../../../src/session/map-file.ts';
import type { CertifyInput } from '../../../src/session/statements.ts';
import { planCertify } from '../../../src/session/statements.ts';
import { rootsOfFiles, type ServerRoots } from '../../../src/rsp/zkcx/server/roots.ts';
import { ServerStatements } from '../../../src/rsp/zkcx/server/statements.ts';
import { certifiedOf } from '../../session/bundles.ts';
import {
  ANCHORS,
  CI,
  credentialOf,
  MAP,
  mapWith,
  NOW,
  rootsOf,
  SOURCES,
  TRUST,
} from '../../session/world.ts';
import { ciList } from '../../support/crl/index.ts';
import { testTrust } from '../../support/rsp/smdpp.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-server-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('roots of files', () => {
  const [ci, other, map] = ['ci.der', 'other.der', 'map.json'].map((name) => join(folder, name));
  const write = (serials: bigint[], at: bigint) => {
    const lists = (['B', 'A'] as const).map((point) =>
      parseRevocationList(ciList(point, { serials: point === 'A' ? serials : [] })),
    );
    const anchors = ANCHORS.slice(0, 1);
    const text = formatMap(buildMap({ sources: SOURCES, anchors, at: NOW, lists }));
    writeFileSync(map!, text);
    utimesSync(map!, Number(at), Number(at));
  };

  test('are those of the files as they are, with the time at which the map was written', async () => {
    writeFileSync(ci!, CI.der);
    write([], NOW - 100n);
    const roots = rootsOfFiles({ anchors: [ci!], map: map! }, () => NOW);
    const first = await roots();
    expect(first).toMatchObject({ revocationRoot: MAP.root.toBigInt(), mapRootAt: NOW - 100n });
    expect(first.registryRoot).toBeUndefined();
    // nothing is read again while nothing changes
    expect(await roots()).toBe(first);

    write([99n], NOW);
    const second = await roots();
    expect(second.revocationRoot).toBe(mapWith({ user: [99n] }).root.toBigInt());
    expect(second.mapRootAt).toBe(NOW);

    writeFileSync(map!, '{}');
    await expect(roots()).rejects.toMatchObject({ code: 'ERR_REVOCATION_FORMAT' });
    write([], NOW);
    expect((await roots()).revocationRoot).toBe(first.revocationRoot);
  });

  test('are none without one of the files, until it is there', async () => {
    const roots = rootsOfFiles({ anchors: [ci!, other!], map: map! }, () => NOW);
    await expect(roots()).rejects.toMatchObject({ code: 'ERR_FILE_READ' });
    writeFileSync(other!, CI.der);
    expect((await roots()).trust.size).toBe(1);
  });
});

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
      roots: { ...rootsOf(MAP), anchors: ANCHORS, trust: TRUST, map: MAP } as ServerRoots,
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
    state.roots = { ...state.roots, ...rootsOf(map), map };
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
