import { type Command, Option } from 'commander';
import { formatEnvelope } from '../prover/envelope.ts';
import { readFileLimited, writeFileAtomic } from '../prover/files.ts';
import { MESSAGE_KINDS, type MessageKind } from '../session/messages.ts';
import { addJson, addProver, proverOptions, type ProverFlags } from './options.ts';
import { assertWritable } from './output-file.ts';
import { answer } from './output.ts';
import { addKey, readSigner } from './session-options.ts';

const MAX_MESSAGE_BYTES = 4_096;
const SIGNATURE_BYTES = 64;

interface Flags extends ProverFlags {
  readonly session: string;
  readonly kind: MessageKind;
  readonly message: string;
  readonly oid: string;
  readonly serverSignature?: string;
  readonly key: string;
  readonly out: string;
  readonly json?: boolean;
}

/** zkcx possess --session FILE --kind KIND --message FILE --oid OID --key PEM --out FILE */
export function registerPossess(zkcx: Command): void {
  const command = zkcx
    .command('possess')
    .description('holder: prove that the key of a session signed a later message of it')
    .requiredOption('--session <file>', 'private file of `present --session`')
    .addOption(
      new Option('--kind <kind>', 'what the message is')
        .choices(MESSAGE_KINDS)
        .makeOptionMandatory(),
    )
    .requiredOption('--message <file>', 'the bytes to sign')
    .requiredOption('--oid <oid>', "OID of the server's certificate, dotted")
    .option('--server-signature <file>', 'the 64 bytes that a download preparation answers')
    .requiredOption('--out <file>', 'write the proof here, to give away');
  addJson(addProver(addKey(command))).action(async (flags: Flags) =>
    answer(flags, () => possess(flags)),
  );
}

async function possess(flags: Flags) {
  const { kind, out, oid: serverOid } = flags;
  await assertWritable(out);
  const message = await readFileLimited(flags.message, MAX_MESSAGE_BYTES);
  const serverSignature =
    flags.serverSignature === undefined
      ? undefined
      : await readFileLimited(flags.serverSignature, SIGNATURE_BYTES);
  const sign = await readSigner(flags.key);
  const { readSession } = await import('../session/sessionFile.ts');
  const session = await readSession(flags.session);
  const { planPossession } = await import('../session/statements.ts');
  const { provePossession } = await import('../prover/present.ts');
  const { Prover } = await import('../prover/prover.ts');
  const context = { serverOid, serverSignature };
  const plan = await planPossession({ session, kind, message, context, sign });
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
