import { Option } from 'commander';
import { writeFileAtomic } from '../../files.ts';
import type { Disclosure } from '../../session/openings.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags, wholeNumber } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import type { Answer } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';
import { MAP, type MapFlags, readMap } from '../shared/revocation-map.ts';
import {
  HOLDER_MINIMUMS,
  type HolderMinimums,
  KEY,
  PEER,
  type PeerFlags,
  readRegistry,
  readRequest,
  readSigner,
} from '../shared/session-files.ts';
import { disclosureOption } from './disclosures.ts';

interface Flags extends CiFlags, MapFlags, AtFlags, PeerFlags, ProverFlags, HolderMinimums {
  readonly credential: string;
  readonly request: string;
  readonly key: string;
  readonly disclose?: Disclosure[];
  readonly registry?: string;
  readonly minimumPublished?: number;
  readonly out: string;
  readonly session?: string;
}

/** zkcx present prove --credential FILE --ci CI... --map MAP --request FILE --key PEM --out FILE */
export const presentProve: CommandDefinition = {
  name: 'prove',
  description: 'holder: answer a request with a presentation; two proofs',
  isDefault: true,
  options: [
    required('--credential <file>', 'credential of `chain prove`'),
    CI,
    MAP,
    required('--request <file>', 'request as received'),
    ...PEER,
    KEY,
    disclosureOption('agree to these openings'),
    required('--out <file>', 'write the presentation here, to give away'),
    new Option('--session <file>', 'keep what `possess prove` needs here; private'),
    ...HOLDER_MINIMUMS,
    new Option(
      '--registry <file>',
      'published credentials, as known to be newest; for requests that name one',
    ),
    new Option(
      '--minimum-published <number>',
      'credentials that the registry must have; default 64',
    ).argParser(wholeNumber({ least: 1 })),
    AT,
    ...PROVER,
  ],
  run: prove,
};

async function prove(flags: Flags): Promise<Answer> {
  const { address, oid, disclose = [], minimumCis, minimumEntries, minimumPublished, out } = flags;
  const inputs = [
    ...flags.ci,
    flags.credential,
    flags.map,
    flags.request,
    flags.key,
    flags.registry,
  ];
  await assertOutputs({ '--out': out, '--session': flags.session }, { inputs });
  const at = flags.at ?? systemClock();
  const anchors = await readAnchors(flags.ci);
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
