/** Readers of a list's parts, with a prover that lies in one hint and computes on from the lie. */
import { expect, test } from '@jest/globals';
import { monthTable } from '../../../src/circuits/gadgets/certificate/times.ts';
import { readEntry } from '../../../src/circuits/gadgets/crl/entry.ts';
import { readListExtensions } from '../../../src/circuits/gadgets/crl/list-extensions.ts';
import { existsOne } from '../../../src/circuits/kimchi/gates.ts';
import { ascii, generalizedTime, sequence, tlv } from '../../support/certificates/der.ts';
import { authorityKeyIdentifier, extension } from '../../support/certificates/fields.ts';
import {
  CI_SIGNER,
  flag,
  issuingDistributionPoint,
  LIST_OID,
  listEntry,
  numberExtension,
  POINTS,
  reasonCode,
} from '../../support/crl/index.ts';
import {
  acceptedLies,
  hintsOf,
  isComparison,
  witnessWithLies,
} from '../../support/lying-prover.ts';
import { evaluate } from '../../support/kimchi/index.ts';
import { MemoryCircuit } from '../memory-circuit.ts';

/** One in `step` of the hints that these sources ask for; comparisons have free inverses. */
async function liesIn<T>(circuit: MemoryCircuit<T>, content: Uint8Array, step: number) {
  const captured = await circuit.build(content);
  const hints = (await hintsOf(captured, circuit.circuit, /crl\/|extension-slots/)).filter(
    (hint) => !isComparison(hint),
  );
  const sample = hints.filter((_, i) => i % step === 0);
  expect(sample.length).toBeGreaterThan(15);
  return acceptedLies(captured, circuit.circuit, sample);
}

const invalidity = extension(LIST_OID.invalidityDate, generalizedTime('20251201000000Z'));

test('an entry with a reason, a date and what is not known', async () => {
  const circuit = new MemoryCircuit(160, (walk) =>
    readEntry(walk, monthTable(walk.context), walk.memory.atConstant(0)),
  );
  const unknown = extension('2.999.1', Uint8Array.of(5));
  for (const entry of [listEntry(5n, reasonCode(1), unknown), listEntry(5n, invalidity)]) {
    expect(await liesIn(circuit, entry, 4)).toEqual([]);
  }
}, 120_000);

const list = tlv(
  0xa0,
  sequence(
    authorityKeyIdentifier(CI_SIGNER.keyIdentifier),
    numberExtension('2.999.1', 1n),
    numberExtension(LIST_OID.cRLNumber, 7n),
    issuingDistributionPoint(POINTS.A, flag(1)),
    extension('2.5.29.46', ascii('freshest')),
  ),
);
const extensions = new MemoryCircuit(256, (walk) => {
  const end = existsOne(() => BigInt(list.length));
  return readListExtensions(walk, walk.memory.atConstant(0), end);
});

test('the extensions of a list', async () => {
  expect(await liesIn(extensions, list, 9)).toEqual([]);
}, 120_000);

test('the number of a list cannot be taken from another extension', async () => {
  const captured = await extensions.build(list);
  const hints = await hintsOf(captured, extensions.circuit, /crl\/|extension-slots/);
  // the slot of cRLNumber, the third, is claimed to be the second, of the same form
  const slot = hints.find(
    ({ value, source }) => value === 3n && source.includes('extension-slots.ts'),
  )!;
  const witness = await witnessWithLies(captured, extensions.circuit, new Map([[slot.number, 2n]]));
  expect(evaluate(captured, witness)).not.toEqual([]);
}, 60_000);
