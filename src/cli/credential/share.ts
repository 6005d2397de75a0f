import { Option } from 'commander';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, factLines, isoTime } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';

interface Flags extends ProverFlags {
  readonly credential: string;
  readonly out: string;
  readonly again?: boolean;
}

/** zkcx credential share --credential FILE --out FILE [--again] */
export const credentialShare: CommandDefinition = {
  name: 'share',
  description: 'make the proof of a credential to give away, to a registry or a relay; two proofs',
  options: [
    required('--credential <file>', 'credential; it keeps what it needs to be found again'),
    required('--out <file>', 'write the proof here'),
    new Option('--again', 'although one was made; what was published of that one is lost to it'),
    ...PROVER,
  ],
  run: share,
};

async function share(flags: Flags): Promise<Answer> {
  const { credential: file, out, again } = flags;
  await assertOutputs({ '--out': out }, { inputs: [file] });
  const { shareFromFile } = await import('../../prover/share.ts');
  const proof = await shareFromFile({ credential: file, out }, { ...proverOptions(flags), again });
  const [trustRoot, from, until, commitment] = proof.proof.publicOutput;
  const facts = {
    proof: out,
    credential: file,
    trustRoot,
    validFrom: isoTime(BigInt(from!)),
    validUntil: isoTime(BigInt(until!)),
    commitment,
  };
  return { json: facts, text: factLines(facts) };
}
