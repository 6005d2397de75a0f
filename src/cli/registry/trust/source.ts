import { ZkcxError } from '../../../errors.ts';
import type { Proposal } from '../../../zkapp/client/index.ts';
import { readCertificate } from '../../shared/certificates.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { required } from '../../shared/options.ts';
import { readSources } from '../../shared/revocation-map.ts';
import { decide, DELAYED, type DelayedFlags } from './decide.ts';

interface Flags extends DelayedFlags {
  readonly sources: string;
  readonly issuer: string;
  readonly kind: 'ca' | 'user';
}

/** zkcx registry trust source --sources FILE --issuer CERT --kind KIND [--apply] */
export const registryTrustSource: CommandDefinition = {
  name: 'source',
  description: 'propose where the lists of an issuer come from',
  options: [
    required('--sources <file>', 'the configuration of `revocation build`, whole'),
    required('--issuer <certificate>', 'whose entry of it'),
    required('--kind <kind>', 'of which certificates').choices(['ca', 'user']),
    ...DELAYED,
  ],
  run: async (flags: Flags) => decide(flags, await sourceProposal(flags)),
};

async function sourceProposal({ sources: file, issuer, kind }: Flags): Promise<Proposal> {
  const sources = await readSources(file);
  const { publicKey } = await readCertificate(issuer);
  const { placeOf } = await import('../../../witness/revocation.ts');
  const { pointHash } = await import('../../../circuits/gadgets/crl/point-hash.ts');
  const source = sources.find(
    (one) =>
      one.kind === kind &&
      one.issuer.publicKey.x === publicKey.x &&
      one.issuer.publicKey.y === publicKey.y,
  );
  if (source === undefined) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      'the configuration has no source for this issuer and kind',
    );
  }
  return {
    kind: 'setSource',
    place: placeOf({ issuer: publicKey, kind }),
    point:
      source.point === 'none' ? 0n : pointHash(new TextEncoder().encode(source.point)).toBigInt(),
    places: sources.map((one) => placeOf({ issuer: one.issuer.publicKey, kind: one.kind })),
  };
}
