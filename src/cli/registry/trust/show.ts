import type { AdminAction } from '../../../zkapp/contract/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { type Answer, factLines } from '../../shared/output.ts';
import { CHAIN, type ChainFlags, synced, withChain } from '../options.ts';
import { termFacts } from '../term.ts';

/** zkcx registry trust show */
export const registryTrustShow: CommandDefinition = {
  name: 'show',
  description: 'show the pending actions, when they can be applied, and whether the first one can',
  options: CHAIN,
  run: (flags: ChainFlags) =>
    withChain(flags, async (chain) => {
      const { firstRefusal } = await import('../../../zkapp/client/index.ts');
      const registryNow = await synced(flags, chain);
      const term = await termFacts(registryNow.state, registryNow.slot);
      const actions = await Promise.all(registryNow.history.pending.map(actionFacts));
      const refusal = firstRefusal(registryNow);
      const facts = {
        pending: actions.length,
        ...term,
        refusal: term?.stage === 'armed' && refusal ? refusal.code : undefined,
      };
      return answer(facts, actions, refusal?.message);
    }),
};

function answer(
  facts: Readonly<Record<string, unknown>>,
  actions: readonly Readonly<Record<string, string>>[],
  reason: string | undefined,
): Answer {
  const lines = actions.map((action, i) => `${i + 1}. ${Object.values(action).join(' ')}`);
  const why = facts['refusal'] === undefined ? [] : [`The first one cannot be applied: ${reason}`];
  return { json: { ...facts, actions }, text: [...factLines(facts), ...lines, ...why] };
}

/** As in a file of actions, but the chain knows hashes only. */
async function actionFacts({
  kind,
  subject,
  detail,
}: AdminAction): Promise<Record<string, string>> {
  const { ACTION } = await import('../../../zkapp/contract/index.ts');
  const hash = subject.toString();
  switch (Number(kind.toBigInt())) {
    case ACTION.addCi:
      return { action: 'add', ci: hash };
    case ACTION.changeAdmin:
      return { action: 'admin', account: hash };
    default: {
      const point = detail.toBigInt() === 0n ? 'none' : detail.toString();
      return { action: 'source', entry: hash, point };
    }
  }
}
