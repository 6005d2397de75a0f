/** V8's compile cache: a process need not compile the modules again that an earlier one compiled. */
import module from 'node:module';
import { cachePath } from './caches.ts';

/** Node 22 and newer have it; what compiles without it is `undefined` in older ones. */
interface CompileCacheApi {
  readonly enableCompileCache?: (folder: string) => unknown;
}

/**
 * Use the cache where Node has one, from here on: call it before the modules are loaded that it is meant
 * for. It is code that runs later, so it stands in the user's own cache folder, never in a shared one.
 */
export function useCompileCache(api: CompileCacheApi = module as CompileCacheApi): void {
  const folder = cachePath('compiled');
  if (folder !== undefined) api.enableCompileCache?.(folder);
}
