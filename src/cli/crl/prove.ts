import { Argument, Option } from 'commander';
import { formatEnvelope } from '../../prover/envelope.ts';
import { writeFileAtomic } from '../../files.ts';
import { readAnchors, readCertificates, readList } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, required, CI, type CiFlags } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, printProgress } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';

interface Flags extends CiFlags, AtFlags, ProverFlags {
  readonly issuerChain?: string[];
  readonly kind?: 'ca' | 'user';
  readonly work: string;
  readonly out: string;
}

/** zkcx crl prove --ci CI [--issuer-chain CERT...] --work DIR --out FILE LIST */
export const crlProve: CommandDefinition = {
  name: 'prove',
  description: 'prove what a revocation list puts into the map; a proof for every eleven entries',
  arguments: [new Argument('<list>', 'revocation list, DER or PEM')],
  options: [
    CI,
    new Option(
      '--issuer-chain <files...>',
      "chain of the list's issuer below the CI, unless the CI signed",
    ),
    new Option('--kind <kind>', 'whose entry, for a list about both').choices(['ca', 'user']),
    required('--work <folder>', 'keep finished parts here, to go on after a stop; private'),
    required('--out <file>', 'write the proof here'),
    AT,
    ...PROVER,
  ],
  run: prove,
};

async function prove(file: string, flags: Flags): Promise<Answer> {
  const { ci, issuerChain = [], kind, work, out, at } = flags;
  await assertOutputs({ '--out': out }, { inputs: [file, ...ci, ...issuerChain] });
  const anchors = await readAnchors(ci);
  const certificates = await readCertificates(issuerChain);
  const list = await readList(file);
  // circuits take a while to load, so only when everything else is in order
  const { proveCrl } = await import('../../prover/crl.ts');
  const proof = await proveCrl(
    { anchors, certificates, list, kind, at },
    {
      ...proverOptions(flags),
      work,
      onPart: (done, total) => printProgress(`${done} of ${total} parts are done`),
    },
  );
  await writeFileAtomic(out, formatEnvelope(proof), 0o644);
  const [trustRoot, mapKey, entry, count] = proof.proof.publicOutput;
  return {
    json: { proof: out, trustRoot, mapKey, entry, count },
    text: [
      `Proven: a list of ${count} serial numbers, signed by an issuer under trust root ${trustRoot},`,
      `fills the entry ${mapKey}`,
      `of a revocation map with ${entry}`,
      `Proof: ${out}. The folder ${work} is not needed any more.`,
    ],
  };
}
