/** The session that the benchmarks prove: an SGP.26 eUICC, clean lists, a message of 350 bytes. */
import { p256 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { Field } from 'o1js';
import {
  certifyWitness,
  leafOf,
  presentationWitness,
  registryPresentationWitness,
} from '../src/witness/presentation.ts';
import { messageWitness, possessionWitness } from '../src/witness/message-witness.ts';
import { RegistryTree } from '../src/witness/registry-tree.ts';
import { stepsOf } from '../test/circuits/chain/chain-circuit.ts';
import { credentialOf, sessionOf, WINDOW } from '../test/circuits/presentation/credentials.ts';
import { caseOf, sgp26Device } from '../test/support/certificates/index.ts';

/** Known bytes of the messages, as of euiccSigned1: transaction, address, challenge. */
const PREFIX = 90;

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (31 * i + length) & 255);

/** Inputs of all programs of one session, and of the chain proof before it. */
export function sampleSession() {
  const name = 'SGP.26 eUICC';
  const steps = stepsOf(caseOf(name, sgp26Device(), { window: WINDOW }));
  const credential = credentialOf(name, sgp26Device());
  const message = bytes(350);
  const input = sessionOf(credential, { digest: sha256(message) });
  const presentation = presentationWitness(input);
  const later = bytes(100);
  const { x, y } = p256.Point.fromBytes(p256.getPublicKey(credential.secret)).toAffine();
  return {
    steps,
    presentation,
    registryPresentation: registryPresentationWitness({
      ...input,
      registry: new RegistryTree([leafOf(credential.opening)]),
    }),
    certify: certifyWitness(input),
    message5: messageWitness(message, PREFIX, presentation.openings.message.blind),
    message10: messageWitness(bytes(650), PREFIX, Field(1)),
    possession: possessionWitness({
      kind: Field(1),
      session: Field(2),
      message: later,
      key: { x, y },
      blind: presentation.openings.key.blind,
      signature: sessionOf(credential, { digest: sha256(later) }).signature,
    }),
  };
}
