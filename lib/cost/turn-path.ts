/** A state of a definition, as the template has it. */
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next?: string }[];
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
  readonly Iterator?: Machine;
  readonly Resource?: string;
  readonly Parameters?: Readonly<Record<string, unknown>>;
}

export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** A call that a state makes. */
export interface Task {
  readonly state: string;
  readonly resource: string;
  /** The function it invokes, as the definition names it. */
  readonly functionName?: string;
}

/** A way through a state machine. */
export interface Path {
  readonly transitions: number;
  readonly tasks: readonly Task[];
}

const NOTHING: Path = { transitions: 0, tasks: [] };

/**
 * The longest way through a state machine on which nothing fails and nothing is repeated; lists are worked through for
 * one element. So it is the expensive side of an ordinary execution, without its loops.
 */
export function longestPath(machine: Machine): Path {
  const known = new Map<string, Path | undefined>();
  /** From a state to an end; undefined when that way only leads back to where it came from. */
  const from = (name: string, before: ReadonlySet<string>): Path | undefined => {
    const state = machine.States[name];
    if (!state || before.has(name)) {
      return undefined;
    }
    if (!known.has(name)) {
      const after = new Set([...before, name]);
      const next = [...(state.Choices ?? []).map(({ Next }) => Next), state.Default, state.Next].filter(
        (target): target is string => target !== undefined,
      );
      const ways = next.map((target) => from(target, after)).filter((way): way is Path => way !== undefined);
      const longest = ways.reduce<Path | undefined>(
        (best, way) => (best === undefined || way.transitions > best.transitions ? way : best),
        next.length ? undefined : NOTHING,
      );
      known.set(name, longest && together([own(name, state), longest]));
    }
    return known.get(name);
  };
  return from(machine.StartAt, new Set()) ?? NOTHING;
}

function own(name: string, state: State): Path {
  const inner = [...(state.Branches ?? []), state.ItemProcessor ?? state.Iterator].filter(
    (machine): machine is Machine => machine !== undefined,
  );
  const functionName = state.Parameters?.FunctionName;
  const resource = state.Resource?.replace(/^arn:[^:]*:states:::/, '');
  const task =
    state.Type === 'Task' && resource !== undefined
      ? [{ state: name, resource, ...(typeof functionName === 'string' ? { functionName } : {}) }]
      : [];
  return together([{ transitions: 1, tasks: task }, ...inner.map(longestPath)]);
}

function together(paths: readonly Path[]): Path {
  return {
    transitions: paths.reduce((sum, { transitions }) => sum + transitions, 0),
    tasks: paths.flatMap(({ tasks }) => tasks),
  };
}
