import { Argument } from 'commander';
import { systemClock } from '../../time.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags } from '../shared/options.ts';
import { type Answer, isoTime } from '../shared/output.ts';
import { readProof, TRUST, type TrustFlags } from '../shared/proof-files.ts';

type Flags = TrustFlags & AtFlags;

/** zkcx chain verify PROOF --ci CI [--trust-root ROOT] */
export const chainVerify: CommandDefinition = {
  name: 'verify',
  description: 'verify a proof of `chain prove` or `credential share`; compiles nothing',
  arguments: [new Argument('<proof>', 'proof file')],
  options: [...TRUST, AT],
  run: verify,
};

async function verify(file: string, flags: Flags): Promise<Answer> {
  const { at = systemClock() } = flags;
  const { envelope, accepted } = await readProof(file, flags);
  const { verifyChain, verifyRefresh } = await import('../../prover/verify.ts');
  const verifyProof = envelope.program === 'refresh' ? verifyRefresh : verifyChain;
  const claim = await verifyProof(envelope, { trustRoot: accepted, at });
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
