import { InvalidArgumentError } from 'commander';
import { isOid } from '../../asn1/oid.ts';
import { bytesToHex } from '../../bytes.ts';
import { formatBlindBinding } from '../../rsp/lpa/blind-binding.ts';
import { hasCheckDigits } from '../../sgp22/messages/identifiers.ts';
import type { CommandDefinition } from '../shared/command.ts';
import { required } from '../shared/options.ts';
import type { Answer } from '../shared/output.ts';

interface Flags {
  readonly oid: string;
  readonly eid: string;
}

/** zkcx order blind --oid OID --eid EID */
export const orderBlind: CommandDefinition = {
  name: 'blind',
  description: 'bind an order to one device without telling the SM-DP+ its EID',
  options: [
    required('--oid <oid>', 'OID of the SM-DP+, as in its certificates').argParser(oid),
    required('--eid <digits>', 'EID of the device').argParser(eid),
  ],
  run: blind,
};

async function blind(flags: Flags): Promise<Answer> {
  const { blindOrderOf, orderSalt } = await import('../../session/blind-order.ts');
  const salt = orderSalt();
  const order = blindOrderOf(flags.oid, salt, flags.eid);
  const binding = formatBlindBinding({ salt, order });
  return {
    json: { oid: flags.oid, blindOrder: String(order), salt: bytesToHex(salt), binding },
    text: [
      `For the SM-DP+ (smdpp order add --blind, or blindOrder in ES2+): ${order}`,
      `For the user alone, beside the activation code: ${binding}`,
    ],
  };
}

function oid(text: string): string {
  if (isOid(text)) return text;
  throw new InvalidArgumentError('Give an OID, dotted numbers.');
}

/** With a wrong digit no device could ever have the order. */
function eid(text: string): string {
  if (hasCheckDigits(text)) return text;
  throw new InvalidArgumentError('Give 32 digits; the last two must fit the others.');
}
