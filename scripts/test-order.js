import Sequencer from '@jest/test-sequencer';

/**
 * Cheap tests first, so that a mistake shows in seconds: by folder in the order of the data, then by
 * name. Files named `*.proof.test.ts` compile and prove whole programs and come last.
 */
const FOLDERS = [
  'asn1',
  'pki',
  'rsp',
  'architecture',
  'package',
  'witness',
  'session',
  'circuits',
  'prover',
  'fold',
  'zkapp',
  'cli',
];

function rank(path) {
  // empties the key cache and fills it again for all others
  if (path.endsWith('/chain.proof.test.ts')) return FOLDERS.length + 1;
  if (path.endsWith('.proof.test.ts')) return FOLDERS.length + 2;
  const name = path.slice(path.lastIndexOf('/test/') + '/test/'.length);
  const index = FOLDERS.findIndex((folder) => name.startsWith(folder));
  return index === -1 ? FOLDERS.length : index;
}

export default class TestOrder extends Sequencer {
  sort(tests) {
    return tests.toSorted(
      (a, b) => rank(a.path) - rank(b.path) || a.path.localeCompare(b.path, 'en'),
    );
  }
}
