import { overlap } from '../policy/pattern';
import { literalOf, textOf } from './compose-text';
import type { Resource } from './assembly';
import { identities, type Identity } from './identities';
import { remembered } from './remembered';
import { beginsExpression, type Callee, calleesOf } from './state-call';
import { type Flow, type State, statesOf } from './state-machine';
import type { TemplateModel } from './template-model';
import type { Text } from './text';
import { addTo } from './list-map';

/**
 * What a step does, by what it calls and may do there, whatever its name is. A step whose function may do several things
 * has several kinds.
 */
export type StepKind =
  | 'opens a session'
  | 'sends an event'
  | 'looks at events'
  | 'reads items'
  | 'deletes a session'
  | 'screens input'
  | 'screens output'
  | 'waits for a decision';

/** A task of a state machine. */
export interface Step {
  readonly state: State;
  readonly kinds: ReadonlySet<StepKind>;
  readonly callees: readonly Callee[];
  /** The flow that the state is in. */
  readonly flow: Flow;
}

/** Source: the session actions of the Amazon Bedrock Mantle API, as lib/identity/perms.ts grants them. */
const SESSION_ACTIONS: readonly (readonly [action: string, kind: StepKind])[] = [
  ['bedrock-mantle:CreateAgentSession', 'opens a session'],
  ['bedrock-mantle:CreateAgentSessionEvent', 'sends an event'],
  ['bedrock-mantle:ListAgentSessionEvents', 'looks at events'],
  ['bedrock-mantle:ListAgentSessionItems', 'reads items'],
  ['bedrock-mantle:DeleteAgentSession', 'deletes a session'],
];

/** Every task of a flow, with what it does. */
export function stepsOf(model: TemplateModel, flow: Flow): readonly Step[] {
  return remembered(model.view(memory), flow, () => readSteps(model, flow));
}

function memory(): Map<Flow, readonly Step[]> {
  return new Map();
}

function readSteps(model: TemplateModel, flow: Flow): Step[] {
  return [flow, ...statesOf(flow).flatMap(({ inner }) => inner)].flatMap((each) =>
    [...each.states.values()].flatMap((state): Step[] => {
      if (!state.call) {
        return [];
      }
      const callees = calleesOf(model, state.call);
      return [{ state, callees, kinds: kindsOf(model, state, callees), flow: each }];
    }),
  );
}

function kindsOf(model: TemplateModel, state: State, callees: readonly Callee[]): ReadonlySet<StepKind> {
  const kinds = new Set<StepKind>();
  const call = state.call!;
  if (call.api.toLowerCase() === 'bedrockruntime:applyguardrail') {
    for (const { value } of call.arguments.flatMap((node) => node.at('Source')).flatMap((node) => node.texts())) {
      // The input of the execution may decide the value of an expression.
      if (!beginsExpression(value)) {
        kinds.add(literalOf(value) === 'OUTPUT' ? 'screens output' : 'screens input');
      }
    }
  }
  if (call.waits === 'task token') {
    kinds.add('waits for a decision');
  }
  const byResource = rolesByResource(model);
  for (const role of new Set(callees.flatMap(({ resource }) => byResource.get(resource) ?? []))) {
    const patterns = role.statements
      .filter(({ effect, actions }) => effect !== 'Deny' && !actions.except)
      .flatMap(({ actions }) => actions.patterns.map(({ value }) => value))
      .filter(namesSessions);
    for (const [action, kind] of SESSION_ACTIONS) {
      if (patterns.some((pattern) => overlap(pattern, textOf(action), { ignoreCase: true }) !== 'no')) {
        kinds.add(kind);
      }
    }
  }
  return kinds;
}

/** The roles that resources work under. */
export function rolesByResource(model: TemplateModel): ReadonlyMap<Resource, readonly Identity[]> {
  return model.view(collectRoles);
}

function collectRoles(model: TemplateModel): Map<Resource, Identity[]> {
  const roles = new Map<Resource, Identity[]>();
  for (const identity of identities(model).all) {
    for (const { resource } of identity.runs) {
      addTo(roles, resource, identity);
    }
  }
  return roles;
}

/** A permission for everything says nothing about the purpose of a step. */
function namesSessions([first]: Text): boolean {
  return typeof first === 'string' && /^bedrock-mantle:/i.test(first);
}

/** Number of states that each repetition of a step takes: the shortest loop. Undefined when nothing leads back to it. */
export function loopLength({ flow, state: start }: Step): number | undefined {
  const seen = new Set<string>();
  let reached = [start.name];
  for (let length = 1; reached.length > 0; length += 1) {
    const next = reached.flatMap((name) => flow.states.get(name)?.next ?? []);
    if (next.includes(start.name)) {
      return length;
    }
    reached = [...new Set(next)].filter((name) => !seen.has(name));
    reached.forEach((name) => seen.add(name));
  }
  return undefined;
}
