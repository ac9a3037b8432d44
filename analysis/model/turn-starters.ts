import { knownText } from '../policy/operators';
import type { Resource } from './assembly';
import { type Agent, agents } from './agents';
import type { Identity } from './identities';
import { soleHole } from './compose-text';
import { identities } from './identities';
import { statementsFor } from './statements-for';
import { reach } from './reach';
import { dynamicArguments } from './state-call';
import { type Flow, type State, type StateMachine, stateMachines } from './state-machine';
import type { TemplateModel } from './template-model';
import type { Text } from './text';
import { rolesByResource, type Step, stepsOf } from './turn-steps';

/** A state machine that starts turns of an agent, directly or by calling something that does. */
export interface TurnMachine {
  readonly machine: StateMachine & { readonly flow: Flow };
  readonly steps: ReadonlyMap<State, Step>;
  /** The states that start a turn. */
  readonly opens: ReadonlySet<State>;
  /** Id of an agent whose turns they are, for messages. */
  readonly agent: string;
}

/** Something that may start turns under a role of its own. */
export interface TurnStarter {
  readonly resource: Resource;
  readonly role: Identity;
  readonly agent: Agent;
}

const CREATE_SESSION = 'bedrock-mantle:CreateAgentSession';
const MACHINE = 'AWS::StepFunctions::StateMachine';

/** What runs under a role that may create sessions, state machines included. */
export function turnStarters(model: TemplateModel): readonly TurnStarter[] {
  return model.view(collectStarters);
}

/** The state machines that start turns. One that only cancels or cleans up isn't one. */
export function turnMachines(model: TemplateModel): readonly TurnMachine[] {
  return model.view(collectMachines);
}

/** The guardrails that judge the text of agents, with the id of an agent. */
export function guardrailsOf(model: TemplateModel): ReadonlyMap<Resource, string> {
  return model.view(collectGuardrails);
}

function collectStarters(model: TemplateModel): TurnStarter[] {
  const found = new Map<string, TurnStarter>();
  const all = agents(model);
  // A role without the permission to pass a session role counts: it may have that from a policy outside of the
  // assembly.
  for (const role of identities(model).all.filter(namesSessions)) {
    const agent = all.find(({ clients }) => clients.includes(role)) ?? all[0];
    for (const { resource } of agent ? role.runs : []) {
      if (resource !== agent.runtime && !found.has(resource.id)) {
        found.set(resource.id, { resource, role, agent });
      }
    }
  }
  return [...found.values()];
}

/** An administrator's permission for everything says nothing about the purpose of a role. */
function namesSessions(role: Identity): boolean {
  return statementsFor(role, CREATE_SESSION).some(({ actions: { patterns } }) =>
    patterns.some(({ value }) => !/^\*(?::\*)?$/.test(knownText(value) ?? '')),
  );
}

function collectMachines(model: TemplateModel): TurnMachine[] {
  const starters = new Map(turnStarters(model).map((starter) => [starter.resource, starter]));
  return stateMachines(model).flatMap((machine): TurnMachine[] => {
    const { flow, resource } = machine;
    if (!flow) {
      return [];
    }
    const self = starters.get(resource);
    const started = self ?? startedBy(model, resource, starters);
    const steps = stepsOf(model, flow);
    const opening = steps.filter((step) => opens(model, step, starters, self !== undefined, started !== undefined));
    const [{ agent } = { agent: undefined }] = [
      self,
      started,
      ...opening.flatMap(({ callees }) => callees.map((each) => starters.get(each.resource))),
    ].filter((each) => each !== undefined);
    return opening.length > 0
      ? [
          {
            machine: { ...machine, flow },
            steps: new Map(steps.map((step) => [step.state, step])),
            opens: new Set(opening.map(({ state }) => state)),
            agent: agent?.id ?? agents(model)[0]?.id ?? resource.id,
          },
        ]
      : [];
  });
}

/** A starter of turns that the role of a state machine may start; undefined if there is none. */
function startedBy(
  model: TemplateModel,
  machine: Resource,
  starters: ReadonlyMap<Resource, TurnStarter>,
): TurnStarter | undefined {
  return (rolesByResource(model).get(machine) ?? [])
    .flatMap(({ id }) => reach(model).outOf(id, ['starts']))
    .flatMap(({ to }) => starters.get(model.resource(to)!) ?? [])
    .find(({ resource }) => resource.type !== MACHINE);
}

/**
 * Whether a step starts a turn: it calls the service, or something that may start turns. If the input of the execution
 * decides what is called, everything that the role of the state machine may call counts.
 */
function opens(
  model: TemplateModel,
  { state, kinds, callees }: Step,
  starters: ReadonlyMap<Resource, TurnStarter>,
  mayCreate: boolean,
  mayStart: boolean,
): boolean {
  const call = state.call!;
  const api = call.api.toLowerCase();
  if (kinds.has('opens a session')) {
    return true;
  }
  if (/^bedrock-?mantle:/.test(api)) {
    return !/:(?:get|list|describe|delete|cancel)/.test(api);
  }
  if (api === 'http:invoke') {
    const endpoints = call.arguments.flatMap((node) => node.at('ApiEndpoint')).flatMap((node) => node.texts());
    const known = endpoints.map(({ value }) => value.filter((part) => typeof part === 'string').join(''));
    return known.some((endpoint) => endpoint.includes('bedrock-mantle')) || (mayCreate && known.length === 0);
  }
  if (callees.some(({ resource }) => resource.type !== MACHINE && starters.has(resource))) {
    return true;
  }
  const isOpen = callees.length === 0 && dynamicArguments(call).some((name) => NAMING.test(name));
  const isUnknown = api === 'unknown' && !call.resource.every(({ value }) => isOfNestedStack(model, value));
  return (isOpen && mayStart) || (isUnknown && (mayCreate || mayStart));
}

/**
 * Whether a text is an output of a nested stack or application that isn't in the assembly. It can only name a function of
 * the assembly that it is given, and then MA-READ1 reports it.
 */
function isOfNestedStack(model: TemplateModel, text: Text): boolean {
  const stack = /^(.+)\.Outputs\.[^.]+$/.exec(soleHole(text)?.key ?? '')?.[1];
  const type = stack === undefined ? undefined : model.resource(stack)?.type;
  return type === 'AWS::Serverless::Application' || type === 'AWS::CloudFormation::Stack';
}

/** Arguments that name what is started. */
const NAMING = /^(?:FunctionName|TaskDefinition|ProjectName|JobDefinition)$/;

function collectGuardrails(model: TemplateModel): Map<Resource, string> {
  const found = new Map<Resource, string>();
  const add = (resource: Resource, agent: string): void => {
    if (resource.type === 'AWS::Bedrock::Guardrail' && !found.has(resource)) {
      found.set(resource, agent);
    }
  };
  for (const { steps, agent } of turnMachines(model)) {
    for (const { kinds, callees } of steps.values()) {
      if (kinds.has('screens input') || kinds.has('screens output')) {
        callees.forEach(({ resource }) => add(resource, agent));
      }
    }
  }
  const machines = new Map(turnMachines(model).map(({ machine, agent }) => [machine.resource, agent]));
  const roles = identities(model).all.flatMap((role) =>
    role.runs.flatMap(({ resource }) => {
      const agent = machines.get(resource);
      return agent === undefined ? [] : [{ role, agent }];
    }),
  );
  for (const { role, agent } of [...turnStarters(model).map((each) => ({ ...each, agent: each.agent.id })), ...roles]) {
    for (const { resources } of statementsFor(role, 'bedrock:ApplyGuardrail')) {
      for (const { value } of resources.patterns) {
        model.named(value).forEach(({ resource }) => add(resource, agent));
      }
    }
  }
  return found;
}
