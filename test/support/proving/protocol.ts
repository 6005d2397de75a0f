/** What crosses between tests and the proving process that they share, a line of JSON each. */
import type * as prover from '../../../src/prover/protocol.ts';

export type Command =
  | prover.Command
  | {
      readonly id: number;
      readonly type: 'call';
      /** URL of a module, loaded where the programs are compiled, and the function of it to call. */
      readonly module: string;
      readonly name: string;
      readonly args: readonly unknown[];
    };

export type Reply =
  | prover.Report
  | { readonly id: number; readonly type: 'returned'; readonly value: unknown }
  | { readonly id: number; readonly type: 'threw'; readonly message: string };
