import { Argument } from 'commander';
import { type CheckedChain, checkChain, checkProfile } from '../../pki/index.ts';
import { anchorOf } from '../../prover/anchors.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import { readChain } from '../shared/chain-files.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, CI, type CiFlags } from '../shared/options.ts';
import { type Answer, isoTime } from '../shared/output.ts';

type Flags = CiFlags & AtFlags;

/** zkcx chain check --ci CI [--at TIME] CERT... */
export const chainCheck: CommandDefinition = {
  name: 'check',
  description: 'check a chain in plain: all that a proof would show, without one',
  arguments: [new Argument('<certificates...>', 'below the CI, issuer first; DER or PEM')],
  options: [CI, AT],
  run: check,
};

async function check(files: string[], { ci, at = systemClock() }: Flags): Promise<Answer> {
  const anchors = await readAnchors(ci);
  const certificates = await readChain(files, { anchors, at });
  const checked = checkChain({ anchor: anchorOf(anchors, certificates), certificates, at });
  certificates.forEach(checkProfile);
  return describe(checked, at);
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
