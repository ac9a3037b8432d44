import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { definitionsOf, type Definition } from './definition-text';
import type { Guard } from './guard';
import type { Node } from './node';
import { callOf, type Call } from './state-call';
import type { TemplateModel } from './template-model';
import type { Unreadable } from './text';

/** A state machine with one of its possible definitions. */
export interface StateMachine {
  readonly resource: Resource;
  readonly guard: Guard;
  /** Undefined when the definition can't be read. */
  readonly flow?: Flow;
  readonly root?: Node;
  readonly unreadable?: Unreadable;
}

/** States that run one after the other: a definition, a branch of `Parallel`, or the processor of `Map`. */
export interface Flow {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A state of a definition in the Amazon States Language. */
export interface State {
  readonly name: string;
  /** `Task`, `Choice`, `Parallel`, …; empty when it isn't given. */
  readonly type: string;
  readonly node: Node;
  readonly language: 'JSONPath' | 'JSONata';
  /** States that can follow when nothing fails. */
  readonly next: readonly string[];
  /** States that can follow a failure. */
  readonly catches: readonly string[];
  /** True when an execution can end here without a failure. */
  readonly ends: boolean;
  /** What runs inside: the branches of `Parallel`, the processor of `Map`. */
  readonly inner: readonly Flow[];
  /** What a `Task` calls. */
  readonly call?: Call;
}

/** A definition that Step Functions accepts (1 MB) isn't nested more deeply than this. */
const MOST_NESTED = 100;

/** Every definition that a state machine of the assembly can have. */
export function stateMachines(model: TemplateModel): readonly StateMachine[] {
  return model.view(readMachines);
}

function readMachines(model: TemplateModel): readonly StateMachine[] {
  return model
    .ofType('AWS::StepFunctions::StateMachine')
    .flatMap((resource) => definitionsOf(model, resource).map((definition) => machineOf(model, resource, definition)));
}

function machineOf(model: TemplateModel, resource: Resource, { guard, root, unreadable }: Definition): StateMachine {
  const flow = root && flowOf(model, root, 'JSONPath', 0);
  return { resource, guard, flow, root, unreadable };
}

/** Every state of a flow, including states inside others. */
export function statesOf(flow: Flow): State[] {
  return [...flow.states.values()].flatMap((state) => [state, ...state.inner.flatMap(statesOf)]);
}

function flowOf(model: TemplateModel, node: Node, inherited: State['language'], depth: number): Flow {
  const language = languageOf(node, inherited);
  const states = new Map<string, State>();
  for (const [name, state] of node.at('States').flatMap((each) => each.entries())) {
    states.set(name, stateOf(model, name, state, language, depth));
  }
  return { startAt: textAt(node, 'StartAt') ?? '', states };
}

function stateOf(model: TemplateModel, name: string, node: Node, inherited: State['language'], depth: number): State {
  const type = textAt(node, 'Type') ?? '';
  const language = languageOf(node, inherited);
  const items = (key: string) => node.at(key).flatMap((each) => each.items());
  const followed = [node, ...items('Choices')].flatMap((each) => textAt(each, 'Next') ?? []);
  const preset = textAt(node, 'Default');
  const inside = depth < MOST_NESTED ? [...items('Branches'), ...node.at('ItemProcessor'), ...node.at('Iterator')] : [];
  return {
    name,
    type,
    node,
    language,
    next: preset === undefined ? followed : [...followed, preset],
    catches: items('Catch').flatMap((each) => textAt(each, 'Next') ?? []),
    ends: textAt(node, 'End') === 'true' || type === 'Succeed',
    inner: inside.map((each) => flowOf(model, each, language, depth + 1)),
    call: type === 'Task' ? callOf(model, node) : undefined,
  };
}

function languageOf(node: Node, inherited: State['language']): State['language'] {
  const written = textAt(node, 'QueryLanguage');
  return written === 'JSONata' || written === 'JSONPath' ? written : inherited;
}

/** A text that is written in a state. */
export function textAt(node: Node, key: string): string | undefined {
  const [text] = node.at(key).flatMap((each) => each.texts());
  return text && literalOf(text.value);
}
