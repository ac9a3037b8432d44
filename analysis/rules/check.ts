import { agents } from '../model/agents';
import type { FileReader } from '../model/assembly';
import { TRUE } from '../model/guard';
import { assemblyOf, type StackData } from '../model/read-stacks';
import { TemplateModel } from '../model/template-model';
import { type Decision, decisionOf } from './decisions';
import { Declared } from './declared';
import type { Declaration } from './read-declarations';
import { Findings, type ReportedFinding } from './finding';
import { MA_DECL1 } from './ma-decl1';
import { MA_READ1 } from './ma-read1';
import { RULES } from './index';
import { isRelevant } from './relevance';
import type { Family, Rule, RuleContext, RuleOptions } from './rule';
import { Unread } from './unread';
import { noteParts } from './unreadable-parts';

/** What to check. */
export interface CheckStacksRequest {
  /** All stacks of the app, because stacks refer to each other. */
  readonly stacks: readonly StackData[];
  readonly files?: FileReader;
  /**
   * Only the rules of these families. Values that these rules ask for and that can't be read are always reported.
   * @default - every family
   */
  readonly families?: readonly Family[];
  readonly options?: RuleOptions;
  /**
   * Ids of the stacks for which findings are reported.
   * @default - all of them
   */
  readonly judged?: ReadonlySet<string>;
  /**
   * The rules to run.
   * @default - every rule of the families
   */
  readonly rules?: readonly Rule[];
}

/** The result of a check. */
export interface CheckResult {
  readonly findings: readonly ReportedFinding[];
  /** The declarations of the app's owner in the judged stacks. */
  readonly decisions: readonly Decision[];
}

/** Runs the rules over templates. Malformed templates don't raise an error. */
export function checkStacks(request: CheckStacksRequest): readonly ReportedFinding[] {
  return checkApp(request).findings;
}

/** Runs the rules over templates, and reads the declarations in them. */
export function checkApp(request: CheckStacksRequest): CheckResult {
  if (!isRelevant(request.stacks)) {
    return { findings: [], decisions: [] };
  }
  const { stacks, files, families, judged, options = {} } = request;
  const rules = (request.rules ?? RULES).filter(({ family }) => !families || families.includes(family));
  const model = new TemplateModel(assemblyOf(stacks, files));
  const declared = new Declared(model, options.now ?? new Date());
  return {
    findings: rules.length === 0 ? [] : checkModel(model, { rules, options, judged }, declared),
    decisions: declared.all.filter(({ place }) => judged?.has(place.stack.id) ?? true).map(decisionOf),
  };
}

/** Runs rules over a model. */
export function checkModel(
  model: TemplateModel,
  { rules, options = {}, judged }: Pick<CheckStacksRequest, 'options' | 'judged'> & { readonly rules: readonly Rule[] },
  declared = new Declared(model, options.now ?? new Date()),
): ReportedFinding[] {
  const unread = new Unread(model);
  const findings = new Findings();
  const context: RuleContext = {
    model,
    // Read only when a rule asks for them: the rule about Regions doesn't need the roles.
    get agents() {
      return agents(model);
    },
    declared,
    options,
    unread: (subject, at, ...met) => unread.note(subject, at, ...met),
  };
  for (const rule of rules) {
    try {
      for (const finding of rule.check(context)) {
        if ((finding.when ?? TRUE).possible()) {
          findings.add(rule, finding);
        }
      }
    } catch (error) {
      // A template that can't be judged doesn't pass.
      const [stack] = model.assembly.stacks;
      const why = error instanceof Error ? error.message : String(error);
      findings.add(MA_READ1, {
        at: { stack, path: '' },
        subject: rule.id,
        says: `${rule.id} can't judge these templates: ${why}`,
      });
    }
  }
  noteParts(model, unread);
  for (const finding of unread.findings(declared)) {
    findings.add(MA_READ1, finding);
  }
  const byId = new Map(model.assembly.stacks.map((stack) => [stack.id, stack]));
  const counts = ({ location }: ReportedFinding) => {
    const stack = byId.get(location.stack);
    return (judged?.has(location.stack) ?? true) && !(stack && declared.exempt(stack));
  };
  const reported = findings.all().filter(counts);
  const leftOver = new Findings();
  addLeftOver(leftOver, declared, new Set(rules.map(({ id }) => id)));
  return [...reported, ...leftOver.all().filter(counts)];
}

/**
 * The rules that use the declarations of a kind. Unused ones are known only after all of these rules have run. Unused ones
 * of other kinds aren't reported: constructs declare everything from outside of the app that they were given.
 */
const USERS: Readonly<Partial<Record<Declaration['kind'], readonly string[]>>> = {
  action: ['MA-ID5', 'MA-ID7'],
  egress: ['MA-NET1', 'MA-NET4'],
  principal: ['MA-STO1'],
};

function addLeftOver(findings: Findings, declared: Declared, ran: ReadonlySet<string>): void {
  const { expired, unused } = declared.leftOver();
  const about = ({ kind, subject }: Declaration) => `The ${kind} declaration${subject ? ` for ${subject}` : ''}`;
  for (const declaration of expired) {
    const says = `${about(declaration)} expired at ${declaration.expires}`;
    findings.add(MA_DECL1, { at: declaration.place, subject: declaration.key, says });
  }
  for (const declaration of unused) {
    if (USERS[declaration.kind]?.every((id) => ran.has(id))) {
      const says = `${about(declaration)} allows nothing that the app needs`;
      findings.add(MA_DECL1, { at: declaration.place, subject: declaration.key, says });
    }
  }
}
