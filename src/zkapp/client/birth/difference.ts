/** Where two JSON values differ first, as a path such as `accountUpdates.1.body.tokenId`; undefined if nowhere. */
export function firstDifference(expected: unknown, found: unknown, at = ''): string | undefined {
  if (!isTree(expected) || !isTree(found)) return expected === found ? undefined : at;
  if (Array.isArray(expected) !== Array.isArray(found)) return at;
  const [left, right] = [new Map(Object.entries(expected)), new Map(Object.entries(found))];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const place = at === '' ? key : `${at}.${key}`;
    if (left.has(key) !== right.has(key)) return place;
    const difference = firstDifference(left.get(key), right.get(key), place);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;
