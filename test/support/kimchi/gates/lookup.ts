import { columns, type GateRules } from './row.ts';

/** Table id in column 0, pairs (index, value) in columns 1..6: see `lookups.ts`. No equations. */
export const lookup: GateRules = {
  name: 'Lookup',
  violations: () => [],
  reads: () => ({ curr: columns(0, 6), next: [] }),
};

/** A row that only hosts what the row before it reads. */
export const zero: GateRules = {
  name: 'Zero',
  violations: () => [],
  reads: () => ({ curr: [], next: [] }),
};
