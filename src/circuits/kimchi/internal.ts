import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * URL of a module inside o1js's Node distribution: that is unbundled ESM, so its inner modules can be imported by
 * path and are the same instances that the public entry uses.
 */
export function o1jsInternal(path: string): string {
  const entry = createRequire(import.meta.url).resolve('o1js');
  return new URL(path, pathToFileURL(entry)).href;
}
