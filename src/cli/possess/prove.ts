import { writeFileAtomic } from '../../files.ts';
import { formatEnvelope } from '../../prover/envelope.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import type { Answer } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';
import { KEY, readSigner } from '../shared/session-files.ts';
import { MESSAGE, type MessageFlags, readMessage } from './message.ts';

interface Flags extends ProverFlags, MessageFlags {
  readonly session: string;
  readonly key: string;
  readonly out: string;
}

/** zkcx possess prove --session FILE --message-kind KIND --message FILE --oid OID --key PEM --out FILE */
export const possessProve: CommandDefinition = {
  name: 'prove',
  description: 'holder: prove that the key of a session signed a later message of it',
  isDefault: true,
  options: [
    required('--session <file>', 'private file of `present prove --session`'),
    ...MESSAGE,
    KEY,
    required('--out <file>', 'write the proof here, to give away'),
    ...PROVER,
  ],
  run: prove,
};

async function prove(flags: Flags): Promise<Answer> {
  const { messageKind: kind, out } = flags;
  const inputs = [flags.session, flags.message, flags.key, flags.serverSignature];
  await assertOutputs({ '--out': out }, { inputs });
  const message = await readMessage(flags);
  const sign = await readSigner(flags.key);
  const { readSession } = await import('../../session/session-file.ts');
  const session = await readSession(flags.session);
  const { planPossession } = await import('../../session/statements.ts');
  const { provePossession } = await import('../../prover/present.ts');
  const { Prover } = await import('../../prover/prover.ts');
  const plan = await planPossession({ session, ...message, sign });
  const options = proverOptions(flags);
  const prover = new Prover(options);
  try {
    await writeFileAtomic(out, formatEnvelope(await provePossession(plan, prover, options)), 0o644);
  } finally {
    prover.close();
  }
  return {
    json: { proof: out, kind },
    text: [`Proven: the key of this session signed a ${kind}.`, `Proof (to give away): ${out}`],
  };
}
