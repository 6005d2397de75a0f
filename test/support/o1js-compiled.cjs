/** In the place of o1js's compiled half: the same script, which environment.js has compiled already. */
globalThis.runCompiledO1js(module, require);
