import Sequencer from '@jest/test-sequencer';

/** Cheap tests first, so that a mistake shows in seconds: by folder in the order of the data, then by name. */
const CHEAP = ['asn1', 'pki', 'rsp', 'architecture', 'package', 'witness', 'session'];
const DEAR = ['circuits', 'prover', 'aggregate', 'zkapp', 'cli', 'pins'];

/**
 * Files that prove or compile whole programs, one at a time (test/support/alone.ts). The first empties the key
 * cache and fills it for the others.
 */
const ALONE = [
  'prover/chain.proof',
  'session/session.proof',
  'zkapp/registry.proof',
  'aggregate/aggregate.proof',
  'prover/crl.proof',
];

const nameOf = ({ path }) => path.slice(path.lastIndexOf('/test/') + '/test/'.length);
const isAlone = (test) => ALONE.some((name) => nameOf(test).startsWith(name));

function inOrderOf(names, tests) {
  const rank = (test) => names.findIndex((name) => nameOf(test).startsWith(name));
  return tests.toSorted((a, b) => rank(a) - rank(b) || nameOf(a).localeCompare(nameOf(b), 'en'));
}

/** One after the other of `some` at equal distances in `many`, the first in front. */
function spread(some, many) {
  const share = Math.ceil(many.length / Math.max(1, some.length));
  const rounds = some.map((test, i) => [test, ...many.slice(i * share, (i + 1) * share)]);
  return some.length === 0 ? many : rounds.flat();
}

export default class TestOrder extends Sequencer {
  sort(tests) {
    const alone = tests.filter(isAlone);
    const others = tests.filter((test) => !isAlone(test));
    const isCheap = (test) => !DEAR.some((name) => nameOf(test).startsWith(name));
    return [
      ...inOrderOf(CHEAP, others.filter(isCheap)),
      // what is proven uses one worker, while the other one does what needs no proof
      ...spread(
        inOrderOf(ALONE, alone),
        inOrderOf(
          DEAR,
          others.filter((test) => !isCheap(test)),
        ),
      ),
    ];
  }
}
