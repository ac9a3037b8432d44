import type { Resource } from '../model/assembly';
import { type Agent, agents } from '../model/agents';
import { statementsFor } from '../model/statements-for';
import { constantArgument } from '../model/assigned-constants';
import { literalOf } from '../model/compose-text';
import { isGeneralPermission } from '../model/general-permission';
import { identities } from '../model/identities';
import { printed } from '../model/printed-text';
import type { Leak } from '../model/leaks';
import { type Screening, screeningOf } from '../model/screening';
import type { Flow, State } from '../model/state-machine';
import { stateMachines } from '../model/state-machine';
import { reach } from '../model/reach';
import { turnMachines, type TurnMachine, turnStarters } from '../model/turn-starters';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { scopeOf } from '../policy/named-resource';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';

/** A guardrail screens the input and the output of every turn. */
export const MA_GRD1 = rule({
  id: 'MA-GRD1',
  family: 'guardrail',
  severity: 'error',
  subject: 'workflow',
  what: 'Every workflow that runs turns screens its input before the session and its output before publishing, on every path, with a numbered guardrail version; what starts turns by itself may apply a guardrail.',
  why: 'Bedrock Managed Agents does not apply guardrails to a session, so the workflow must screen text before and after it. DRAFT changes under a running workflow.',
  fix: 'Use TurnWorkflow, or add ApplyGuardrail tasks with Source INPUT before and Source OUTPUT after the session, with a GuardrailVersion',
  page: 'https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-independent-api.html',
  controls: { nist: ['SI-3', 'SI-10', 'SI-15'], iso: ['A.8.7', 'A.8.28'], soc2: ['CC6.8', 'PI1.2'] },
  *check(context) {
    const { model } = context;
    for (const workflow of turnMachines(model)) {
      yield* judge(context, workflow);
    }
    noteUnreadable(context);
    yield* startersOutside(model);
  },
});

function* judge(context: RuleContext, workflow: TurnMachine): Iterable<Finding> {
  const { model, unread } = context;
  const { machine, agent } = workflow;
  const screening = screeningOf(model, workflow);
  const at = (state: State, says: string): Finding => ({
    at: state.node.place,
    subject: says,
    says,
    when: machine.guard,
  });
  yield* gapsOf(workflow, screening);
  for (const state of screening.guarded) {
    yield* judgeGuardrail(context, workflow, state);
    const versions = constantArgument(machine.flow, state, 'GuardrailVersion') ?? [];
    const numbered = versions.filter(({ value }) => {
      unread(agent, machine.resource, value);
      const known = literalOf(value);
      const isVersion = model.mentioned(value).some(({ type }) => type === 'AWS::Bedrock::GuardrailVersion');
      const isUnread = value.some((part) => typeof part !== 'string' && part.kind !== 'reference' && part.unreadable);
      return isVersion || isUnread || (known !== undefined && /^[1-9][0-9]*$/.test(known));
    });
    if (versions.some(({ value }) => isOfAnother(context.model, value, machine.flow, state))) {
      yield at(state, `The state ${state.name} uses the number of a version of another guardrail`);
    }
    if (versions.length === 0 || numbered.length < versions.length) {
      yield at(state, `The state ${state.name} doesn't use a numbered guardrail version`);
    }
  }
}

/** A sentence about a state, and whether the input or the output is not screened. */
interface Gap {
  readonly of: 'input' | 'output';
  readonly state: State;
  readonly says: string;
}

/** The gaps in the screening of the input are one finding, and those of the output another. */
function* gapsOf(workflow: TurnMachine, { constant, beside, ...rest }: Screening): Iterable<Finding> {
  const { machine, opens, steps } = workflow;
  const paths: Gap[] = [
    ...rest.leaks.map((leak): Gap => {
      const says = leakText(leak, workflow);
      return { of: opens.has(leak.state) ? 'input' : 'output', state: leak.state, says };
    }),
    ...rest.unscreenedStarts.map((state): Gap => {
      const says = `The state ${state.name} starts a turn on a path that has not screened the input`;
      return { of: 'input', state, says };
    }),
    ...rest.unscreenedEnds.map((state): Gap => {
      const says = `A path ends after the state ${state.name} without screening the output of the turn`;
      return { of: 'output', state, says };
    }),
  ];
  // A state that screens something else is the cause of the path that isn't screened.
  const missing = [...new Set(paths.map((each) => each.of))];
  const cause = (state: State, says: string): Gap => {
    const asked = steps.get(state)?.kinds.has('screens input') === true ? 'input' : 'output';
    return { of: missing.length === 1 ? missing[0] : asked, state, says };
  };
  const gaps = [
    ...constant.map((state) => cause(state, `The state ${state.name} screens a text that is the same in every turn`)),
    ...beside.map((state) =>
      cause(state, `The state ${state.name} screens neither the input nor the output of the turn`),
    ),
    ...paths,
  ];
  for (const direction of ['input', 'output'] as const) {
    const [first, ...others] = gaps.filter((each) => each.of === direction);
    if (first) {
      yield {
        at: first.state.node.place,
        subject: direction,
        says: [first, ...others].map(({ says }) => says).join('. '),
        when: machine.guard,
        related: others.map(({ state }) => state.node.place),
      };
    }
  }
}

/** Whether a version in the app is one of another guardrail than the one that a state names. */
function isOfAnother(model: TemplateModel, version: Text, flow: Flow, state: State): boolean {
  const named = (texts: readonly { readonly value: Text }[]) => texts.flatMap(({ value }) => model.mentioned(value));
  const guardrails = named(constantArgument(flow, state, 'GuardrailIdentifier') ?? []);
  const owners = model
    .mentioned(version)
    .filter(({ type }) => type === 'AWS::Bedrock::GuardrailVersion')
    .flatMap(({ properties }) => named(properties.at('GuardrailIdentifier').flatMap((node) => node.texts())));
  return owners.length > 0 && guardrails.length > 0 && !owners.some((each) => guardrails.includes(each));
}

function leakText({ state, judge, why }: Leak, { opens }: TurnMachine): string {
  const does = opens.has(state) ? 'starts a turn' : 'sends on the output of the turn';
  switch (why) {
    case 'failed':
      return `The state ${state.name} ${does} although ${judge!.name}, which screens it, failed`;
    case 'ignored':
      return `The state ${state.name} ${does} whatever the verdict of ${judge!.name} is`;
    case 'too early':
      return `The state ${state.name} ${does} before it is screened`;
  }
}

/** A screening step names one guardrail of the app, or one that is declared. */
function* judgeGuardrail(
  { declared, unread }: RuleContext,
  { machine, agent }: TurnMachine,
  state: State,
): Iterable<Finding> {
  const names = (constantArgument(machine.flow, state, 'GuardrailIdentifier') ?? []).map(({ value }) => value);
  if (names.length === 0) {
    const says = `The state ${state.name} screens with a guardrail that the input of the execution names`;
    yield { at: state.node.place, subject: says, says, when: machine.guard };
    return;
  }
  for (const name of names) {
    unread(agent, machine.resource, name);
    // A guardrail of the app is named by a reference: its id is made at deployment.
    if (literalOf(name) !== undefined && !declared.outside(name)) {
      unread(agent, machine.resource, {
        origin: state.node.place,
        reason: 'outside the assembly',
        hint: `the guardrail ${printed(name)} is not part of what is analyzed`,
      });
    }
  }
}

/** Notes state machines that could start turns and have a definition that can't be read. */
function noteUnreadable({ model, unread }: RuleContext): void {
  for (const { resource, unreadable } of stateMachines(model)) {
    if (unreadable) {
      const leading = agents(model).filter(({ id }) =>
        reach(model)
          .from(resource.id)
          .some(({ end }) => end === id),
      );
      leading.forEach(({ id }) => unread(id, resource, unreadable));
    }
  }
}

/** Code that creates sessions outside of a workflow must call the guardrail itself. */
function* startersOutside(model: TemplateModel): Iterable<Finding> {
  const called = new Set<Resource>();
  for (const { opens, steps } of turnMachines(model)) {
    opens.forEach((state) => steps.get(state)?.callees.forEach(({ resource }) => called.add(resource)));
  }
  const machines = new Set(turnMachines(model).map(({ machine }) => machine.resource));
  for (const { resource, role, agent } of turnStarters(model)) {
    if (machines.has(resource)) {
      continue;
    }
    if (!called.has(resource)) {
      if (statementsFor(role, 'bedrock:ApplyGuardrail').length === 0) {
        yield {
          at: resource,
          subject: agent.id,
          says: `${resource.logicalId} starts turns, and its role doesn't allow bedrock:ApplyGuardrail`,
          when: resource.guard,
        };
      }
      continue;
    }
    // The workflow does the screening, so a direct caller of the function has none.
    for (const edge of directCallers(model, resource)) {
      yield {
        at: edge.because,
        subject: resource.id,
        says: `${model.resource(edge.from)?.logicalId ?? edge.from} starts turns and bypasses the workflow that screens them`,
        certainty: edge.certainty,
        when: edge.guard,
      };
    }
    yield* programsBeside(model, resource, agent);
  }
}

/**
 * Programs that may call a function of the workflow themselves. What works under a role is in the template; a role that
 * people assume says nothing about what they call.
 */
function* programsBeside(model: TemplateModel, called: Resource, agent: Agent): Iterable<Finding> {
  const seen = new Set<string>();
  // MA-ID7 judges what an agent may start.
  const compute = new Set(agents(model).map(({ runtime }) => runtime));
  for (const { start, edges, certainty, guard } of reach(model).into(called.id, ['starts', 'is'])) {
    const role = identities(model).byName(start);
    const programs =
      role?.runs.filter(({ resource }) => resource.type !== MACHINE && resource !== called && !compute.has(resource)) ??
      [];
    if (
      role &&
      programs.length > 0 &&
      !seen.has(role.id) &&
      !isGeneralPermission(agent, edges[0]) &&
      'resources' in edges[0].because &&
      edges[0].because.resources.patterns.some(({ value }) => scopeOf(value) === 'one') &&
      statementsFor(role, 'bedrock:ApplyGuardrail').length === 0
    ) {
      seen.add(role.id);
      yield {
        at: edges[0].because,
        subject: `${called.id} ${role.id}`,
        says: `${programs[0].resource.logicalId} may invoke ${called.logicalId}, which starts turns, without the workflow that screens them, and its role doesn't allow bedrock:ApplyGuardrail`,
        certainty,
        when: guard,
        related: [programs[0].resource],
      };
    }
  }
}

const MACHINE = 'AWS::StepFunctions::StateMachine';

function directCallers(model: TemplateModel, resource: Resource) {
  return reach(model).intoNode(resource.id, ['delivers to']);
}
