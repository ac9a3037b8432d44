import * as fs from 'fs';
import * as path from 'path';
import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { RULES } from '../../../analysis/rules';
import { checkModel } from '../../../analysis/rules/check';
import type { Rule } from '../../../analysis/rules/rule';
import { app } from './attacks/app';
import { changed } from './attacks/pair';

/** What happens to one value of the app. */
const CHANGES: Readonly<Record<string, (old: unknown) => unknown>> = {
  removed: () => undefined,
  other: (old) => (typeof old === 'number' ? 1 : typeof old === 'boolean' ? !old : 'other'),
  /** A parameter without a default. */
  unreadable: () => ({ Ref: 'Given' }),
  sometimes: (old) => ({ 'Fn::If': ['IsProd', old, { Ref: 'AWS::NoValue' }] }),
};

/** A change of one value of the app, and what one rule alone then says. */
export interface SingleChange {
  readonly rule: string;
  readonly change: string;
  /** `Trail.IsLogging`. */
  readonly at: string;
  readonly says: readonly string[];
}

const SECTIONS = {
  Parameters: { Given: { Type: 'String' }, Stage: { Type: 'String' } },
  Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
};

/** The app with a change of one value. */
export function changedModel(change?: string, at = ''): TemplateModel {
  const [agent] = changed({ sections: SECTIONS });
  const Resources: Record<string, any> = structuredClone(agent.template.Resources);
  if (change !== undefined) {
    const [id, ...keys] = at.split('.');
    const last = keys.pop()!;
    const holder = keys.reduce((inner, key) => inner[key], Resources[id].Properties);
    const value = CHANGES[change](holder[last]);
    if (value !== undefined) {
      holder[last] = value;
    } else if (Array.isArray(holder)) {
      holder.splice(Number(last), 1);
    } else {
      delete holder[last];
    }
  }
  return new TemplateModel(assemblyOf([{ ...agent, template: { ...agent.template, Resources } }]));
}

/** What rules say, with the severity and the place. */
export const saidOf = (model: TemplateModel, rules: readonly Rule[]): string[] =>
  checkModel(model, { rules }).map(
    ({ rule, severity, says, location }) => `${rule} ${severity} ${location.logicalId} ${location.path}: ${says}`,
  );

/** What a rule alone says of each change that it doesn't say without the change, and that isn't said without any rule. */
export function saidAlone(rule: Rule, changes: readonly Pick<SingleChange, 'change' | 'at'>[]): string[][] {
  const before = saidOf(changedModel(), [rule]);
  return changes.map(({ change, at }) => {
    const model = changedModel(change, at);
    const known = new Set([...before, ...saidOf(model, [])]);
    return saidOf(model, [rule]).filter((each) => !known.has(each));
  });
}

/** Ordinary resources of the app, which no rule is about. */
const ORDINARY = /^(?:Data|Items|Work|Secret|Admin)/;

/** The paths of all values. */
function places(value: unknown, here: readonly string[]): string[] {
  const isReference = typeof value === 'object' && value !== null && /^(?:Ref|Fn::.*)$/.test(Object.keys(value)[0]);
  const below = typeof value === 'object' && value !== null && !isReference ? Object.entries(value) : [];
  return [
    ...(here.length > 1 ? [here.join('.')] : []),
    ...below.flatMap(([key, inner]) => places(inner, [...here, key])),
  ];
}

/** The paths of all values of the agent and of what governs it. */
export const everywhere = (): string[] =>
  Object.entries(app()).flatMap(([id, { Properties }]) => (ORDINARY.test(id) ? [] : places(Properties, [id])));

/** A finding without its names and numbers. */
const formOf = (says: string) => says.replace(/\b[A-Z]\w+(?=[ .,:[]|$)/g, 'X').replace(/\d+/g, '0');

/**
 * The rules that may say something of a change, in one model for all: a value that one of them can't read counts for
 * each that comes after it.
 */
function mayNotice(change: string, at: string, before: ReadonlyMap<Rule, ReadonlySet<string>>): Rule[] {
  const model = changedModel(change, at);
  const always = new Set(saidOf(model, []));
  return RULES.filter((rule) =>
    saidOf(model, [rule]).some((each) => !before.get(rule)!.has(each) && !always.has(each)),
  );
}

/** The first change of each form of what a rule says. For values that can't be read, of each place. */
function distinctChanges(): SingleChange[] {
  const before = new Map(RULES.map((rule) => [rule, new Set(saidOf(changedModel(), [rule]))]));
  const noticed = new Map<Rule, { change: string; at: string }[]>(RULES.map((rule) => [rule, []]));
  for (const at of everywhere()) {
    for (const change of Object.keys(CHANGES)) {
      for (const rule of mayNotice(change, at, before)) noticed.get(rule)!.push({ change, at });
    }
  }
  const found = new Map<string, SingleChange>();
  for (const [rule, changes] of noticed) {
    saidAlone(rule, changes).forEach((says, index) => {
      const { change, at } = changes[index];
      const place = change === 'unreadable' ? [at.replace(/\d+/g, '0')] : says.map(formOf);
      const form = [rule.id, change, ...place].join('\n');
      if (says.length > 0 && !found.has(form)) found.set(form, { rule: rule.id, change, at, says });
    });
  }
  return [...found.values()];
}

const FILE = path.join(__dirname, 'single-changes.jsonl');

/** The changes of single-changes.jsonl. */
export const readChanges = (): SingleChange[] =>
  fs
    .readFileSync(FILE, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SingleChange);

/** Tests that each rule alone says what the file has: where, how severe it is, and what can't be read. */
export function testChanges(changes: readonly SingleChange[]): void {
  const ids = [...new Set(changes.map(({ rule }) => rule))];
  // After a rule has changed: node --import tsx test/analysis/rules/single-changes.ts, and read the difference.
  test.each(ids)('%s alone says of single changes what single-changes.jsonl has', (id) => {
    const own = changes.filter(({ rule }) => rule === id);
    const said = saidAlone(
      RULES.find((rule) => rule.id === id)!,
      own,
    );
    expect(own.map((each, index) => ({ ...each, says: said[index] }))).toEqual(own);
  });
}

// node --import tsx test/analysis/rules/single-changes.ts
if (require.main === module) {
  fs.writeFileSync(
    FILE,
    distinctChanges()
      .map((each) => `${JSON.stringify(each)}\n`)
      .join(''),
  );
}
