import { Argument, Option } from 'commander';
import { systemClock } from '../../time.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { readBundle } from '../shared/session-files.ts';
import { MESSAGE, type MessageFlags, readMessage } from './message.ts';

interface Flags extends MessageFlags {
  readonly session: string;
  readonly accepted?: string;
}

/** zkcx possess verify FILE --session FILE --message-kind KIND --message FILE --oid OID [--accepted FOLDER] */
export const possessVerify: CommandDefinition = {
  name: 'verify',
  description: 'verifier: check that the key of a verified session signed a later message of it',
  arguments: [new Argument('<proof>', 'as received')],
  options: [
    required('--session <file>', 'file of `present verify --session`'),
    ...MESSAGE,
    new Option(
      '--accepted <folder>',
      'what was accepted before: takes each message of a session once',
    ),
  ],
  run: verify,
};

async function verify(file: string, flags: Flags): Promise<Answer> {
  const { kind, message, context } = await readMessage(flags);
  const envelope = await readBundle(file);
  const { readVerifiedSession } = await import('../../session/session-file.ts');
  const { acceptPossession, verifyPossession } = await import('../../session/possession.ts');
  const { transcript, ...session } = await readVerifiedSession(flags.session);
  const statement = { kind, message, context: { ...context, ...transcript }, ...session };
  if (flags.accepted === undefined) {
    await verifyPossession(statement, envelope);
  } else {
    const { OnceStore } = await import('../../session/once-store.ts');
    const store = await OnceStore.open(flags.accepted);
    try {
      await acceptPossession(statement, envelope, { store, at: systemClock() });
    } finally {
      await store.close();
    }
  }
  return {
    json: { kind, session: String(session.session), once: flags.accepted !== undefined },
    text: [
      `Valid: the key of this session signed this ${kind}.`,
      ...(flags.accepted === undefined
        ? ['Accept it once: without --accepted nobody counts.']
        : []),
    ],
  };
}
