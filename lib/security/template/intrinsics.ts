import { isLiteral, referenceText, splitText } from './reference-text';
import type { TemplateSource } from './template-source';

/** What resolving needs to know about the other stacks of the app. */
export interface StackLookup {
  source(id: string): TemplateSource | undefined;
  /** The nested stack that a resource deploys. */
  nestedSource(sourceId: string, logicalId: string): TemplateSource | undefined;
  /** Value of an export, in the Region and account of the importing stack. */
  exported(importer: TemplateSource, name: string): string | undefined;
  /** Value of an output of a stack, by the name of the stack. */
  stackOutput(importer: TemplateSource, stackName: string, output: string, region?: string): string | undefined;
  /** Whether a condition holds in the world this index describes. */
  holds(source: TemplateSource, condition: string): boolean;
}

/** Marks `AWS::NoValue`: the property or list element is not there. */
const NO_VALUE = Symbol('AWS::NoValue');

/** References may lead from stack to stack; a chain longer than this is a circle. */
const MAX_DEPTH = 60;

/**
 * Resolves the values of one stack's template to plain JSON: references become text (see reference-text.ts), the
 * functions that can be computed are, and what only the deployment knows stays as `${…}`.
 */
export class Intrinsics {
  constructor(
    private readonly source: TemplateSource,
    private readonly lookup: StackLookup,
    private readonly depth = 0,
  ) {}

  /** A value of the template as plain JSON. `undefined` where the template says `AWS::NoValue`. */
  public resolve(value: unknown): unknown {
    const resolved = this.value(value);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  /** A value of the template as one text. */
  public text(value: unknown): string {
    const resolved = this.resolve(value);
    return typeof resolved === 'string' ? resolved : resolved === undefined ? '' : asText(resolved);
  }

  private value(value: unknown): unknown {
    if (value === null || typeof value !== 'object') {
      return value;
    }
    if (Array.isArray(value)) {
      return value.map((item) => this.value(item)).filter((item) => item !== NO_VALUE);
    }
    const keys = Object.keys(value);
    if (keys.length === 1) {
      const name = keys[0];
      if (name === 'Ref' || name === 'Condition' || name.startsWith('Fn::')) {
        const result = this.wellFormed(name, () => this.intrinsic(name, (value as Record<string, unknown>)[name]));
        if (result !== undefined) {
          return result;
        }
      }
    }
    const object: Record<string, unknown> = {};
    for (const key of keys) {
      const resolved = this.value((value as Record<string, unknown>)[key]);
      if (resolved !== NO_VALUE) {
        object[key] = resolved;
      }
    }
    return object;
  }

  /** CloudFormation refuses a malformed function by itself; the rules look at the rest meanwhile. */
  private wellFormed(name: string, evaluate: () => unknown): unknown {
    try {
      return evaluate();
    } catch {
      return `\${${name} malformed}`;
    }
  }

  /** The value of an intrinsic function; undefined when this is none after all. */
  private intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return typeof argument === 'string' ? this.ref(argument) : undefined;
      case 'Condition':
        return undefined; // In a policy this is an ordinary key; conditions are evaluated elsewhere.
      case 'Fn::GetAtt':
        return this.getAtt(Array.isArray(argument) ? argument.map(String) : split2(String(argument)));
      case 'Fn::If': {
        const [condition, yes, no] = argument as [string, unknown, unknown];
        return this.value(this.lookup.holds(this.source, condition) ? yes : no);
      }
      case 'Fn::Join': {
        const [delimiter, list] = argument as [string, unknown];
        const items = this.value(list);
        return Array.isArray(items) ? items.map(asText).join(delimiter) : unknownText(name, items);
      }
      case 'Fn::Sub':
        return this.sub(argument);
      case 'Fn::Select': {
        const [index, list] = argument as [unknown, unknown];
        const items = this.value(list);
        const item: unknown = Array.isArray(items) ? items[Number(this.value(index))] : undefined;
        return item ?? unknownText(name, [this.value(index), items]);
      }
      case 'Fn::Split': {
        const [delimiter, text] = argument as [string, unknown];
        return splitText(delimiter, this.text(text));
      }
      case 'Fn::ImportValue': {
        const exportName = this.text(argument);
        return this.deeper(() => this.lookup.exported(this.source, exportName)) ?? unknownText(name, exportName);
      }
      case 'Fn::GetStackOutput': {
        const from = this.value(argument) as { StackName?: string; OutputName?: string; Region?: string };
        const { StackName: stack, OutputName: output } = from;
        return stack && output
          ? (this.deeper(() => this.lookup.stackOutput(this.source, stack, output, from.Region)) ??
              unknownText(name, from))
          : unknownText(name, from);
      }
      case 'Fn::FindInMap': {
        const [map, first, second] = (argument as unknown[]).map((part) => this.text(part));
        const found = this.source.template.Mappings?.[map]?.[first]?.[second];
        return found === undefined ? unknownText(name, [map, first, second]) : this.value(found);
      }
      case 'Fn::ToJsonString':
        return JSON.stringify(this.value(argument));
      default:
        return unknownText(name, this.value(argument));
    }
  }

  private ref(name: string): unknown {
    switch (name) {
      case 'AWS::NoValue':
        return NO_VALUE;
      case 'AWS::AccountId':
        return this.source.account ?? '${AWS::AccountId}';
      case 'AWS::Region':
        return this.source.region ?? '${AWS::Region}';
      case 'AWS::Partition':
        return partitionOf(this.source.region);
      case 'AWS::URLSuffix':
        return partitionOf(this.source.region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      case 'AWS::StackName':
        return this.source.stackName ?? '${AWS::StackName}';
      default:
        return name.startsWith('AWS::') ? `\${${name}}` : this.parameterOrResource(name);
    }
  }

  private parameterOrResource(name: string): unknown {
    const parameter = this.source.template.Parameters?.[name];
    if (!parameter) {
      return referenceText(this.source.id, name);
    }
    const place = this.source.nestedIn;
    const parent = place && this.lookup.source(place.sourceId);
    if (place && parent) {
      const stack = parent.template.Resources?.[place.logicalId];
      const passed = (stack?.Properties?.Parameters as Record<string, unknown> | undefined)?.[name];
      if (passed !== undefined) {
        return this.deeper(() => new Intrinsics(parent, this.lookup, this.depth + 1).resolve(passed));
      }
    }
    // A parameter with one allowed value is a constant; anything else is decided by whoever deploys.
    return parameter.AllowedValues?.length === 1 ? parameter.AllowedValues[0] : `\${parameter ${name}}`;
  }

  private getAtt([logicalId, ...rest]: string[]): unknown {
    const attribute = rest.join('.');
    if (attribute.startsWith('Outputs.')) {
      const nested = this.lookup.nestedSource(this.source.id, logicalId);
      const output = nested?.template.Outputs?.[attribute.slice('Outputs.'.length)];
      if (nested && output) {
        return this.deeper(() => new Intrinsics(nested, this.lookup, this.depth + 1).resolve(output.Value));
      }
    }
    return referenceText(this.source.id, logicalId, attribute);
  }

  private sub(argument: unknown): string {
    const [pattern, variables] = Array.isArray(argument)
      ? (argument as [string, Record<string, unknown>])
      : [String(argument), {}];
    return pattern.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal) {
        return `\${${name}}`;
      }
      if (name in variables) {
        return this.text(variables[name]);
      }
      return asText(name.includes('.') ? this.getAtt(split2(name)) : this.ref(name));
    });
  }

  private deeper<T>(read: () => T): T | string {
    return this.depth > MAX_DEPTH ? '${circular reference}' : read();
  }
}

/** The partition of a Region. Agents are offered in commercial Regions only, so an unknown Region counts as one. */
function partitionOf(region: string | undefined): string {
  return region?.startsWith('cn-') ? 'aws-cn' : region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function split2(text: string): string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

/** Text that stands for a value only the deployment knows; wildcards and braces in it must not be read as such. */
function unknownText(name: string, argument: unknown): string {
  return `\${${name} ${asText(argument).replace(/[{}*?#$]/g, '_')}}`;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'symbol' ? '' : (JSON.stringify(value) ?? '');
}

/** Evaluates a condition as far as literals decide it; undefined when the deployment does. */
export function knownCondition(
  source: TemplateSource,
  lookup: StackLookup,
  name: string,
  seen: readonly string[] = [],
): boolean | undefined {
  const definition = source.template.Conditions?.[name];
  if (definition === undefined || seen.includes(name)) {
    return undefined;
  }
  const intrinsics = new Intrinsics(source, lookup);
  const evaluate = (expression: unknown): boolean | undefined => {
    const [[key, argument]] = Object.entries(expression as object) as [[string, unknown]];
    switch (key) {
      case 'Condition':
        return knownCondition(source, lookup, argument as string, [...seen, name]);
      case 'Fn::Equals': {
        const [left, right] = (argument as unknown[]).map((side) => intrinsics.text(side)) as [string, string];
        return left === right ? true : isLiteral(left) && isLiteral(right) ? false : undefined;
      }
      case 'Fn::Not': {
        const inner = evaluate((argument as unknown[])[0]);
        return inner === undefined ? undefined : !inner;
      }
      case 'Fn::And':
      case 'Fn::Or': {
        const parts = (argument as unknown[]).map(evaluate);
        const deciding = key === 'Fn::Or';
        return parts.includes(deciding) ? deciding : parts.includes(undefined) ? undefined : !deciding;
      }
      default:
        return undefined;
    }
  };
  return evaluate(definition);
}
