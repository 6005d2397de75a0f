/**
 * npm run api: the API pages, made from the types and docstrings of the public entry points into `api/`. The
 * pages of the root entry point show the examples of examples/api, which the tests run.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  Application,
  Comment,
  CommentTag,
  Converter,
  DeclarationReflection,
  type Context,
  type Reflection,
} from 'typedoc';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Code between `// #region NAME` and its end, by NAME, without the indentation that its lines share. */
function readExamples(): Map<string, string> {
  const folder = `${root}examples/`;
  const text = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(folder + file, 'utf8'))
    .join('\n');
  const regions = text.matchAll(/\/\/ #region (\w+)\n(.*?)\n *\/\/ #endregion \1\n/gs);
  return new Map(
    [...regions].map(([, name, body]) => {
      const lines = body!.split('\n');
      const indents = lines.filter((line) => line !== '').map((line) => line.search(/\S/));
      const shared = Math.min(...indents);
      return [name!, lines.map((line) => line.slice(shared)).join('\n')];
    }),
  );
}

const application = await Application.bootstrap({
  entryPoints: [
    'src/index.ts',
    'src/contracts/index.ts',
    'src/rsp/index.ts',
    'src/rsp/zkcx/index.ts',
    'src/zkapp/index.ts',
  ].map((file) => root + file),
  name: 'zkCX',
  tsconfig: `${root}tsconfig.json`,
  out: `${root}api`,
  readme: `${root}README.md`,
  excludePrivate: true,
  excludeInternal: true,
  skipErrorChecking: true,
  validation: { invalidLink: true, notExported: false },
  gitRevision: 'main',
  disableSources: true,
});

const examples = readExamples();
const used = new Set<string>();
application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: Context) => {
  for (const reflection of Object.values(project.reflections)) addExample(reflection);
});

function addExample(reflection: Reflection): void {
  const example = reflection.parent?.name === 'index' ? examples.get(reflection.name) : undefined;
  if (example === undefined) return;
  used.add(reflection.name);
  const tag = new CommentTag('@example', [{ kind: 'code', text: `\`\`\`ts\n${example}\n\`\`\`` }]);
  // of a function the pages show the comment of its signature
  const signatures =
    reflection instanceof DeclarationReflection ? reflection.signatures : undefined;
  const shown: readonly Reflection[] = signatures ?? [reflection];
  for (const one of shown) {
    one.comment ??= new Comment();
    one.comment.blockTags.push(tag.clone());
  }
}

const project = await application.convert();
if (project === undefined) throw Error('the API could not be read');
const missing = [...examples.keys()].filter((name) => !used.has(name));
if (missing.length > 0) throw Error(`examples of what is not exported: ${missing.join(', ')}`);
await application.generateOutputs(project);
if (application.logger.hasErrors()) process.exitCode = 1;
console.log(`${used.size} examples, pages in api/index.html`);
