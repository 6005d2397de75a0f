/**
 * Trees and comparisons from o1js's own types: a contract is compiled without runtime tables, which the
 * gadgets of the programs rely on. Comparisons are of whole field elements, so no value needs a range.
 */
import { type Bool, type Field, Provable } from 'o1js';
import { emptyRoot } from '../../circuits/gadgets/merkle.ts';
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
  let nodes = leaves;
  for (let level = 0; nodes.length > 1; level++) {
    const empty = emptyRoot(level);
    // outside circuits: most of a tree is empty, and known
    const isEmpty = (node: Field) => node.isConstant() && node.equals(empty).toBoolean();
    const below = nodes;
    nodes = Array.from({ length: below.length / 2 }, (_, i) => {
      const children = [below[2 * i]!, below[2 * i + 1]!];
      return children.every(isEmpty) ? emptyRoot(level + 1) : domainHash('node', children);
    });
  }
  return nodes[0]!;
}
