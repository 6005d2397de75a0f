import { type Command, Option } from 'commander';
import { formatEnvelope } from '../../prover/envelope.ts';
import { readFileLimited, writeFileAtomic } from '../../files.ts';
import { MESSAGE_KINDS, type MessageKind } from '../../session/messages.ts';
import { addJson, addProver, proverOptions, type ProverFlags } from '../shared/options.ts';
import { assertWritable } from '../shared/output-file.ts';
import { answer } from '../shared/output.ts';
import { addKey, readSigner } from '../shared/session-options.ts';

const MAX_MESSAGE_BYTES = 4_096;
const SIGNATURE_BYTES = 64;

/** A later message, and what it has to say. */
export interface MessageFlags {
  readonly kind: MessageKind;
  readonly message: string;
  readonly oid: string;
  readonly serverSignature?: string;
}

interface Flags extends ProverFlags, MessageFlags {
  readonly session: string;
  readonly key: string;
  readonly out: string;
  readonly json?: boolean;
}

/** zkcx possess --session FILE --kind KIND --message FILE --oid OID --key PEM --out FILE */
export function registerPossessProve(possess: Command): void {
  const command = possess
    .command('prove', { isDefault: true })
    .description('holder: prove that the key of a session signed a later message of it')
    .requiredOption('--session <file>', 'private file of `present prove --session`')
    .requiredOption('--out <file>', 'write the proof here, to give away');
  addJson(addProver(addKey(addMessage(command)))).action(async (flags: Flags) =>
    answer(flags, () => prove(flags)),
  );
}

export function addMessage(command: Command): Command {
  return command
    .addOption(
      new Option('--kind <kind>', 'what the message is')
        .choices(MESSAGE_KINDS)
        .makeOptionMandatory(),
    )
    .requiredOption('--message <file>', 'the bytes that the key signs')
    .requiredOption('--oid <oid>', "OID of the server's certificate, dotted")
    .option('--server-signature <file>', 'the 64 bytes that a download preparation answers');
}

export async function readMessage(flags: MessageFlags) {
  const message = await readFileLimited(flags.message, MAX_MESSAGE_BYTES);
  const serverSignature =
    flags.serverSignature === undefined
      ? undefined
      : await readFileLimited(flags.serverSignature, SIGNATURE_BYTES);
  return { kind: flags.kind, message, context: { serverOid: flags.oid, serverSignature } };
}

async function prove(flags: Flags) {
  const { kind, out } = flags;
  await assertWritable(out);
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
