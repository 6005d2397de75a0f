/** The signature gadget and the plain check on the fault table's rows that lie in r, s or the key. */
import { beforeAll, expect, test } from '@jest/globals';
import { sha256 } from '@noble/hashes/sha2.js';
import { Field, Provable } from 'o1js';
import { parseCertificate } from '../../../src/asn1/index.ts';
import { bytesToBigint } from '../../../src/bytes.ts';
import { PublicKey, Signature } from '../../../src/circuits/claims.ts';
import { verifyEcdsa } from '../../../src/circuits/gadgets/p256/index.ts';
import { assertDigest } from '../../../src/circuits/gadgets/sha256/index.ts';
import type { CircuitContext } from '../../../src/circuits/kimchi/context.ts';
import { limbs, publicKey, signature } from '../../../src/witness/encode.ts';
import {
  type Case,
  caseOf,
  faults,
  sgp26Device,
  splitCertificate,
  variations,
} from '../../support/certificates/index.ts';
import { capture, type Captured, evaluate, witnessOf } from '../../support/kimchi/index.ts';

interface Input {
  readonly digest: Field[];
  readonly signature: Signature;
  readonly key: PublicKey;
}

let current: Input;
let captured: Captured;

function circuit(context: CircuitContext): void {
  const limbs = Provable.witness(Provable.Array(Field, 3), () => current.digest);
  const signature = Provable.witness(Signature, () => current.signature);
  const key = Provable.witness(PublicKey, () => current.key);
  verifyEcdsa(context, { digest: assertDigest(context, limbs), signature, key });
}

/** What the gadget gets for one certificate of a chain; the issuer above it must parse. */
function inputOf({ anchor, chain }: Case, link: number): Input {
  const { tbs, r, s } = splitCertificate(chain[link]!);
  const issuer = link === 0 ? anchor : parseCertificate(chain[link - 1]!);
  return {
    digest: limbs(bytesToBigint(sha256(tbs))),
    signature: signature({ r, s }),
    key: publicKey(issuer.publicKey),
  };
}

async function accepts(input: Input): Promise<boolean> {
  current = input;
  let witness;
  try {
    witness = await witnessOf(captured, circuit, { unchecked: true });
  } catch {
    return false; // no hint leads anywhere: no witness
  }
  return evaluate(captured, witness).length === 0;
}

beforeAll(async () => {
  current = inputOf(caseOf('SGP.26 eUICC', sgp26Device()), 1);
  captured = await capture(circuit);
});

const rows = faults().filter(({ scope }) => scope === 'signature');

test.each(rows.map((row) => [row.name, row] as const))('refused: %s', async (_, row) => {
  expect(await accepts(inputOf(row, row.link))).toBe(false);
});

const valid = variations().filter(({ name }) => /\b[rRsS]\b|signature/.test(name));

test.each(valid.map((row) => [row.name, row] as const))('taken: %s', async (_, row) => {
  expect(await accepts(inputOf(row, row.chain.length - 1))).toBe(true);
});

test('both lists are long enough to mean something', () => {
  expect(rows.length).toBeGreaterThanOrEqual(15);
  expect(valid.length).toBeGreaterThanOrEqual(4);
});
