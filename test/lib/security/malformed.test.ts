import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import fc from '../../fast-check';
import { checkTemplates } from '../../../lib/security/check-report';
import { RULES } from '../../../lib/security/rules';
import { TemplateIndex } from '../../../lib/security/template-index';
import { governedApp } from './governed-app';

/** Places inside a template: the path to every object, list and value below the properties of a resource. */
function places(value: unknown, at: (string | number)[], found: (string | number)[][]): void {
  found.push(at);
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      places(inner, [...at, Array.isArray(value) ? Number(key) : key], found);
    }
  }
}

test('no rule throws, whatever stands in the place of a value', () => {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'malformed-'));
  governedApp({ outdir }).app.synth();
  const { sources } = TemplateIndex.fromAssembly(outdir);
  fs.rmSync(outdir, { recursive: true });
  const everywhere = sources.flatMap((source, number) => {
    const found: (string | number)[][] = [];
    for (const [id, resource] of Object.entries(source.template.Resources ?? {})) {
      places(resource.Properties, ['Resources', id, 'Properties'], found);
    }
    return found.map((place) => ({ number, place }));
  });
  const odd = fc.constantFrom<unknown>(
    null,
    '',
    0,
    true,
    [],
    {},
    [null],
    'x',
    { Ref: 'Nothing' },
    { 'Fn::GetAtt': ['Nothing', 'Arn'] },
    { 'Fn::If': ['Nothing', 1] },
    { 'Fn::Join': 'x' },
    { 'Fn::Select': [9, []] },
    { 'Fn::Sub': ['${A.B.C}'] },
    [[[]]],
    '{"Statement":[null,3,{}]}',
  );

  fc.assert(
    fc.property(fc.constantFrom(...everywhere), odd, ({ number, place }, value) => {
      const changed = sources.map((source, each) => {
        if (each !== number) {
          return source;
        }
        const template: any = structuredClone(source.template);
        const holder = place.slice(0, -1).reduce((inner, key) => inner[key], template);
        holder[place[place.length - 1]] = value;
        return { ...source, template };
      });
      const report = checkTemplates({
        rules: RULES,
        options: {},
        sources: changed,
        judged: new Set(changed.map(({ id }) => id)),
      });
      expect(Array.isArray(report.violations)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
