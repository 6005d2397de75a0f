import type { Command } from 'commander';
import { type CheckedChain, checkChain, checkProfile } from '../../pki/index.ts';
import { anchorOf } from '../../prover/anchors.ts';
import { systemClock } from '../../time.ts';
import { addAt, addJson, addRoots, readAnchors, readCertificates } from '../shared/options.ts';
import { answer, type Answer, isoTime } from '../shared/output.ts';

interface Flags {
  readonly root: string[];
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx chain check --root CI [--at TIME] CERT... */
export function registerChainCheck(chain: Command): void {
  const command = chain
    .command('check')
    .description('check a chain in plain: all that a proof would show, without one')
    .argument('<certificates...>', 'below the CI, issuer first; DER or PEM');
  addJson(addAt(addRoots(command))).action(async (files: string[], flags: Flags) =>
    answer(flags, async () => {
      const anchors = await readAnchors(flags.root);
      const certificates = await readCertificates(files);
      const at = flags.at ?? systemClock();
      const checked = checkChain({ anchor: anchorOf(anchors, certificates), certificates, at });
      certificates.forEach(checkProfile);
      return describe(checked, at);
    }),
  );
}

function describe({ links, window }: CheckedChain, at: bigint): Answer {
  const roles = links.map(({ role }) => role);
  return {
    json: {
      at: isoTime(at),
      roles,
      validFrom: isoTime(window.from),
      validUntil: isoTime(window.until),
    },
    text: [
      `Valid at ${isoTime(at)}: CI -> ${roles.join(' -> ')}`,
      `All certificates are valid from ${isoTime(window.from)} to ${isoTime(window.until)}.`,
      'Not checked: revocation, and who holds the last key.',
    ],
  };
}
