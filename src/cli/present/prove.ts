import type { Command } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import type { Disclosure } from '../../session/openings.ts';
import { systemClock } from '../../time.ts';
import {
  addAt,
  addJson,
  addProver,
  addRoots,
  proverOptions,
  type ProverFlags,
  readAnchors,
} from '../shared/options.ts';
import { assertWritable } from '../shared/output-file.ts';
import { answer } from '../shared/output.ts';
import { addDisclosures } from './request.ts';
import {
  addCount,
  addKey,
  addMap,
  addPeer,
  addRegistry,
  type PeerFlags,
  readRegistry,
  readRequest,
  readSigner,
} from '../shared/session-options.ts';

interface Flags extends ProverFlags, PeerFlags {
  readonly credential: string;
  readonly root: string[];
  readonly map: string;
  readonly request: string;
  readonly key: string;
  readonly disclose?: Disclosure[];
  readonly minimumCis?: number;
  readonly minimumEntries?: number;
  readonly registry?: string;
  readonly minimumPublished?: number;
  readonly out: string;
  readonly session?: string;
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx present --credential FILE --root CI... --map MAP --request FILE --key PEM --out FILE */
export function registerPresentProve(present: Command): void {
  const command = present
    .command('prove', { isDefault: true })
    .description('holder: answer a request with a presentation; two proofs')
    .requiredOption('--credential <file>', 'credential of `chain prove`')
    .requiredOption('--request <file>', 'request as received')
    .addOption(addDisclosures('--disclose <names...>', 'agree to these openings'))
    .requiredOption('--out <file>', 'write the presentation here, to give away')
    .option('--session <file>', 'keep what `possess` needs here; private');
  addCount(command, '--minimum-cis', 'CIs that the set must have; default 2');
  addCount(command, '--minimum-entries', 'entries that the map must have; default 2');
  addRegistry(command, 'published credentials, as known to be newest; for requests that name one');
  addCount(command, '--minimum-published', 'credentials that the registry must have; default 64');
  addPeer(addKey(addMap(addRoots(command))));
  addJson(addProver(addAt(command))).action(async (flags: Flags) =>
    answer(flags, () => prove(flags)),
  );
}

async function prove(flags: Flags) {
  const { address, oid, disclose = [], minimumCis, minimumEntries, minimumPublished, out } = flags;
  for (const file of [out, ...(flags.session ? [flags.session] : [])]) await assertWritable(file);
  const at = flags.at ?? systemClock();
  const anchors = await readAnchors(flags.root);
  const { readMap } = await import('../../session/map-file.ts');
  const { map } = await readMap(flags.map, { anchors, at });
  const registry = await readRegistry(flags.registry);
  const serverOffer = await readRequest(flags.request);
  const sign = await readSigner(flags.key);
  const { readCredential } = await import('../../prover/credential.ts');
  const credential = await readCredential(flags.credential);
  const { checkRequest } = await import('../../session/holder.ts');
  const { CLIENT_OFFER } = await import('../../session/offers.ts');
  const accepted = await checkRequest(
    {
      peer: { serverAddress: address, serverOid: oid },
      clientOffer: CLIENT_OFFER,
      serverOffer,
      credential,
    },
    {
      trustSets: [anchors],
      minimumCis,
      maps: [map],
      minimumEntries,
      registry,
      minimumPublished,
      now: () => at,
      consent: ({ disclosures }) => disclosures.every((asked) => disclose.includes(asked)),
    },
  );
  const { planAnswer, proveAnswer } = await import('../../session/answer.ts');
  const { formatBundle } = await import('../../session/envelopes.ts');
  const { Prover } = await import('../../prover/prover.ts');
  const plan = await planAnswer({ accepted, credential, anchors, sign });
  const options = proverOptions(flags);
  const prover = new Prover(options);
  try {
    const bundle = await proveAnswer(plan, prover, options);
    await writeFileAtomic(out, formatBundle(bundle), 0o644);
  } finally {
    prover.close();
  }
  if (flags.session !== undefined) {
    const { writeSession } = await import('../../session/session-file.ts');
    await writeSession(flags.session, plan.session);
  }
  const { mode, role, purpose, disclosures } = accepted.request;
  return {
    json: { presentation: out, session: flags.session, mode, role, purpose, disclosures },
    text: [
      `Proven to ${address}: a credential of role ${role} under a known set of CIs, valid and not`,
      'revoked now, whose key signed this session.',
      `Told beside it: ${disclosures.length === 0 ? 'nothing' : disclosures.join(', ')}.`,
      `Presentation (to give away): ${out}`,
    ],
  };
}
