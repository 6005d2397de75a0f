/** The methods of the session programs themselves: each takes its own mode and no other's. */
import './../support/kimchi/index.ts';
import { expect, test } from '@jest/globals';
import { Field, Provable } from 'o1js';
import { ChainProof } from '../../src/circuits/chain.program.ts';
import { possessionProgram } from '../../src/circuits/possession.program.ts';
import { PossessionWitness } from '../../src/circuits/possession.ts';
import { presentationProgram } from '../../src/circuits/presentation.program.ts';
import { PresentationWitness } from '../../src/circuits/presentation.ts';
import {
  RefreshProof,
  refreshProgram,
  RefreshWitness,
} from '../../src/circuits/refresh.program.ts';
import { presentPublished, RegistryPath } from '../../src/circuits/registry-presentation.plain.ts';
import { sessionPossessionProgram } from '../../src/circuits/session-possession.plain.ts';
import { withContext } from '../../src/circuits/kimchi/context.ts';
import { PossessionRequest, PresentationRequest } from '../../src/circuits/session.ts';
import { MODE } from '../../src/params.ts';
import { sgp26Device } from '../support/certificates/index.ts';
import { honest as possession } from './possession/possession-circuit.ts';
import { credentialOf, sessionOf } from './presentation/credentials.ts';
import { inputOf, type SessionInput } from './presentation/presentation-circuit.ts';
import { claimOf, honest as refreshed } from './refresh/refresh-circuit.ts';

const session = sessionOf(credentialOf('SGP.26 eUICC', sgp26Device()));

/** Public values as of a proof: that the proof is one is not for a run to see. */
const inside = (Proof: typeof ChainProof | typeof RefreshProof, kind: number) =>
  new Proof({
    proof: undefined,
    maxProofsVerified: 1,
    publicInput: Field(kind),
    publicOutput: claimOf(session.opening),
  });

const refresh = (method: 'ofChain' | 'ofRefresh') => async (mode: number) => {
  const [Proof, kind] =
    method === 'ofChain' ? [ChainProof, MODE.chain] : [RefreshProof, MODE.refresh];
  await refreshProgram.rawMethods[method](
    Provable.witness(Field, () => Field(mode)),
    inside(Proof, kind) as never,
    Provable.witness(RefreshWitness, () => refreshed(method).witness),
  );
};

const request = (input: SessionInput, mode: number) =>
  Provable.witness(PresentationRequest, () => ({ ...input.request, mode: Field(mode) }));

const RUNS: readonly [string, number, (mode: number) => Promise<unknown>][] = [
  ['refresh of a chain', MODE.refresh, refresh('ofChain')],
  ['refresh of a refresh', MODE.refresh, refresh('ofRefresh')],
  [
    'presentation',
    MODE.presentation,
    async (mode) => {
      const input = inputOf('presentation', session) as SessionInput;
      await presentationProgram.rawMethods.prove(
        request(input, mode),
        inside(RefreshProof, MODE.refresh),
        Provable.witness(PresentationWitness, () => input.witness),
      );
    },
  ],
  [
    'registryPresentation',
    MODE.registryPresentation,
    async (mode) => {
      const input = inputOf('registryPresentation', session) as SessionInput;
      await withContext((context) =>
        presentPublished(
          context,
          request(input, mode),
          Provable.witness(RegistryPath, () => input.path!),
          Provable.witness(PresentationWitness, () => input.witness),
        ),
      );
    },
  ],
  [
    'possession',
    MODE.possession,
    async (mode) => {
      const { statement, witness } = possession();
      await possessionProgram.rawMethods.prove(
        Provable.witness(PossessionRequest, () => ({ mode: Field(mode), statement })),
        Provable.witness(PossessionWitness, () => witness),
      );
    },
  ],
  [
    'sessionPossession',
    MODE.sessionPossession,
    async (mode) => {
      const { statement, witness } = possession();
      await withContext((context) =>
        sessionPossessionProgram.method(
          context,
          Provable.witness(PossessionRequest, () => ({ mode: Field(mode), statement })),
          Provable.witness(PossessionWitness, () => witness),
        ),
      );
    },
  ],
];

test.each(RUNS)(
  '%s',
  async (_, own, body) => {
    const run = (mode: number) => Provable.runAndCheck(async () => void (await body(mode)));
    await expect(run(own)).resolves.toBeUndefined();
    // the nearest kinds, the oldest, and a number of an earlier version
    for (const other of [own - 1, own + 1, MODE.chain, 3]) {
      await expect(run(other)).rejects.toThrow(String(other));
    }
  },
  120_000,
);

test('no number of an earlier version is used again, and none twice', () => {
  const numbers: number[] = Object.values(MODE);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const old of [3, 4, 5, 6, 7, 15]) expect(numbers).not.toContain(old);
});
