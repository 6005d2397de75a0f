/** What the commands about revocation maps answer. */
import { isList, type SourcedEntry } from '../../pki/index.ts';
import type { SourcedMap } from '../../session/map-file.ts';
import { nameText } from '../shared/names.ts';
import { type Answer, isoTime, printable } from '../shared/output.ts';

/** Root and entries of a map, in its order. */
export function mapAnswer({ sources, entries, map }: SourcedMap, at: bigint): Answer {
  const shown = entries.map(({ content }, i) => {
    const { issuer, kind, point } = sources[i]!;
    return { issuer: nameText(issuer.subject), kind, point, ...contentFacts(content, at) };
  });
  const root = map.root.toString();
  return {
    json: { at: isoTime(at), root, entries: shown },
    text: [
      `Revocation root: ${root}`,
      ...shown.flatMap(({ issuer, kind, state, ...facts }) => [
        printable(`${kind} certificates of ${issuer}: ${state}`),
        ...Object.entries(facts).map(([name, value]) => `  ${`${name}:`.padEnd(12)} ${value}`),
      ]),
    ],
  };
}

function contentFacts(content: SourcedEntry['content'], at: bigint) {
  if (!isList(content)) {
    const { state, floor } = content;
    return { state, ...(floor > 0n && { laterThan: isoTime(floor) }) };
  }
  const { thisUpdate, nextUpdate, crlNumber, serialNumbers } = content;
  return {
    state: thisUpdate <= at && at < nextUpdate ? 'fresh' : 'stale',
    crlNumber: crlNumber.toString(),
    thisUpdate: isoTime(thisUpdate),
    nextUpdate: isoTime(nextUpdate),
    revoked: serialNumbers.length,
  };
}
