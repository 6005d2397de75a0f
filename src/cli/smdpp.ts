import type { Command } from 'commander';
import { registerSmdppOrder } from './smdpp-order.ts';
import { registerSmdppProfile } from './smdpp-profile.ts';
import { registerSmdppServe } from './smdpp-serve.ts';

/** zkcx smdpp serve|order|profile */
export function registerSmdpp(smdpp: Command): void {
  registerSmdppServe(smdpp);
  registerSmdppOrder(smdpp);
  registerSmdppProfile(smdpp);
}
