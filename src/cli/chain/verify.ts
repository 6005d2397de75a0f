import type { Command } from 'commander';
import { systemClock } from '../../time.ts';
import { addAt, addJson } from '../shared/options.ts';
import { answer, isoTime } from '../shared/output.ts';
import { addTrust, readProof, type TrustFlags } from '../shared/proof-options.ts';

interface Flags extends TrustFlags {
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx chain verify PROOF --root CI [--trust ROOT] */
export function registerChainVerify(chain: Command): void {
  const command = chain
    .command('verify')
    .description('verify a proof made by chain prove; takes seconds and no key cache')
    .argument('<proof>', 'proof file');
  addJson(addAt(addTrust(command))).action(async (file: string, flags: Flags) =>
    answer(flags, () => verify(file, flags)),
  );
}

async function verify(file: string, flags: Flags) {
  const { at = systemClock() } = flags;
  const { envelope, accepted } = await readProof(file, flags);
  const { verifyChain } = await import('../../prover/verify.ts');
  const claim = await verifyChain(envelope, { trustRoot: accepted, at });
  const [validFrom, validUntil] = [isoTime(claim.validFrom), isoTime(claim.validUntil)];
  return {
    json: {
      at: isoTime(at),
      trustRoot: claim.trustRoot.toString(),
      validFrom,
      validUntil,
      commitment: claim.commitment.toString(),
    },
    text: [
      'Valid: whoever made this proof knows a certificate chain from an accepted CI,',
      `valid from ${validFrom} to ${validUntil}.`,
      'Not shown: that nothing in it is revoked, and that the sender holds the last key.',
    ],
  };
}
