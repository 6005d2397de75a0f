import { Argument } from 'commander';
import type { CommandDefinition } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import { readProof, TRUST, type TrustFlags } from '../shared/proof-files.ts';

/** zkcx crl verify PROOF --ci CI [--trust-root ROOT] */
export const crlVerify: CommandDefinition = {
  name: 'verify',
  description: 'verify a proof made by crl prove; compiles nothing',
  arguments: [new Argument('<proof>', 'proof file')],
  options: TRUST,
  run: verify,
};

async function verify(file: string, flags: TrustFlags): Promise<Answer> {
  const { envelope, accepted } = await readProof(file, flags);
  const { verifyCrl } = await import('../../prover/verify-crl.ts');
  const claim = await verifyCrl(envelope, { trustRoot: accepted });
  const facts = Object.fromEntries(
    Object.entries(claim).map(([name, value]) => [name, value.toString()]),
  );
  return {
    json: facts,
    text: [
      `Valid: an issuer under an accepted CI signed a list of ${claim.count} serial numbers, which fills`,
      `the entry ${claim.mapKey}`,
      `of a revocation map with ${claim.entry}`,
      'Not shown: that it is the newest list, and of the distribution point that the map wants.',
    ],
  };
}
