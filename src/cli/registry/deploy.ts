import { systemRandom } from '../../random.ts';
import type { Chain } from '../../zkapp/client/index.ts';
import { readAnchors } from '../shared/certificates.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { CI, type CiFlags } from '../shared/options.ts';
import { assertOutputs } from '../shared/output-files.ts';
import { type Answer, factLines } from '../shared/output.ts';
import {
  ADMIN,
  type AdminFlags,
  adminKey,
  deploymentFile,
  inclusionFacts,
  senderOf,
  withChain,
} from './options.ts';

type Flags = CiFlags & AdminFlags;

/** zkcx registry deploy --ci CI... */
export const registryDeploy: CommandDefinition = {
  name: 'deploy',
  description: 'make a new, empty registry for these CIs; writes its deployment file',
  options: [CI, ...ADMIN],
  run: (flags: Flags) => withChain(flags, (chain) => deploy(flags, chain)),
};

async function deploy(flags: Flags, chain: Chain): Promise<Answer> {
  const file = deploymentFile(flags);
  await assertOutputs({ '--deployment': file }, { inputs: flags.ci });
  const anchors = await readAnchors(flags.ci);
  const { CiLeaf } = await import('../../circuits/claims.ts');
  const { ciLeaf, TrustSet } = await import('../../witness/trust.ts');
  const { deployRegistry, writeDeployment } = await import('../../zkapp/client/index.ts');
  const trustRoot = new TrustSet(anchors).root.toBigInt();
  const admin = await adminKey(flags, chain);
  const deployed = await deployRegistry(await senderOf(flags, chain), {
    trustRoot,
    admin: admin.toPublicKey(),
    random: systemRandom,
  });
  const { address, code } = deployed;
  const trust = anchors.map((anchor) => CiLeaf.hash(ciLeaf(anchor)).toBigInt());
  await writeDeployment(file, { address, code, trust });
  const facts = {
    address,
    code: code.toString(),
    trustRoot: trustRoot.toString(),
    admin: admin.toPublicKey().toBase58(),
    deployment: file,
    ...inclusionFacts(deployed),
  };
  return { json: facts, text: factLines(facts) };
}
