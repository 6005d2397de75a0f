import { writeFileAtomic } from '../../files.ts';
import type { Disclosure } from '../../session/openings.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import type { Answer } from '../shared/output.ts';
import { poolsBeside } from '../shared/pools.ts';
import { proverOptions, withProver } from '../shared/proving.ts';
import { KEY, PEER, type PeerFlags, readRequest, readSigner } from '../shared/session-files.ts';
import { disclosureOption } from './disclosures.ts';
import { HOLDER, type HolderFlags, holderInputs, readHolder } from './holder.ts';

interface Flags extends HolderFlags, PeerFlags {
  readonly request: string;
  readonly key: string;
  readonly disclose?: Disclosure[];
  readonly out: string;
}

/** zkcx present prove --credential FILE --ci CI... --map MAP --request FILE --key PEM --out FILE */
export const presentProve: CommandDefinition = {
  name: 'prove',
  description: 'holder: answer a request; one proof if a presentation is ready, else two or three',
  isDefault: true,
  options: [
    ...HOLDER,
    required('--request <file>', 'request as received'),
    ...PEER,
    KEY,
    disclosureOption('agree to these openings'),
    required('--out <file>', 'write the presentation here, to give away'),
  ],
  run: prove,
};

async function prove(flags: Flags): Promise<Answer> {
  const { address, oid, disclose = [], out } = flags;
  const inputs = [...holderInputs(flags), flags.request, flags.key];
  await assertOutputs({ '--out': out }, { inputs });
  const serverOffer = await readRequest(flags.request);
  const sign = await readSigner(flags.key);
  const { anchors, credential, policy } = await readHolder(flags);
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
      ...policy,
      consent: ({ disclosures }) => disclosures.every((asked) => disclose.includes(asked)),
    },
  );
  const { proveAnswer } = await import('../../session/answer.ts');
  const { formatBundle } = await import('../../session/envelopes.ts');
  const { obtainPresentation } = await import('../../session/presenter.ts');
  const pools = await poolsBeside(flags.credential, credential);
  const options = proverOptions(flags);
  const source = await withProver(options, async (prover) => {
    const input = { accepted, credential, anchors, pools };
    const { prepared, source, done } = await obtainPresentation(input, prover, options);
    try {
      const bundle = await proveAnswer({ accepted, prepared, sign }, prover, options);
      await writeFileAtomic(out, formatBundle(bundle), 0o644);
    } finally {
      await done();
    }
    return source;
  });
  const { mode, role, purpose, disclosures } = accepted.request;
  return {
    json: { presentation: out, mode, role, purpose, disclosures, ready: source === 'pool' },
    text: [
      `Proven to ${address}: a credential of role ${role} under a known set of CIs, valid and not`,
      'revoked, whose key signed this session.',
      `Told beside it: ${disclosures.length === 0 ? 'nothing' : disclosures.join(', ')}.`,
      `Presentation (to give away): ${out}`,
    ],
  };
}
