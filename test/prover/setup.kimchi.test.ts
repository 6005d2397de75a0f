/** The pinned setup is the one that kimchi computes from nothing. */
import { beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { wrongParts } from '../../src/circuits/proof-system.ts';
import { type SetupPart, SETUP_PARTS } from '../../src/circuits/verification.ts';
import { selectBackend } from '../../src/prover/backend.ts';
import { pinnedSetup } from '../../src/prover/keys.ts';

const SHA256: Record<SetupPart, string> = {
  'lagrange-fp-13': 'af8bfa072f074438410a700d0e450fa0c65ad784d066ccc441131a5b02e97e95',
  'lagrange-fp-14': '27e82af93179a62ab9906d9290cf794849cfa5c4e3b6d63e47143b1b30806521',
  'lagrange-fp-15': '12febdcadf24336183295624924c3661beca8a1a17421c49a7546cd2d1dde28e',
  'lagrange-fp-16': '4e2ceb258b60096cd9a424052959141bad4658a66ddaf831bcc19ac02cdcbbce',
  'lagrange-fq-13': 'c836117d07ee7aa211f35d18d0590a4b82e6d6102f1167cd96a3fd44d5a23d43',
  'lagrange-fq-14': '19ce1b021a0aca9fa2e34d733414aae34c09b56399636f48a9476b7e67e62e59',
  'srs-fp': 'bf9c9c2783b2fb742ee672f10b6b66e0b8fb617f6212fb5ac717765d5ab847ec',
  'srs-fq': '8743f7fb6a9e5979761a62b1a99841928c79e1f7078f6f88f5a9818de63745a7',
};
const POINT_BYTES = 64;

beforeAll(() => void selectBackend());

test('has the pinned hashes', () => {
  const setup = pinnedSetup();
  const hashes = SETUP_PARTS.map((part) => [
    part,
    createHash('sha256').update(setup[part]).digest('hex'),
  ]);
  expect(Object.fromEntries(hashes)).toEqual(SHA256);
});

test('is the computed one', async () => {
  expect(await wrongParts(pinnedSetup())).toEqual([]);
}, 120_000);

test('a part with two points exchanged, or with a point too few, is told from the right one', async () => {
  const setup = pinnedSetup();
  const exchanged = (bytes: Uint8Array) =>
    Buffer.concat([
      bytes.subarray(POINT_BYTES, 2 * POINT_BYTES),
      bytes.subarray(0, POINT_BYTES),
      bytes.subarray(2 * POINT_BYTES),
    ]);
  const changed = SETUP_PARTS.map((part, i) => [
    part,
    i % 2 === 0 ? exchanged(setup[part]) : setup[part].subarray(POINT_BYTES),
  ]);
  expect(await wrongParts(Object.fromEntries(changed))).toEqual(SETUP_PARTS);
}, 120_000);
