import { ZkcxError } from '../../errors.ts';
import { CARD, type CardFlags, useEuicc } from '../shared/card.ts';
import type { CommandDefinition } from '../shared/command.ts';
import type { Answer } from '../shared/output.ts';
import {
  count,
  REFRESHES,
  type RefreshesFlags,
  WITHIN,
  type WithinFlags,
  waitWithin,
} from '../shared/pools.ts';
import { proverOptions } from '../shared/proving.ts';
import { KNOWN, type KnownFlags, policyOf } from './zkcx.ts';

interface Flags extends CardFlags, KnownFlags, RefreshesFlags, WithinFlags {
  readonly count?: number;
}

/** zkcx lpa prepare CARD --ci CI... --map MAP --credentials FOLDER */
export const lpaPrepare: CommandDefinition = {
  name: 'prepare',
  description:
    'make presentations of the eUICC before a server asks for one; each is for one download',
  options: [
    count('presentations to have ready for each of its credentials; default 1'),
    REFRESHES,
    WITHIN,
    ...CARD,
    ...KNOWN,
  ],
  run: prepare,
};

async function prepare(flags: Flags): Promise<Answer> {
  const { credentials: folder, map = [], refreshes: kept } = flags;
  if (folder === undefined || map.length === 0) {
    throw new ZkcxError('ERR_CLI_USAGE', 'preparing needs --map and --credentials');
  }
  const options = proverOptions(flags);
  await waitWithin(flags, options);
  const policy = await policyOf(flags, map);
  const at = policy.now!();
  const { value: eid, aside } = await useEuicc(flags, (euicc) => euicc.eid());
  const { expectedTerms } = await import('../../rsp/zkcx/device/ahead.ts');
  const { credentialsOf } = await import('../../rsp/zkcx/device/credential.ts');
  const { CredentialStore } = await import('../../session/credential-store.ts');
  const { openPools, poolsFolderOf } = await import('../../session/pools.ts');
  const { prepareAhead } = await import('../../session/presenter.ts');
  const { Prover } = await import('../../prover/prover.ts');
  const store = await CredentialStore.open(folder);
  const prover = new Prover(options);
  const anchors = policy.trustSets.flat();
  const results: { readonly name: string; readonly made: number; readonly refreshes: number }[] =
    [];
  try {
    for await (const { name, credential, isOver } of credentialsOf({ store, eid, at })) {
      if (isOver) continue;
      const accepted = expectedTerms(policy, credential);
      const pools = await openPools(poolsFolderOf(store.fileOf(name)), credential);
      const input = { accepted, credential, anchors, pools, count: flags.count };
      const made = await prepareAhead(input, prover, options);
      const refreshes = await pools.refreshes.refill({ count: kept }, prover, options);
      results.push({ name, made, refreshes });
    }
  } finally {
    prover.close();
  }
  return {
    json: { credentials: results, ...aside },
    text:
      results.length > 0
        ? results.map(
            ({ name, made, refreshes }) =>
              `${name}: made ${made} presentations and ${refreshes} refreshes`,
          )
        : ['No credential of this eUICC yet: the first download makes one'],
  };
}
