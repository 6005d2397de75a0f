import type { Field } from 'o1js';
import { CRL_LENGTH_BITS } from '../../../params.ts';
import type { Bit, Term } from '../../kimchi/context.ts';
import { headerBytes, LENGTH_FORMS, lengthBytes, type LengthForm } from '../length-forms.ts';
import type { Position } from '../memory.ts';
import type { Walk } from '../walk.ts';

/**
 * Header of an element with this tag whose content, up to 2^24 - 1 bytes, may lie beyond the memory:
 * where the content starts, and its length. With `present` 0 there is no element: no bytes, length
 * 0. ~20 rows.
 *
 * One bit a form, their sum is `present`. The header as a number, S(content) - 256^h S(start), is the
 * form's tag and first length byte, shifted, plus the length; and least <= length <= most of the form,
 * both differences being below 2^24. So tag, form and length are those of the bytes.
 */
export function readLargeHeader(
  walk: Walk,
  start: Position,
  tag: number,
  present: Bit,
): { content: Position; length: Field } {
  const { context, memory } = walk;
  const forms = LENGTH_FORMS.map(({ first }) =>
    context.bit(() => {
      if (present.toBigInt() === 0n) return false;
      const byte = memory.peek(start.index.toBigInt() + 1n);
      return (byte < 0x80n ? 0n : byte) === first;
    }),
  );
  const chosen = (value: (form: LengthForm) => bigint): Term[] =>
    LENGTH_FORMS.map((form, i): Term => [value(form), forms[i]!]);
  context.assertSum(forms, present);

  const bytes = context.linear(chosen(({ more }) => headerBytes(more)));
  const content = memory.advance(start, bytes);
  const header = memory.span(start, content, bytes);
  const length = context.linear([
    [1n, header],
    ...chosen((form) => -((BigInt(tag) << (8n * (form.more + 1n))) + lengthBytes(form))),
  ]);
  const aboveLeast = context.linear([[1n, length], ...chosen(({ least }) => -least)]);
  const belowMost = context.linear([[-1n, length], ...chosen(({ most }) => most)]);
  context.rangeBits(aboveLeast, CRL_LENGTH_BITS);
  context.rangeBits(belowMost, CRL_LENGTH_BITS);
  return { content, length };
}
