/** What the decisions of the registry's admin have in common: who decides, and when it counts. */
import { Option } from 'commander';
import type {
  Chain,
  Inclusion,
  Proposal,
  Sender,
  SyncedRegistry,
} from '../../../zkapp/client/index.ts';
import { readAnchors } from '../../shared/certificates.ts';
import { type Answer, factLines } from '../../shared/output.ts';
import {
  ADMIN,
  type AdminFlags,
  adminKey,
  inclusionFacts,
  senderOf,
  synced,
  withChain,
} from '../options.ts';

/** Of decisions that are proposed first, and count after a delay. */
export const DELAYED = [
  new Option('--apply', 'apply what was proposed, once its delay is over; anyone may'),
  ...ADMIN,
];

export interface DelayedFlags extends AdminFlags {
  readonly apply?: boolean;
}

interface Context {
  readonly chain: Chain;
  readonly registryNow: SyncedRegistry;
  readonly sender: Sender;
}

/** Send one transaction to the registry as it is now. */
export function transact(
  flags: AdminFlags,
  work: (context: Context) => Promise<Inclusion>,
): Promise<Answer> {
  return withChain(flags, async (chain) => {
    const registryNow = await synced(flags, chain);
    const sender = await senderOf(flags, chain);
    const facts = inclusionFacts(await work({ chain, registryNow, sender }));
    return { json: facts, text: factLines(facts) };
  });
}

/** Propose, or with --apply apply. */
export function decide(flags: DelayedFlags, proposal: Proposal): Promise<Answer> {
  return transact(flags, async ({ chain, registryNow, sender }) => {
    const { apply, propose } = await import('../../../zkapp/client/index.ts');
    if (flags.apply === true) return apply(sender, registryNow, proposal);
    return propose(sender, registryNow, await adminKey(flags, chain), proposal);
  });
}

/** The leaf of a CI in the trust tree. */
export async function leafOfCi(file: string): Promise<bigint> {
  const [anchor] = await readAnchors([file]);
  const { CiLeaf } = await import('../../../circuits/claims.ts');
  const { ciLeaf } = await import('../../../witness/trust.ts');
  return CiLeaf.hash(ciLeaf(anchor!)).toBigInt();
}
