import { asJson, change, name, protection, reach, cameAndWent, type Change, type Piece } from './change';
import { network } from './diff-network';
import { audit, bounds, stores } from './diff-records';
import { roles } from './diff-roles';
import { starters, triggers } from './diff-starters';
import { workflow } from './diff-workflow';
import type { Statement } from './statement';

/** Names and version of a difference. */
const DIFF_FORMAT = 'cdk-bedrock-managed-agents/security-statement-diff/1';

export interface AgentDiff {
  /** Stack and logical id of its Runtime. */
  readonly agent: string;
  readonly name: string;
  readonly status: 'added' | 'removed' | 'changed';
  readonly changes: readonly Change[];
}

export interface StatementDiff {
  readonly format: typeof DIFF_FORMAT;
  /** True when any change widens reach. */
  readonly wider: boolean;
  readonly agents: readonly AgentDiff[];
}

/** Compares the statements of two versions of an app; agents are identified by stack and logical id. */
export function diffStatements(before: readonly Statement[], after: readonly Statement[]): StatementDiff {
  const old = new Map(before.map((statement) => [statement.agent.id, statement]));
  const now = new Map(after.map((statement) => [statement.agent.id, statement]));
  const ids = [...new Set([...old.keys(), ...now.keys()])].sort();
  const agents = ids.flatMap((agent): AgentDiff[] => {
    const [was, is] = [old.get(agent), now.get(agent)];
    if (was && is) {
      const found = diffStatement(was, is);
      const changes = found.length || asJson(was) === asJson(is) ? found : [unexplained(was, is)];
      return changes.length ? [{ agent, name: is.agent.name, status: 'changed', changes }] : [];
    }
    return is
      ? [{ agent, name: is.agent.name, status: 'added', changes: diffStatement(emptied(is), is) }]
      : [{ agent, name: was!.agent.name, status: 'removed', changes: removal(was!) }];
  });
  const wider = agents.some(({ changes }) => changes.some(({ direction }) => direction === 'wider'));
  return { format: DIFF_FORMAT, wider, agents };
}

/** A removed agent reaches nothing, so its lost protections don't widen a reach. */
function removal(was: Statement): Change[] {
  return diffStatement(was, emptied(was)).filter(({ direction }) => direction !== 'wider');
}

/** Everything that differs between two statements of one agent. */
function diffStatement(before: Statement, after: Statement): Change[] {
  return [
    ...models(before, after),
    ...code(before, after),
    ...definition(before, after),
    ...roles(before, after),
    ...starters(before, after),
    ...triggers(before, after),
    ...workflow(before, after),
    ...network(before, after),
    ...stores(before, after),
    ...audit(before, after),
    ...bounds(before, after),
    ...cameAndWent(before.guardrails, after.guardrails, (guardrail, added) =>
      protection(added, ['the guardrail ', name(guardrail)]),
    ),
    ...cameAndWent(before.unknown.map(asJson), after.unknown.map(asJson), (json, added) => {
      const { where, what } = JSON.parse(json) as Statement['unknown'][number];
      // What nobody can read may allow anything, so a person must look at it. A first boundary can only limit.
      const limits =
        what.startsWith('what the permissions boundary ') &&
        before.roles.every(({ boundary }) => boundary === undefined);
      return change('other', added && !limits ? 'wider' : 'neutral', [
        added ? 'no longer known at synth: ' : 'now known at synth: ',
        name(where),
        ': ',
        name(what),
      ]);
    }),
  ];
}

function models(before: Statement, after: Statement): Change[] {
  return cameAndWent(before.models, after.models, (model, added) =>
    reach(added, model === '*' ? ['call every model'] : ['call the model ', name(model)]),
  );
}

/** Statements of earlier versions have no code. */
function code({ code: before }: Statement, { code: after }: Statement): Change[] {
  const names = new Set((before ?? []).map((each) => each.name));
  const texts = (list: NonNullable<Statement['code']>) =>
    list.map((each) => asJson([each.name, each.version, each.when ?? '']));
  return before && after
    ? cameAndWent(texts(before), texts(after), (json, added) => {
        const [what, version, when] = JSON.parse(json) as [string, string, string];
        return change('other', added && !names.has(what) ? 'wider' : 'neutral', [
          added ? 'now runs ' : 'no longer runs ',
          name(what),
          ', ',
          name(version),
          ...(when ? [', when ', name(when)] : []),
        ]);
      })
    : [];
}

function definition({ definition: before }: Statement, { definition: after }: Statement): Change[] {
  if (!before || !after) {
    return [];
  }
  const tool = (entry: NonNullable<Statement['definition']>['tools'][number]) => asJson(entry);
  const texts: Change[] = cameAndWent(before.tools.map(tool), after.tools.map(tool), (json, added) => {
    const { label, command, allowed } = JSON.parse(json) as (typeof after.tools)[number];
    const limit: Piece[] = allowed ? [' limited to ', name(allowed.join(', ') || 'nothing')] : [', all of its tools'];
    return reach(added, ['use the MCP server ', name(label), ' (', name(command), ')', ...limit]);
  });
  if (before.model !== after.model) {
    texts.push(
      change('other', 'neutral', ['sessions use the model ', name(after.model), ' instead of ', name(before.model)]),
    );
  }
  if (before.instructionsSha256 !== after.instructionsSha256) {
    texts.push(change('other', 'neutral', ['the instructions changed; read them in the change itself']));
  }
  return texts;
}

/** A change is never reported as "no change". */
function unexplained(was: Statement, is: Statement): Change {
  const differing = Object.keys({ ...was, ...is }).filter(
    (key) => asJson(was[key as keyof Statement]) !== asJson(is[key as keyof Statement]),
  );
  return change('other', 'neutral', [
    'other details differ; compare ',
    name(differing.join(', ')),
    ' of the two JSON files',
  ]);
}

/** The statement of an agent that can do nothing, to compare a new or a removed agent with. */
function emptied(statement: Statement): Statement {
  return {
    ...statement,
    models: [],
    definition: statement.definition && { ...statement.definition, tools: [] },
    roles: [],
    starters: [],
    triggers: [],
    workflow: undefined,
    deadLetterQueues: [],
    network: { mode: 'unknown', subnets: [], internet: [], flows: [], endpoints: [] },
    stores: [],
    outsideAccess: [],
    guardrails: [],
    audit: { trails: [], logGroups: [], alarms: [] },
    bounds: [],
    unknown: [],
  };
}
