/**
 * Writes fixtures/linking: proofs of one device whose values are compared, minutes. Needs the proven credential euicc-1,
 * see fixture-credentials.ts.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AnyEnvelope, formatEnvelope } from '../src/prover/envelope.ts';
import {
  provePossession,
  provePresentation,
  proveRegistryPresentation,
} from '../src/prover/present.ts';
import { Prover } from '../src/prover/prover.ts';
import { proveRefresh } from '../src/prover/refresh.ts';
import { provenCredential } from '../test/support/credentials.ts';
import {
  possessionOf,
  presentationOf,
  publishedPresentationOf,
} from '../test/support/linking/plans.ts';
import {
  type LinkingProof,
  linkingUrl,
  type PlainLinkingProof,
} from '../test/support/linking/proofs.ts';
import { systemRandom } from '../src/random.ts';

mkdirSync(new URL('.', linkingUrl('refresh-1')), { recursive: true });

function keep(name: LinkingProof | PlainLinkingProof, proof: AnyEnvelope): void {
  writeFileSync(linkingUrl(name), formatEnvelope(proof));
  console.error(`${name} written`);
}

const prover = new Prover();
try {
  const credential = await provenCredential('euicc-1');
  for (const session of [1, 2] as const) {
    const refresh = await proveRefresh(credential, prover);
    keep(`refresh-${session}`, refresh.proof);
    const present = async (name: LinkingProof) => {
      const plan = presentationOf(refresh, systemRandom);
      keep(name, await provePresentation(plan, refresh.proof, prover));
      return plan;
    };
    const plan = await present(`presentation-${session}`);
    if (session === 1) await present('presentation-1-again');
    const possession = possessionOf(plan, BigInt(session) * 10n ** 30n);
    keep(`possession-${session}`, await provePossession(possession, prover));
    const published = publishedPresentationOf(credential, systemRandom);
    keep(`registry-presentation-${session}`, await proveRegistryPresentation(published, prover));
  }
} finally {
  prover.close();
}
process.exit(0);
