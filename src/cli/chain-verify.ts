import { type Command, InvalidArgumentError, Option } from 'commander';
import { ZkcxError } from '../errors.ts';
import { fieldString, parseEnvelope } from '../prover/envelope.ts';
import { readFileLimited } from '../prover/files.ts';
import { addAt, addJson, addRoots, now, readAnchors } from './options.ts';
import { answer, isoTime } from './output.ts';

export const MAX_PROOF_BYTES = 200_000;

interface Flags {
  readonly root?: string[];
  readonly trust?: bigint[];
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx chain verify PROOF --root CI [--trust ROOT] */
export function registerChainVerify(chain: Command): void {
  const command = chain
    .command('verify')
    .description('verify a proof made by chain prove; takes seconds and no key cache')
    .argument('<proof>', 'proof file');
  addJson(addAt(addRoots(addTrust(command), { optional: true }))).action(
    async (file: string, flags: Flags) => answer(flags, () => verify(file, flags)),
  );
}

async function verify(file: string, { root = [], trust = [], at = now() }: Flags) {
  if (root.length + trust.length === 0) {
    throw new ZkcxError('ERR_CLI_USAGE', 'say whom to trust: --root CI.der, or --trust ROOT');
  }
  const bytes = await readFileLimited(file, MAX_PROOF_BYTES);
  const envelope = parseEnvelope(new TextDecoder().decode(bytes));
  const accepted = [...trust];
  if (root.length > 0) {
    const { TrustSet } = await import('../witness/trust.ts');
    accepted.push(new TrustSet(await readAnchors(root)).root.toBigInt());
  }
  const { verifyChain } = await import('../prover/verify.ts');
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

export function addTrust(command: Command): Command {
  return command.addOption(
    new Option(
      '--trust <root>',
      'accepted trust root, decimal; may be given several times',
    ).argParser((text: string, roots: bigint[] | undefined) => {
      if (fieldString.safeParse(text).success) return [...(roots ?? []), BigInt(text)];
      throw new InvalidArgumentError('Give the root as a decimal number.');
    }),
  );
}
