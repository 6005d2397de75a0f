import { Argument } from 'commander';
import { systemClock } from '../../time.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { AT, type AtFlags, CI, type CiFlags } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { fillBeside, REFRESHES, type RefreshesFlags } from '../shared/pools.ts';
import { PROVER, type ProverFlags, proverOptions, withProver } from '../shared/proving.ts';
import {
  openStore,
  CREDENTIALS,
  type CredentialsFlags,
  summaryFacts,
  summaryLine,
} from './store.ts';

interface Flags extends CredentialsFlags, CiFlags, AtFlags, ProverFlags, RefreshesFlags {}

/** zkcx credential renew NAME --credentials FOLDER --ci CI... */
export const credentialRenew: CommandDefinition = {
  name: 'renew',
  description: 'prove its chain again, for the window of this quarter',
  arguments: [new Argument('<name>', 'file name without .json')],
  options: [CREDENTIALS, CI, AT, REFRESHES, ...PROVER],
  run: renew,
};

async function renew(name: string, flags: Flags): Promise<Answer> {
  const { ci, at = systemClock() } = flags;
  const store = await openStore(flags);
  const anchors = await readAnchors(ci);
  const { renewCredential } = await import('../../session/renewal.ts');
  const old = await store.read(name);
  const options = proverOptions(flags);
  await withProver(options, async (prover) => {
    const renewed = await renewCredential(old, { anchors, now: at }, { ...options, prover });
    await store.replace(name, renewed);
    await fillBeside(store.fileOf(name), renewed, flags, prover, options);
  });
  const facts = summaryFacts(await store.show(name, at));
  return { json: facts, text: [`Renewed: ${summaryLine(facts)}`] };
}
