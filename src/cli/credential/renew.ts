import { Argument } from 'commander';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, ROOT, type RootFlags } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { PROVER, type ProverFlags, proverOptions } from '../shared/proving.ts';
import { openStore, STORE, type StoreFlags, summaryFacts, summaryLine } from './store.ts';

interface Flags extends StoreFlags, RootFlags, AtFlags, ProverFlags {}

/** zkcx credential renew NAME --store FOLDER --root CI... */
export const credentialRenew: CommandDefinition = {
  name: 'renew',
  description: 'prove its chain again, for the window of this quarter',
  arguments: [new Argument('<name>', 'file name without .json')],
  options: [STORE, ROOT, AT, ...PROVER],
  run: renew,
};

async function renew(name: string, flags: Flags): Promise<Answer> {
  const { root, at = systemClock() } = flags;
  const store = await openStore(flags);
  const anchors = await readAnchors(root);
  const { renewCredential } = await import('../../session/renewal.ts');
  const old = await store.read(name);
  await store.replace(name, await renewCredential(old, { anchors, now: at }, proverOptions(flags)));
  const facts = summaryFacts(await store.show(name, at));
  return { json: facts, text: [`Renewed: ${summaryLine(facts)}`] };
}
