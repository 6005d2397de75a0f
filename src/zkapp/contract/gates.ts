/**
 * Trees and comparisons from o1js's own types: a contract is compiled without runtime tables, which the
 * gadgets of the programs rely on. Comparisons are of whole field elements, so no value needs a range.
 */
import { type Bool, type Field, Provable } from 'o1js';
import { domainHash } from '../../circuits/hash.ts';

/** When a transaction can be included: Unix seconds, `from` <= time < `until`. */
export interface Period {
  readonly from: Field;
  readonly until: Field;
}

/** The node above one and its sibling, which stands at its left when the path comes from the right. */
export function parent(node: Field, sibling: Field, right: Bool): Field {
  const left = Provable.if(right, sibling, node);
  return domainHash('node', [left, node.add(sibling).sub(left).seal()]);
}

interface Path {
  readonly siblings: readonly Field[];
  readonly right: readonly Bool[];
}

/** Root of the tree in which `leaf` stands at the path's place. ~14 rows a level. */
export function pathRoot(leaf: Field, { siblings, right }: Path): Field {
  return siblings.reduce((node, sibling, level) => parent(node, sibling, right[level]!), leaf);
}

/** Root of the tree of these leaves, a power of two. */
export function treeRoot(leaves: readonly Field[]): Field {
  let level = leaves;
  while (level.length > 1) {
    const below = level;
    level = Array.from({ length: below.length / 2 }, (_, i) =>
      domainHash('node', [below[2 * i]!, below[2 * i + 1]!]),
    );
  }
  return level[0]!;
}
