/** Reads a script (YAML or JSON). An error names the position, the problem and the allowed values. */
import { parse } from 'yaml';
import type { Rule, Script, Step, When } from './script';

export class ScriptError extends Error {
  public constructor(where: string, problem: string) {
    super(`script: ${where}: ${problem}`);
    this.name = 'ScriptError';
  }
}

type Fields = Record<string, unknown>;

function object(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ScriptError(where, 'must be a mapping');
  return value as Fields;
}

function only(fields: Fields, allowed: readonly string[], where: string): void {
  const unknown = Object.keys(fields).filter((key) => !allowed.includes(key));
  if (unknown.length > 0) {
    throw new ScriptError(
      where,
      `unknown field ${unknown.map((k) => `"${k}"`).join(', ')}; allowed: ${allowed.join(', ')}`,
    );
  }
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string')
    throw new ScriptError(where, `must be a text, not ${JSON.stringify(value) ?? 'missing'}`);
  return value;
}

const optionalText = (value: unknown, where: string): string | undefined =>
  value === undefined ? undefined : text(value, where);

function positive(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw new ScriptError(where, `must be a number of at least 0, not ${JSON.stringify(value)}`);
  }
  return value;
}

function textMap(value: unknown, where: string): Record<string, string> | undefined {
  if (value === undefined) return undefined;
  return Object.fromEntries(Object.entries(object(value, where)).map(([k, v]) => [k, text(v, `${where}.${k}`)]));
}

function parseWhen(value: unknown, where: string): When {
  if (value === undefined) return {};
  const fields = object(value, where);
  only(fields, ['contains', 'matches', 'turn', 'any'], where);
  if (fields.any !== undefined && (fields.any !== true || Object.keys(fields).length > 1)) {
    throw new ScriptError(`${where}.any`, 'must be true and stand alone');
  }
  const matches = optionalText(fields.matches, `${where}.matches`);
  if (matches !== undefined) {
    try {
      new RegExp(matches);
    } catch (error) {
      throw new ScriptError(`${where}.matches`, `is not a regular expression (${(error as Error).message})`);
    }
  }
  const turn = fields.turn;
  if (turn !== undefined && !(Number.isInteger(turn) && (turn as number) >= 1)) {
    throw new ScriptError(`${where}.turn`, 'must be a whole number from 1');
  }
  return { contains: optionalText(fields.contains, `${where}.contains`), matches, turn: turn as number | undefined };
}

function parseCommand(value: unknown, where: string): string | string[] {
  if (!Array.isArray(value)) return text(value, where);
  if (value.length === 0) throw new ScriptError(where, 'must not be empty');
  return value.map((part, i) => text(part, `${where}[${i}]`));
}

/** One parser per kind of step: the argument of the kind, and the allowed fields next to it. */
const STEP_KINDS: Record<Step['kind'], (fields: Fields, where: string, id: string | undefined) => Step> = {
  run: (fields, where, id) => {
    only(fields, ['run', 'id', 'cwd', 'env', 'timeout_seconds'], where);
    return {
      kind: 'run',
      id,
      command: parseCommand(fields.run, `${where}.run`),
      cwd: optionalText(fields.cwd, `${where}.cwd`),
      env: textMap(fields.env, `${where}.env`),
      timeoutSeconds:
        fields.timeout_seconds === undefined ? undefined : positive(fields.timeout_seconds, `${where}.timeout_seconds`),
    };
  },
  write_file: (fields, where, id) => {
    only(fields, ['write_file', 'id'], where);
    const at = `${where}.write_file`;
    const file = object(fields.write_file, at);
    only(file, ['path', 'content'], at);
    return {
      kind: 'write_file',
      id,
      path: text(file.path, `${at}.path`),
      content: text(file.content, `${at}.content`),
    };
  },
  read_file: (fields, where, id) => {
    only(fields, ['read_file', 'id'], where);
    const at = `${where}.read_file`;
    const file = object(fields.read_file, at);
    only(file, ['path'], at);
    return { kind: 'read_file', id, path: text(file.path, `${at}.path`) };
  },
  mcp: (fields, where, id) => {
    only(fields, ['mcp', 'id'], where);
    const at = `${where}.mcp`;
    const call = object(fields.mcp, at);
    only(call, ['server', 'tool', 'arguments'], at);
    return {
      kind: 'mcp',
      id,
      server: text(call.server, `${at}.server`),
      tool: text(call.tool, `${at}.tool`),
      arguments: call.arguments === undefined ? {} : object(call.arguments, `${at}.arguments`),
    };
  },
  skills: (fields, where, id) => {
    only(fields, ['skills', 'id'], where);
    if (fields.skills !== 'discover') throw new ScriptError(`${where}.skills`, 'must be "discover"');
    return { kind: 'skills', id };
  },
  wait: (fields, where, id) => {
    only(fields, ['wait', 'id'], where);
    return { kind: 'wait', id, seconds: positive(fields.wait, `${where}.wait`) };
  },
  say: (fields, where, id) => {
    only(fields, ['say', 'id'], where);
    return { kind: 'say', id, text: text(fields.say, `${where}.say`) };
  },
};

function parseStep(value: unknown, where: string, ids: Set<string>): Step {
  const fields = object(value, where);
  const kinds = Object.keys(STEP_KINDS) as Step['kind'][];
  const found = kinds.filter((kind) => Object.hasOwn(fields, kind));
  if (found.length !== 1) throw new ScriptError(where, `must have exactly one of ${kinds.join(', ')}`);
  const id = optionalText(fields.id, `${where}.id`);
  if (id !== undefined) {
    if (!/^[a-zA-Z][\w-]*$/.test(id)) throw new ScriptError(`${where}.id`, 'must match [a-zA-Z][a-zA-Z0-9_-]*');
    if (ids.has(id)) throw new ScriptError(`${where}.id`, `"${id}" is used twice in this rule`);
    ids.add(id);
  }
  return STEP_KINDS[found[0]](fields, where, id);
}

/** A placeholder without an earlier step would silently stay unchanged, so it is refused. */
function checkPlaceholders(template: string, ids: ReadonlySet<string>, where: string): void {
  for (const [whole, name] of template.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)) {
    const step = /^steps\.([\w-]+)\.(\w+)$/.exec(name);
    if (name === 'input' || name === 'turn' || (step !== null && ids.has(step[1]))) continue;
    throw new ScriptError(
      where,
      `${whole} names nothing; allowed: {{input}}, {{turn}}, {{steps.<id of this rule>.<field>}}`,
    );
  }
}

function parseRule(value: unknown, where: string): Rule {
  const fields = object(value, where);
  only(fields, ['when', 'steps', 'answer', 'fail'], where);
  const steps = fields.steps ?? [];
  if (!Array.isArray(steps)) throw new ScriptError(`${where}.steps`, 'must be a list');
  const ids = new Set<string>();
  const rule: Rule = {
    when: parseWhen(fields.when, `${where}.when`),
    steps: steps.map((step, i) => parseStep(step, `${where}.steps[${i}]`, ids)),
    answer: optionalText(fields.answer, `${where}.answer`),
    fail: parseFailure(fields.fail, `${where}.fail`),
  };
  if ((rule.answer === undefined) === (rule.fail === undefined)) {
    throw new ScriptError(where, 'must have exactly one of answer, fail');
  }
  checkPlaceholders(rule.answer ?? '', ids, `${where}.answer`);
  for (const [i, step] of rule.steps.entries()) {
    if (step.kind === 'say') checkPlaceholders(step.text, ids, `${where}.steps[${i}].say`);
    if (step.kind === 'write_file') checkPlaceholders(step.content, ids, `${where}.steps[${i}].write_file.content`);
  }
  return rule;
}

function parseFailure(value: unknown, where: string): Rule['fail'] {
  if (value === undefined) return undefined;
  const fields = object(value, where);
  only(fields, ['code', 'message'], where);
  return { code: text(fields.code, `${where}.code`), message: text(fields.message, `${where}.message`) };
}

/** A script as a value (already parsed YAML or JSON). */
export function readScript(value: unknown): Script {
  const fields = object(value, 'top level');
  only(fields, ['version', 'rules'], 'top level');
  if (fields.version !== undefined && fields.version !== 1) throw new ScriptError('version', 'must be 1');
  if (!Array.isArray(fields.rules) || fields.rules.length === 0)
    throw new ScriptError('rules', 'must be a list of at least one rule');
  return { rules: fields.rules.map((rule, i) => parseRule(rule, `rules[${i}]`)) };
}

/** A script as text: YAML, of which JSON is a part. */
export function parseScript(source: string): Script {
  let value: unknown;
  try {
    value = parse(source);
  } catch (error) {
    throw new ScriptError('syntax', (error as Error).message);
  }
  return readScript(value);
}
