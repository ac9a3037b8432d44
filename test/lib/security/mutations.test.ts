import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { checkTemplates } from '../../../lib/security/check-report';
import { RULES } from '../../../lib/security/rules';
import type { TemplateSource } from '../../../lib/security/template/template-source';
import { TemplateIndex } from '../../../lib/security/template-index';
import { governedApp } from './governed-app';
import { mutate, type Mutation } from './mutant';

const mutations = JSON.parse(fs.readFileSync(path.join(__dirname, 'mutations.json'), 'utf8')) as Mutation[];

const OPTIONS = {};

/** The ids of the rules that find something. */
function violated(sources: readonly TemplateSource[]): string[] {
  const report = checkTemplates({
    rules: RULES,
    options: OPTIONS,
    sources,
    judged: new Set(sources.map(({ id }) => id)),
  });
  return [
    ...new Set(report.violations.filter(({ severity }) => severity !== 'warning').map(({ ruleName }) => ruleName)),
  ];
}

describe('a compliant app with one thing changed', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'mutants-'));
  governedApp({ outdir }).app.synth();
  const index = TemplateIndex.fromAssembly(outdir);
  fs.rmSync(outdir, { recursive: true });
  const caughtAlone = new Set<string>();

  test('is clean without the change, under every rule', () => {
    expect(violated(index.sources)).toEqual([]);
  });

  test.each(mutations.map((mutation): [string, string, Mutation] => [mutation.rule, mutation.name, mutation]))(
    '%s notices: %s',
    (rule, _name, mutation) => {
      const found = violated(mutate(index, mutation));
      if (found.length === 1) {
        caughtAlone.add(found[0]);
      }
      expect(found).toContain(rule);
    },
  );

  test('every rule is the only one that notices at least one of them', () => {
    const rules = RULES.map(({ id }) => id).filter((id) => !/^MA-(?:READ|DECL)/.test(id));
    expect(rules.filter((id) => !caughtAlone.has(id))).toEqual([]);
  });
});
