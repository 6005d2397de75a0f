import type { Command } from 'commander';
import { formatEnvelope } from '../../prover/envelope.ts';
import { writeFileAtomic } from '../../files.ts';
import {
  addAt,
  addJson,
  addProver,
  addRoots,
  proverOptions,
  type ProverFlags,
  readAnchors,
  readCertificates,
} from '../shared/options.ts';
import { assertWritable } from '../shared/output-file.ts';
import { answer, isoTime } from '../shared/output.ts';

interface Flags extends ProverFlags {
  readonly root: string[];
  readonly out: string;
  readonly proof?: string;
  readonly at?: bigint;
  readonly json?: boolean;
}

/** zkcx chain prove --root CI --out credential.json [--proof proof.json] CERT... */
export function registerChainProve(chain: Command): void {
  const command = chain
    .command('prove')
    .description('prove a chain; one proof a certificate, half a minute to a few minutes each')
    .argument('<certificates...>', 'below the CI, issuer first; DER or PEM')
    .requiredOption('--out <file>', 'write the credential here: proof and private opening')
    .option('--proof <file>', 'write the proof alone here, to give away');
  addJson(addProver(addAt(addRoots(command)))).action(async (files: string[], flags: Flags) =>
    answer(flags, () => prove(files, flags)),
  );
}

async function prove(files: string[], flags: Flags) {
  const { out, proof } = flags;
  // before minutes of work, not after them
  for (const file of proof === undefined ? [out] : [out, proof]) await assertWritable(file);
  const anchors = await readAnchors(flags.root);
  const certificates = await readCertificates(files);
  // circuits take a while to load, so only when everything else is in order
  const { proveChain } = await import('../../prover/chain.ts');
  const { writeCredential } = await import('../../prover/credential.ts');
  const credential = await proveChain(
    { anchors, certificates, at: flags.at },
    proverOptions(flags),
  );
  await writeCredential(out, credential);
  if (proof !== undefined) await writeFileAtomic(proof, formatEnvelope(credential.proof), 0o644);
  const [trustRoot, from, until, commitment] = credential.proof.proof.publicOutput;
  const [validFrom, validUntil] = [isoTime(BigInt(from!)), isoTime(BigInt(until!))];
  return {
    json: { credential: out, proof, trustRoot, validFrom, validUntil, commitment },
    text: [
      `Proven: a chain of ${certificates.length} below a CI under trust root ${trustRoot},`,
      `valid from ${validFrom} to ${validUntil}.`,
      `Credential (private, keep it): ${out}`,
      ...(proof === undefined ? [] : [`Proof (to give away): ${proof}`]),
    ],
  };
}
