/**
 * Program `possession`: the form of the circuit in possession.ts for whoever verifies it inside of a circuit, as
 * contracts do. Its mode is MODE.possession.
 * Rows, domain   test/pins; within 2^14.
 */
import { ZkProgram } from 'o1js';
import { MODE } from '../params.ts';
import { withContext } from './kimchi/context.ts';
import { assertPossession, PossessionWitness } from './possession.ts';
import { PossessionRequest } from './session.ts';

export const possessionProgram = ZkProgram({
  name: 'zkcx-possession',
  publicInput: PossessionRequest,
  methods: {
    prove: {
      privateInputs: [PossessionWitness],
      async method(request: PossessionRequest, witness: PossessionWitness) {
        await withContext((context) => {
          request.mode.assertEquals(MODE.possession);
          assertPossession(context, request.statement, witness);
        });
      },
    },
  },
});
