/** What the server relies on and says of itself: read again when it changes, made again before it is old. */
import { chmodSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { trustFacts } from '../../../src/session/accepted-roots.ts';
import { checkCertifiedBundle, parseBundle } from '../../../src/session/envelopes.ts';
import { buildMap, formatMap } from '../../../src/session/map-file.ts';
import { MapHistory } from '../../../src/session/map-history.ts';
import { RegistryTree } from '../../../src/witness/registry-tree.ts';
import { formatRegistry } from '../../../src/session/registry-file.ts';
import { acceptedBy } from '../../../src/rsp/zkcx/server/accepted.ts';
import { zkcxServer } from '../../../src/rsp/zkcx/server/index.ts';
import { Field } from 'o1js';
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
  SOURCES,
  TRUST,
} from '../../session/world.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { ciList } from '../../support/crl/index.ts';
import { testTrust, TestSmdp } from '../../support/rsp/smdpp.ts';

const folder = mkdtempSync(join(tmpdir(), 'zkcx-server-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A map of the CI's two lists, the one of devices with these serial numbers. */
function mapOf(serials: bigint[] = [], anchors = ANCHORS.slice(0, 1)) {
  const lists = (['B', 'A'] as const).map((point) =>
    parseRevocationList(ciList(point, { serials: point === 'A' ? serials : [] })),
  );
  return buildMap({ sources: SOURCES, anchors, at: NOW, lists });
}

const rootOf = ({ map }: ReturnType<typeof mapOf>) => map.root.toBigInt();

describe('roots of files', () => {
  const [ci, other, map, registry] = ['ci.der', 'other.der', 'map.json', 'registry.json'].map(
    (name) => join(folder, name),
  ) as [string, string, string, string];
  let writes = 0;
  const write = (serials: bigint[]) => {
    writeFileSync(map, formatMap(mapOf(serials)));
    const at = Number(NOW) + writes++;
    utimesSync(map, at, at);
  };

  test('are those of the files as they are', async () => {
    writeFileSync(ci, CI.der);
    write([]);
    const roots = rootsOfFiles({ anchors: [ci], map }, () => NOW);
    const first = await roots();
    expect(rootOf(first.map)).toBe(MAP.root.toBigInt());
    expect(first.registryRoots).toBeUndefined();
    // nothing is read again while nothing changes
    expect(await roots()).toBe(first);
    write([99n]);
    expect(rootOf((await roots()).map)).toBe(mapWith({ user: [99n] }).root.toBigInt());
    writeFileSync(map, '{}');
    await expect(roots()).rejects.toMatchObject({ code: 'ERR_REVOCATION_FORMAT' });
    write([]);
    expect(rootOf((await roots()).map)).toBe(rootOf(first.map));
  });

  test('of a registry are its own and those of the recent past, newest first', async () => {
    const tree = new RegistryTree();
    tree.append(Field(5));
    const before = tree.root;
    tree.append(Field(6));
    tree.acceptRecent([{ publications: 1, root: before }]);
    writeFileSync(registry, formatRegistry(tree));
    const roots = rootsOfFiles({ anchors: [ci], map, registry }, () => NOW);
    expect((await roots()).registryRoots).toEqual([tree.root.toBigInt(), before.toBigInt()]);
  });

  test('are none without one of the files, until it is there', async () => {
    const roots = rootsOfFiles({ anchors: [ci, other], map }, () => NOW);
    await expect(roots()).rejects.toMatchObject({ code: 'ERR_FILE_READ' });
    writeFileSync(other, CI.der);
    expect((await roots()).trust.size).toBe(1);
  });
});

describe('what counts', () => {
  const clean = mapOf();
  const revoked = mapOf([99n]);
  let state: { map: typeof clean; anchors: typeof ANCHORS; now: bigint };
  let name = 0;
  beforeEach(() => {
    state = { map: clean, anchors: ANCHORS.slice(0, 1), now: NOW };
    name++;
  });
  const open = async (grace: bigint) => {
    let given: ServerRoots | undefined;
    const history = await MapHistory.open(join(folder, `history-${name}.json`));
    const roots = () => {
      const { map, anchors } = state;
      // the same object while nothing changes, as of files
      if (given?.map !== map || given.anchors !== anchors) {
        given = { map, anchors, trust: new TrustSet(anchors) };
      }
      return Promise.resolve(given);
    };
    return acceptedBy({ roots, history, grace, now: () => state.now });
  };
  const mapsOf = async (accepted: Awaited<ReturnType<typeof open>>) =>
    (await accepted()).maps.map(({ root }) => root);

  test('are the present set of CIs and the present map', async () => {
    const accepted = await open(3_600n);
    expect(await accepted()).toMatchObject({ trustSets: [trustFacts(state.anchors)] });
    expect(await mapsOf(accepted)).toEqual([rootOf(clean)]);
    state.anchors = ANCHORS;
    expect((await accepted()).trustSets).toEqual([trustFacts(ANCHORS)]);
  });

  test.each([0n, 3_600n])(
    'is an earlier map for %d s once a serial number was added',
    async (grace) => {
      const accepted = await open(grace);
      await accepted();
      state.map = revoked;
      const both = [rootOf(revoked), rootOf(clean)];
      expect(await mapsOf(accepted)).toEqual(grace === 0n ? both.slice(0, 1) : both);
      state.now += grace;
      expect(await mapsOf(accepted)).toEqual([rootOf(revoked)]);
      // and a server that begins again remembers
      state.now -= grace;
      const again = await open(grace);
      expect(await mapsOf(again)).toEqual(grace === 0n ? both.slice(0, 1) : both);
    },
  );

  test('is a map that cannot be kept on disk not at all', async () => {
    const history = await MapHistory.open(join(folder, 'missing', 'history.json'));
    const { map, anchors } = state;
    const roots = () => Promise.resolve({ map, anchors, trust: new TrustSet(anchors) });
    const accepted = acceptedBy({ roots, history, grace: 0n, now: () => NOW });
    await expect(accepted()).rejects.toMatchObject({ code: 'ERR_FILE_WRITE' });
  });
});

test('a server with an address of more than 195 characters does not take part', async () => {
  const label = 'a'.repeat(60);
  const address = [label, label, label, 'a'.repeat(13)].join('.');
  expect(address).toHaveLength(196);
  const smdp = await TestSmdp.open({ address });
  try {
    const roots = () => Promise.reject(Error('not asked'));
    const open = zkcxServer({ folder, roots })(smdp.server.context);
    await expect(open).rejects.toMatchObject({ code: 'ERR_SESSION_VALUE' });
  } finally {
    await smdp.close();
  }
});

test('a server that starts for the first time makes its folder', async () => {
  const smdp = await TestSmdp.open();
  const roots = { anchors: ANCHORS, trust: TRUST, map: mapOf() };
  const own = join(folder, 'first', 'zkcx');
  const open = zkcxServer({ folder: own, roots: async () => roots, verifiers: { processes: 1 } });
  try {
    const extension = await open(smdp.server.context);
    await extension.close();
    expect(statSync(own).mode & 0o777).toBe(0o700);
    chmodSync(own, 0o755);
    await expect(open(smdp.server.context)).rejects.toMatchObject({
      code: 'ERR_CREDENTIAL_PERMISSIONS',
    });
  } finally {
    await smdp.close();
  }
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
      roots: { anchors: ANCHORS, trust: TRUST, map: mapOf([], ANCHORS) } as ServerRoots,
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
    const map = mapOf([99n], ANCHORS);
    state.roots = { ...state.roots, map };
    await statements.renew();
    expect(state.made).toHaveLength(4);
    expect(state.made.at(-1)!.map).toBe(map.map);
  });

  test.each([
    ['of one of the two certificates', () => credentials.slice(0, 1)],
    ['of a certificate that is not in use here', () => [credentials[0]!, credentialOf()]],
  ])('are not made from credentials %s', (_, given) => {
    expect(() => make(given())).toThrow(expect.objectContaining({ code: 'ERR_RSP_IDENTITY' }));
  });
});
