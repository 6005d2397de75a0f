/**
 * The file of a member of an aggregate: its leaf, and the path from there to the aggregate's root. Nothing
 * in it is private, but whoever knows the leaf recognises the member where it is published.
 */
import { Field } from 'o1js';
import { z } from 'zod';
import type { MerklePath } from '../circuits/gadgets/merkle.ts';
import { ZkcxError } from '../errors.ts';
import { AGGREGATE_HEIGHT } from '../params.ts';
import { checked, describeIssue, fieldString, instanceOf, path } from '../arguments.ts';
import { readFileLimited, writeFileAtomic } from '../files.ts';
import { nodesOnPath, sidesOf } from '../witness/merkle-tree.ts';

const MAX_MEMBER_BYTES = 20_000;

export interface AggregateMember {
  /** `credentialLeaf` of the member. */
  readonly leaf: Field;
  /** Leaves before it in the aggregate; the bits of the path's sides, first level first. */
  readonly place: number;
  /** From the leaf up. */
  readonly path: MerklePath;
  /** Root of the aggregate. */
  readonly root: Field;
}

const memberSchema = z.strictObject({
  format: z.literal('zkcx-member'),
  version: z.literal(1),
  place: z
    .int()
    .min(0)
    .max(2 ** AGGREGATE_HEIGHT - 1),
  leaf: fieldString,
  siblings: z.array(fieldString).min(1).max(AGGREGATE_HEIGHT),
  root: fieldString,
});

/** Field elements of o1js where the file has decimals. */
const memberForm = z.looseObject({
  place: memberSchema.shape.place,
  leaf: instanceOf(Field),
  path: z.looseObject({ siblings: z.array(instanceOf(Field)).min(1).max(AGGREGATE_HEIGHT) }),
  root: instanceOf(Field),
});

/** Write a member's file, whole or not at all. */
export async function writeMember(file: string, member: AggregateMember): Promise<void> {
  checked(file, path, 'the file of writeMember');
  checked(member, memberForm, 'writeMember');
  const document: z.infer<typeof memberSchema> = {
    format: 'zkcx-member',
    version: 1,
    place: member.place,
    leaf: member.leaf.toString(),
    siblings: member.path.siblings.map(String),
    root: member.root.toString(),
  };
  await writeFileAtomic(file, `${JSON.stringify(document, null, 2)}\n`, 0o644);
}

/**
 * Read a member's file. Throws ERR_MEMBER_FORMAT when it is none, or when its path does not lead from
 * its leaf to its root. Which aggregate has that root is for others to know.
 */
export async function readMember(file: string): Promise<AggregateMember> {
  checked(file, path, 'the file of readMember');
  const member = parse(new TextDecoder().decode(await readFileLimited(file, MAX_MEMBER_BYTES)));
  const { siblings } = member.path;
  const root = nodesOnPath(member.leaf, member.path).at(-1)!;
  if (root.toBigInt() === member.root.toBigInt() && member.place < 2 ** siblings.length) {
    return member;
  }
  throw new ZkcxError(
    'ERR_MEMBER_FORMAT',
    `${file}: the path does not lead from the leaf to the root`,
  );
}

function parse(text: string): AggregateMember {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ZkcxError('ERR_MEMBER_FORMAT', 'the file of a member is not JSON', { cause });
  }
  const parsed = memberSchema.safeParse(json);
  if (!parsed.success) {
    const where = describeIssue(parsed.error);
    throw new ZkcxError('ERR_MEMBER_FORMAT', `this is not the file of a member: ${where}`);
  }
  const { place, leaf, siblings, root } = parsed.data;
  return {
    place,
    leaf: Field(leaf),
    path: {
      siblings: siblings.map((sibling) => Field(sibling)),
      right: sidesOf(place, siblings.length),
    },
    root: Field(root),
  };
}
