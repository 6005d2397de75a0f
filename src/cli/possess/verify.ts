import type { Command } from 'commander';
import { systemClock } from '../../time.ts';
import { addJson } from '../shared/options.ts';
import { answer } from '../shared/output.ts';
import { addMessage, type MessageFlags, readMessage } from './prove.ts';
import { readBundle } from '../shared/session-options.ts';

interface Flags extends MessageFlags {
  readonly session: string;
  readonly store?: string;
  readonly json?: boolean;
}

/** zkcx possess verify FILE --session FILE --kind KIND --message FILE --oid OID [--store FOLDER] */
export function registerPossessVerify(possess: Command): void {
  const command = possess
    .command('verify')
    .description('verifier: check that the key of a verified session signed a later message of it')
    .argument('<proof>', 'as received')
    .requiredOption('--session <file>', 'file of `present verify --session`')
    .option('--store <folder>', 'what was accepted before: takes each message of a session once');
  addJson(addMessage(command)).action(async (file: string, flags: Flags) =>
    answer(flags, () => verify(file, flags)),
  );
}

async function verify(file: string, flags: Flags) {
  const { kind, message, context } = await readMessage(flags);
  const envelope = await readBundle(file);
  const { readVerifiedSession } = await import('../../session/session-file.ts');
  const { acceptPossession, verifyPossession } = await import('../../session/possession.ts');
  const { transcript, ...session } = await readVerifiedSession(flags.session);
  const statement = { kind, message, context: { ...context, ...transcript }, ...session };
  if (flags.store === undefined) {
    await verifyPossession(statement, envelope);
  } else {
    const { OnceStore } = await import('../../session/once-store.ts');
    const store = await OnceStore.open(flags.store);
    try {
      await acceptPossession(statement, envelope, { store, at: systemClock() });
    } finally {
      await store.close();
    }
  }
  return {
    json: { kind, session: String(session.session), once: flags.store !== undefined },
    text: [
      `Valid: the key of this session signed this ${kind}.`,
      ...(flags.store === undefined ? ['Accept it once: without --store nobody counts.'] : []),
    ],
  };
}
