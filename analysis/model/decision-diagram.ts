import { FALSE, type Guard, TRUE, UNDECIDED } from './guard';

/** Nodes that one operation may add. A diagram that needs more is undecided. */
const NODES_PER_OPERATION = 20_000;

/** What a guard asks: the value of a parameter, or a comparison that can't be taken apart. */
export interface Variable {
  readonly index: number;
  readonly label: string;
  /** Every value that it can have; undefined when any text is possible. */
  readonly domain?: readonly string[];
}

/**
 * Guards as shared decision diagrams. A node asks for the value of one variable and has a branch for each value that
 * matters, so that "Stage = dev" and "Stage = prod" exclude each other by construction. Equal guards are one object:
 * "possible" and "implies" are comparisons.
 */
export class DecisionDiagrams {
  private readonly variables = new Map<string, Variable>();
  private readonly nodes = new Map<string, Decision>();
  private readonly conjunctions = new Map<number, Guard>();
  private created = 0;
  private depth = 0;

  constructor(private readonly limit = NODES_PER_OPERATION) {}

  /** The variable of a key. Label and domain are those of the first call. */
  public variable(key: string, label = key, domain?: readonly string[]): Variable {
    let variable = this.variables.get(key);
    if (!variable) {
      variable = { index: this.variables.size, label, domain: domain && [...new Set(domain)] };
      this.variables.set(key, variable);
    }
    return variable;
  }

  /** Holds when the variable has the value. */
  public is(variable: Variable, value: string): Guard {
    const { domain } = variable;
    if (!domain) {
      return this.limited(() => this.node(variable, new Map([[value, TRUE]]), FALSE));
    }
    const branches = new Map(domain.map((each) => [each, each === value ? TRUE : FALSE]));
    return this.limited(() => this.node(variable, branches, FALSE));
  }

  /** A condition that may hold or not, and is equal only to itself. */
  public either(key: string, label = key): Guard {
    return this.is(this.variable(key, label, ['true', 'false']), 'true');
  }

  public and(left: Decision, right: Guard): Guard {
    if (right === TRUE || right === left) {
      return left;
    }
    if (right === FALSE || right === UNDECIDED) {
      return right;
    }
    return this.limited(() => this.conjunction(left, right));
  }

  public not(guard: Guard): Guard {
    return guard instanceof Decision ? this.limited(() => this.negation(guard)) : guard.not();
  }

  private limited(operation: () => Guard): Guard {
    if (this.depth === 0) {
      this.created = 0;
    }
    this.depth += 1;
    try {
      return operation();
    } catch (error) {
      if (error instanceof TooLarge && this.depth === 1) {
        return UNDECIDED;
      }
      throw error;
    } finally {
      this.depth -= 1;
    }
  }

  private conjunction(left: Guard, right: Guard): Guard {
    if (!(left instanceof Decision) || !(right instanceof Decision)) {
      return left.and(right);
    }
    if (left === right) {
      return left;
    }
    // Two ids in one safe integer: below 2^26 nodes.
    const key = Math.min(left.id, right.id) * 0x4000000 + Math.max(left.id, right.id);
    const known = this.conjunctions.get(key);
    if (known) {
      return known;
    }
    const { variable } = left.variable.index <= right.variable.index ? left : right;
    const branches = new Map<string, Guard>();
    for (const guard of [left, right]) {
      for (const value of guard.variable === variable ? guard.branches.keys() : []) {
        if (!branches.has(value)) {
          branches.set(value, this.conjunction(left.when(variable, value), right.when(variable, value)));
        }
      }
    }
    const rest = variable.domain ? FALSE : this.conjunction(left.otherwiseOf(variable), right.otherwiseOf(variable));
    const result = this.node(variable, branches, rest);
    this.conjunctions.set(key, result);
    return result;
  }

  private negation(guard: Guard): Guard {
    if (!(guard instanceof Decision)) {
      return guard.not();
    }
    if (!guard.negated) {
      const branches = new Map([...guard.branches].map(([value, branch]) => [value, this.negation(branch)]));
      guard.negated = this.node(
        guard.variable,
        branches,
        guard.variable.domain ? FALSE : this.negation(guard.otherwise),
      );
      if (guard.negated instanceof Decision) {
        guard.negated.negated = guard;
      }
    }
    return guard.negated;
  }

  /** The one node with these branches. For a variable with a domain, `branches` has every value of it. */
  private node(variable: Variable, branches: Map<string, Guard>, otherwise: Guard): Guard {
    if (variable.domain) {
      const [first = FALSE, ...others] = branches.values();
      if (others.every((other) => other === first)) {
        return first;
      }
    } else {
      for (const [value, branch] of branches) {
        if (branch === otherwise) {
          branches.delete(value);
        }
      }
      if (branches.size === 0) {
        return otherwise;
      }
    }
    const parts = [...branches].map(([value, branch]) => `${JSON.stringify(value)}:${idOf(branch)}`);
    const key = `${variable.index} ${parts.sort().join(' ')} ${idOf(otherwise)}`;
    let node = this.nodes.get(key);
    if (!node) {
      this.created += 1;
      if (this.created > this.limit) {
        throw new TooLarge();
      }
      node = new Decision(this, this.nodes.size + 3, variable, branches, otherwise);
      this.nodes.set(key, node);
    }
    return node;
  }
}

class TooLarge extends Error {}

class Decision implements Guard {
  public negated?: Guard;

  constructor(
    private readonly diagrams: DecisionDiagrams,
    public readonly id: number,
    public readonly variable: Variable,
    public readonly branches: ReadonlyMap<string, Guard>,
    public readonly otherwise: Guard,
  ) {}

  /** What is left of the guard when a variable has a value. */
  public when(variable: Variable, value: string): Guard {
    return this.variable === variable ? (this.branches.get(value) ?? this.otherwise) : this;
  }

  public otherwiseOf(variable: Variable): Guard {
    return this.variable === variable ? this.otherwise : this;
  }

  public and(other: Guard): Guard {
    return this.diagrams.and(this, other);
  }

  public or(other: Guard): Guard {
    return other === this ? this : this.diagrams.not(this.not().and(other.not()));
  }

  public not(): Guard {
    return this.diagrams.not(this);
  }

  public possible(): boolean {
    return true; // Equal guards are one object, and this one isn't FALSE.
  }

  public implies(other: Guard): boolean {
    return this === other || this.and(other.not()) === FALSE;
  }

  public example(): string | undefined {
    return exampleOf(this).join(', ');
  }
}

/** The assignments of one way to meet a guard: as short as the first branches allow. */
function exampleOf(met: Guard): string[] {
  const steps: string[] = [];
  for (let guard = met; guard instanceof Decision;) {
    const { variable, branches, otherwise } = guard;
    const { label } = variable;
    const values = [...branches].filter(([, branch]) => branch !== FALSE);
    const [value, branch] = values.find(([, each]) => each === TRUE) ?? values[0] ?? [];
    if (value !== undefined && branch) {
      const comparison = variable.domain?.join() === 'true,false';
      steps.push(comparison ? (value === 'true' ? label : `not ${label}`) : `${label} = ${value || "''"}`);
      guard = branch;
    } else {
      steps.push(`${label} is not ${[...branches.keys()].map((each) => each || "''").join(' or ')}`);
      guard = otherwise;
    }
  }
  return steps;
}

function idOf(guard: Guard): number {
  return guard instanceof Decision ? guard.id : guard === TRUE ? 1 : guard === FALSE ? 0 : 2;
}
