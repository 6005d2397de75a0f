/** Orders for one device whose EID the SM-DP+ does not learn. One example of each function; they run in the tests. */
import assert from 'node:assert/strict';
import { blindOrderOf, orderSalt } from 'zkcx';
import { formatBlindBinding, parseBlindBinding } from 'zkcx/rsp';

const serverOid = '2.999.10';
const eid = '89049032123451234512345678901235';

export const EXAMPLES = {
  orderSalt: async () => {
    // #region orderSalt
    // one an order: by it two orders for one device have nothing in common
    assert.notDeepEqual(orderSalt(), orderSalt());
    // #endregion orderSalt
  },

  blindOrderOf: async () => {
    // #region blindOrderOf
    // the operator gives `order` to the SM-DP+, and the line to the user beside the activation code
    const salt = orderSalt();
    const order = blindOrderOf(serverOid, salt, eid);
    const line = formatBlindBinding({ salt, order });

    // the LPA, which knows server and EID, recognises its own
    const binding = parseBlindBinding(line);
    assert.equal(blindOrderOf(serverOid, binding.salt, eid), binding.order);
    // #endregion blindOrderOf
  },
};
