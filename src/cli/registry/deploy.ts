import { Option } from 'commander';
import { systemRandom } from '../../random.ts';
import type { Chain } from '../../zkapp/client/index.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { CI, type CiFlags } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, factLines } from '../shared/output.ts';
import { readDeployedSources } from './beginning.ts';
import {
  ADMIN,
  type AdminFlags,
  adminKey,
  deploymentFile,
  inclusionFacts,
  senderOf,
  withChain,
} from './options.ts';

interface Flags extends CiFlags, AdminFlags {
  readonly sources?: string;
}

/** zkcx registry deploy --ci CI... [--sources FILE] */
export const registryDeploy: CommandDefinition = {
  name: 'deploy',
  description:
    'make a new registry, in which nothing is published, for these CIs; writes its deployment file',
  options: [
    CI,
    new Option(
      '--sources <file>',
      'its first sources of lists: the configuration of `revocation build`; default: none',
    ),
    ...ADMIN,
  ],
  run: (flags: Flags) => withChain(flags, (chain) => deploy(flags, chain)),
};

async function deploy(flags: Flags, chain: Chain): Promise<Answer> {
  const file = deploymentFile(flags);
  const inputs = [...flags.ci, ...(flags.sources === undefined ? [] : [flags.sources])];
  await assertOutputs({ '--deployment': file }, { inputs });
  const anchors = await readAnchors(flags.ci);
  const { TrustSet } = await import('../../witness/trust.ts');
  const { deployRegistry, writeDeployment } = await import('../../zkapp/client/index.ts');
  const { leaves, root } = new TrustSet(anchors);
  const admin = (await adminKey(flags, chain)).toPublicKey();
  const deployed = await deployRegistry(await senderOf(flags, chain), {
    trust: leaves,
    sources: await readDeployedSources(flags.sources, anchors),
    admin,
    random: systemRandom,
  });
  await writeDeployment(file, deployed);
  const facts = {
    address: deployed.address,
    trustRoot: root.toString(),
    sources: deployed.sources.length,
    admin: deployed.admin,
    deployment: file,
    ...inclusionFacts(deployed),
  };
  return { json: facts, text: factLines(facts) };
}
