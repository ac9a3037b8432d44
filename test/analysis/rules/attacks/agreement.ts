import { assemblyOf } from '../../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../../analysis/model/template-model';
import type { ReportedFinding } from '../../../../analysis/rules/finding';
import { statementsOf } from '../../../../analysis/statement/build';
import type { Statement } from '../../../../analysis/statement/statement';
import { type Change, changed, type Pair } from './pair';
import { everythingIn } from './reported';

/** Where the statement shows what a rule reports. Rules that aren't listed are about settings, not about reach. */
const SHOWN_IN: readonly (readonly [RegExp, readonly (keyof Statement)[]])[] = [
  [/^MA-ID[1-7]$/, ['roles', 'models', 'starters']],
  [/^MA-NET[146]$/, ['network']],
  [/^MA-NET5$/, ['starters', 'roles', 'network']],
  [/^MA-STO1$/, ['outsideAccess']],
  [/^MA-TRG3$/, ['starters', 'triggers', 'outsideAccess']],
  [/^MA-READ1$/, ['unknown']],
];

const NOT_ITS_ROLE = 'the statement has what the roles of the agent may do, not what the functions that start it may';
const OF_AWS = 'what a policy of AWS allows is in no template, so no way leads through it';
const SCREENING = 'which guardrail screens is a setting of the workflow';

const EXCEPTED = 'a denial that leaves a role out allows nothing by itself';

/** Pairs with findings that the statement doesn't show, by the beginning of their names, with the reason. */
const ONLY_IN_THE_PACK: Readonly<Record<string, string>> = {
  'StarterRole updates the code of a function': NOT_ITS_ROLE,
  'MachineRole updates the code of a function': NOT_ITS_ROLE,
  'OpenRole updates the code of a function': NOT_ITS_ROLE,
  'a starter attaches any policy': NOT_ITS_ROLE,
  'the role of the starter may change every role': NOT_ITS_ROLE,
  'a starter sets when files': NOT_ITS_ROLE,
  'a starter deletes the filters': NOT_ITS_ROLE,
  'the workflow deletes its ledger': NOT_ITS_ROLE,
  '87: ': NOT_ITS_ROLE,
  '129: ': EXCEPTED,
  '168: ': EXCEPTED,
  '8: ': 'each Runtime of the loop has a statement of its own',
  'what opens sessions may invoke an administrator': NOT_ITS_ROLE,
  'the starter may delete the guardrail': NOT_ITS_ROLE,
  'a pipeline that starts beside turns': NOT_ITS_ROLE,
  'a role beside the agent passes its': NOT_ITS_ROLE,
  'the starter passes the session role': NOT_ITS_ROLE,
  'the starter passes a ': NOT_ITS_ROLE,
  'the starter may run ': NOT_ITS_ROLE,
  'the function that opens sessions deletes logs': NOT_ITS_ROLE,
  'the guardrail of the workflow is not in the app': SCREENING,
  'a guardrail outside of the app that nobody declared': SCREENING,
  'the guardrail is a parameter': SCREENING,
  'the definition of a second machine is in a bucket': 'the statement has what the role of the machine may start',
  'an open function has a policy of AWS that starts workflows': OF_AWS,
  'an open function is an administrator': OF_AWS,
  'clients of a cluster do not authenticate': 'the statement has the cluster, not how its clients sign in',
  'an endpoint policy with a malformed NotPrincipal': 'the row of the endpoint has the policy as it is written',
};

/** What the statement and the pack say of the app with a change, which is read once for both. */
interface Said {
  readonly statement: Statement;
  readonly findings: readonly ReportedFinding[];
}

function saidOf(change: Change): Said {
  const model = new TemplateModel(assemblyOf(changed(change)));
  return { statement: statementsOf(model)[0], findings: everythingIn(model) };
}

/** Every record and text of a statement, as JSON. */
function rowsOf(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each) => [JSON.stringify(each), ...rowsOf(each)]);
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(rowsOf) : [JSON.stringify(value)];
}

const ordinary = saidOf({}).statement;

/** The rows of some sections that the statement of an ordinary agent doesn't have. */
function added(statement: Statement, sections: readonly (keyof Statement)[]): string[] {
  const known = new Set(sections.flatMap((section) => rowsOf(ordinary[section] ?? [])));
  return sections.flatMap((section) => rowsOf(statement[section] ?? [])).filter((row) => !known.has(row));
}

/** Rules about entries, networks, stores and unread parts: a row has to name what the finding names. */
const BY_NAME = /^MA-(?:NET[14]|STO1|TRG3|READ1)$/;

/** Findings of these rules with a row that says the same in other words. */
const IN_OTHER_WORDS =
  /accepts connections|set its egress|default security group|doesn't show|names that the rule does not show|route propagation|no analyzed stack exports|network mode|a cluster outside of AWS|may use Live|Everybody can connect to/;

/** Words of a sentence that are names: ids, addresses, ARNs, types, who is let in. */
const namesIn = (says: string): string[] =>
  (says.match(/[^\s,()]*[0-9:./#*@$][^\s,()]*|\b[A-Z]\w+/g) ?? [])
    .filter((name) => !/^(?:The|This|Runtime|VPC|AWS|What|Names|Every|One)$/.test(name))
    .map((name) => name.replace(/^Everybody$/, 'everybody').replace(/^\$\{(?:(?:Agent|Other)#)?|\.\w+\}$/g, ''));

function isNamed(rows: readonly string[], { rule, says, location, data = {} }: ReportedFinding): boolean {
  const ids = Object.values(data)
    .flat()
    .map((id) => id.replace(/^.*#/, '').split(' ')[0])
    .filter((id) => id !== 'Runtime');
  const names = [location.logicalId, ...ids, ...namesIn(says)].filter((name) => name.length > 1);
  return (
    !BY_NAME.test(rule) || IN_OTHER_WORDS.test(says) || rows.some((row) => names.some((name) => row.includes(name)))
  );
}

/**
 * Rows that an ordinary agent doesn't have: each of them is a reason for a finding. What a role can start may be
 * harmless.
 */
const alarming = ({ outsideAccess = [], network: { internet }, unknown }: Statement) =>
  [...outsideAccess, ...internet, ...unknown].map((row) => JSON.stringify(row));

/** Values that the pack only warns about: a parameter whose default is fine. */
const warnedOf = ({ findings }: Said): readonly string[] =>
  findings.flatMap(({ rule, severity, says }) =>
    severity === 'warning' && rule === 'MA-READ1'
      ? (/parameter (\w+) is given/.exec(says) ?? []).slice(1).map((name) => `the value of \${parameter ${name}}`)
      : [],
  );

const declares = ({ sections = {} }: Change): boolean => JSON.stringify(sections).includes('"AgentDeclarations"');

/** Rows about the accounts that a change declares. */
const declaredBy = ({ sections = {} }: Change): string[] =>
  [...JSON.stringify(sections).matchAll(/"AWS":\["(\d{12})"\]/g)].map(([, account]) => `"who":"${account}"`);

/** The findings of an attack that the statement doesn't show. */
function notShown({ statement, findings }: Said): string[] {
  const stores = (statement.outsideAccess ?? []).map(({ id }) => id.replace(/^.*#/, ''));
  return findings
    .filter(({ severity }) => severity !== 'warning')
    .filter((finding) => {
      const { rule, says } = finding;
      const [, sections] = SHOWN_IN.find(([ids]) => ids.test(rule)) ?? [];
      const rows = sections && added(statement, sections);
      const isShown = rows === undefined || (rows.length > 0 && isNamed(rows, finding));
      // Of a store, the row names the same resource.
      return (
        !isShown || (rule === 'MA-STO1' && !stores.some((id) => says.split(/\W/).includes(id) || says.includes('ACL')))
      );
    })
    .map(({ rule, says }) => `${rule}: ${says}`);
}

const isShared = ({ name }: Pair) => !Object.keys(ONLY_IN_THE_PACK).some((begin) => name.startsWith(begin));

/** Tests that the pack and the statement say the same of each pair. */
export function testAgreement(kinds: readonly (readonly [string, readonly Pair[]])[]): void {
  describe.each(kinds.filter(([, pairs]) => pairs.some(isShared)))('%s', (_kind, pairs) => {
    test.each(pairs.filter(isShared).map((pair): [string, Pair] => [pair.name, pair]))(
      'what the pack reports of reach is in the statement, and what the statement shows is reported: %s',
      (_name, { attack, twin }) => {
        const [ofAttack, ofTwin] = [saidOf(attack), saidOf(twin)];
        expect(notShown(ofAttack)).toEqual([]);
        const known = new Set(alarming(ordinary));
        // The statement still shows what the owner has declared.
        const allowed = declares(twin) ? [...alarming(ofAttack.statement), ...declaredBy(twin)] : warnedOf(ofTwin);
        const rows = alarming(ofTwin.statement).filter((row) => !known.has(row));
        expect(rows.filter((row) => !allowed.some((each) => row.includes(each)))).toEqual([]);
      },
    );
  });
}
