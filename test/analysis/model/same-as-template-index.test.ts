/** The reader of the templates that the rules still use, and the one that replaces it, read the same values. */
import { App } from 'aws-cdk-lib/core';
import type { Node } from '../../../analysis/model/node';
import { printed } from '../../../analysis/model/printed-text';
import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { EXAMPLES } from '../../../examples';
import { readConstructTree } from '../../../lib/security/template/construct-tree';
import { TemplateIndex } from '../../../lib/security/template-index';

/** What the new reader can compute and the old one can't. */
const BETTER: readonly [reason: string, before: RegExp, after: RegExp][] = [
  ['the stack id is an ARN, of which a part is cut', /Fn::Select \[2,\["__AWS::StackId_"\]\]/, /\$\{AWS::StackId 1\}/],
  [
    'an ARN has a name, which can be cut from it',
    /Fn::Select \[6,\["__\w+#?\w+"\]\]/,
    /:execution:(\$\{\w+#\w+\.@name\}|\w+-[\w-]+):\*/,
  ],
  ['an unknown Region is one of those in the map', /Fn::FindInMap \["AgentNetworkRegions"/, /use1-az|pl-|assets-/],
];

test.each(
  EXAMPLES.flatMap((example) => [
    { ...example, known: true },
    { ...example, known: false },
  ]),
)('every property of $name reads the same (environment known: $known)', ({ add, known }) => {
  const app = new App();
  add(app, known ? { account: '111122223333', region: 'us-east-1' } : {});
  app.synth();
  const sources = readConstructTree(app);
  const model = new TemplateModel(assemblyOf(sources));
  const index = new TemplateIndex(sources);
  expect(model.resources.map(({ id, constructPath }) => [id, constructPath])).toEqual(
    index.resources.map(({ id, constructPath }) => [id, constructPath]),
  );
  const differences: string[] = [];
  for (const { id, properties } of index.resources) {
    compare(properties, model.resource(id)!.properties, id, differences);
  }
  expect(differences).toEqual([]);
});

function compare(before: unknown, after: Node | undefined, path: string, differences: string[]): void {
  if (before !== null && typeof before === 'object' && after && after.kind !== 'scalar') {
    const below: [string, Node | undefined][] = Array.isArray(before)
      ? after.items().map((node, index) => [String(index), node])
      : after.entries();
    const nodes = new Map([...below].reverse());
    for (const key of new Set([...Object.keys(before), ...nodes.keys()])) {
      compare((before as Record<string, unknown>)[key], nodes.get(key), `${path}.${key}`, differences);
    }
    return;
  }
  const [text] = after?.texts() ?? [];
  const [old, now] = [String(before), text ? printed(text.value) : 'undefined'];
  if (old !== now && !BETTER.some(([, was, is]) => was.test(old) && is.test(now))) {
    differences.push(`${path}: ${old} -> ${now}`);
  }
}
