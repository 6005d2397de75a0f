/** The session that the benchmarks prove: an SGP.26 eUICC, clean lists, a message of 40 bytes. */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { possessionWitness } from '../src/witness/possession.ts';
import {
  certifyWitness,
  leafOf,
  presentationWitness,
  registryPresentationWitness,
} from '../src/witness/presentation.ts';
import { refreshWitness } from '../src/witness/refresh.ts';
import { RegistryTree } from '../src/witness/registry-tree.ts';
import { stepsOf } from '../test/circuits/chain/chain-circuit.ts';
import { credentialOf, sessionOf, WINDOW } from '../test/circuits/presentation/credentials.ts';
import { caseOf, sgp26Device } from '../test/support/certificates/index.ts';

/** As long as what an eUICC signs when it cancels a session. */
const MESSAGE = Uint8Array.from({ length: 40 }, (_, i) => (31 * i + 40) & 255);

/** Inputs of all programs of one session, and of the chain proof before it. */
export function sampleSession() {
  const name = 'SGP.26 eUICC';
  const steps = stepsOf(caseOf(name, sgp26Device(), { window: WINDOW }));
  const credential = credentialOf(name, sgp26Device());
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
  const ofChain = refreshWitness(steps.at(-1)!.claim, credential.opening, random);
  const ofRefresh = refreshWitness(ofChain.claim, ofChain.opening, random);
  const presentation = presentationWitness(
    sessionOf({ ...credential, opening: ofChain.opening }, { random }),
  );
  const input = sessionOf(credential, { random });
  const { r, s } = p256.Signature.fromBytes(
    p256.sign(sha256(MESSAGE), credential.secret, { prehash: false, lowS: false }),
  );
  const possession = {
    session: 1n,
    message: MESSAGE,
    signature: { r, s },
    openings: presentation.openings,
    scope: 2n,
    order: { server: 3n, salt: 4n },
  };
  return {
    steps,
    ofChain,
    ofRefresh,
    presentation,
    registryPresentation: registryPresentationWitness({
      ...input,
      registry: new RegistryTree([leafOf(credential.opening)]),
    }),
    certify: certifyWitness(input),
    possession: possessionWitness(possession),
    possessionInCircuits: possessionWitness(possession, 'possession'),
  };
}
