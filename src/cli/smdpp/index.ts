import type { Command } from 'commander';
import { registerSmdppOrder } from './order.ts';
import { registerSmdppProfile } from './profile.ts';
import { registerSmdppServe } from './serve.ts';

/** zkcx smdpp serve|order|profile */
export function registerSmdpp(smdpp: Command): void {
  registerSmdppServe(smdpp);
  registerSmdppOrder(smdpp);
  registerSmdppProfile(smdpp);
}
