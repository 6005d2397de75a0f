/**
 * The vectors of the package, computed again without the code of the package: as docs/protocol/formats.md describes
 * them, with hashes of node:crypto and a Poseidon of their own.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Vectors } from '../scripts/vectors/make.ts';
import { ROOT } from './support/command.ts';
import { hash } from './support/poseidon.ts';

const vectors = JSON.parse(readFileSync(join(ROOT, 'vectors/vectors.json'), 'utf8')) as Vectors;

const LIMB = 1n << 88n;
/** A coordinate below 2^176, and its bits above: as a key is packed. */
const packed = (x: bigint, y: bigint) => [
  x % LIMB ** 2n,
  y % LIMB ** 2n,
  (x >> 176n) + LIMB * (y >> 176n),
];
const number = (bytes: Uint8Array) => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
const fromHex = (text: string) => Buffer.from(text, 'hex');
const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const certificate = (text: string) => new X509Certificate(Buffer.from(text, 'base64'));

function keyOf(text: string): { x: bigint; y: bigint } {
  const { x, y } = certificate(text).publicKey.export({ format: 'jwk' });
  return { x: number(Buffer.from(x!, 'base64url')), y: number(Buffer.from(y!, 'base64url')) };
}

/** Root of a tree of a height with these leaves first and 0 everywhere else. */
function rootOf(leaves: readonly bigint[], height: number): bigint {
  let [level, empty] = [[...leaves], 0n];
  for (let h = 0; h < height; h++) {
    const pairs = Math.ceil(level.length / 2);
    level = Array.from({ length: pairs }, (_, i) =>
      hash('zkcx-node-1', [level[2 * i]!, level[2 * i + 1] ?? empty]),
    );
    empty = hash('zkcx-node-1', [empty, empty]);
  }
  return level[0]!;
}

test('the vectors are those of this version', () => {
  const { format, version, ...parts } = vectors;
  expect([format, version]).toEqual(['zkcx-vectors', 1]);
  expect(Object.keys(parts)).toEqual([
    'trust',
    'chains',
    'credential',
    'registry',
    'revocation',
    'session',
    'rspSession',
    'proofs',
  ]);
});

describe('trust', () => {
  const { height, cis, leaves, root } = vectors.trust;
  const ci = cis[0]!;

  test('a CI is what its certificate says', () => {
    const { x, y } = keyOf(ci.certificate);
    expect([ci.x, ci.y].map((half: string) => BigInt(`0x${half}`))).toEqual([x, y]);
    const seconds = (text: string) => String(Date.parse(text) / 1000);
    const { validFrom, validTo } = certificate(ci.certificate);
    expect([ci.notBefore, ci.notAfter]).toEqual([validFrom, validTo].map(seconds));
  });

  test('its leaf and the root', () => {
    const { x, y } = keyOf(ci.certificate);
    const identifier = fromHex(ci.subjectKeyIdentifier);
    // no limit is 127
    const leaf = hash('zkcx-ci-leaf-1', [
      ...packed(x, y),
      BigInt(identifier.length),
      number(identifier),
      ci.roles,
      ci.pathLen ?? '127',
      ci.notBefore,
      ci.notAfter,
    ]);
    expect(leaves).toEqual([String(leaf)]);
    expect(String(rootOf([leaf], height))).toBe(root);
  });
});

describe('chains', () => {
  const accepted = vectors.chains.filter(({ roles }) => roles !== undefined);

  test('are of both kinds', () => {
    expect(accepted.length).toBeGreaterThanOrEqual(3);
    expect(vectors.chains.length - accepted.length).toBeGreaterThanOrEqual(6);
    for (const { roles, refused } of vectors.chains)
      expect((roles === undefined) !== (refused === undefined)).toBe(true);
  });

  test('that are accepted are signed from the CI down', () => {
    for (const { ci, certificates } of accepted) {
      let issuer = certificate(ci);
      for (const one of certificates.map(certificate)) {
        expect(one.verify(issuer.publicKey)).toBe(true);
        issuer = one;
      }
    }
  });
});

describe('a credential', () => {
  const { certificates, opening, commitment, leaf } = vectors.credential;
  type Organisation = (typeof opening)['organisation'];
  type Octets = (typeof opening)['subjectKeyIdentifier'];
  const organisation = ({ length, chunks }: Organisation) => [length, ...chunks];
  const octets = ({ length, value }: Octets) => [length, value];
  const key = keyOf(certificates.at(-1)!);

  test('has an opening of its last certificate', () => {
    const limbs = (value: bigint) =>
      [value % LIMB, (value / LIMB) % LIMB, value / LIMB ** 2n].map(String);
    expect(opening.key).toEqual({ x: limbs(key.x), y: limbs(key.y) });
    expect(certificate(certificates.at(-1)!).subject).toContain(opening.identity);
    expect(opening.ciLeaf).toBe(vectors.trust.leaves[0]);
    expect(opening.links).toBe(String(certificates.length));
  });

  test('names each certificate by issuer, kind of list and serial number', () => {
    const issuers = [vectors.trust.cis[0]!.certificate, certificates[0]!].map((one) => {
      const { x, y } = keyOf(one);
      return hash('zkcx-issuer-1', packed(x, y));
    });
    // lists of CA certificates are kind 0, of all others 1
    const handles = certificates.map((one, i) =>
      hash('zkcx-handle-1', [issuers[i]!, BigInt(i), BigInt(`0x${certificate(one).serialNumber}`)]),
    );
    expect(opening.handles).toEqual([...handles.map(String), '0', '0']);
  });

  test('its commitment, and its leaf in a registry', () => {
    const { constraints } = opening;
    const ofConstraints = hash('zkcx-constraints1', [
      constraints.count,
      ...constraints.bases.flatMap((base) => [
        ...organisation(base.organisation),
        ...octets(base.iin),
      ]),
    ]);
    const committed = hash('zkcx-commitment-1', [
      '1',
      opening.blind,
      opening.ciLeaf,
      opening.validFrom,
      opening.validUntil,
      opening.links,
      ...opening.handles,
      ...packed(key.x, key.y),
      opening.subjectName,
      ...octets(opening.subjectKeyIdentifier),
      opening.role,
      opening.cA,
      opening.pathLen,
      opening.keyCertSign,
      opening.cRLSign,
      ofConstraints,
      ...organisation(opening.organisation),
      opening.identity,
    ]);
    expect(String(committed)).toBe(commitment);
    const { validFrom, validUntil } = opening;
    expect(String(hash('zkcx-credential-1', [committed, validFrom, validUntil]))).toBe(leaf);
  });
});

test('the roots of a registry as it grows', () => {
  const { height, leaves, roots } = vectors.registry;
  const numbers = leaves.map(BigInt);
  const grown = numbers.map((_: bigint, i: number) => rootOf(numbers.slice(0, i + 1), height));
  expect(grown.map(String)).toEqual(roots);
});

test('revocation maps of other lists have other roots', () => {
  const roots = vectors.revocation.map(({ root }) => root);
  expect(new Set(roots).size).toBe(3);
});

/** OID 2.999.10 as DER writes its content, with its length above. */
const SERVER = (3n << 240n) + 0x88370an;

describe('a session', () => {
  const session = vectors.session;
  const text = (value: string) => Buffer.from(value, 'utf8');
  const identity = session.eid;
  const key = packed(BigInt(`0x${session.x}`), BigInt(`0x${session.y}`));

  test('its challenge, what is signed, and its number', () => {
    const parts = [
      text('zkcx-transcript-2'),
      fromHex(session.transactionId),
      text(session.serverAddress),
      text(session.clientOffer),
      text(session.serverOffer),
    ];
    const challenge = sha256(
      ...parts.flatMap((part) => [fromHex(part.length.toString(16).padStart(8, '0')), part]),
    );
    expect(challenge.toString('hex')).toBe(session.serverChallenge);
    const tlv = (tag: number, content: Uint8Array) =>
      Buffer.concat([Uint8Array.of(tag, content.length), content]);
    const message = tlv(
      0x30,
      Buffer.concat([
        tlv(0x0c, text('zkcx-session-2')),
        tlv(0x80, fromHex(session.transactionId)),
        tlv(0x83, text(session.serverAddress)),
        tlv(0x84, challenge),
      ]),
    );
    expect(message.toString('hex')).toBe(session.message);
    const halves = [challenge.subarray(0, 16), challenge.subarray(16)].map(number);
    expect(String(hash('zkcx-session-1', halves))).toBe(session.session);
  });

  test('its commitments', () => {
    const { blinds, issuer, organisation } = session;
    expect(String(hash('zkcx-s-key-1', [blinds.key, ...key]))).toBe(session.sessionKey);
    expect(String(hash('zkcx-s-identity-1', [blinds.identity, identity]))).toBe(
      session.sessionIdentity,
    );
    const issuerKey = packed(BigInt(`0x${issuer.x}`), BigInt(`0x${issuer.y}`));
    const folded = text(organisation);
    expect(folded.length).toBeLessThanOrEqual(31);
    const committed = hash('zkcx-s-issuer-1', [
      blinds.issuer,
      BigInt(folded.length),
      number(folded),
      0n,
      0n,
      hash('zkcx-issuer-1', issuerKey),
    ]);
    expect(String(committed)).toBe(session.sessionIssuer);
  });

  test('pseudonym, identifier, order, and the statements about them', () => {
    const scopeOf = (domain: string, purpose: string) =>
      hash(domain, [SERVER, BigInt(purpose.length), number(text(purpose))]);
    const scope = scopeOf('zkcx-scope-1', session.purpose);
    const identifierScope = scopeOf('zkcx-id-scope-1', session.identifierPurpose);
    const pseudonym = hash('zkcx-pseudonym-1', [...key, identity, scope]);
    const identifier = hash('zkcx-identifier-1', [
      session.secret,
      ...key,
      identity,
      identifierScope,
    ]);
    const order = hash('zkcx-order-1', [SERVER, number(fromHex(session.salt)), identity]);
    const digest = number(sha256(fromHex(session.message)));
    const statementOf = (told: readonly bigint[]) =>
      String(
        hash('zkcx-possession-2', [
          session.session,
          digest % LIMB ** 2n,
          digest >> 176n,
          session.sessionKey,
          session.sessionIdentity,
          ...told,
        ]),
      );
    const told = [
      [scope, pseudonym, 0n, 0n, 0n],
      [0n, 0n, identifierScope, identifier, order],
    ];
    expect(session.statements).toEqual(
      told.map((values) => ({
        scope: String(values[0]),
        pseudonym: String(values[1]),
        identifierScope: String(values[2]),
        identifier: String(values[3]),
        order: String(values[4]),
        mode: '18',
        statement: statementOf(values),
      })),
    );
  });
});

test('a session over RSP', () => {
  const { rspSession: rsp } = vectors;
  const text = (value: string) => Buffer.from(value, 'utf8');
  const all = sha256(
    text('zkcx-rsp-negotiation-2'),
    fromHex(JSON.parse(rsp.serverOffer).nonce),
    sha256(text(rsp.clientOffer)),
    sha256(text(rsp.serverOffer)),
  );
  expect(all.subarray(0, 16).toString('hex')).toBe(rsp.transactionId);
  expect(all.subarray(16).toString('hex')).toBe(rsp.serverChallenge);
  const tlv = (tag: number, content: Uint8Array) =>
    Buffer.concat([Uint8Array.of(tag, content.length), content]);
  const signed = tlv(
    0x30,
    Buffer.concat([
      tlv(0x80, all.subarray(0, 16)),
      tlv(0x81, fromHex(rsp.euiccChallenge)),
      tlv(0x83, text(`zkcx!${rsp.serverAddress}`)),
      tlv(0x84, all.subarray(16)),
    ]),
  );
  expect(signed.toString('hex')).toBe(rsp.serverSigned1);
  const session = sha256(text('zkcx-rsp-session-2'), all, sha256(signed));
  expect(session.toString('hex')).toBe(rsp.session);
  const halves = [session.subarray(0, 16), session.subarray(16)].map(number);
  expect(String(hash('zkcx-session-1', halves))).toBe(rsp.sessionId);
});

test('proofs have a verdict each, and one is accepted', () => {
  const { envelope, cases } = vectors.proofs;
  expect(cases.filter(({ claim }) => claim !== undefined)).toHaveLength(1);
  const [trustRoot, validFrom, validUntil, commitment] = envelope.proof.publicOutput;
  expect(cases[0]!.claim).toEqual({ trustRoot, validFrom, validUntil, commitment });
  expect(cases.slice(1).every(({ refused }) => refused?.startsWith('ERR_PROOF_'))).toBe(true);
});
