import { Argument } from 'commander';
import { ZkcxError } from '../../errors.ts';
import { parseEnvelope } from '../../prover/envelope.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';
import { readDocument } from '../shared/proof-files.ts';
import { readRegistry } from '../shared/session-files.ts';

/** zkcx registry path FILE --registry FILE */
export const registryPath: CommandDefinition = {
  name: 'path',
  description: 'where a credential stands in a registry file, and its path to the root',
  arguments: [
    new Argument(
      '<file>',
      'credential, proof of `credential share`, or member file of an aggregate',
    ),
  ],
  options: [required('--registry <file>', 'registry file of `registry sync`')],
  run: path,
};

async function path(file: string, { registry }: { readonly registry: string }): Promise<Answer> {
  const tree = (await readRegistry(registry))!;
  const leaf = await readLeaf(file, tree);
  const place = tree.placeOf(leaf);
  const { siblings } = tree.path(leaf);
  const root = tree.root.toString();
  return {
    json: { place, leaf: leaf.toString(), siblings: siblings.map(String), registryRoot: root },
    text: [`Place ${place} of ${tree.size}, under registry root ${root}`],
  };
}

/** The leaf that a file is about; a member's path becomes known to the tree. */
async function readLeaf(file: string, tree: NonNullable<Awaited<ReturnType<typeof readRegistry>>>) {
  const { Field } = await import('o1js');
  const { credentialLeaf } = await import('../../circuits/session.ts');
  const { text, format } = await readDocument(file);
  switch (format) {
    case 'zkcx-member': {
      const { readMember } = await import('../../prover/member.ts');
      const member = await readMember(file);
      tree.addMember(member);
      return member.leaf;
    }
    case 'zkcx-credential': {
      const { publishedOpening, readCredential } = await import('../../prover/credential.ts');
      const { leafOf } = await import('../../witness/presentation.ts');
      const opening = publishedOpening(await readCredential(file));
      if (opening !== undefined) return leafOf(opening);
      throw new ZkcxError(
        'ERR_REGISTRY_UNKNOWN',
        `of ${file} no proof was made to be published: see \`zkcx credential share\``,
      );
    }
    default: {
      const { program, proof } = parseEnvelope(text);
      const [, from, until, commitment] = proof.publicOutput;
      if (program !== 'refresh' || commitment === undefined) {
        throw new ZkcxError(
          'ERR_PROOF_PROGRAM',
          'give a proof of `credential share`, a credential or a member file',
        );
      }
      return credentialLeaf(Field(commitment), Field(from!), Field(until!));
    }
  }
}
