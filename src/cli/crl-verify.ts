import type { Command } from 'commander';
import { ZkcxError } from '../errors.ts';
import { parseEnvelope } from '../prover/envelope.ts';
import { readFileLimited } from '../prover/files.ts';
import { addTrust, MAX_PROOF_BYTES } from './chain-verify.ts';
import { addJson, addRoots, readAnchors } from './options.ts';
import { answer } from './output.ts';

interface Flags {
  readonly root?: string[];
  readonly trust?: bigint[];
  readonly json?: boolean;
}

/** zkcx crl verify PROOF --root CI [--trust ROOT] */
export function registerCrlVerify(crl: Command): void {
  const command = crl
    .command('verify')
    .description('verify a proof made by crl prove; takes seconds and no key cache')
    .argument('<proof>', 'proof file');
  addJson(addRoots(addTrust(command), { optional: true })).action(
    async (file: string, flags: Flags) => answer(flags, () => verify(file, flags)),
  );
}

async function verify(file: string, { root = [], trust = [] }: Flags) {
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
  const { verifyCrl } = await import('../prover/verifyCrl.ts');
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
