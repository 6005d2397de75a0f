import { writeFileAtomic } from '../../files.ts';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, isoTime } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';
import { MAP, type MapFlags, readMap } from '../shared/revocation-map.ts';

interface Flags extends CiFlags, MapFlags, AtFlags, ProverFlags {
  readonly credential: string;
  readonly out: string;
}

/** zkcx certify prove --credential FILE --ci CI... --map MAP --out FILE */
export const certifyProve: CommandDefinition = {
  name: 'prove',
  description: 'server: state key and identity of a credential, for whoever knows it anyway',
  isDefault: true,
  options: [
    required('--credential <file>', 'credential of `chain prove`'),
    CI,
    MAP,
    required('--out <file>', 'write the statement here, to give away'),
    AT,
    ...PROVER,
  ],
  run: prove,
};

async function prove(flags: Flags): Promise<Answer> {
  const { out, at: time = systemClock() } = flags;
  const inputs = [flags.credential, ...flags.ci, flags.map];
  await assertOutputs({ '--out': out }, { inputs });
  const anchors = await readAnchors(flags.ci);
  const { map } = await readMap(flags.map, { anchors, at: time });
  const { readCredential } = await import('../../prover/credential.ts');
  const credential = await readCredential(flags.credential);
  const { TrustSet } = await import('../../witness/trust.ts');
  const { planCertify } = await import('../../session/statements.ts');
  const { proveCertify } = await import('../../prover/present.ts');
  const { formatBundle } = await import('../../session/envelopes.ts');
  const { Prover } = await import('../../prover/prover.ts');
  const trust = new TrustSet(anchors);
  const plan = planCertify({ credential, anchors, trust, map, time });
  const options = proverOptions(flags);
  const prover = new Prover(options);
  try {
    const proof = await proveCertify(plan, credential.proof, prover, options);
    await writeFileAtomic(
      out,
      formatBundle({ format: 'zkcx-certified', version: 1, proof }),
      0o644,
    );
  } finally {
    prover.close();
  }
  return {
    json: { statement: out, time: isoTime(time) },
    text: [`Stated for ${isoTime(time)}; it tells key and identity.`, `Statement: ${out}`],
  };
}
