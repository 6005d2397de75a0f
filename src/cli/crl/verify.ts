import type { Command } from 'commander';
import { addJson } from '../shared/options.ts';
import { answer } from '../shared/output.ts';
import { addTrust, readProof, type TrustFlags } from '../shared/proof-options.ts';

interface Flags extends TrustFlags {
  readonly json?: boolean;
}

/** zkcx crl verify PROOF --root CI [--trust ROOT] */
export function registerCrlVerify(crl: Command): void {
  const command = crl
    .command('verify')
    .description('verify a proof made by crl prove; takes seconds and no key cache')
    .argument('<proof>', 'proof file');
  addJson(addTrust(command)).action(async (file: string, flags: Flags) =>
    answer(flags, () => verify(file, flags)),
  );
}

async function verify(file: string, flags: Flags) {
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
