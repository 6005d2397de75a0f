/**
 * The statement of `possession` with the ECDSA of o1js in place of ours: the yardstick for it. `createEcdsa` takes
 * 40,280 rows and thus a domain of 2^16, where ours takes 2^14. Digest, commitments and statement are shared with
 * the real program.
 */
import { ZkProgram } from 'o1js';
import { withContext } from '../../src/circuits/kimchi/context.ts';
import { assertPossession, PossessionWitness } from '../../src/circuits/possession.ts';
import { PossessionRequest } from '../../src/circuits/session.ts';
import { MODE } from '../../src/params.ts';
import { assertSignature } from './programs.ts';

export const builtinPossession = ZkProgram({
  name: 'builtin-possession',
  publicInput: PossessionRequest,
  methods: {
    prove: {
      privateInputs: [PossessionWitness],
      async method(request: PossessionRequest, witness: PossessionWitness) {
        request.mode.assertEquals(MODE.possession);
        await withContext((context) =>
          assertPossession(context, request.statement, witness, (_, { digest }) =>
            assertSignature([...digest], witness.key, witness.signature),
          ),
        );
      },
    },
  },
});
