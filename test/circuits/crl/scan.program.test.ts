/**
 * The methods of `crl` without hash and signature, variable by variable: each is changed alone, and every
 * gate and lookup it touches is evaluated. All slots of the step are in use: what an unused one is given
 * is free by design.
 */
import { expect, test } from '@jest/globals';
import { parseRevocationList } from '../../../src/asn1/index.ts';
import { CRL_STEP_ENTRIES } from '../../../src/params.ts';
import { crlSteps } from '../../../src/witness/crl.ts';
import { TrustSet } from '../../../src/witness/trust.ts';
import { ANCHOR, buildList, sgp26List } from '../../support/crl/index.ts';
import { capture, evaluate, scanUnbound } from '../../support/kimchi/index.ts';
import { crlCircuit, type CrlInput, unhashed } from './crl-circuit.ts';

const serials = Array.from({ length: CRL_STEP_ENTRIES }, (_, i) => BigInt(100 * i + 7));
const list = parseRevocationList(buildList(sgp26List('A', { serials })));
const trust = new TrustSet([ANCHOR]);
const steps = crlSteps(list, { issuer: { anchor: ANCHOR, trust }, kind: 'user' });

test.each(['startCi', 'step', 'finish'] as const)(
  'nothing in %s is unbound but inverses of zero',
  async (method) => {
    const { witness } = steps.find((step) => step.method === method)!;
    const input = { method, witness } as CrlInput;
    const captured = await capture(crlCircuit(method, () => input, unhashed));
    expect(evaluate(captured)).toEqual([]);
    // all of it takes minutes; nine variables in ten belong to one of eleven equal slots
    const unbound = scanUnbound(captured, { sample: method === 'step' ? 4 : 1 });
    // `CircuitContext.equals` asks for an inverse of x - c, which nothing binds where x = c
    expect(unbound.filter(({ honest, cells }) => honest !== 0n || cells.length !== 1)).toEqual([]);
  },
  600_000,
);
