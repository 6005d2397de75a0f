/**
 * Plain program `sessionPossession`: the form of the circuit in possession.ts that sessions use, where nothing verifies
 * it inside of a circuit. Its mode is MODE.sessionPossession.
 * Rows, domain   test/pins; within 2^14.
 */
import { MODE } from '../params.ts';
import { plainProgram } from './plain-program.ts';
import { assertPossession, PossessionWitness } from './possession.ts';
import { PossessionRequest } from './session.ts';

export const sessionPossessionProgram = plainProgram({
  name: 'sessionPossession',
  publicInput: PossessionRequest,
  privateInputs: [PossessionWitness],
  method(context, request: PossessionRequest, witness: PossessionWitness) {
    request.mode.assertEquals(MODE.sessionPossession);
    assertPossession(context, request.statement, witness);
  },
});
