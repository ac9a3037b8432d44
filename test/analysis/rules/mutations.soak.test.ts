import * as fs from 'fs';
import * as path from 'path';
import { assemblyOf, type StackData } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { RULES } from '../../../analysis/rules';
import { checkStacks } from '../../../analysis/rules/check';
import { governedStacks } from '../../lib/security/governed-stacks';
import { mutate, type Mutation } from './mutant';

const mutations = JSON.parse(fs.readFileSync(path.join(__dirname, 'mutations.json'), 'utf8')) as Mutation[];

/** The ids of the rules that find something, also where their findings have one cause. */
function violated(stacks: readonly StackData[]): string[] {
  const findings = checkStacks({ stacks }).filter(({ severity }) => severity !== 'warning');
  return [...new Set(findings.flatMap(({ rule, data }) => [rule, data.also ?? []].flat()))];
}

describe('a compliant app with one thing changed', () => {
  const stacks = governedStacks();
  const model = new TemplateModel(assemblyOf(stacks));
  const known = new Map<Mutation, readonly string[]>();
  const foundBy = (mutation: Mutation) => {
    const found = known.get(mutation) ?? violated(mutate(stacks, model, mutation));
    known.set(mutation, found);
    return found;
  };

  test('is clean without the change, under every rule', () => {
    expect(violated(stacks)).toEqual([]);
  });

  test.each(mutations.map((mutation): [string, string, Mutation] => [mutation.rule, mutation.name, mutation]))(
    '%s notices: %s',
    (rule, _name, mutation) => {
      expect(foundBy(mutation)).toContain(rule);
    },
  );

  test.each(RULES.map(({ id }) => id))('%s is the only rule that notices at least one of them', (id) => {
    const alone = mutations.find((mutation) => mutation.rule === id && foundBy(mutation).length === 1);
    expect(alone).toBeDefined();
  });
});
