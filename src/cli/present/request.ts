import { Option } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import { systemRandom } from '../../random.ts';
import { type Role, ROLE_NAMES } from '../../roles.ts';
import type { Disclosure } from '../../session/openings.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags, wholeNumber } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, isoTime } from '../shared/output.ts';
import { MAP, type MapFlags, readMap } from '../shared/revocation-map.ts';
import {
  acceptedRoots,
  assertHistory,
  SUPERSEDED_MAPS,
  type SupersededFlags,
  readRegistry,
} from '../shared/session-files.ts';
import { disclosureOption } from './disclosures.ts';

interface Flags extends CiFlags, MapFlags, SupersededFlags, AtFlags {
  readonly registry?: string;
  readonly role: Role;
  readonly purpose?: string;
  readonly disclose?: Disclosure[];
  readonly maxAge?: number;
  readonly out: string;
}

/** zkcx present request --role ROLE --ci CI --map MAP [--registry FILE] --out FILE */
export const presentRequest: CommandDefinition = {
  name: 'request',
  description: 'verifier: make a fresh request, to be answered once and within minutes',
  options: [
    required('--role <role>', 'of the credentials that are accepted').choices(ROLE_NAMES),
    CI,
    MAP,
    ...SUPERSEDED_MAPS,
    new Option(
      '--registry <file>',
      'ask for a published credential, in this registry; it is proven faster',
    ),
    new Option('--purpose <name>', 'ask for a pseudonym for this purpose'),
    disclosureOption('ask for these openings'),
    new Option(
      '--max-age <seconds>',
      'how old a presentation may be: 8 hours to a week; default a day',
    ).argParser(wholeNumber({ least: 28_800, most: 604_800 })),
    required('--out <file>', 'where to write the request'),
    AT,
  ],
  run: request,
};

async function request(flags: Flags): Promise<Answer> {
  const { ci, role, purpose, disclose, maxAge, out, at = systemClock() } = flags;
  const inputs = [...ci, flags.map, flags.registry];
  await assertOutputs({ '--out': out }, { inputs });
  await assertHistory(flags, [...inputs, out]);
  const anchors = await readAnchors(ci);
  const map = await readMap(flags.map, { anchors, at });
  const registry = await readRegistry(flags.registry);
  const offers = await import('../../session/offers.ts');
  const made = offers.newServerRequest({
    mode: registry === undefined ? 'presentation' : 'registryPresentation',
    accepted: await acceptedRoots(flags, { anchors, map, registry, at }),
    maxAge: maxAge === undefined ? undefined : BigInt(maxAge),
    role,
    purpose,
    disclosures: disclose,
    now: at,
    random: systemRandom,
  });
  const bytes = offers.writeServerRequest(made);
  // what is written can be read: a purpose of another form is refused here
  offers.parseServerRequest(bytes);
  await writeFileAtomic(out, bytes, 0o644);
  const { transactionId, time, mode } = made;
  return {
    json: { request: out, transactionId, mode, time: isoTime(BigInt(time)), role, purpose },
    text: [`Request ${transactionId} written to ${out}. Keep track of it: accept one answer.`],
  };
}
