import { type Command, Option } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import { systemRandom } from '../../random.ts';
import { type Role, ROLE_NAMES } from '../../roles.ts';
import type { Disclosure } from '../../session/openings.ts';
import { systemClock } from '../../time.ts';
import { addAt, addJson, addRoots, readAnchors } from '../shared/options.ts';
import { assertWritable } from '../shared/output-file.ts';
import { answer, isoTime } from '../shared/output.ts';
import { addMap, addRegistry, readRegistry } from '../shared/session-options.ts';

interface Flags {
  readonly root: string[];
  readonly map: string;
  readonly registry?: string;
  readonly role: Role;
  readonly purpose?: string;
  readonly disclose?: Disclosure[];
  readonly out: string;
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx present request --role ROLE --root CI --map MAP [--registry FILE] --out FILE */
export function registerPresentRequest(present: Command): void {
  const command = present
    .command('request')
    .description('verifier: make a fresh request, to be answered once and within minutes')
    .addOption(
      new Option('--role <role>', 'of the credentials that are accepted')
        .choices(ROLE_NAMES)
        .makeOptionMandatory(),
    )
    .option('--purpose <name>', 'ask for a pseudonym for this purpose')
    .addOption(addDisclosures('--disclose <names...>', 'ask for these openings'))
    .requiredOption('--out <file>', 'where to write the request');
  addRegistry(command, 'ask for a published credential, in this registry; it is proven faster');
  addJson(addAt(addMap(addRoots(command)))).action(async (flags: Flags) =>
    answer(flags, () => request(flags)),
  );
}

export const addDisclosures = (flag: string, description: string) =>
  new Option(flag, description).choices(['identity', 'issuer', 'key', 'message']);

async function request({ root, role, purpose, disclose, out, ...flags }: Flags) {
  await assertWritable(out);
  const at = flags.at ?? systemClock();
  const anchors = await readAnchors(root);
  const { readMap } = await import('../../session/map-file.ts');
  const { map } = await readMap(flags.map, { anchors, at });
  const registry = await readRegistry(flags.registry);
  const { TrustSet } = await import('../../witness/trust.ts');
  const offers = await import('../../session/offers.ts');
  const made = offers.newServerRequest({
    mode: registry === undefined ? 'presentation' : 'registryPresentation',
    roots: {
      trustRoot: new TrustSet(anchors).root.toBigInt(),
      revocationRoot: map.root.toBigInt(),
      registryRoot: registry?.root.toBigInt(),
    },
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
