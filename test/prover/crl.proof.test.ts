/**
 * A list of ten serial numbers as one proof, once: stopped after its first part, taken up again, and
 * compared with what plain TypeScript makes of the same list.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseRevocationList } from '../../src/asn1/index.ts';
import { LIST_KIND, issuerId } from '../../src/circuits/claims.ts';
import { mapKey, RevocationEntry } from '../../src/circuits/revocation.ts';
import { MODE } from '../../src/params.ts';
import { checkList } from '../../src/pki/index.ts';
import { proveCrl } from '../../src/prover/crl.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import { Prover } from '../../src/prover/prover.ts';
import { verifyCrl } from '../../src/prover/verify-crl.ts';
import { publicKey } from '../../src/witness/encode.ts';
import { listEntry } from '../../src/witness/revocation.ts';
import { TrustSet } from '../../src/witness/trust.ts';
import { Field } from 'o1js';
import { ANCHOR, buildList, FIXTURE_LISTS } from '../support/crl/index.ts';
import { SHARED } from '../support/proving/index.ts';

const work = mkdtempSync(join(tmpdir(), 'zkcx-crl-'));
const { recipe } = FIXTURE_LISTS.find(({ path }) => path.includes('CRL-A-10'))!;
const list = parseRevocationList(buildList(recipe));
const input = {
  anchors: [ANCHOR],
  certificates: [],
  list,
  kind: 'user',
  at: list.thisUpdate,
} as const;
const trustRoot = new TrustSet([ANCHOR]).root.toBigInt();

let envelope: ProofEnvelope;
let stopped: unknown;
const proven: string[] = [];

beforeAll(async () => {
  const prover = new Prover(SHARED);
  try {
    stopped = await proveCrl(input, {
      work,
      prover,
      onPart(done) {
        if (done === 1) throw Error('stopped');
      },
    }).catch((error: unknown) => error);
    envelope = await proveCrl(input, {
      work,
      prover,
      onEvent: (event) => event.type === 'proved' && proven.push(event.method),
    });
  } finally {
    prover.close();
  }
});

afterAll(() => rmSync(work, { recursive: true }));

/** The envelope with one public value changed. */
function changed(
  part: 'publicInput' | 'publicOutput',
  index: number,
  value: bigint,
): ProofEnvelope {
  const values = envelope.proof[part].map((old, i) => (i === index ? String(value) : old));
  return { ...envelope, proof: { ...envelope.proof, [part]: values } };
}

describe('a list of ten serial numbers', () => {
  test('goes on where it was stopped', () => {
    expect(stopped).toEqual(Error('stopped'));
    expect(proven).toEqual(['step', 'finish']);
  });

  test('gives the entry that plain TypeScript gives', async () => {
    const claim = await verifyCrl(envelope, { trustRoot });
    const { entry } = listEntry(checkList({ list, issuer: ANCHOR, at: list.thisUpdate }));
    const issuer = issuerId(publicKey(ANCHOR.publicKey));
    expect(claim).toEqual({
      trustRoot,
      mapKey: mapKey(issuer, Field(LIST_KIND.user)).toBigInt(),
      entry: RevocationEntry.hash(entry).toBigInt(),
      count: 10n,
    });
  });

  test.each([
    ['of another trust root', 'ERR_PROOF_TRUST_ROOT', 'publicOutput', 0],
    ['of another entry of the map', 'ERR_PROOF_INVALID', 'publicOutput', 1],
    ['with another entry', 'ERR_PROOF_INVALID', 'publicOutput', 2],
    ['with another count', 'ERR_PROOF_INVALID', 'publicOutput', 3],
  ] as const)('is refused %s', async (_, code, part, index) => {
    const other = BigInt(envelope.proof[part][index]!) + 1n;
    await expect(verifyCrl(changed(part, index, other), { trustRoot })).rejects.toMatchObject({
      code,
    });
  });

  test('is refused as a part of a list', async () => {
    const part = changed('publicInput', 0, BigInt(MODE.crlPart));
    await expect(verifyCrl(part, { trustRoot })).rejects.toMatchObject({ code: 'ERR_PROOF_MODE' });
  });
});
