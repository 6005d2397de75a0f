import type { Command } from 'commander';
import { writeFileAtomic } from '../../files.ts';
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
import { answer, isoTime } from '../shared/output.ts';
import { addMap } from '../shared/session-options.ts';

interface Flags extends ProverFlags {
  readonly credential: string;
  readonly root: string[];
  readonly map: string;
  readonly out: string;
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx certify --credential FILE --root CI... --map MAP --out FILE */
export function registerCertifyProve(certify: Command): void {
  const command = certify
    .command('prove', { isDefault: true })
    .description('server: state key and identity of a credential, for whoever knows it anyway')
    .requiredOption('--credential <file>', 'credential of `chain prove`')
    .requiredOption('--out <file>', 'write the statement here, to give away');
  addJson(addProver(addAt(addMap(addRoots(command))))).action(async (flags: Flags) =>
    answer(flags, () => prove(flags)),
  );
}

async function prove(flags: Flags) {
  const { out } = flags;
  await assertWritable(out);
  const time = flags.at ?? systemClock();
  const anchors = await readAnchors(flags.root);
  const { readMap } = await import('../../session/map-file.ts');
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
