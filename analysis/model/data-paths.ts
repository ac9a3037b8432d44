import { literalOf } from './compose-text';
import type { Node } from './node';
import { beginsExpression } from './state-call';
import type { State } from './state-machine';

/** A path in the data of an execution (`$.answer.text`), or an expression of JSONata (`$states.input.answer`). */
type DataPath = string;

/** The paths that the values below a node are computed from. */
function dataPaths(node: Node, key = ''): DataPath[] {
  if (node.kind === 'object') {
    return node.entries().flatMap(([name, value]) => dataPaths(value, name));
  }
  if (node.kind === 'list') {
    return node.items().flatMap((item) => dataPaths(item, key));
  }
  return node.texts().flatMap(({ value }) => {
    const text = value.map((part) => (typeof part === 'string' ? part : ' ')).join('');
    return beginsExpression(value) ? inExpression(text) : isComputed(key) ? inPath(text) : [];
  });
}

/** Arguments with a path, and the properties of states that are one. */
const isComputed = (key: string) => key.endsWith('.$') || /^(?:ItemsPath|InputPath|Variable)$/.test(key);

/** Functions that return whether there is a value, or its length, but not the value. */
const ABOUT_A_VALUE = /\$(?:exists|count|length|type|boolean|not)\s*\([^()]*\)/g;

function inExpression(text: string): DataPath[] {
  const found = text.replace(ABOUT_A_VALUE, '').match(/\$[A-Za-z_][\w.[\]]*(?!\s*\(|[\w.[\]])/g) ?? [];
  return found.flatMap((path) =>
    ofTheTurn(path, /^\$states\.context\.(?:Execution\.Input|Map\.Item)/, '$states.context'),
  );
}

/** Paths in `$.text`, or in an intrinsic function (`States.Format('{}', $.text)`). */
function inPath(text: string): DataPath[] {
  const found = text.match(/\$\$?[\w.[\]*'"@?()-]*/g) ?? [];
  return found.flatMap((path) => ofTheTurn(path.replace(/\)+$/, ''), /^\$\$\.(?:Execution\.Input|Map\.Item)/, '$$'));
}

/** Only the input in the context object has data of the turn. */
function ofTheTurn(path: string, input: RegExp, context: string): DataPath[] {
  return path.startsWith(context) && !input.test(path) ? [] : [path];
}

/** The paths of the texts that a screening step judges, or that a loop of such steps goes through. */
export function judgedPaths({ node, call }: State): DataPath[] {
  const own = ['ItemsPath', 'Items'].flatMap((key) => node.at(key).flatMap((each) => dataPaths(each, key)));
  const content = (call?.arguments ?? []).flatMap((each) =>
    ['Content', 'Content.$'].flatMap((key) => each.at(key).flatMap((value) => dataPaths(value, key))),
  );
  return [...own, ...content];
}

/** Whether a path is inside the value that another path names. */
export function isWithin(path: DataPath, whole: DataPath): boolean {
  return path === whole || path.startsWith(`${whole}[`) || path.startsWith(`${whole}.`);
}

/** The path of which a choice only tests the presence; undefined when it tests something else. */
export function presence(option: Node): DataPath | undefined {
  const known = (key: string) =>
    option
      .at(key)
      .flatMap((each) => each.texts())
      .map(({ value }) => literalOf(value))
      .find((text) => text !== undefined);
  if (known('IsPresent') === 'true') {
    return known('Variable');
  }
  return /^\s*\{%\s*\$exists\(\s*(\$[\w.[\]]+)\s*\)\s*%\}\s*$/.exec(known('Condition') ?? '')?.[1];
}
