/**
 * The environment of test files that load o1js. Of o1js, 40 MB are compiled from OCaml to one script. Jest would read
 * and compile it again for every test file; here that is done once a worker, and every test file runs it anew.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

const o1js = dirname(createRequire(import.meta.url).resolve('o1js'));
const filename = join(o1js, 'bindings/compiled/node_bindings/o1js_node.bc.cjs');
const PARAMETERS = 'module, exports, require, __dirname, __filename';

/** @type {vm.Script | undefined} */
let script;

export default class O1jsEnvironment extends TestEnvironment {
  /** @param {ConstructorParameters<typeof TestEnvironment>} args */
  constructor(...args) {
    super(...args);
    // called by o1js-compiled.cjs
    this.global.runCompiledO1js = (
      /** @type {object} */ module,
      /** @type {NodeJS.Require} */ requireIn,
    ) => {
      script ??= new vm.Script(`(function (${PARAMETERS}) {${readFileSync(filename, 'utf8')}\n})`, {
        filename,
      });
      const folder = dirname(filename);
      const require = (/** @type {string} */ name) =>
        requireIn(name.startsWith('.') ? join(folder, name) : name);
      const run = script.runInContext(/** @type {vm.Context} */ (this.getVmContext()));
      run(module, /** @type {{ exports: object }} */ (module).exports, require, folder, filename);
    };
  }
}
