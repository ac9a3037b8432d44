import { at, listAt } from './json';
import type { IndexedResource, TemplateIndex } from '../template-index';

/** A state of an Amazon States Language definition. */
export interface AslState {
  readonly name: string;
  readonly state: Readonly<Record<string, unknown>>;
}

/** A definition of a state machine, as far as it stands in the template. */
export class AslDefinition {
  constructor(public readonly root: Readonly<Record<string, unknown>>) {}

  /** The resources of the app that the definition mentions. */
  public resources(index: TemplateIndex): IndexedResource[] {
    return index.mentioned(JSON.stringify(this.root));
  }

  /**
   * Walks every path from the start. `mark` says whether a state settles the question (for example: it screens); a path
   * stays settled afterwards. `visit` sees each state with whether its path was settled before.
   */
  public walk(mark: (state: AslState) => boolean, visit: (state: AslState, settled: boolean) => void): void {
    walkMachine(this.root, false, mark, visit);
  }

  /** Every state, nested ones included. */
  public states(): AslState[] {
    const states: AslState[] = [];
    this.walk(
      () => false,
      (state) => states.push(state),
    );
    return states;
  }
}

/** The definition of a state machine, unless it is kept outside of the template. */
export function definitionOf(machine: IndexedResource): AslDefinition | undefined {
  const { DefinitionString, Definition } = machine.properties;
  const root = typeof DefinitionString === 'string' ? parse(DefinitionString) : Definition;
  return root !== null && typeof root === 'object' ? new AslDefinition(root as Record<string, unknown>) : undefined;
}

/** Walks one machine; returns for each path that reaches an end whether it was settled. */
function walkMachine(
  machine: Readonly<Record<string, unknown>>,
  settledBefore: boolean,
  mark: (state: AslState) => boolean,
  visit: (state: AslState, settled: boolean) => void,
): boolean[] {
  const states = (at(machine, 'States') ?? {}) as Record<string, Record<string, unknown>>;
  const ends: boolean[] = [];
  const seen = new Set<string>();
  const pending: [string, boolean][] = [[String(machine.StartAt), settledBefore]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [name, settled] = next;
    const state = states[name];
    if (!state || seen.has(`${settled} ${name}`)) {
      continue;
    }
    seen.add(`${settled} ${name}`);
    visit({ name, state }, settled);
    // What runs inside a state settles it only when all its paths do; of parallel branches, one is enough.
    const inner = innerMachines(state).map((machineOf) => walkMachine(machineOf, settled, mark, visit));
    const insideSettles = inner.some((paths) => paths.length > 0 && paths.every(Boolean));
    const after = settled || mark({ name, state }) || insideSettles;
    for (const target of nextStates(state)) {
      pending.push([target, after]);
    }
    for (const target of listAt(state, 'Catch').map((handler) => String(at(handler, 'Next')))) {
      pending.push([target, settled]); // It failed: nothing was settled by it.
    }
    if (state.End === true || state.Type === 'Succeed') {
      ends.push(after);
    }
  }
  return ends;
}

function innerMachines(state: Record<string, unknown>): Record<string, unknown>[] {
  return [...listAt(state, 'Branches'), ...listAt(state, 'ItemProcessor'), ...listAt(state, 'Iterator')] as Record<
    string,
    unknown
  >[];
}

function nextStates(state: Record<string, unknown>): string[] {
  return [state.Next, state.Default, ...listAt(state, 'Choices').map((choice) => at(choice, 'Next'))].filter(
    (next): next is string => typeof next === 'string',
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
