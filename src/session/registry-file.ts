/**
 * The registry file: what was published, in order, and the members of aggregates whose paths its owner
 * knows. Nothing in it is computed but the root, so whoever loads it finds out whether the root is
 * right. Which root the registry has now, the chain says.
 */
import { Field } from 'o1js';
import { z } from 'zod';
import { ZkcxError } from '../errors.ts';
import { readFileLimited } from '../files.ts';
import { AGGREGATE_HEIGHT } from '../params.ts';
import { checked, describeIssue, fieldString, instanceOf } from '../arguments.ts';
import { placeOfPath, sidesOf } from '../witness/merkle-tree.ts';
import { RegistryTree, wrongRoot } from '../witness/registry-tree.ts';

/** Bytes of JSON: about a million publications. */
const MAX_REGISTRY_FILE_BYTES = 100_000_000;

const height = z.int().min(1).max(AGGREGATE_HEIGHT);

const registrySchema = z.strictObject({
  format: z.literal('zkcx-registry'),
  version: z.literal(2),
  published: z.array(
    z.union([z.strictObject({ leaf: fieldString }), z.strictObject({ root: fieldString, height })]),
  ),
  members: z.array(
    z.strictObject({
      leaf: fieldString,
      /** Place inside its aggregate. */
      index: z
        .int()
        .min(0)
        .max(2 ** AGGREGATE_HEIGHT - 1),
      /** From the leaf up to the aggregate's root. */
      siblings: z.array(fieldString).min(1).max(AGGREGATE_HEIGHT),
    }),
  ),
  root: fieldString,
  /** Roots of the recent past that are accepted too, newest first: after so many publications. */
  recent: z.array(z.strictObject({ publications: z.int().min(1), root: fieldString })).max(9),
});

/** The registry file as text, ending in a newline. It tells which aggregates its owner is a member of. */
export function formatRegistry(tree: RegistryTree): string {
  checked(tree, instanceOf(RegistryTree), 'formatRegistry');
  const document: z.infer<typeof registrySchema> = {
    format: 'zkcx-registry',
    version: 2,
    published: tree.published.map((one) =>
      'leaf' in one
        ? { leaf: one.leaf.toString() }
        : { root: one.root.toString(), height: one.height },
    ),
    members: tree.members.map(({ leaf, path }) => ({
      leaf: leaf.toString(),
      index: placeOfPath(path),
      siblings: path.siblings.map(String),
    })),
    root: tree.root.toString(),
    recent: tree.recent.map(({ publications, root }) => ({ publications, root: root.toString() })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Text of a registry file -> the tree.
 *
 * @throws ERR_REGISTRY_FORMAT, ERR_REGISTRY_VERSION, ERR_REGISTRY_ROOT (the publications do not give the
 *   root that the file claims), ERR_REGISTRY_UNKNOWN (a member of no published aggregate),
 *   ERR_REGISTRY_FULL
 */
export function loadRegistry(text: string): RegistryTree {
  checked(text, z.string(), 'loadRegistry');
  const file = parse(text);
  const tree = new RegistryTree();
  const earlier = new Map(file.recent.map(({ publications, root }) => [publications, root]));
  for (const one of file.published) {
    if ('leaf' in one) tree.append(Field(one.leaf));
    else tree.appendSubtree(Field(one.root), one.height);
    const claimed = earlier.get(tree.published.length);
    if (claimed !== undefined && tree.root.toString() !== claimed) throw wrongRoot();
    earlier.delete(tree.published.length);
  }
  if (tree.root.toString() !== file.root || earlier.size > 0) throw wrongRoot();
  acceptRecent(tree, file.recent);
  for (const { leaf, index, siblings } of file.members) {
    tree.addMember({
      leaf: Field(leaf),
      path: {
        siblings: siblings.map((sibling) => Field(sibling)),
        right: sidesOf(index, siblings.length),
      },
    });
  }
  return tree;
}

function acceptRecent(tree: RegistryTree, recent: z.infer<typeof registrySchema>['recent']): void {
  try {
    tree.acceptRecent(
      recent.map(({ publications, root }) => ({ publications, root: Field(root) })),
    );
  } catch (cause) {
    throw new ZkcxError(
      'ERR_REGISTRY_FORMAT',
      'this is not a registry file: its recent roots are not in their order',
      { cause },
    );
  }
}

/** Read a registry file. Throws ERR_FILE_*, and the codes of `loadRegistry`. */
export async function readRegistry(file: string): Promise<RegistryTree> {
  const bytes = await readFileLimited(file, MAX_REGISTRY_FILE_BYTES);
  return loadRegistry(new TextDecoder().decode(bytes));
}

function parse(text: string): z.infer<typeof registrySchema> {
  if (text.length > MAX_REGISTRY_FILE_BYTES) {
    throw new ZkcxError('ERR_REGISTRY_FORMAT', 'a registry file is smaller than this');
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ZkcxError('ERR_REGISTRY_FORMAT', 'this is not a registry file: no JSON', { cause });
  }
  const version = z.looseObject({ format: z.literal('zkcx-registry'), version: z.int() });
  const found = version.safeParse(json).data?.version ?? 2;
  if (found !== 2) {
    throw new ZkcxError(
      'ERR_REGISTRY_VERSION',
      `registry file version ${found}: this package reads version 2, sync again`,
    );
  }
  const parsed = registrySchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ZkcxError(
    'ERR_REGISTRY_FORMAT',
    `this is not a registry file: ${describeIssue(parsed.error)}`,
  );
}
