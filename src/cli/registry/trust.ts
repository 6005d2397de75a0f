import { type Command, Option } from 'commander';
import { ZkcxError } from '../../errors.ts';
import type {
  Chain,
  Inclusion,
  Proposal,
  Sender,
  SyncedRegistry,
} from '../../zkapp/client/index.ts';
import { addJson, readAnchors, readCertificate } from '../shared/options.ts';
import { answer, type Answer, factLines } from '../shared/output.ts';
import {
  addAdmin,
  adminKey,
  inclusionFacts,
  senderOf,
  type SenderFlags,
  synced,
  withChain,
} from './options.ts';
import { readSources } from '../revocation/build.ts';

interface DecideFlags extends SenderFlags {
  readonly apply?: boolean;
}

interface SourceFlags extends DecideFlags {
  readonly sources: string;
  readonly issuer: string;
  readonly kind: 'ca' | 'user';
}

/** zkcx registry trust add | remove | source | admin | cancel */
export function registerRegistryTrust(registry: Command): void {
  const trust = registry.command('trust').description('what the admin decides, with its delay');
  const decision = (name: string, description: string) =>
    addJson(addAdmin(trust.command(name).description(description)));
  const delayed = (command: Command) =>
    command.option('--apply', 'apply what was proposed, once its delay is over; anyone may');

  delayed(decision('add', 'propose to accept a CI'))
    .argument('<ci>', 'its certificate')
    .action(async (file: string, flags: DecideFlags) =>
      answer(flags, async () => decide(flags, { kind: 'addCi', leaf: await leafOfCi(file) })),
    );
  delayed(decision('source', 'propose where the lists of an issuer come from'))
    .requiredOption('--sources <file>', 'the configuration of `revocation build`, whole')
    .requiredOption('--issuer <certificate>', 'whose entry of it')
    .addOption(
      new Option('--kind <kind>', 'of which certificates')
        .choices(['ca', 'user'])
        .makeOptionMandatory(),
    )
    .action(async (flags: SourceFlags) =>
      answer(flags, async () => decide(flags, await sourceProposal(flags))),
    );
  delayed(decision('admin', 'propose another admin'))
    .argument('<account>', 'public key, base58')
    .action(async (account: string, flags: DecideFlags) =>
      answer(flags, async () => {
        const { parseAccountAddress } = await import('../../zkapp/client/index.ts');
        const { adminKeyHash } = await import('../../zkapp/contract/index.ts');
        const keyHash = adminKeyHash(parseAccountAddress(account)).toBigInt();
        return decide(flags, { kind: 'changeAdmin', keyHash });
      }),
    );
  decision('remove', 'stop accepting a CI, at once')
    .argument('<ci>', 'its certificate')
    .action(async (file: string, flags: SenderFlags) =>
      answer(flags, async () => {
        const leaf = await leafOfCi(file);
        return run(flags, async ({ chain, registryNow, sender }) => {
          const { removeCi } = await import('../../zkapp/client/index.ts');
          return removeCi(sender, registryNow, await adminKey(flags, chain), leaf);
        });
      }),
    );
  decision('cancel', 'take back what is proposed').action(async (flags: SenderFlags) =>
    answer(flags, () =>
      run(flags, async ({ chain, registryNow, sender }) => {
        const { cancel } = await import('../../zkapp/client/index.ts');
        return cancel(sender, registryNow, await adminKey(flags, chain));
      }),
    ),
  );
}

interface Context {
  readonly chain: Chain;
  readonly registryNow: SyncedRegistry;
  readonly sender: Sender;
}

function run(flags: SenderFlags, work: (context: Context) => Promise<Inclusion>): Promise<Answer> {
  return withChain(flags, async (chain) => {
    const registryNow = await synced(flags, chain);
    const sender = await senderOf(flags, chain);
    const facts = inclusionFacts(await work({ chain, registryNow, sender }));
    return { json: facts, text: factLines(facts) };
  });
}

function decide(flags: DecideFlags, proposal: Proposal): Promise<Answer> {
  return run(flags, async ({ chain, registryNow, sender }) => {
    const { apply, propose } = await import('../../zkapp/client/index.ts');
    if (flags.apply === true) return apply(sender, registryNow, proposal);
    return propose(sender, registryNow, await adminKey(flags, chain), proposal);
  });
}

async function leafOfCi(file: string): Promise<bigint> {
  const [anchor] = await readAnchors([file]);
  const { CiLeaf } = await import('../../circuits/claims.ts');
  const { ciLeaf } = await import('../../witness/trust.ts');
  return CiLeaf.hash(ciLeaf(anchor!)).toBigInt();
}

async function sourceProposal({ sources: file, issuer, kind }: SourceFlags): Promise<Proposal> {
  const sources = await readSources(file);
  const { publicKey } = await readCertificate(issuer);
  const { placeOf } = await import('../../witness/revocation.ts');
  const { pointHash } = await import('../../circuits/gadgets/crl/point-hash.ts');
  const source = sources.find(
    (one) =>
      one.kind === kind &&
      one.issuer.publicKey.x === publicKey.x &&
      one.issuer.publicKey.y === publicKey.y,
  );
  if (source === undefined) {
    throw new ZkcxError(
      'ERR_CLI_USAGE',
      'the configuration has no source for this issuer and kind',
    );
  }
  return {
    kind: 'setSource',
    place: placeOf({ issuer: publicKey, kind }),
    point:
      source.point === 'none' ? 0n : pointHash(new TextEncoder().encode(source.point)).toBigInt(),
    places: sources.map((one) => placeOf({ issuer: one.issuer.publicKey, kind: one.kind })),
  };
}
