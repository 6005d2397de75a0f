import { Argument, Option } from 'commander';
import { systemClock } from '../../time.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import {
  openStore,
  CREDENTIALS,
  type CredentialsFlags,
  summaryFacts,
  summaryLine,
} from './store.ts';

interface Flags extends CredentialsFlags, AtFlags {
  readonly reveal?: boolean;
}

/** zkcx credential show NAME --credentials FOLDER [--reveal] */
export const credentialShow: CommandDefinition = {
  name: 'show',
  description: 'one credential, without its secrets',
  arguments: [new Argument('<name>', 'file name without .json')],
  options: [CREDENTIALS, new Option('--reveal', 'show its EID or OID too'), AT],
  run: show,
};

async function show(name: string, flags: Flags): Promise<Answer> {
  const store = await openStore(flags);
  const facts = summaryFacts(await store.show(name, flags.at ?? systemClock()));
  if (flags.reveal !== true) return { json: facts, text: [summaryLine(facts)] };
  const { identityFromField } = await import('../../session/identity.ts');
  const { opening } = await store.read(name);
  const identity = identityFromField(facts.role, opening.identity.toBigInt());
  const text = identity.kind === 'eid' ? `EID ${identity.digits}` : `OID ${identity.oid}`;
  return { json: { ...facts, identity }, text: [summaryLine(facts), text] };
}
