import { describe, expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { domainHash } from '../../src/circuits/hash.ts';
import { formatRegistry, loadRegistry } from '../../src/session/registry-file.ts';
import { RegistryTree } from '../../src/witness/registry-tree.ts';
import { codeOf } from '../pki/code-of.ts';

const pairOf = (left: Field, right: Field) => domainHash('node', [left, right]);
const [a, b, c] = [Field(11), Field(12), Field(13)];

function sample(): RegistryTree {
  const tree = new RegistryTree([Field(5)]);
  tree.appendSubtree(pairOf(pairOf(a, b), pairOf(c, Field(0))), 2);
  tree.append(Field(6));
  tree.addMember({
    leaf: b,
    path: { siblings: [a, pairOf(c, Field(0))], right: [Field(1), Field(0)] },
  });
  tree.acceptRecent([
    { publications: 2, root: ofFirst(2).root },
    { publications: 1, root: ofFirst(1).root },
  ]);
  return tree;
}

/** The tree as it was after its first publications. */
function ofFirst(count: number): RegistryTree {
  const tree = new RegistryTree([Field(5)]);
  if (count > 1) tree.appendSubtree(pairOf(pairOf(a, b), pairOf(c, Field(0))), 2);
  return tree;
}

interface Document {
  format: string;
  version: number;
  published: { leaf?: string; root?: string; height?: number }[];
  members: { leaf: string; index: number; siblings: string[] }[];
  root: string;
  recent: { publications: number; root: string }[];
}

const load = (change: (document: Document) => unknown) => {
  const document = JSON.parse(formatRegistry(sample())) as Document;
  change(document);
  return loadRegistry(JSON.stringify(document));
};

describe('registry file', () => {
  test('gives the same tree, with the paths of known members', () => {
    const text = formatRegistry(sample());
    const loaded = loadRegistry(text);
    expect(loaded.root).toEqual(sample().root);
    expect(loaded.size).toBe(9);
    expect(loaded.placeOf(b)).toBe(5);
    expect(loaded.path(b)).toEqual(sample().path(b));
    expect(loaded.path(Field(6))).toEqual(sample().path(Field(6)));
    expect(formatRegistry(loaded)).toBe(text);
  });

  test('gives the tree of each accepted root, with the members that were in it', () => {
    const loaded = loadRegistry(formatRegistry(sample()));
    expect(loaded.at(loaded.root.toBigInt())).toBe(loaded);
    const before = loaded.at(ofFirst(2).root.toBigInt())!;
    expect([before.size, before.placeOf(b)]).toEqual([8, 5]);
    expect(codeOf(() => before.placeOf(Field(6)))).toBe('ERR_REGISTRY_UNKNOWN');
    const first = loaded.at(ofFirst(1).root.toBigInt())!;
    expect([first.size, first.root]).toEqual([1, ofFirst(1).root]);
    expect(codeOf(() => first.placeOf(b))).toBe('ERR_REGISTRY_UNKNOWN');
    expect(loaded.at(5n)).toBeUndefined();
    // only what stands under all of them tells nothing of when it came
    expect([Field(5), b, Field(6)].map((leaf) => loaded.isUnderAll(leaf))).toEqual([
      true,
      false,
      false,
    ]);
    expect(loaded.commonRoot).toEqual(ofFirst(2).root);
    expect(ofFirst(2).commonRoot).toEqual(ofFirst(2).root);
  });

  const refused: [string, string, (document: Document) => unknown][] = [
    ['a missing leaf', 'ERR_REGISTRY_ROOT', (file) => file.published.pop()],
    ['another order', 'ERR_REGISTRY_ROOT', (file) => file.published.reverse()],
    ['another height', 'ERR_REGISTRY_ROOT', (file) => (file.published[1]!.height = 3)],
    ['another root', 'ERR_REGISTRY_ROOT', (file) => (file.root = '1')],
    ['a member of nothing', 'ERR_REGISTRY_UNKNOWN', (file) => (file.members[0]!.leaf = '1')],
    ['a member elsewhere', 'ERR_REGISTRY_UNKNOWN', (file) => (file.members[0]!.index = 0)],
    ['a large height', 'ERR_REGISTRY_FORMAT', (file) => (file.published[1]!.height = 11)],
    [
      'a leaf beyond the field',
      'ERR_REGISTRY_FORMAT',
      (file) => (file.published[0]!.leaf = '9'.repeat(77)),
    ],
    ['an unknown field', 'ERR_REGISTRY_FORMAT', (file) => Object.assign(file, { more: 1 })],
    ['a later version', 'ERR_REGISTRY_VERSION', (file) => (file.version = 3)],
    ['an earlier version', 'ERR_REGISTRY_VERSION', (file) => (file.version = 1)],
    [
      'a recent root that was none',
      'ERR_REGISTRY_ROOT',
      (file) => (file.recent = [{ publications: 2, root: '1' }]),
    ],
    [
      'a recent root of the future',
      'ERR_REGISTRY_ROOT',
      (file) => (file.recent = [{ publications: 4, root: file.root }]),
    ],
    ['recent roots in another order', 'ERR_REGISTRY_FORMAT', (file) => file.recent.reverse()],
    ['another format', 'ERR_REGISTRY_FORMAT', (file) => (file.format = 'zkcx-proof')],
  ];
  test.each(refused)('refuses %s', (_, code, change) => {
    expect(codeOf(() => load(change))).toBe(code);
  });

  test('refuses what is no JSON', () => {
    expect(codeOf(() => loadRegistry('{'))).toBe('ERR_REGISTRY_FORMAT');
  });
});
