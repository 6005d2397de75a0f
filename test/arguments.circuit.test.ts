/**
 * Public functions refuse what is not of the form that they take, before they do anything with it: JavaScript
 * callers have no types, and a time that is not a number makes every comparison false.
 */
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OnceStore } from '../src/session/once-store.ts';
import { CLIENT_OFFER, requestTerms } from '../src/session/offers.ts';
import * as index from '../src/index.ts';
import { parseRevocationList } from '../src/asn1/index.ts';
import { fixture } from './support/certificates/keys.ts';
import {
  anything,
  assertTyped,
  blockedPath,
  codeOf,
  errorOf,
  type OptionRow,
  testOptions,
} from './support/arguments.ts';
import { unprovenChain } from './support/envelope.ts';
import { temporaryFolder } from './support/temporary-folder.ts';
import {
  ANCHOR,
  ANCHORS,
  CI,
  credentialOf,
  EUICC,
  EUM,
  MAP,
  NOW,
  PEER,
  POLICY,
  rootsOf,
  SOURCES,
  TRUST,
} from './session/world.ts';

/** The exports by name. */
const exports = new Map<string, unknown>(Object.entries(index));
const named = (name: string) => exports.get(name) as (...all: unknown[]) => unknown;

const close = (made: unknown) => made instanceof index.Prover && made.close();

const list = parseRevocationList(fixture('sgp26/crl/CRL-A-1.der'));
const chain = { anchor: ANCHOR, certificates: [EUM, EUICC], at: NOW };
const credential = credentialOf();
const trustRoot = TRUST.root.toBigInt();
const mapRoot = MAP.root.toBigInt();
const negotiation = {
  transactionId: new Uint8Array(16),
  serverAddress: 'dp.example.com',
  clientOffer: CLIENT_OFFER,
  serverOffer: new Uint8Array(3),
};
const proof = unprovenChain([trustRoot, NOW, NOW, 5n]);

let store: OnceStore;
beforeAll(async () => {
  store = await OnceStore.open(temporaryFolder());
});
afterAll(() => store.close());

const refresh = () => Promise.reject(new index.ZkcxError('ERR_PROVER_FAILED', 'no proof'));

const OPTIONS: readonly OptionRow[] = [
  ['checkChain', chain, ['anchor', 'certificates'], (o) => index.checkChain(o as never)],
  [
    'checkList',
    { list, issuer: ANCHOR, at: NOW },
    ['list', 'issuer', 'at'],
    (o) => index.checkList(o as never),
  ],
  [
    'checkLists',
    { lists: [list], issuer: ANCHOR, at: NOW },
    ['lists', 'issuer', 'at'],
    (o) => index.checkLists(o as never),
  ],
  [
    'verifyChain',
    { trustRoot, at: NOW },
    ['trustRoot'],
    (o) => index.verifyChain(proof, o as never),
  ],
  [
    'verifyRefresh',
    { trustRoot, at: NOW },
    ['trustRoot'],
    (o) => index.verifyRefresh(proof, o as never),
  ],
  ['verifyCrl', { trustRoot }, ['trustRoot'], (o) => index.verifyCrl(proof, o as never)],
  [
    'verifyAggregate',
    { trustRoot, at: NOW },
    ['trustRoot'],
    (o) => index.verifyAggregate(proof, o as never),
  ],
  [
    'verifyPresentation',
    {
      offered: requestTerms({ accepted: rootsOf(MAP), role: 'euicc-v2', now: NOW }),
      accepted: rootsOf(MAP),
      serverOid: PEER.serverOid,
      session: 5n,
      message: new Uint8Array(3),
      now: NOW,
    },
    ['offered', 'accepted', 'serverOid', 'session', 'message'],
    (o) => index.verifyPresentation({}, o as never),
  ],
  [
    'verifyCertified',
    { trustRoot, mapRoot, role: 'euicc-v2', now: NOW },
    ['trustRoot', 'mapRoot', 'role'],
    (o) => index.verifyCertified({}, o as never),
  ],
  [
    'checkRequest, policy',
    POLICY,
    ['trustSets', 'maps'],
    (o) =>
      index.checkRequest(
        { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer: new Uint8Array(), credential },
        o as never,
      ),
  ],
  [
    'preparePresentation',
    // the prover comes second and is none: nothing is proven when all members are right
    { accepted: index.termsAhead(credential, POLICY), credential, anchors: ANCHORS, refresh },
    ['accepted', 'credential', 'anchors', 'refresh'],
    (o) => index.preparePresentation(o as never, { prove: refresh } as never),
  ],
  [
    'obtainPresentation',
    { accepted: index.termsAhead(credential, POLICY), credential, anchors: ANCHORS },
    ['accepted', 'credential', 'anchors'],
    (o) => index.obtainPresentation(o as never, { prove: refresh } as never),
  ],
  [
    'bindTranscript',
    negotiation,
    ['transactionId', 'serverAddress', 'clientOffer', 'serverOffer'],
    (o) => index.bindTranscript(o as never),
  ],
  [
    'buildMap',
    { sources: SOURCES, anchors: ANCHORS, lists: [list], at: NOW },
    ['sources', 'anchors', 'lists', 'at'],
    (o) => index.buildMap(o as never),
  ],
  [
    'loadMap',
    { anchors: ANCHORS, at: NOW },
    ['anchors', 'at'],
    (o) => index.loadMap('', o as never),
  ],
  [
    'proveChain',
    // in the wrong order, so that nothing is proven when all members are right, or left out
    { anchors: ANCHORS, certificates: [EUICC, EUM], at: NOW },
    ['anchors', 'certificates'],
    (o) => index.proveChain(o as never),
  ],
  [
    'renewCredential',
    { anchors: ANCHORS, now: NOW },
    ['anchors', 'now'],
    (o) => index.renewCredential(credential, o as never),
  ],
  [
    'anchorFromCertificate',
    { roles: ['eum-v2'] },
    [],
    (o) => index.anchorFromCertificate(CI, o as never),
  ],
  [
    'SessionVerifier',
    { ...PEER, role: 'euicc-v2', roots: () => rootsOf(MAP), store: { claim: async () => true } },
    ['serverAddress', 'serverOid', 'role', 'roots', 'store'],
    (o) => new index.SessionVerifier(o as never),
  ],
];

// scopeOf refuses an OID of another form by a code of its own
testOptions(OPTIONS, (_, member, value) => member === 'serverOid' && typeof value === 'string');

test('a text that holds the root is no list of roots', async () => {
  const text = `99${trustRoot}99`;
  for (const wrong of [text, [text], [String(trustRoot)], Number(trustRoot), []]) {
    const call = () => index.verifyChain(proof, { trustRoot: wrong as never });
    expect(codeOf(await errorOf(call))).toBe('ERR_ARGUMENT');
  }
});

describe('any value', () => {
  const folder = temporaryFolder();
  const { nowhere } = blockedPath(temporaryFolder());
  /** Functions that take a file first: they get none of the made-up names. */
  const FILES = /^(read|write)(Credential|Member)$/;
  /** Functions that make the folder that they take first: where there can be none. */
  const FOLDERS = ['openPools'];
  const names = Object.keys(index).filter((name) => name !== 'ZkcxError' && !FILES.test(name));
  test.each(names)('passed to %s gives nothing but a ZkcxError', async (name) => {
    const exported = exports.get(name);
    if (typeof exported !== 'function') return;
    const isClass = String(exported).startsWith('class');
    await assertTyped((...values) => {
      if (isClass) return close(Reflect.construct(exported, values));
      const [first, ...rest] = values;
      return named(name)(FOLDERS.includes(name) ? nowhere(first) : first, ...rest);
    });
  });

  test.each(['readCredential', 'readMember'] as const)(
    'as the file of %s gives nothing but a ZkcxError',
    async (name) => {
      const values = [undefined, null, 5, '', 'a\0b', {}, join(folder, 'missing'), folder];
      for (const value of values) {
        const error = await errorOf(() => named(name)(value));
        expect(error).toBeInstanceOf(index.ZkcxError);
      }
    },
  );

  test.each(['writeCredential', 'writeMember'] as const)('is not written by %s', async (name) => {
    const file = join(folder, 'file');
    const property = fc.asyncProperty(anything, async (value) => {
      const error = await errorOf(() => named(name)(file, value));
      if (!(error instanceof index.ZkcxError)) throw error ?? Error('it was written');
    });
    await fc.assert(property, { numRuns: 150 });
  });

  test('is claimed by no store, and stored under no time', async () => {
    const property = fc.asyncProperty(anything, anything, async (key, at) => {
      const error = await errorOf(() => store.claim(key as string, at as bigint));
      if (typeof at === 'bigint' && typeof key === 'string') return;
      if (!(error instanceof index.ZkcxError)) throw error ?? Error('it was claimed');
    });
    await fc.assert(property, { numRuns: 150 });
  });
});

test('what is honest still passes', async () => {
  const plan = await index.checkRequest(
    {
      peer: PEER,
      clientOffer: CLIENT_OFFER,
      serverOffer: new index.SessionVerifier({
        ...PEER,
        role: 'euicc-v2',
        roots: () => rootsOf(MAP),
        store,
        now: () => NOW,
      }).challenge({ clientOffer: CLIENT_OFFER }).serverOffer,
      credential,
    },
    POLICY,
  );
  expect(plan.trust.root.toBigInt()).toBe(TRUST.root.toBigInt());
});
